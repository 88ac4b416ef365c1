import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import style from '../../../plugins/docs/checks/style.js';

const SKIPS = '# One\n\n### Three\n';

it('reports what markdownlint finds, by the rules of the project', async () => {
  await testCheck(style, {
    passes: [
      { name: 'a good page', files: { 'a.md': '---\ntitle: A\n---\n\n# One\n\n* a\n* b\n\n## Two\n' } },
      {
        name: 'matters of taste',
        files: { 'a.md': `# One!\n\n<b>x</b> https://x.y ${'word '.repeat(60)}\n\n\n- a\n` },
      },
      {
        name: 'a rule that the project turned off',
        files: { 'a.md': SKIPS, '.markdownlint.json': '{ "MD001": false, } // ok' },
      },
      { name: 'by its alias, in YAML', files: { 'a.md': SKIPS, '.markdownlint.yaml': 'heading-increment: false\n' } },
      {
        name: 'by an option, a comment, a file that is extended, or package.json',
        files: { 'a.md': SKIPS },
        options: { rules: { MD001: false } },
      },
      { files: { 'a.md': `<!-- markdownlint-disable MD001 -->\n\n${SKIPS}` } },
      {
        files: {
          'a.md': SKIPS,
          '.markdownlint.json': '{ "extends": "./base.json" }',
          'base.json': '{ "MD001": false }',
        },
      },
      { files: { 'a.md': SKIPS, 'package.json': '{ "markdownlint-cli2": { "config": { "MD001": false } } }' } },
      {
        name: 'pages that the project takes out, changelogs and empty files',
        files: {
          'a/x.md': SKIPS,
          'b.md': SKIPS,
          'c.md': '',
          'CHANGELOG.md': SKIPS,
          '.markdownlintignore': 'a/\n',
          '.markdownlint-cli2.jsonc': '{ "ignores": ["b.md"] }',
        },
      },
      { name: 'a binary page', files: { 'a.md': new Uint8Array([35, 32, 0, 10]) }, outcome: 'degraded' },
      {
        name: 'rules that are code',
        files: { 'a.md': SKIPS, '.markdownlint.cjs': 'process.exit(1)' },
        outcome: 'degraded',
      },
      {
        name: 'rules that are broken',
        files: { 'a.md': SKIPS, '.markdownlint.json': '{ "MD001": ' },
        outcome: 'degraded',
      },
      { files: { 'a.md': SKIPS, '.markdownlint.yml': 'a: [\n' }, outcome: 'degraded' },
      {
        name: 'rules that extend each other, or lead out',
        files: { 'a.md': SKIPS, '.markdownlint.json': '{ "extends": "./.markdownlint.json" }' },
        outcome: 'degraded',
      },
      { files: { 'a.md': SKIPS, '.markdownlint.json': '{ "extends": "../../../etc/x.json" }' }, outcome: 'degraded' },
      { files: { 'a.md': SKIPS, '.markdownlint.json': '{ "extends": "/etc/x.json" }' }, outcome: 'degraded' },
    ],
    fails: [
      {
        name: 'a level that is skipped',
        files: { 'docs/a.md': SKIPS },
        findings: [
          {
            messageId: 'style',
            path: 'docs/a.md',
            startLine: 3,
            severity: 'warning',
            message: 'MD001: Heading levels should only increment by one level at a time (Expected: h2; Actual: h3)',
          },
        ],
      },
      {
        name: 'the nearest folder counts, and the others are judged where one is not known',
        files: {
          'a.md': SKIPS,
          'b/c.md': SKIPS,
          'b/.markdownlint.json': '{}',
          '.markdownlint.json': '{ "MD001": false }',
          'd/.markdownlint.mjs': '',
          'd/e.md': SKIPS,
        },
        outcome: 'degraded',
        findings: [{ messageId: 'style', path: 'b/c.md' }],
      },
      {
        name: 'a huge line, and a place in it',
        files: { 'a.md': `# One\n\n${'word '.repeat(50_000)}(text)[https://x.y]\n` },
        findings: [
          {
            messageId: 'style',
            startLine: 3,
            startColumn: 250_001,
            fix: 'unsafe',
            data: {
              rule: 'MD011',
              alias: 'no-reversed-links',
              description: 'Reversed link syntax',
              detail: ' ((text)[https://x.y])',
            },
          },
        ],
      },
    ],
    refuses: [{ rules: [] }],
  });
});

it('offers what markdownlint would do, at the right place in any kind of text', async () => {
  const everything = { rules: { default: true } };
  await testCheck(style, {
    passes: [],
    fails: [
      {
        name: 'blank lines, in the line breaks of the page, behind front matter and a byte order mark',
        files: { 'a.md': '\ufeff---\r\ntitle: 😀\r\n---\r\n\r\n# One\r\ntext\r\n## Two\r\n\r\n* a\r\n\r\n```js\r\nx\r\n```\r\nend\r\n' },
        findings: [
          { messageId: 'style', startLine: 5, data: ruled('MD022'), fix: true },
          { messageId: 'style', startLine: 7, data: ruled('MD022'), fix: true },
          { messageId: 'style', startLine: 13, data: ruled('MD031'), fix: true },
        ],
        fixed: {
          'a.md': '\ufeff---\r\ntitle: 😀\r\n---\r\n\r\n# One\r\n\r\ntext\r\n\r\n## Two\r\n\r\n* a\r\n\r\n```js\r\nx\r\n```\r\n\r\nend\r\n',
        },
      },
      {
        name: 'all that can be mended in a line and between them; what cannot is left',
        files: { 'a.md': '#One 😀 \n\n\n\n+ a\t\n\n   * b😀 ** c**\n\n(text)[https://x.y]\n\n### 😀https://x.y/z\n\n\n' },
        options: everything,
        findings: [],
        fixed: {},
        left: [],
      },
      {
        name: 'a last line without an end that goes as a whole',
        files: { 'a.md': '# One\n\ntext\n\n\n  ' },
        options: everything,
        findings: [],
        fixed: { 'a.md': '# One\n\ntext\n' },
      },
    ],
  });
});

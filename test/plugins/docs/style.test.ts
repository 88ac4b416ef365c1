import fc from 'fast-check';
import { applyFixes } from 'markdownlint';
import { lint } from 'markdownlint/promise';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import { applyReplacements } from '../../../core/model/fix.js';
import style from '../../../plugins/docs/checks/style.js';
import { StyleFixes } from '../../../plugins/docs/style-fix.js';

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

/** A rule with what it says, as far as a finding must have it. */
const at = (startLine: number, startColumn: number, rule: string, fix: boolean | 'unsafe' = true) => ({
  messageId: 'style',
  startLine,
  startColumn,
  fix,
  rule,
});
const ruled = (...all: ReturnType<typeof at>[]) => all.map(({ rule: _, ...finding }) => finding);

it('offers what markdownlint would do, in the line breaks of the page, behind front matter and a byte order mark', async () => {
  const bad = '---\ntitle: 😀\n---\n\n# One\ntext\n## Two\n\n* a\n\n```js\nx\n```\nend\n';
  const good = '---\ntitle: 😀\n---\n\n# One\n\ntext\n\n## Two\n\n* a\n\n```js\nx\n```\n\nend\n';
  const windows = (text: string): string => `\ufeff${text.replaceAll('\n', '\r\n')}`;
  const findings = ruled(at(5, 1, 'MD022'), at(7, 1, 'MD022'), at(13, 1, 'MD031'));
  await testCheck(style, {
    passes: [],
    fails: [
      { files: { 'a.md': bad }, findings, fixed: { 'a.md': good } },
      { files: { 'a.md': windows(bad) }, findings, fixed: { 'a.md': windows(good) } },
      {
        name: 'all that can be mended in a line and between them',
        files: {
          '.markdownlint.json': '{}',
          'a.md': '#One 😀 \n\n\n\n+ a\t\n\n   * b😀 ** c**\n\n(text)[https://x.y]\n\n## 😀https://x.y/z\n\n\n',
        },
        findings: ruled(
          at(1, 1, 'MD018'),
          at(1, 1, 'MD041', false),
          at(1, 8, 'MD009'),
          at(3, 1, 'MD012'),
          at(4, 1, 'MD012'),
          at(5, 4, 'MD009'),
          at(5, 4, 'MD010'),
          at(7, 1, 'MD007'),
          at(7, 4, 'MD004'),
          at(7, 12, 'MD037'),
          at(9, 1, 'MD011', 'unsafe'),
          at(11, 6, 'MD034'),
          at(13, 1, 'MD012'),
          at(14, 1, 'MD012'),
        ),
        fixed: { 'a.md': '# One 😀\n\n+ a\n\n  + b😀 **c**\n\n[text](https://x.y)\n\n## 😀<https://x.y/z>\n' },
      },
      {
        name: 'a last line without an end',
        files: { '.markdownlint.json': '{}', 'a.md': '# One\n\ntext\n\n\n  ' },
        findings: ruled(at(5, 1, 'MD012'), at(6, 1, 'MD012')),
        fixed: { 'a.md': '# One\n\ntext\n' },
      },
    ],
  });
});

it('makes of each problem what markdownlint makes of it', async () => {
  const part = fc.constantFrom(
    ...['# A', '#B', '##  C', 'text ', 'a\tb', '* x', '   + y', '1) z', '```js', '> q', '>  r', '** b**', '(t)[u]'],
    ...['https://x.y', '😀 ', '', '', '<!-- c -->', '[l]( m )', '`` n ``', '|a|b|', '|-|-|', 'Heading', '---', '***'],
  );
  const page = fc
    .tuple(fc.array(part, { minLength: 1, maxLength: 12 }), fc.constantFrom('\n', '\r\n'))
    .map(([lines, lineEnd]) => lines.join(lineEnd));
  await fc.assert(
    fc.asyncProperty(page, async (text) => {
      const problems = (await lint({ strings: { page: text }, config: { default: true } })).page ?? [];
      const fixes = new StyleFixes(text);
      for (const problem of problems) {
        const { fixInfo, lineNumber, ruleNames } = problem;
        const fix = fixInfo ? fixes.of(ruleNames[0] ?? '', lineNumber, fixInfo) : undefined;
        const made = fix === undefined ? text : applyReplacements(text, fix.changes[0]?.replacements ?? []);
        expect(made, `${ruleNames[0]} of ${JSON.stringify(text)}`).toBe(applyFixes(text, [problem]));
      }
    }),
    { numRuns: 300 },
  );
});

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import links from '../../../plugins/docs/checks/links.js';

it('finds targets that do not exist, and no others', async () => {
  await testCheck(links, {
    passes: [
      {
        name: 'files, folders, roots, queries, encodings, references, images and HTML',
        files: {
          'README.md': [
            '[a](docs/a%20b.md) [b](./docs/) [c](/docs/c.png?raw=true) [d][ref] ![e](docs/c.png "title") [f](<docs/a b.md>)',
            '<a href="docs/a b.md"><img src="docs/c.png"></a> <source srcset="docs/c.png 1x, docs/c.png 2x">',
            '[mail](mailto:a@example.org) [data](data:,x) [later]({{ url }}) [web](https://example.org/nothing)',
            '`[code](nowhere.md)` \\[text\\](nowhere.md)',
            '',
            '    [indented](nowhere.md)',
            '',
            '```md',
            '[fenced](nowhere.md)',
            '```',
            '<!-- [comment](nowhere.md) <a href="nowhere.md"> -->',
            '',
            '[ref]: docs/c.png',
            '[^note]: A footnote is no definition.',
          ].join('\n'),
          'docs/a b.md': '[up](../README.md)',
          'docs/c.png': new Uint8Array([0]),
        },
      },
      {
        name: 'what git ignores and is there counts, and pages beside the files are taken for granted',
        files: { '.gitignore': 'dist\n', 'docs/a.md': '[b](../dist/x.js) [i](../../../issues/new?title=x)' },
        git: true,
        setup: (root) => {
          mkdirSync(join(root, 'dist'));
          writeFileSync(join(root, 'dist/x.js'), '');
          symlinkSync('/', join(root, 'docs/out'));
          writeFileSync(join(root, 'docs/b.md'), '[folder](../dist) [through a link](out/etc)');
        },
      },
      {
        name: 'templates of issues start elsewhere',
        files: { '.github/ISSUE_TEMPLATE/bug.md': '[c](CONTRIBUTING.md)' },
      },
      { name: 'no links and nothing at all', files: { 'a.md': '', 'b.md': '# b\n' } },
      { name: 'no page', files: { 'a.txt': '[a](b)' } },
      { name: 'an ignored target', files: { 'a.md': '[a](gone.md)' }, options: { ignore: ['^gone\\.'] } },
    ],
    fails: [
      {
        name: 'a missing file, as link, image, definition and HTML',
        files: { 'docs/a.md': '[x](../gone.md)\n\n![y](gone.png)\n\n[z]: /gone\n\n<p>\n<img src="gone.gif"></p>\n' },
        findings: [
          {
            messageId: 'missing',
            path: 'docs/a.md',
            startLine: 1,
            startColumn: 1,
            severity: 'warning',
            message: 'The link leads to gone.md, which does not exist.',
          },
          { messageId: 'missing', startLine: 3, data: { target: 'docs/gone.png' } },
          { messageId: 'missing', startLine: 5, data: { target: 'gone' } },
          { messageId: 'missing', startLine: 8, startColumn: 11, data: { target: 'docs/gone.gif' } },
        ],
      },
      {
        name: 'another case, and a way out',
        files: { 'Readme.md': '[a](readme.md) [b](Docs/A.md) [c](../secret.md)', 'docs/a.md': '' },
        findings: [
          { messageId: 'wrongCase', data: { target: 'readme.md', actual: 'Readme.md' }, fix: true },
          {
            messageId: 'wrongCase',
            fix: true,
            message: 'The link leads to Docs/A.md; the file is called docs/a.md.',
          },
          { messageId: 'outside', data: { target: '../secret.md' }, fix: false },
        ],
        fixed: { 'Readme.md': '[a](Readme.md) [b](docs/a.md) [c](../secret.md)' },
        left: [{ messageId: 'outside' }],
      },
      {
        name: 'another case, mended where it is written and nowhere else',
        files: {
          'sub/a.md': [
            '😀 [b.md](<../Sub/B.md#x> "B.md") ![B](./b.md?raw=true)\r\n\r\n<a href="B.MD">B.MD</a>\r\n',
            '[B\\_c.md](b\\_c.md)\r\n\r\n[ref]: b.md\r\n',
          ].join('\r\n'),
          'sub/B.md': '# x\n',
          'sub/B_c.md': '',
        },
        findings: [
          { messageId: 'wrongCase', startLine: 1, startColumn: 4, fix: true },
          { messageId: 'wrongCase', startLine: 1, startColumn: 35, fix: true },
          { messageId: 'wrongCase', startLine: 3, fix: true },
          { messageId: 'wrongCase', startLine: 5, fix: false },
          { messageId: 'wrongCase', startLine: 7, fix: true },
        ],
        fixed: {
          'sub/a.md': [
            '😀 [b.md](<../sub/B.md#x> "B.md") ![B](./B.md?raw=true)\r\n\r\n<a href="B.md">B.MD</a>\r\n',
            '[B\\_c.md](b\\_c.md)\r\n\r\n[ref]: B.md\r\n',
          ].join('\r\n'),
        },
        left: [{ messageId: 'wrongCase', startLine: 5 }],
      },
      {
        name: 'references without a definition',
        files: {
          'a.md': '[the docs][docs], [docs][] and [ok][]; a[i][j], [1][2], \\[x\\]\\[y\\], `[p][q]`\n\n[ok]: a.md\n',
        },
        findings: [
          { messageId: 'undefinedReference', startLine: 1, startColumn: 1, data: { label: 'docs' } },
          { messageId: 'undefinedReference', startColumn: 19, data: { label: 'docs' } },
        ],
      },
    ],
    refuses: [{ ignore: ['('] }, { external: 'yes' }, { timeoutMs: 0 }],
  });
});

it('finds anchors that do not exist, by the rules of GitHub', async () => {
  const page = [
    '# Über *das* `code` & [link](a.md)!',
    '## Usage',
    '## Usage',
    'Setext\n------',
    '<a name="named"></a><div id="By-Id"></div>',
    '<h2 align="center">In <b>HTML</b></h2>',
    '## Own {#own-id}',
    '# `--flag` <kbd>x</kbd>',
  ].join('\n\n');
  const there = [
    'über-das-code--link',
    'usage',
    'usage-1',
    'setext',
    'named',
    'By-Id',
    'in-html',
    'own-id',
    '--flag-x',
  ];
  const ok = [...there, 'user-content-usage', '', 'top', 'L10', ':~:text=x', '%C3%BCber-das-code--link'];
  await testCheck(links, {
    passes: [
      {
        name: 'on the same page and on another',
        files: {
          'a.md': `${page}${ok.map((anchor) => `\n\n[x](#${anchor})`).join('')}`,
          'b.md': ok.map((anchor) => `[x](a.md#${anchor})`).join('\n'),
        },
      },
      {
        name: 'of a folder that has a README, and of what has no anchors that are known',
        files: {
          'a.md': '[x](docs#start) [y](x.ts#L1-L5) [z](page.html#any) [w](lib#any)',
          'docs/README.md': '# Start',
          'x.ts': '',
          'page.html': '',
          'lib/x.js': '',
        },
      },
      {
        name: 'on a site: without ending, from its root, and with the anchors of its generator',
        files: {
          'docs/.vitepress/config.ts': '',
          'docs/guide/index.md':
            '[a](/config/) [b](./build) [c](../config/#server-proxy) [d](/logo.svg) [e](./build.html#_1-a-b)',
          'docs/guide/build.md': '# 1. a/b',
          'docs/config/index.md': '# server.proxy',
          'docs/public/logo.svg': '<svg/>',
        },
      },
    ],
    fails: [
      {
        name: 'missing, with what may be meant',
        files: { 'a.md': '[x](#usage) [y](docs/b.md#Install) [z](#none)\n\n# Using\n', 'docs/b.md': '## install' },
        findings: [
          { messageId: 'noAnchor', startLine: 1, startColumn: 1, message: 'There is no #usage in this page.' },
          { messageId: 'noAnchor', message: 'There is no #Install in docs/b.md; did you mean #install?' },
          { messageId: 'noAnchor', data: { anchor: 'none', page: 'this page', hint: '.' } },
        ],
      },
      {
        name: 'outside of a site its anchors are none, and a page needs its ending',
        files: { 'guide/index.md': '[b](./build) [e](./build.md#_1-a-b)', 'guide/build.md': '# 1. a/b' },
        findings: [{ messageId: 'missing', data: { target: 'guide/build' } }, { messageId: 'noAnchor' }],
      },
      {
        name: 'on a site what does not exist is missing all the same',
        files: { 'mkdocs.yml': '', 'docs/a.md': '[x](gone/) [y](/gone)' },
        findings: [
          { messageId: 'missing', data: { target: 'docs/gone' } },
          { messageId: 'missing', data: { target: 'gone' } },
        ],
      },
    ],
  });
});

it('says what it could not read, and survives what is hostile', async () => {
  await testCheck(links, {
    passes: [
      { name: 'a huge line', files: { 'a.md': `${'word '.repeat(20_000)}[a](a.md)` } },
      { name: 'open brackets', files: { 'a.md': `${'['.repeat(1_000)}${'<a '.repeat(1_000)}${'*_'.repeat(500)}` } },
      {
        name: 'a byte order mark and UTF-16',
        files: { 'a.md': '\uFEFF[a](a.md)', 'b.md': Buffer.from('\uFEFF[a](a.md)', 'utf16le') },
      },
      {
        name: 'names that are properties of objects',
        files: { 'a.md': '# constructor\n\n[x](#constructor) [y](__proto__.md)', '__proto__.md': '' },
      },
      {
        name: 'a binary page',
        files: { 'a.md': new Uint8Array([35, 0, 1]), 'b.md': '[x](a.md#y)' },
        outcome: 'degraded',
      },
      { name: 'too long a page', files: { 'a.md': 'a\n'.repeat(2_000_001) }, outcome: 'degraded' },
    ],
    fails: [
      {
        name: 'a binary page does not hide what the others say',
        files: { 'a.md': new Uint8Array([35, 0, 1]), 'b.md': '[x](c.md)' },
        outcome: 'degraded',
        findings: [{ messageId: 'missing', path: 'b.md' }],
      },
    ],
  });
});

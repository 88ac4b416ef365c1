import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import spelling from '../../../plugins/docs/checks/spelling.js';
import { ProjectWords } from '../../../plugins/docs/project-words.js';

it('reports words that no dictionary and no part of the project knows', async () => {
  await testCheck(spelling, {
    passes: [
      {
        name: 'right words, code, addresses, names and changelogs',
        files: {
          'a.md':
            'It works. `frobnicatte` and <b title="frobnicatte">bold</b> https://frobnicatte.example\n\n```js\nfrobnicatte()\n```\n\nWritten by Grzegorz Brzeczyszczykiewicz, who likes frobnicatte.\n',
          'CHANGELOG.md': 'frobnicatte xyzzyq\n',
        },
      },
      {
        name: 'styles, scripts and code in HTML, issues and ids of advisories',
        files: {
          'a.md':
            '# Fine\n\n<style scoped>\n.a {\n  grid: minmaxx(1fr);\n}\n</style>\n\n- <code>x | <a href="#b">outbasse</a> | frobnicatte</code>\n\nSee GHSA-vg6x-rcgg-rjxq and [frobnic/frobnicatte-x#12](https://a.example).\n',
        },
      },
      {
        name: 'words of the project: packages, files, configurations in any form',
        files: {
          'a.md': 'frobnicatte foobazzle quuxify grault plughy\n',
          'package.json': '{ "dependencies": { "frobnicatte": "1" }, "cspell": { "words": ["quuxify"] } }',
          'src/foobazzle.ts': '',
          'cspell.json':
            '{ "words": [/* it is */ "grault",], "dictionaryDefinitions": [{ "name": "p", "path": "./words.txt" }], "dictionaries": ["p"] }',
          'words.txt': 'plughy # a word\n',
        },
      },
      {
        name: 'an option, a comment, an ignored path',
        files: {
          'a.md': 'xyzzyq <!-- cspell:ignore plughy --> plughy\n',
          'b/c.md': 'wrongg\n',
          '.cspell.yaml': 'ignorePaths: [b]\n',
        },
        options: { words: ['xyzzyq'] },
      },
      {
        name: 'a configuration that is code',
        files: { 'a.md': 'fine\n', 'cspell.config.js': 'process.exit(1)' },
        outcome: 'degraded',
      },
      { name: 'a configuration that is broken', files: { 'a.md': 'fine\n', 'cspell.json': '{' }, outcome: 'degraded' },
      {
        name: 'a configuration that imports itself',
        files: { 'a.md': 'fine\n', 'cspell.json': '{ "import": ["./cspell.json"] }' },
        outcome: 'degraded',
      },
      { name: 'a binary page', files: { 'a.md': new Uint8Array([97, 0]) }, outcome: 'degraded' },
      { name: 'a page that is too long', files: { 'a.md': 'word '.repeat(210_000) }, outcome: 'degraded' },
    ],
    fails: [
      {
        name: 'once a page, with its place and count',
        files: { 'docs/a.md': '# Fine\n\nThey recieve it, and Recieve فارسی again.\n' },
        findings: [
          {
            messageId: 'unknown',
            path: 'docs/a.md',
            startLine: 3,
            startColumn: 6,
            severity: 'note',
            message: "'recieve' is in no dictionary.",
          },
        ],
      },
      {
        name: 'names and words of the project, where they do not count',
        files: { 'a.md': 'We like Grzegorzz and frobnicatte, frobnicatte.\n', 'frobnicatte.txt': '' },
        options: { names: false, projectWords: false },
        findings: [
          { messageId: 'unknown', data: { word: 'Grzegorzz', times: '', count: 1 } },
          { messageId: 'unknown', message: "'frobnicatte' is in no dictionary (2 times on this page)." },
        ],
      },
      {
        name: 'words that the project does not want',
        files: { 'a.md': 'Whitelist it.\n', 'cspell.json': '{ "flagWords": ["whitelist"] }' },
        findings: [{ messageId: 'forbidden', startLine: 1, startColumn: 1 }],
      },
    ],
    refuses: [{ words: [''] }, { language: '' }, { names: 'yes' }],
  });
}, 180_000);

it('takes names apart', () => {
  const words = new ProjectWords();
  words.add('src/useHTTPServer_v2.test.ts');
  words.addManifest({
    name: '@acme/zod-x',
    author: { name: 'Ada Lovelace' },
    contributors: ['Bob <b@x>', 3],
    dependencies: { tinypool: '1' },
  });
  expect(words.list()).toEqual(
    expect.arrayContaining([
      'usehttpserver',
      'use',
      'http',
      'server',
      'acme',
      'zod',
      'ada',
      'lovelace',
      'bob',
      'tinypool',
    ]),
  );
});

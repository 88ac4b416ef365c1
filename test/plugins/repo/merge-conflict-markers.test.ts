import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import mergeConflictMarkers from '../../../plugins/repo/checks/merge-conflict-markers.js';
import { git } from './git.js';

// Put together here, so that this file has no markers of its own.
const [OURS, BASE, SEPARATOR, THEIRS] = ['<', '|', '=', '>'].map((sign) => sign.repeat(7)) as [
  string,
  string,
  string,
  string,
];
const BLOCK = [`${OURS} HEAD`, 'a', SEPARATOR, 'b', `${THEIRS} topic`];
const lines = (...parts: string[]): string => `${parts.join('\n')}\n`;

/** Leaves a conflict in `a.txt`, as git itself writes it. */
const merge = (style: string, files: { readonly ours: string; readonly theirs: string }) => (root: string) => {
  git(root, 'checkout', '--quiet', '-b', 'topic');
  writeFileSync(join(root, 'a.ts'), files.theirs);
  git(root, 'commit', '--quiet', '--all', '--message', 'Theirs');
  git(root, 'checkout', '--quiet', '-');
  git(root, 'checkout', '--quiet', '-b', 'ours', 'HEAD~0');
  writeFileSync(join(root, 'a.ts'), files.ours);
  git(root, 'commit', '--quiet', '--all', '--message', 'Ours');
  try {
    git(root, '-c', `merge.conflictStyle=${style}`, 'merge', '--quiet', 'topic');
  } catch {
    return;
  }
  throw new Error('The merge was to end in a conflict.');
};
const TEXT = {
  base: 'first\nmiddle\nlast\n',
  ours: 'first\nour middle\nlast\n',
  theirs: 'first\ntheir middle\nlast\n',
};

it('reports conflicts that are left over, and nothing that only looks like one', async () => {
  await testCheck(mergeConflictMarkers, {
    passes: [
      { name: 'no markers', files: { 'a.ts': 'export {};\n', 'empty.ts': '' } },
      {
        name: 'underlines of headings',
        files: {
          'README.md': lines('Heading', SEPARATOR, '', `${THEIRS} a quotation`, '', 'Another', SEPARATOR),
          'docs/a.rst': lines('Heading', SEPARATOR, '', OURS, '', 'Another', SEPARATOR),
          'lib/a.py': lines('"""Returns', SEPARATOR, '"""'),
        },
      },
      {
        name: 'one marker alone, and a start and an end without a separator',
        files: {
          'a.test.ts': lines(`${OURS} HEAD`, 'a'),
          'b.test.ts': lines('a', `${THEIRS} topic`),
          'c.log': lines(`${OURS} request`, 'a', `${THEIRS} response`, SEPARATOR),
          'd.test.ts': lines(`${THEIRS} topic`, SEPARATOR, `${OURS} HEAD`),
          'e.diff': lines(`${BASE} base`, SEPARATOR),
        },
      },
      {
        name: 'markers that are none: indented, too short, glued to text, quoted, of different sizes',
        files: {
          'a.ts': lines(...BLOCK.map((line) => ` ${line}`)),
          'b.ts': lines(...BLOCK.map((line) => line.slice(1))),
          'c.ts': lines(`${OURS}HEAD`, 'a', `${SEPARATOR}x`, 'b', `${THEIRS}topic`),
          'd.ts': lines(...BLOCK.map((line) => `"${line}"`)),
          'e.ts': lines(`<${OURS} HEAD`, 'a', SEPARATOR, 'b', `>>${THEIRS} topic`),
          'f.ts': lines(`${OURS}<<< banner`, `${SEPARATOR}===`, 'a'),
          'g.ts': lines(`${OURS} HEAD`, 'a', `${SEPARATOR} Title`, 'b', `${THEIRS} topic`),
        },
      },
      {
        name: 'examples in documents',
        files: {
          'a.md': lines('# Conflicts', '', '```diff', ...BLOCK, '```', '', '~~~~', '```', ...BLOCK, '~~~~'),
          'longer.md': lines('````', '```', ...BLOCK, '```', '````'),
          'b.adoc': lines('----', ...BLOCK, '----', '', '....', ...BLOCK, '....'),
          'headings.adoc': lines(
            'NAME',
            '----',
            'a',
            '',
            '.Code',
            '-----',
            ...BLOCK,
            '-----',
            '[c]',
            '----',
            ...BLOCK,
            '----',
          ),
          'c.rst': lines('::', '', ...BLOCK.map((line) => `    ${line}`)),
        },
      },
      { name: 'a binary file', files: { 'a.bin': Buffer.from(`\0${lines(...BLOCK)}`) } },
      { name: 'nothing', files: {} },
    ],
    fails: [
      {
        name: 'a conflict',
        files: { 'src/a.ts': lines('x', ...BLOCK, 'y') },
        findings: [
          {
            messageId: 'unresolved',
            path: 'src/a.ts',
            startLine: 2,
            startColumn: 1,
            severity: 'error',
            message: "A merge conflict between 'HEAD' and 'topic' is not resolved.",
            data: { ours: 'HEAD', theirs: 'topic', lines: 5 },
          },
        ],
      },
      {
        name: 'as git writes it',
        files: { 'a.ts': TEXT.base },
        git: true,
        setup: merge('merge', TEXT),
        findings: [
          { messageId: 'unresolved', path: 'a.ts', startLine: 2, data: { ours: 'HEAD', theirs: 'topic', lines: 5 } },
        ],
      },
      {
        name: 'as git writes it in the diff3 style, with CRLF',
        files: { 'a.ts': TEXT.base.replaceAll('\n', '\r\n') },
        git: true,
        setup: merge('diff3', {
          ours: TEXT.ours.replaceAll('\n', '\r\n'),
          theirs: TEXT.theirs.replaceAll('\n', '\r\n'),
        }),
        findings: [
          { messageId: 'unresolved', path: 'a.ts', startLine: 2, data: { ours: 'HEAD', theirs: 'topic', lines: 7 } },
        ],
      },
      {
        name: 'the whole file, without labels, without a last line break, with a byte order mark, with lone CR',
        files: {
          'a.ts': `${OURS}\n${SEPARATOR}\n${THEIRS}`,
          'b.ts': `\uFEFF${lines(...BLOCK)}`,
          'c.ts': BLOCK.join('\r'),
          'd.ts': lines(`${OURS}\tHEAD`, `${SEPARATOR} \t`, `${THEIRS} `),
        },
        findings: [
          {
            messageId: 'unresolved',
            path: 'a.ts',
            startLine: 1,
            data: { ours: 'unnamed', theirs: 'unnamed', lines: 3 },
          },
          { messageId: 'unresolved', path: 'b.ts', startLine: 1 },
          { messageId: 'unresolved', path: 'c.ts', startLine: 1 },
          { messageId: 'unresolved', path: 'd.ts', startLine: 1, data: { ours: 'HEAD', theirs: 'unnamed', lines: 3 } },
        ],
      },
      {
        name: 'one after another and one within another, of the same and of another size',
        files: {
          'after.ts': lines(...BLOCK, ...BLOCK),
          'nested.ts': lines(`${OURS} A`, `${BASE} base`, ...BLOCK, SEPARATOR, 'c', `${THEIRS} C`),
          'sizes.ts': lines(
            `${OURS} A`,
            `${BASE} base`,
            `<<${OURS} B`,
            'b',
            `==${SEPARATOR}`,
            `>>${THEIRS} D`,
            SEPARATOR,
            `${THEIRS} C`,
          ),
          'lone-start-inside.ts': lines(`${OURS} A`, SEPARATOR, `${OURS} data`, `${THEIRS} C`),
        },
        findings: [
          {
            messageId: 'unresolved',
            path: 'after.ts',
            startLine: 1,
            data: { ours: 'HEAD', theirs: 'topic', lines: 5 },
          },
          {
            messageId: 'unresolved',
            path: 'after.ts',
            startLine: 6,
            data: { ours: 'HEAD', theirs: 'topic', lines: 5 },
          },
          {
            messageId: 'unresolved',
            path: 'lone-start-inside.ts',
            startLine: 1,
            data: { ours: 'A', theirs: 'C', lines: 4 },
          },
          { messageId: 'unresolved', path: 'nested.ts', startLine: 1, data: { ours: 'A', theirs: 'C', lines: 10 } },
          {
            messageId: 'unresolved',
            path: 'nested.ts',
            startLine: 3,
            data: { ours: 'HEAD', theirs: 'topic', lines: 5 },
          },
          { messageId: 'unresolved', path: 'sizes.ts', startLine: 1, data: { ours: 'A', theirs: 'C', lines: 8 } },
          { messageId: 'unresolved', path: 'sizes.ts', startLine: 3, data: { ours: 'B', theirs: 'D', lines: 4 } },
        ],
      },
      {
        name: 'what is left of a conflict',
        files: {
          'end.ts': lines(...BLOCK.slice(0, 4), 'c'),
          'start.ts': lines(...BLOCK.slice(1), 'c'),
          'end-then-whole.ts': lines(...BLOCK.slice(0, 4), ...BLOCK),
        },
        findings: [
          { messageId: 'endMissing', path: 'end-then-whole.ts', startLine: 1 },
          { messageId: 'unresolved', path: 'end-then-whole.ts', startLine: 5 },
          {
            messageId: 'endMissing',
            path: 'end.ts',
            startLine: 1,
            message: "The end of a merge conflict with 'HEAD' was removed, the rest of its markers is still there.",
            data: { ours: 'HEAD', theirs: 'unnamed', lines: 3 },
          },
          {
            messageId: 'startMissing',
            path: 'start.ts',
            startLine: 2,
            data: { ours: 'unnamed', theirs: 'topic', lines: 3 },
          },
        ],
      },
      {
        name: 'in documents, outside of examples and across their edges',
        files: {
          'a.md': lines('----', '', ...BLOCK, '', '----'),
          'b.md': lines('```', 'code', '```', ...BLOCK, '```', 'code', '```'),
          'c.md': lines(BLOCK[0] ?? '', '```js', SEPARATOR, '```ts', BLOCK[4] ?? '', '```'),
          'd.md': lines('```', ...BLOCK),
          'e.adoc': lines('NAME', '----', ...BLOCK, '', 'TEXT', '----'),
          'notes.txt': lines(...BLOCK),
        },
        findings: [
          { messageId: 'unresolved', path: 'a.md', startLine: 3 },
          { messageId: 'unresolved', path: 'b.md', startLine: 4 },
          { messageId: 'unresolved', path: 'c.md', startLine: 1 },
          { messageId: 'unresolved', path: 'd.md', startLine: 2 },
          { messageId: 'unresolved', path: 'e.adoc', startLine: 3 },
          { messageId: 'unresolved', path: 'notes.txt', startLine: 1 },
        ],
      },
      {
        name: 'a label that is long, a name that is awkward, a line that never ends',
        files: {
          'a\n"b" \\ ü.ts': lines(
            `${OURS} ${'😀'.repeat(200)}`,
            '='.repeat(2_000_000),
            SEPARATOR,
            ' '.repeat(2_000_000),
            `${THEIRS} <b>"x"</b>`,
          ),
        },
        findings: [
          {
            messageId: 'unresolved',
            path: 'a\n"b" \\ ü.ts',
            data: { ours: `${'😀'.repeat(79)}…`, theirs: '<b>"x"</b>', lines: 5 },
          },
        ],
      },
    ],
  });
});

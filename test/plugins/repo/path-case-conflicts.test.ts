import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import pathCaseConflicts from '../../../plugins/repo/checks/path-case-conflicts.js';

const COMPOSED = 'caf\u00e9.txt';
const DECOMPOSED = 'cafe\u0301.txt';

it('reports paths that a disk without case takes for one, each group once', async () => {
  await testCheck(pathCaseConflicts, {
    passes: [
      { files: { 'a.txt': '', 'b.txt': '', 'a/b.txt': '', 'A.md': '' } },
      { name: 'letters that no disk folds', files: { straße: '', strasse: '', ı: '', I: '', ŉ: '', ʼn: '' } },
      { name: 'the same name in different folders', files: { 'a/README': '', 'b/readme': '' } },
      { name: 'nothing', files: {} },
    ],
    fails: [
      {
        files: { 'README.md': '', 'Readme.md': '', 'readme.md': '', 'other.md': '' },
        findings: [
          {
            messageId: 'differsByCase',
            path: 'README.md',
            severity: 'error',
            message: 'README.md differs only by case from Readme.md, readme.md.',
            data: {
              path: 'README.md',
              others: 'Readme.md, readme.md',
              spellings: 'README.md, Readme.md, readme.md',
              paths: ['README.md', 'Readme.md', 'readme.md'],
            },
          },
        ],
      },
      {
        name: 'folders are reported once, and files in them only for their own names',
        files: { 'Src/a.ts': '', 'src/a.ts': '', 'src/B.ts': '', 'Src/b.ts': '', 'src/deep/x': '', 'Src/deep/x': '' },
        findings: [
          { messageId: 'differsByCase', path: 'Src', message: 'Src differs only by case from src.' },
          { messageId: 'differsByCase', path: 'Src/b.ts', message: 'Src/b.ts differs only by case from src/B.ts.' },
        ],
      },
      {
        name: 'a folder and a file',
        files: { 'Docs/a.md': '', docs: '' },
        findings: [{ messageId: 'differsByCase', path: 'Docs' }],
      },
      {
        name: 'two forms of the same letters',
        files: { [COMPOSED]: '', [DECOMPOSED]: '' },
        findings: [
          {
            messageId: 'differsByNormalization',
            path: DECOMPOSED,
            message: `${DECOMPOSED} looks the same as another path but is spelt with other code points: cafe\\u{301}.txt, caf\\u{e9}.txt.`,
          },
        ],
      },
      {
        name: 'both at once is a difference of case',
        files: { [COMPOSED.toUpperCase()]: '', [DECOMPOSED]: '' },
        findings: [{ messageId: 'differsByCase' }],
      },
      {
        name: 'letters beyond ASCII, and names that are awkward',
        files: {
          'ÄÖ.txt': '',
          'äö.txt': '',
          ΟΔΟΣ: '',
          οδος: '',
          οδοσ: '',
          'a\n"B" \\': '',
          'A\n"b" \\': '',
          𐐀: '',
          𐐨: '',
        },
        findings: [
          { messageId: 'differsByCase', path: 'A\n"b" \\' },
          { messageId: 'differsByCase', path: 'ÄÖ.txt' },
          { messageId: 'differsByCase', path: 'ΟΔΟΣ', message: 'ΟΔΟΣ differs only by case from οδος, οδοσ.' },
          { messageId: 'differsByCase', path: '𐐀' },
        ],
      },
      {
        name: 'in git',
        git: true,
        files: { Makefile: '', makefile: '' },
        findings: [{ messageId: 'differsByCase', path: 'Makefile' }],
      },
    ],
  });
});

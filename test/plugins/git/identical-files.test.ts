import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import identicalFiles from '../../../plugins/git/checks/identical-files.js';

const text = 'x'.repeat(2_000);

it('finds files with the same content', { timeout: 180_000 }, async () => {
  await testCheck(identicalFiles, {
    passes: [
      { files: { 'a.txt': text, 'b.txt': `${text}y` }, git: true },
      { name: 'small ones', files: { 'a.txt': 'same', 'b.txt': 'same' }, git: true },
      {
        name: 'licences and fixtures',
        files: { LICENSE: text, 'packages/a/LICENSE.md': text, 'test/fixtures/x': text },
        git: true,
      },
      {
        name: 'a link, and a copy that is not tracked',
        files: { 'a.txt': text },
        git: true,
        setup: (root) => {
          symlinkSync('a.txt', join(root, 'b.txt'));
          writeFileSync(join(root, 'c.txt'), text);
        },
      },
      { name: 'no git', files: { 'a.txt': text, 'b.txt': text }, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'two groups, one of many, with awkward names',
        files: {
          ...Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => [`many/${name}.txt`, text])),
          'q "1"\n.txt': `${text}1`,
          'z ü.txt': `${text}1`,
        },
        git: true,
        findings: [
          {
            messageId: 'identical',
            path: 'many/a.txt',
            severity: 'note',
            message:
              'many/a.txt (2.0 KB) is identical to many/b.txt, many/c.txt, many/d.txt, many/e.txt, many/f.txt, 1 more.',
          },
          { messageId: 'identical', path: 'q "1"\n.txt' },
        ],
      },
      {
        name: 'options',
        files: { 'a.txt': 'same', 'b.txt': 'same', 'c/LICENSE': text, 'd/LICENSE': text },
        git: true,
        options: { minBytes: 1, ignore: ['*.txt'] },
        findings: [{ messageId: 'identical', path: 'c/LICENSE' }],
      },
    ],
    refuses: [{ minBytes: 0 }],
  });
});

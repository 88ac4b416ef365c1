import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import maxFileSize from '../../../plugins/repo/checks/max-file-size.js';

const LARGE = Buffer.alloc(1_048_577, 'x');

it('reports files over the limit, and no others', async () => {
  await testCheck(maxFileSize, {
    passes: [
      { name: 'a file of exactly the limit', files: { 'a.bin': LARGE.subarray(1) } },
      { name: 'an empty file', files: { 'empty.txt': '' }, options: { maxBytes: 1 } },
      { name: 'a raised limit', files: { 'a.bin': LARGE }, options: { maxBytes: 2_000_000 } },
      {
        name: 'a file that Git LFS stores',
        files: { 'a.txt': 'x' },
        git: true,
        setup: (root) => {
          writeFileSync(join(root, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
          writeFileSync(join(root, "it's a \n:name.bin"), LARGE);
        },
      },
      { name: 'nothing', files: {} },
    ],
    fails: [
      {
        name: 'one byte over the limit, where both sizes would look equal',
        files: { 'docs/a.bin': LARGE, 'docs/b.txt': 'b' },
        findings: [
          {
            messageId: 'tooLarge',
            path: 'docs/a.bin',
            severity: 'warning',
            message: 'docs/a.bin is 1,048,577 bytes; the limit is 1,048,576 bytes.',
            data: {
              path: 'docs/a.bin',
              size: '1,048,577 bytes',
              limit: '1,048,576 bytes',
              sizeBytes: 1_048_577,
              maxBytes: 1_048_576,
            },
          },
        ],
      },
      {
        name: 'sizes for people, and names that are awkward',
        files: { 'a\nb "c" \\ ü.bin': Buffer.alloc(3_400_000), '-rf': 'xyz' },
        options: { maxBytes: 2 },
        findings: [
          { messageId: 'tooLarge', path: '-rf', message: '-rf is 3 B; the limit is 2 B.' },
          {
            messageId: 'tooLarge',
            path: 'a\nb "c" \\ ü.bin',
            message: 'a\nb "c" \\ ü.bin is 3.4 MB; the limit is 2 B.',
          },
        ],
      },
      {
        name: 'in git, a large file that has another filter, and one without',
        files: { 'a.txt': 'x' },
        git: true,
        setup: (root) => {
          writeFileSync(join(root, '.gitattributes'), 'a.bin filter=lfs\na.bin -filter\nb.bin filter=other\n');
          for (const name of ['a.bin', 'b.bin', 'lfs']) writeFileSync(join(root, name), LARGE);
        },
        findings: [
          { messageId: 'tooLarge', path: 'a.bin' },
          { messageId: 'tooLarge', path: 'b.bin' },
          { messageId: 'tooLarge', path: 'lfs' },
        ],
      },
    ],
    refuses: [{ maxBytes: 0 }, { maxBytes: 1.5 }, { maxBytes: '1 MB' }],
  });
});

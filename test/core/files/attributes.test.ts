// What git's attributes say of files: which of them Git LFS stores.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { indexFiles } from '../../../core/files/file-index.js';
import type { ChangeRequest } from '../../../core/model/changes.js';
import { folder, git, repository, write } from '../../support/folders.js';
import { checkOf, runScan, type ScanSettings } from '../../support/run-scan.js';

/** The files that Git LFS stores. */
async function stored(root: string, changes?: ChangeRequest): Promise<string[]> {
  const index = await indexFiles(root, { changes });
  return index.entries.filter(({ lfs }) => lfs === true).map(({ path }) => path);
}

const AWKWARD = 'it\'s "a"\n:name ü.bin';

describe('a file that Git LFS stores', () => {
  it('is known by the attributes that hold for it, tracked or not', async () => {
    const root = repository({
      '.gitattributes': '[attr]big filter=lfs diff=lfs\n*.bin big\nplain.bin -filter\nother.bin filter=other\n',
      'a.bin': 'a',
      'b.txt': 'b',
      'plain.bin': 'p',
      'other.bin': 'o',
      'sub/.gitattributes': '*.txt filter=lfs\n',
      'sub/c.txt': 'c',
      'sub/d.bin': 'd',
    });
    write(root, { [AWKWARD]: 'n', 'sub/new.txt': 'n', 'new.txt': 'n' });
    expect(await stored(root)).toEqual(['a.bin', AWKWARD, 'sub/c.txt', 'sub/d.bin', 'sub/new.txt']);
    expect(await stored(join(root, 'sub'))).toEqual(['c.txt', 'd.bin', 'new.txt']);
  });

  it('is known by attributes that lie elsewhere', async () => {
    const info = repository({ 'a.bin': 'a' });
    write(info, { '.git/info/attributes': '*.bin filter=lfs\n' });
    const own = repository({ 'a.bin': 'a' });
    git(own, 'config', 'core.attributesFile', join(folder({ attributes: '*.bin filter=lfs\n' }), 'attributes'));
    const sparse = repository({ 'a.bin': 'a', '.gitattributes': '*.bin filter=lfs\n' });
    git(sparse, 'update-index', '--skip-worktree', '.gitattributes');
    rmSync(join(sparse, '.gitattributes'));
    for (const root of [info, own, sparse]) expect(await stored(root)).toEqual(['a.bin']);
    expect(await stored(repository({ 'a.bin': 'a' }))).toEqual([]);
  });

  it('is known where something else is staged than lies there', async () => {
    const root = repository({ 'a.bin': 'a', 'b.txt': 'b', '.gitattributes': '*.bin filter=lfs\n' });
    git(root, 'config', 'filter.lfs.clean', 'cat');
    write(root, { 'a.bin': 'staged', 'b.txt': 'staged' });
    git(root, 'add', '--all');
    write(root, { 'a.bin': 'later', 'b.txt': 'later' });
    expect(await stored(root, { kind: 'staged' })).toEqual(['a.bin']);
  });

  it('is asked about again once it is none any more, although it is the same file', async () => {
    const large = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`${index}.txt`, 'x']));
    const root = repository({ ...large, '.gitignore': '.scanrun/\n', 'a.bin': 'x'.repeat(20) });
    const off = ['broken-symlinks', 'ignored-but-tracked', 'merge-conflict-markers', 'path-case-conflicts'];
    const others = [...off, 'required-files', 'windows-names'].map((key) => [`repo/${key}`, 'off']);
    const checks = { ...Object.fromEntries(others), 'repo/max-file-size': { options: { maxBytes: 15 } } };
    const options = { plugins: ['repo'], checks } as ScanSettings['config'] & object;
    const found = async (): Promise<number> => {
      const { result } = await runScan(root, { config: options });
      return checkOf(result, 'repo/max-file-size').findings.length;
    };
    const attributes = join(root, '.git/info/attributes');
    write(root, { '.git/info/attributes': '*.bin filter=lfs\n' });
    expect([await found(), await found()]).toEqual([0, 0]);
    rmSync(attributes);
    expect([await found(), await found()]).toEqual([1, 1]);
    write(root, { '.git/info/attributes': '*.bin filter=lfs\n' });
    expect([await found(), await found()]).toEqual([0, 0]);
  });
});

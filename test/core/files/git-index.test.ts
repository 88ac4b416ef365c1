import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type IndexEntries, type IndexEntry, openIndexFile } from '../../../core/files/git-index.js';
import { readStageList } from '../../../core/files/git-stage.js';
import { folder, git, repository, write } from '../../support/folders.js';

/** All that an index says, with ids as hex. */
function all(entries: IndexEntries | undefined, prefix = ''): object[] | undefined {
  if (entries === undefined) return undefined;
  const list: object[] = [];
  entries.each(prefix, ({ ids, idAt, idBytes, ...entry }: IndexEntry) =>
    list.push({ ...entry, id: ids.toString('hex', idAt, idAt + idBytes) }),
  );
  return list;
}

const open = (root: string, idBytes = 20) => openIndexFile(readFileSync(join(root, '.git/index')), idBytes);

/** What git itself prints of the same index. */
const printed = (root: string, idBytes = 20) =>
  readStageList(
    execFileSync('git', ['ls-files', '-z', '--stage', '--debug'], { cwd: root, maxBuffer: 1e9 }),
    true,
    idBytes,
  );

describe('the index file', () => {
  it('says what git says of it, in every version, whatever the names', () => {
    const name = fc
      .array(fc.constantFrom('a', 'b', 'ä', '日', '🦊', ' ', '"', '\n', '\t', '.x', 'long'.repeat(20)), {
        minLength: 1,
        maxLength: 4,
      })
      .map((parts) => parts.join(''));
    const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 3 }), {
      minLength: 1,
      maxLength: 12,
      selector: (parts) => parts.join('/'),
    });
    fc.assert(
      fc.property(paths, fc.constantFrom('2', '3', '4'), (parts, version) => {
        const root = folder();
        git(root, 'init', '--quiet');
        const id = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';
        const lines = parts.map((path) => `100644 ${id}\tf/${path.join('/')}/file\0`).join('');
        execFileSync('git', ['update-index', '-z', '--index-info'], { cwd: root, input: lines });
        // Version 3 is version 2 with a flag that only some entries have.
        if (version === '4') git(root, 'update-index', '--index-version', '4');
        if (version === '3') git(root, 'update-index', '--skip-worktree', `f/${parts[0]?.join('/')}/file`);
        expect(readFileSync(join(root, '.git/index')).readUInt32BE(4)).toBe(Number(version));
        const read = all(open(root));
        expect(read).toHaveLength(parts.length);
        expect(read).toEqual(all(printed(root)));
        rmSync(root, { recursive: true });
      }),
      { numRuns: 25 },
    );
  });

  it('knows modes, times, flags and the versions of a conflict', () => {
    const root = repository({ a: 'a', b: 'b', c: 'c', 'run.sh': 'x' });
    utimesSync(join(root, 'b'), 1_000_000_000, 1_000_000_000.5);
    git(root, 'update-index', 'b');
    chmodSync(join(root, 'run.sh'), 0o755);
    git(root, 'update-index', 'run.sh');
    git(root, 'update-index', '--assume-unchanged', 'c');
    git(root, 'checkout', '--quiet', '-b', 'other');
    write(root, { a: 'theirs' });
    git(root, 'commit', '--quiet', '--all', '--message', 'Theirs');
    git(root, 'checkout', '--quiet', 'main');
    write(root, { a: 'ours' });
    git(root, 'commit', '--quiet', '--all', '--message', 'Ours');
    expect(() => git(root, 'merge', 'other')).toThrow();
    write(root, { later: 'l' });
    git(root, 'add', '--intent-to-add', 'later');
    const read = all(open(root));
    expect(read).toEqual(all(printed(root)));
    expect(read).toMatchObject([
      { path: 'a', stage: 1 },
      { path: 'a', stage: 2 },
      { path: 'a', stage: 3 },
      { path: 'b', mode: 0o100644, mtimeSeconds: 1_000_000_000, mtimeNanoseconds: 500_000_000, sizeBytes: 1 },
      { path: 'c', assumeUnchanged: true },
      { path: 'later', intentToAdd: true, mtimeSeconds: 0 },
      { path: 'run.sh', mode: 0o100755, assumeUnchanged: false, intentToAdd: false },
    ]);
  });

  it('is read with the longer names of SHA-256, and not with the wrong length', () => {
    const root = folder({ a: 'a', 'b/c': 'c', 'b/dd': 'd', eeeeee: 'e' });
    git(root, 'init', '--quiet', '--object-format=sha256');
    git(root, 'add', '--all');
    expect(all(open(root, 32))).toEqual(all(printed(root, 32)));
    expect(all(open(root, 32))).toHaveLength(4);
    expect(open(root, 20)).toBeUndefined();
  });

  it('gives what lies below a folder, with paths from there', () => {
    const root = repository({ 'pkg/a': 'a', 'pkg/b/c': 'c', 'pkg-other': 'x', pkgx: 'x', 'a/pkg/d': 'd' });
    for (const version of ['2', '4']) {
      git(root, 'update-index', '--index-version', version);
      expect(all(open(root), 'pkg/')?.map((entry) => (entry as IndexEntry).path)).toEqual(['a', 'b/c']);
    }
  });

  it('is left to git where it is split or sparse', () => {
    const split = repository({ a: 'a', b: 'b' });
    git(split, 'update-index', '--split-index');
    expect(open(split)).toBeUndefined();
    const sparse = repository({ 'in/a': 'a', 'out/b': 'b', 'out/c': 'c' });
    git(sparse, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    expect(open(sparse)).toBeUndefined();
  });

  it('that is damaged is left to git, and never half read', () => {
    const root = repository(
      Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`folder/file-${index}`, 'x'])),
    );
    for (const version of ['2', '4']) {
      git(root, 'update-index', '--index-version', version);
      const whole = readFileSync(join(root, '.git/index'));
      for (let length = 0; length < whole.length - 20; length += 1) {
        const entries = openIndexFile(whole.subarray(0, length), 20);
        // What is cut off behind the last entry is no entry.
        expect([undefined, 20]).toContain(all(entries)?.length);
      }
      fc.assert(
        fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, byte) => {
          const damaged = Buffer.from(whole);
          damaged[at] = byte;
          const entries = openIndexFile(damaged, 20);
          entries?.each('', () => {});
        }),
      );
      for (const text of ['', 'DIRC', 'DIRC\0\0\0\u0002\xff\xff\xff\xff'.padEnd(200, '\0')])
        expect(openIndexFile(Buffer.from(text, 'latin1'), 20)).toBeUndefined();
    }
  });
});

describe('what git prints of its index', () => {
  it('is read also without stat data, and not where it has another form', () => {
    const root = repository({ a: 'a', 'b c': 'b' });
    const plain = execFileSync('git', ['ls-files', '-z', '--stage'], { cwd: root });
    expect(all(readStageList(plain, false, 20))).toMatchObject([
      { path: 'a', mode: 0o100644, mtimeSeconds: 0 },
      { path: 'b c', mode: 0o100644, mtimeSeconds: 0 },
    ]);
    expect(readStageList(plain, true, 20)).toBeUndefined();
    const detailed = execFileSync('git', ['ls-files', '-z', '--stage', '--debug'], { cwd: root }).toString('latin1');
    const later = Buffer.from(detailed.replaceAll('  size:', '  length:'), 'latin1');
    expect(readStageList(later, true, 20)).toBeUndefined();
    expect(readStageList(Buffer.from('no list at all'), false, 20)).toBeUndefined();
    expect(all(readStageList(Buffer.alloc(0), true, 20))).toEqual([]);
  });
});

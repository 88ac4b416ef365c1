import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentIdOf } from '../../../core/files/content-id.js';
import { type FileIndex, indexFiles } from '../../../core/files/file-index.js';
import { openIndexFile } from '../../../core/files/git-index.js';
import type { FileEntry } from '../../../core/model/target.js';
import { type Files, folder, git, repository, settled, write } from '../../support/folders.js';
import { act, anySteps, pathsThere, STEP_FILES } from '../../support/git-steps.js';

/** What the bytes on disk are named, counted here and not by the code under test. */
function nameOnDisk(root: string, { path, type }: FileEntry, hash = 'sha1'): string {
  const bytes = type === 'symlink' ? Buffer.from(readlinkSync(join(root, path))) : readFileSync(join(root, path));
  return `${createHash(hash).update(`blob ${bytes.length}\0`).update(bytes).digest('hex')}:${bytes.length}`;
}

function entryOf(index: FileIndex, path: string): FileEntry {
  const found = index.entries.find((entry) => entry.path === path);
  if (found === undefined) throw new Error(`${path} is not among ${index.entries.map((entry) => entry.path)}`);
  return found;
}

/** A repository in which git vouches for every file. */
function vouched(files: Files, links?: Readonly<Record<string, string>>): string {
  return settled(1, files, links)[0] as string;
}

/** The id that git's index knows, and the id whoever knows it. */
async function ids(root: string, path: string): Promise<readonly [known: string | undefined, id: string | undefined]> {
  const index = await indexFiles(root);
  return [index.knownId(entryOf(index, path)), index.contentId(entryOf(index, path))];
}

describe('the id of a content', () => {
  it('is the name that git gives to the bytes, and their number', () => {
    const root = repository({ a: 'hello\n', empty: '' });
    expect(contentIdOf(Buffer.from('hello\n'))).toBe(`${git(root, 'hash-object', 'a').trim()}:6`);
    expect(contentIdOf(new Uint8Array(0))).toBe(`${git(root, 'hash-object', 'empty').trim()}:0`);
    expect(contentIdOf(Buffer.from('hello\n'), 'sha256')).toMatch(/^[0-9a-f]{64}:6$/);
  });

  it('comes from the index for what is unchanged, and from the file for what is not', async () => {
    const root = vouched({ a: 'aaaa', b: 'bbbb', 'run.sh': 'x', empty: '' }, { 'to-a': 'a' });
    const index = await indexFiles(root);
    for (const entry of index.entries) {
      expect(index.knownId(entry)).toBe(nameOnDisk(root, entry));
      expect(index.contentId(entry)).toBe(index.knownId(entry));
    }
    write(root, { a: 'AAAA', new: 'aaaa' });
    expect(await ids(root, 'a')).toEqual([undefined, contentIdOf(Buffer.from('AAAA'))]);
    expect(await ids(root, 'new')).toEqual([undefined, contentIdOf(Buffer.from('aaaa'))]);
    // Changed and taken back: git's index no longer vouches for it, and the id is the same.
    write(root, { a: 'aaaa' });
    const [known, id] = await ids(root, 'a');
    expect([known, id]).toEqual([undefined, index.contentId(entryOf(index, 'a'))]);
  });

  it('is computed once', async () => {
    const root = folder({ a: 'first' });
    const index = await indexFiles(root);
    const id = index.contentId(entryOf(index, 'a'));
    write(root, { a: 'second' });
    expect(index.contentId(entryOf(index, 'a'))).toBe(id);
  });

  it('is that of SHA-256 where the repository uses that', async () => {
    const root = folder({ a: 'a', b: 'b' });
    git(root, 'init', '--quiet', '--object-format=sha256');
    git(root, 'add', '--all');
    write(root, { b: 'B' });
    const index = await indexFiles(root);
    expect(index.hash).toBe('sha256');
    for (const entry of index.entries) expect(index.contentId(entry)).toBe(nameOnDisk(root, entry, 'sha256'));
  });

  it('of what cannot be read is the error of the file system', async () => {
    const root = folder({ a: 'a', b: 'b' });
    const index = await indexFiles(root);
    rmSync(join(root, 'a'));
    expect(() => index.contentId(entryOf(index, 'a'))).toThrow(/ENOENT/);
    rmSync(join(root, 'b'));
    symlinkSync('/etc/passwd', join(root, 'b'));
    expect(() => index.contentId(entryOf(index, 'b'))).toThrow(/ELOOP/);
  });

  it('of a submodule is its commit, and a repository that is none has no id', async () => {
    const inner = repository({ 'in.txt': 'x' });
    const root = repository({ 'out.txt': 'x' });
    git(root, 'submodule', '--quiet', 'add', inner, 'lib');
    git(root, 'clone', '--quiet', inner, 'nested');
    const commit = git(inner, 'rev-parse', 'HEAD').trim();
    expect(await ids(root, 'lib')).toEqual([`${commit}:0`, `${commit}:0`]);
    expect(await ids(root, 'nested')).toEqual([undefined, undefined]);
  });

  it('of a large file is that of all its pieces', async () => {
    const root = folder({ large: Buffer.alloc(2_500_000, 'abc') });
    expect((await ids(root, 'large'))[1]).toBe(contentIdOf(readFileSync(join(root, 'large'))));
  });
});

// Git looks at each file itself unless one changed in the second in which the index was written; then this code does.
describe.each([
  ['git looks at the files', true],
  ['this code looks at the files', false],
])('whatever happened to a file, where %s', (_, isSettled) => {
  const RUNS = 60;

  it('its id names what lies there, and nothing is missing', { timeout: 120_000 }, async () => {
    const pool = isSettled ? settled(RUNS, STEP_FILES) : [];
    for (const root of pool.slice(0, 1)) {
      const index = join(root, '.git/index');
      const newest = openIndexFile(readFileSync(index), 20)?.newestSeconds;
      expect(newest).toBeLessThan(Math.floor(lstatSync(index).mtimeMs / 1_000));
    }
    await fc.assert(
      fc.asyncProperty(anySteps(), async (steps) => {
        const root = (isSettled ? pool.pop() : undefined) ?? repository(STEP_FILES);
        for (const step of steps) act(root, step);
        const index = await indexFiles(root).catch(() => undefined);
        const expected = pathsThere(root);
        expect(index?.entries.map(({ path }) => path) ?? []).toEqual(expected);
        for (const entry of index?.entries ?? []) {
          expect(`${entry.path} ${index?.contentId(entry)}`).toBe(`${entry.path} ${nameOnDisk(root, entry)}`);
          const stats = lstatSync(join(root, entry.path));
          expect([entry.sizeBytes, entry.modifiedMs]).toEqual([stats.size, stats.mtimeMs]);
          expect(entry.executable).toBe(entry.type === 'file' && (stats.mode & 0o100) !== 0);
        }
        rmSync(root, { recursive: true });
      }),
      // A repository that has been shrunk to is new, and another case; what failed first is in the report.
      { numRuns: RUNS, endOnFailure: isSettled },
    );
  });
});

describe('a file that git converts', () => {
  const CRLF = 'one\r\ntwo\r\n';
  const LF = 'one\ntwo\n';

  it('has another id with other line ends, although git calls it unchanged', async () => {
    const root = vouched({ '.gitattributes': '* text=auto\n', a: CRLF });
    const [known, id] = await ids(root, 'a');
    expect(git(root, 'status', '--porcelain')).toBe('');
    expect(git(root, 'cat-file', 'blob', ':a')).toBe(LF);
    expect(known).toBe(`${git(root, 'hash-object', 'a').trim()}:${CRLF.length}`);
    expect(id).toBe(known);
    // The same content in git, the same name in the index, other bytes on disk.
    write(root, { a: LF });
    git(root, 'add', 'a');
    expect(git(root, 'diff', '--cached', '--name-only')).toBe('');
    expect((await ids(root, 'a'))[1]).toBe(contentIdOf(Buffer.from(LF)));
    expect((await ids(root, 'a'))[1]).not.toBe(known);
  });

  it.each([
    ['ident', 'a ident', '$Id: 1$\n', '$Id: 2$\n'],
    ['a filter that loses something', 'a filter=lower', 'Text', 'tExt'],
    ['an encoding', 'a working-tree-encoding=UTF-16', '\xff\xfea\0', '\xfe\xff\0a'],
  ])('by %s gets its id from its bytes', async (__, attribute, first, second) => {
    const root = vouched({ '.gitattributes': `${attribute}\n`, b: 'b' });
    git(root, 'config', 'filter.lower.clean', 'tr A-Z a-z');
    const put = (text: string): void => {
      writeFileSync(join(root, 'a'), Buffer.from(text, 'latin1'));
      utimesSync(join(root, 'a'), 1_000_000_000, 1_000_000_000);
      git(root, 'add', 'a');
    };
    put(first);
    const kept = git(root, 'rev-parse', ':a');
    const [known, id] = await ids(root, 'a');
    put(second);
    // This is why: to git the two are one.
    expect(git(root, 'rev-parse', ':a')).toBe(kept);
    expect(known).toBeUndefined();
    expect((await ids(root, 'a'))[1]).not.toBe(id);
    expect((await ids(root, 'b'))[0]).toMatch(/:1$/);
  });

  it('by Git LFS has the id of its pointer, which names the content', async () => {
    const root = vouched({ '.gitattributes': '*.bin filter=lfs\n', 'a.bin': 'large', b: 'b' });
    expect((await ids(root, 'a.bin'))[0]).toMatch(/^[0-9a-f]{40}:5$/);
  });

  it('by attributes that lie elsewhere is found too', async () => {
    const made = (): string => vouched({ 'pkg/a': 'x' });
    const info = made();
    write(info, { '.git/info/attributes': 'a ident\n' });
    const own = made();
    git(own, 'config', 'core.attributesFile', join(folder({ attributes: 'a ident\n' }), 'attributes'));
    const outer = vouched({ '.gitattributes': '*/a ident\n', 'pkg/a': 'x' });
    const sparse = vouched({ 'pkg/a': 'x', 'pkg/.gitattributes': 'a ident\n' });
    git(sparse, 'update-index', '--skip-worktree', 'pkg/.gitattributes');
    rmSync(join(sparse, 'pkg/.gitattributes'));
    for (const root of [info, own, outer, sparse]) expect((await ids(join(root, 'pkg'), 'a'))[0]).toBeUndefined();
    const plain = made();
    const id = git(plain, 'rev-parse', ':pkg/a').trim();
    expect((await ids(join(plain, 'pkg'), 'a'))[0]).toBe(`${id}:1`);
  });
});

describe('whether a file is binary', () => {
  it('is told by its beginning, as git does', async () => {
    const root = folder({
      text: 'text',
      empty: '',
      binary: 'a\0b',
      late: `${'x'.repeat(7_999)}\0`,
      later: `${'x'.repeat(8_000)}\0`,
    });
    symlinkSync('binary', join(root, 'link'));
    const index = await indexFiles(root);
    expect(index.entries.filter((entry) => index.isBinary(entry)).map(({ path }) => path)).toEqual(['binary', 'late']);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FileIndex, indexFiles } from '../../../core/files/file-index.js';
import type { ChangeRequest } from '../../../core/model/changes.js';
import type { StoredEntry } from '../../../core/model/target.js';
import { folder, git, repository, settled, write } from '../../support/folders.js';
import { act, anySteps, pathsThere, STEP_FILES, whatLies } from '../../support/git-steps.js';

const indexed = (root: string, changes: ChangeRequest, cwd = root): Promise<FileIndex> =>
  indexFiles(root, { changes, cwd });

/** The paths of a change set, in order. */
const changedIn = ({ changes }: FileIndex): string[] => [...(changes?.paths ?? [])].sort();

const since = async (root: string, ref: string): Promise<string[]> =>
  changedIn(await indexed(root, { kind: 'since', ref }));

const commitAll = (root: string, message = 'Next'): void => {
  git(root, 'add', '--all');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', message);
};

/** What an entry's content is, read from where it lies. */
function contentOf(root: string, entry: StoredEntry): string {
  if (entry.type === 'symlink') return `link ${entry.linkTarget}`;
  const bytes = readFileSync(entry.storedAt ?? join(root, entry.path), 'utf8');
  return `${entry.executable ? 'program' : 'file'} ${bytes}`;
}

describe('what changed since a commit', () => {
  it('is what was committed, staged, edited, removed or made since the histories parted', async () => {
    const root = repository({
      committed: '1',
      staged: '1',
      edited: '1',
      removed: '1',
      same: '1',
      '.gitignore': '*.log\n',
    });
    git(root, 'checkout', '--quiet', '-b', 'side');
    write(root, { committed: '2' });
    commitAll(root);
    git(root, 'checkout', '--quiet', 'main');
    write(root, { 'of-main': 'm', same: '2' });
    commitAll(root);
    git(root, 'checkout', '--quiet', 'side');
    write(root, { staged: '2', edited: '2', new: 'n', 'ignored.log': 'l' });
    git(root, 'add', 'staged');
    rmSync(join(root, 'removed'));
    const index = await indexed(root, { kind: 'since', ref: 'main' });
    expect(changedIn(index)).toEqual(['committed', 'edited', 'new', 'removed', 'staged']);
    expect(index.changes).toMatchObject({ kind: 'since', ref: 'main', files: 4, removed: 1 });
    expect(index.changes?.base).toBe(git(root, 'merge-base', 'main', 'side').trim());
    // All files are still listed: the restriction is for the visits.
    expect(index.entries.map(({ path }) => path)).toContain('same');
  });

  it('does not have what was touched, or changed and taken back', async () => {
    const [root = ''] = settled(1, { a: 'a', b: 'b', c: 'c' });
    write(root, { a: 'a', b: 'B' });
    commitAll(root);
    write(root, { b: 'b' });
    chmodSync(join(root, 'c'), 0o755);
    expect(await since(root, 'HEAD~1')).toEqual(['c']);
    expect(await since(root, 'HEAD')).toEqual(['b', 'c']);
  });

  it('knows a file that git forgot and that is still there', async () => {
    const root = repository({ a: 'a', b: 'b', c: 'c' });
    git(root, 'rm', '--cached', '--quiet', 'a', 'b');
    write(root, { b: 'B' });
    expect(await since(root, 'HEAD')).toEqual(['b']);
  });

  it('is told from a folder of the repository with paths from there', async () => {
    const root = repository({ 'pkg/a': 'a', 'pkg/b': 'b', other: 'o' });
    write(root, { 'pkg/a': 'A', other: 'O', 'pkg/new': 'n' });
    expect(await since(join(root, 'pkg'), 'HEAD')).toEqual(['a', 'new']);
  });

  it('has a conflict, the commit of a submodule, and no file that a sparse checkout leaves out as removed', async () => {
    const inner = repository({ in: 'x' });
    const root = repository({ 'in/a': 'a', 'out/b': 'b' });
    git(root, 'submodule', '--quiet', 'add', inner, 'lib');
    commitAll(root);
    git(root, 'tag', 'before');
    write(root, { 'out/b': 'B' });
    commitAll(root);
    write(inner, { in: 'y' });
    commitAll(inner);
    git(join(root, 'lib'), 'pull', '--quiet', 'origin', 'main');
    git(root, 'add', 'lib');
    git(root, 'sparse-checkout', 'set', '--no-cone', '/in/', '/lib', '/.gitmodules');
    const index = await indexed(root, { kind: 'since', ref: 'before' });
    expect(changedIn(index)).toEqual(['lib', 'out/b']);
    expect(index.changes).toMatchObject({ files: 1, removed: 0 });
  });

  it('is the difference of two trees, whatever was done between them', { timeout: 120_000 }, async () => {
    const pool = settled(15, STEP_FILES);
    await fc.assert(
      fc.asyncProperty(anySteps('skip'), async (steps) => {
        const root = pool.pop() ?? repository(STEP_FILES);
        git(root, 'tag', 'base');
        const before = new Map(pathsThere(root).map((path) => [path, whatLies(root, path)]));
        for (const step of steps) act(root, step);
        const now = new Map(pathsThere(root).map((path) => [path, whatLies(root, path)]));
        const expected = [...new Set([...before.keys(), ...now.keys()])].filter(
          (path) => before.get(path) !== now.get(path),
        );
        const index = await indexed(root, { kind: 'since', ref: 'base' }).catch(() => undefined);
        if (index !== undefined) expect(changedIn(index)).toEqual(expected.sort());
        else expect(now.size).toBe(0);
        expect(index?.changes?.removed ?? 0).toBe(
          expected.filter((path) => !now.has(path) && index !== undefined).length,
        );
        rmSync(root, { recursive: true });
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('cannot be told without git, or with a commit that is not there', async () => {
    const codeOf = (root: string, ref: string): Promise<unknown> =>
      indexed(root, { kind: 'since', ref }).catch((e) => e);
    const root = repository({ a: 'a' });
    expect(await codeOf(folder({ a: 'a' }), 'main')).toMatchObject({ code: 'SR_CHANGES_NO_GIT' });
    for (const ref of ['nope', '', '--output=/tmp/x', 'HEAD:a', 'main..main', '0'.repeat(40)])
      expect(await codeOf(root, ref)).toMatchObject({ code: 'SR_CHANGES_REF' });
    const unborn = folder({ a: 'a' });
    git(unborn, 'init', '--quiet');
    git(unborn, 'add', 'a');
    expect(await codeOf(unborn, 'HEAD')).toMatchObject({ code: 'SR_CHANGES_REF' });
    git(root, 'checkout', '--quiet', '--orphan', 'unrelated');
    git(root, 'commit', '--quiet', '--message', 'Another root');
    expect(await codeOf(root, 'main')).toMatchObject({ code: 'SR_CHANGES_UNRELATED' });
  });

  it('says of a shallow clone how to get the commit that it lacks', async () => {
    const root = repository({ a: 'a' });
    git(root, 'checkout', '--quiet', '-b', 'side');
    write(root, { a: 'A' });
    commitAll(root);
    git(root, 'checkout', '--quiet', 'main');
    write(root, { b: 'b' });
    commitAll(root);
    const shallow = join(folder(), 'clone');
    git(root, 'clone', '--quiet', '--depth=1', '--no-single-branch', `file://${root}`, shallow);
    const lacking = await indexed(shallow, { kind: 'since', ref: 'origin/side' }).catch((error) => error);
    expect(lacking).toMatchObject({
      code: 'SR_CHANGES_SHALLOW',
      next: expect.stringContaining('git fetch --unshallow'),
    });
    const single = join(folder(), 'clone');
    git(root, 'clone', '--quiet', '--depth=1', `file://${root}`, single);
    const unknown = await indexed(single, { kind: 'since', ref: 'side' }).catch((error) => error);
    expect(unknown).toMatchObject({ code: 'SR_CHANGES_REF', next: expect.stringContaining('git fetch origin side') });
    git(shallow, 'fetch', '--quiet', '--unshallow');
    expect(await since(shallow, 'origin/side')).toEqual(['b']);
  });
});

describe('what is staged', () => {
  const staged = (root: string): Promise<FileIndex> => indexed(root, { kind: 'staged' });

  it('is the content of the index, under the same paths', async () => {
    const root = repository({ a: 'one', b: 'two', c: 'three', gone: 'g' });
    write(root, { a: 'staged', new: 'staged too', untracked: 'u' });
    git(root, 'add', 'a', 'new');
    git(root, 'rm', '--quiet', '--cached', 'gone');
    write(root, { a: 'later', b: 'not staged' });
    rmSync(join(root, 'c'));
    const index = await staged(root);
    expect(changedIn(index)).toEqual(['a', 'gone', 'new']);
    expect(index.changes).toMatchObject({ kind: 'staged', files: 2, removed: 1, base: index.target.commit });
    expect(Object.fromEntries(index.entries.map((entry) => [entry.path, contentOf(root, entry)]))).toEqual({
      a: 'file staged',
      b: 'file two',
      c: 'file three',
      new: 'file staged too',
    });
    expect(index.staged?.differing).toBe(3);
    expect([...(index.staged?.absent ?? [])].sort()).toEqual(['gone', 'untracked']);
    const stored = index.entries.flatMap(({ storedAt }) => storedAt ?? []);
    expect(stored.every((file) => existsSync(file))).toBe(true);
    index.close();
    expect(stored.some((file) => existsSync(file))).toBe(false);
  });

  it('is what git has in its index, whatever was done', { timeout: 120_000 }, async () => {
    const pool = settled(15, STEP_FILES);
    await fc.assert(
      fc.asyncProperty(anySteps('skip', 'intend'), async (steps) => {
        const root = pool.pop() ?? repository(STEP_FILES);
        for (const step of steps) act(root, step);
        const index = await staged(root);
        const listed = git(root, 'ls-files', '-z', '--stage')
          .split('\0')
          .filter((line) => line !== '');
        const expected = listed.map((line) => {
          const [, mode, id, path = ''] = /^(\d+) (\w+) 0\t(.*)$/s.exec(line) ?? [];
          const kind = mode === '120000' ? 'link' : mode === '100755' ? 'program' : 'file';
          return [path, `${kind} ${git(root, 'cat-file', 'blob', id ?? '')}`, id];
        });
        const found = index.entries.map((entry) => [
          entry.path,
          contentOf(root, entry),
          index.contentId(entry)?.split(':')[0],
        ]);
        expect(found).toEqual(expected);
        const names = git(root, 'diff', '--cached', '--no-renames', '--name-only', '-z').split('\0');
        expect(changedIn(index)).toEqual(names.filter((name) => name !== '').sort());
        index.close();
        rmSync(root, { recursive: true });
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('does not have what is only announced, and says what is in conflict', async () => {
    const root = repository({ a: 'base' });
    git(root, 'checkout', '--quiet', '-b', 'other');
    write(root, { a: 'theirs' });
    commitAll(root);
    git(root, 'checkout', '--quiet', 'main');
    write(root, { a: 'ours', b: 'b' });
    commitAll(root);
    expect(() => git(root, 'merge', 'other')).toThrow();
    write(root, { later: 'l' });
    git(root, 'add', '--intent-to-add', 'later');
    const index = await staged(root);
    expect(index.entries.map(({ path }) => path)).toEqual(['b']);
    expect(index.unlisted).toEqual([
      { path: 'a', kind: 'entry', cause: 'it is in conflict, so nothing of it is staged' },
    ]);
    expect(index.changes?.unlisted).toEqual(index.unlisted);
    expect(index.notices).toMatchObject([{ code: 'not-listed' }]);
  });

  it('before the first commit is all that was added, and nothing is nothing', async () => {
    for (const hash of ['sha1', 'sha256']) {
      const root = folder({ a: 'a', b: 'b' });
      git(root, 'init', '--quiet', `--object-format=${hash}`);
      expect(await staged(root)).toMatchObject({ entries: [], changes: { files: 0, removed: 0 } });
      git(root, 'add', 'a');
      const index = await staged(root);
      expect(changedIn(index)).toEqual(['a']);
      expect(index.changes).not.toHaveProperty('base');
    }
  });

  it('is of the index that a commit is made from', async () => {
    const root = repository({ a: 'a', b: 'b' });
    write(root, { a: 'A', b: 'B' });
    // What `git commit a` hands to its hooks: an index with that file alone.
    const environment = { GIT_INDEX_FILE: '.git/next-index-1.lock' };
    const env = { ...process.env, ...environment };
    execFileSync('git', ['read-tree', 'HEAD'], { cwd: root, env });
    execFileSync('git', ['update-index', 'a'], { cwd: root, env });
    const index = await indexFiles(root, { environment, cwd: root, changes: { kind: 'staged' } });
    expect(changedIn(index)).toEqual(['a']);
    // Nothing is in the index of everybody else.
    expect(changedIn(await staged(root))).toEqual([]);
  });

  it('is fetched without running a filter or a program that fetches, and leaves nothing behind when it fails', async () => {
    const root = repository({ '.gitattributes': '* filter=evil\n', a: 'one' });
    const marker = join(folder(), 'it-ran');
    const evil = join(root, '.git/evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch ${marker}\nexit 1\n`);
    chmodSync(evil, 0o755);
    write(root, { a: 'two' });
    git(root, 'add', 'a');
    for (const name of ['clean', 'smudge', 'process']) git(root, 'config', `filter.evil.${name}`, evil);
    git(root, 'config', 'extensions.partialClone', 'origin');
    git(root, 'config', 'remote.origin.url', `ext::${evil}`);
    git(root, 'config', 'protocol.ext.allow', 'always');
    git(root, 'config', 'remote.origin.promisor', 'true');
    rmSync(join(root, 'a'));
    const index = await staged(root);
    expect(index.entries.map((entry) => contentOf(root, entry))).toContain('file two');
    index.close();
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('scanrun-staged-'));
    const id = git(root, 'rev-parse', ':a').trim();
    rmSync(join(root, '.git/objects', id.slice(0, 2), id.slice(2)));
    // Without the guards git would now ask the program for what is missing.
    spawnSync('git', ['cat-file', '-p', id], { cwd: root });
    expect(existsSync(marker)).toBe(true);
    rmSync(marker);
    await expect(staged(root)).rejects.toMatchObject({ code: 'SR_GIT_FAILED' });
    expect(existsSync(marker)).toBe(false);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('scanrun-staged-'))).toEqual(before);
  });

  it('may be large, empty, or a link', async () => {
    const root = repository({ large: 'l', empty: 'e', link: 'a' });
    const large = Buffer.alloc(3_000_000, 'abcdefg\n');
    write(root, { large, empty: '' });
    rmSync(join(root, 'link'));
    symlinkSync('somewhere/else', join(root, 'link'));
    git(root, 'add', '--all');
    for (const name of ['large', 'empty', 'link']) rmSync(join(root, name));
    const index = await staged(root);
    expect(index.entries).toMatchObject([
      { path: 'empty', sizeBytes: 0 },
      { path: 'large', sizeBytes: large.length },
      { path: 'link', type: 'symlink', linkTarget: 'somewhere/else' },
    ]);
    expect(readFileSync(index.entries[1]?.storedAt ?? '').equals(large)).toBe(true);
    index.close();
  });
});

describe('given files', () => {
  const given = (root: string, paths: readonly string[], cwd = root): Promise<FileIndex> =>
    indexed(root, { kind: 'files', paths }, cwd);

  it('are named from the working folder, also through links and in any spelling', async () => {
    const root = repository({ a: 'a', 'dir/b': 'b', 'dir/c': 'c' });
    symlinkSync('a', join(root, 'link'));
    const elsewhere = folder();
    symlinkSync(root, join(elsewhere, 'by-link'));
    expect(changedIn(await given(root, ['b', './c', '../a', '../link'], join(root, 'dir')))).toEqual([
      'a',
      'dir/b',
      'dir/c',
      'link',
    ]);
    expect(changedIn(await given(root, [join(root, 'a'), 'by-link/dir/../dir/b'], elsewhere))).toEqual(['a', 'dir/b']);
    expect((await given(root, [])).changes).toMatchObject({ kind: 'files', files: 0, removed: 0 });
    expect(changedIn(await given(folder({ a: 'a', b: 'b' }), ['b', 'b']))).toEqual(['b']);
  });

  it('that were seen to change may be gone, which counts, or be none of the target, which does not', async () => {
    const root = repository({ a: 'a', '.gitignore': 'ignored\n' });
    write(root, { ignored: 'i', 'folder/b': 'b' });
    const paths = ['a', 'gone', 'ignored', 'folder', 'folder/b', '../outside'];
    const index = await indexed(root, { kind: 'files', paths, seen: true });
    expect(changedIn(index)).toEqual(['a', 'folder/b', 'gone']);
    expect(index.changes).toMatchObject({ files: 2, removed: 1 });
  });

  it('that are no files of the target are named all at once', async () => {
    const root = repository({ a: 'a', 'dir/b': 'b', '.gitignore': 'ignored\n' });
    write(root, { ignored: 'i' });
    mkdirSync(join(root, 'nested/.git'), { recursive: true });
    const thrown = await given(root, ['a', 'missing', '../outside', '/etc/passwd', 'dir', 'ignored', 'a/b']).catch(
      (e) => e,
    );
    expect(thrown).toMatchObject({
      code: 'SR_CHANGES_FILES',
      exitCode: 2,
      problems: [
        { where: 'missing', what: 'does not exist' },
        { where: '../outside', what: `lies outside of the target ${root}` },
        { where: '/etc/passwd', what: `lies outside of the target ${root}` },
        { where: 'dir', what: 'is a folder; name its files' },
        { where: 'ignored', what: 'is not listed: git ignores it, or it lies in a repository of its own' },
        { where: 'a/b', what: 'does not exist' },
      ],
    });
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentIdOf } from '../../../core/files/content-id.js';
import { type FileIndex, type IndexOptions, indexFiles } from '../../../core/files/file-index.js';
import { folder, git, repository, settled, write } from '../../support/folders.js';

const pathsOf = ({ entries }: FileIndex): string[] => entries.map(({ path }) => path);
const paths = async (root: string, options?: IndexOptions): Promise<string[]> =>
  pathsOf(await indexFiles(root, options));

/** A repository with another one in its folder `lib`. */
function withSubmodule(): string {
  const root = repository({ a: 'a' });
  git(root, 'submodule', '--quiet', 'add', repository({ b: 'b' }), 'lib');
  git(root, 'commit', '--quiet', '--message', 'Lib');
  return root;
}

/** Every path with whether git's index vouches for its content. */
async function vouchedFor(root: string): Promise<Record<string, boolean>> {
  const index = await indexFiles(root);
  return Object.fromEntries(index.entries.map((entry) => [entry.path, index.knownId(entry) !== undefined]));
}

describe('an index of another kind', () => {
  const files = { a: 'a', 'dir/b': 'b', 'dir/deep/c': 'c' };

  it.each([
    ['version 4', ['update-index', '--index-version', '4']],
    ['split', ['update-index', '--split-index']],
    ['with what it knows of untracked files', ['update-index', '--force-untracked-cache']],
  ])('is read all the same: %s', async (_, command) => {
    const [root = ''] = settled(1, files);
    git(root, ...command);
    write(root, { 'dir/b': 'changed', new: 'n' });
    expect(await vouchedFor(root)).toEqual({ a: true, 'dir/b': false, 'dir/deep/c': true, new: false });
    expect(await paths(join(root, 'dir'))).toEqual(['b', 'deep/c']);
  });

  it('is that of a sparse checkout: what it leaves out is not there, and no problem', async () => {
    for (const kind of ['--no-sparse-index', '--sparse-index']) {
      const [root = ''] = settled(1, { 'in/a': 'a', 'out/b': 'b', 'out/deep/c': 'c', top: 't' });
      git(root, 'sparse-checkout', 'set', '--cone', kind, 'in');
      const index = await indexFiles(root);
      expect(pathsOf(index)).toEqual(['in/a', 'top']);
      expect(index.notices).toEqual([]);
      // What is there in spite of it is seen, and git does not vouch for it.
      write(root, { 'out/b': 'B', 'out/new': 'n' });
      const again = await indexFiles(root);
      expect(pathsOf(again)).toEqual(['in/a', 'out/b', 'out/new', 'top']);
      const [entry] = again.entries.filter(({ path }) => path === 'out/b');
      expect(entry && again.contentId(entry)).toBe(contentIdOf(Buffer.from('B')));
    }
  });
});

describe('an entry of the index', () => {
  it('in conflict is one file, with the markers that lie there', async () => {
    const root = repository({ a: 'base\n' });
    git(root, 'checkout', '--quiet', '-b', 'other');
    write(root, { a: 'theirs\n' });
    git(root, 'commit', '--quiet', '--all', '--message', 'Theirs');
    git(root, 'checkout', '--quiet', 'main');
    write(root, { a: 'ours\n' });
    git(root, 'commit', '--quiet', '--all', '--message', 'Ours');
    expect(() => git(root, 'merge', 'other')).toThrow();
    const index = await indexFiles(root);
    expect(index.entries).toMatchObject([{ path: 'a', type: 'file', tracked: true }]);
    const [entry] = index.entries;
    expect(entry && index.knownId(entry)).toBeUndefined();
    expect(entry && index.contentId(entry)).toMatch(/:\d\d+$/);
  });

  it('that is only announced is a tracked file with the id of what lies there', async () => {
    const root = repository({ a: 'a' });
    write(root, { later: 'later' });
    git(root, 'add', '--intent-to-add', 'later');
    const index = await indexFiles(root);
    expect(index.entries[1]).toMatchObject({ path: 'later', tracked: true });
    expect(index.contentId(index.entries[1] as never)).toBe(contentIdOf(Buffer.from('later')));
  });

  it('that git is told to take as unchanged is looked at', async () => {
    const [root = ''] = settled(1, { a: 'a', b: 'b' });
    git(root, 'update-index', '--assume-unchanged', 'a', 'b');
    write(root, { a: 'A' });
    expect(await vouchedFor(root)).toEqual({ a: false, b: true });
  });

  it('behind a folder that became a link is gone: the link leads out of the target', async () => {
    const outside = folder({ b: 'secret' });
    const root = repository({ a: 'a', 'dir/b': 'b', 'dir/deep/c': 'c' });
    renameSync(join(root, 'dir'), join(folder(), 'moved'));
    symlinkSync(outside, join(root, 'dir'));
    const index = await indexFiles(root);
    expect(index.entries).toMatchObject([{ path: 'a' }, { path: 'dir', type: 'symlink', linkTarget: outside }]);
  });

  it('that shares its place with another, as case is ignored, is left out and said', async () => {
    const main = repository({ 'A.txt': 'a', 'dir/x': 'x' });
    const root = join(folder(), 'linked');
    git(main, 'worktree', 'add', '--quiet', root);
    // What such a file system shows: the same file under every spelling.
    linkSync(join(root, '.git'), join(root, '.GIT'));
    linkSync(join(root, 'A.txt'), join(root, 'a.txt'));
    git(root, 'add', 'a.txt');
    const index = await indexFiles(root);
    expect(index.entries.map(({ path }) => path.toLowerCase())).toEqual(['.git', 'a.txt', 'dir/x']);
    expect(index.unlisted).toHaveLength(1);
    expect(index.notices[0]?.message).toMatch(
      /^1 entry could not be looked at .* lies in its place, as case is ignored/,
    );
  });
});

describe('a repository inside of another', () => {
  it('is listed and not entered, and a notice says so', async () => {
    const root = repository({ a: 'a', '.gitignore': 'ignored/\n' });
    for (const name of ['nested', 'ignored/nested']) {
      mkdirSync(join(root, name), { recursive: true });
      git(join(root, name), 'init', '--quiet');
      write(join(root, name), { b: 'b' });
      git(join(root, name), 'add', 'b');
      git(join(root, name), 'commit', '--quiet', '--message', 'Nested');
    }
    const index = await indexFiles(root);
    expect(index.entries).toMatchObject([
      { path: '.gitignore' },
      { path: 'a' },
      { path: 'nested', type: 'submodule', tracked: false, sizeBytes: 0 },
    ]);
    expect(index.notices).toEqual([
      {
        code: 'nested-repository',
        level: 'info',
        message: '1 git repository inside of this one was not entered: "nested/". Scan each as a target of its own.',
      },
    ]);
    expect(await paths(join(root, 'nested'))).toEqual(['b']);
  });

  it('is a target like any other when it is a submodule or a linked work tree', async () => {
    const [inner = ''] = settled(1, { b: 'b', 'c/d': 'd' });
    const root = repository({ a: 'a' });
    git(root, 'submodule', '--quiet', 'add', inner, 'lib');
    const linked = join(folder(), 'linked');
    git(inner, 'worktree', 'add', '--quiet', '-b', 'side', linked);
    for (const target of [join(root, 'lib'), linked]) {
      const index = await indexFiles(target);
      expect(pathsOf(index).filter((path) => path !== '.git')).toEqual(['b', 'c/d']);
      expect(await paths(join(target, 'c'))).toEqual(['d']);
    }
    expect((await indexFiles(linked)).target.branch).toBe('side');
  });

  it('may be a submodule whose folder a file replaced', async () => {
    const root = withSubmodule();
    rmSync(join(root, 'lib'), { recursive: true });
    writeFileSync(join(root, 'lib'), 'now a file');
    expect((await indexFiles(root)).entries.at(-1)).toMatchObject({ path: 'lib', type: 'file', sizeBytes: 10 });
  });
});

describe('the environment', () => {
  it('does not lead to another repository than that of the target', async () => {
    const other = repository({ 'of-the-other': 'x' });
    const root = repository({ a: 'a' });
    const environment = {
      GIT_DIR: join(other, '.git'),
      GIT_WORK_TREE: other,
      GIT_INDEX_FILE: join(other, '.git/index'),
    };
    expect(await paths(root, { environment })).toEqual(['a']);
    expect(await paths(root, { environment: { GIT_DIR: '/nonexistent' } })).toEqual(['a']);
    // A hook of the other repository: its index is relative to the folder in which it runs.
    const index = { GIT_INDEX_FILE: '.git/index.of-the-other' };
    expect(await paths(root, { environment: index, cwd: other })).toEqual(['a']);
  });

  it('of a hook of the same repository counts: the index is that of the commit in the making', async () => {
    const root = repository({ a: 'a', 'dir/b': 'b' });
    write(root, { new: 'n' });
    const seen: string[][] = [];
    const environment = { GIT_INDEX_FILE: '.git/next-index' };
    execFileSync('git', ['read-tree', 'HEAD'], { cwd: root, env: { ...process.env, ...environment } });
    execFileSync('git', ['update-index', '--add', 'new'], { cwd: root, env: { ...process.env, ...environment } });
    for (const given of [environment, { ...environment, GIT_DIR: '.git' }, {}]) {
      const { entries } = await indexFiles(root, { environment: given, cwd: root });
      seen.push(entries.filter(({ tracked }) => tracked).map(({ path }) => path));
    }
    expect(seen).toEqual([
      ['a', 'dir/b', 'new'],
      ['a', 'dir/b', 'new'],
      ['a', 'dir/b'],
    ]);
  });

  it('does not change what is asked of git, nor its language', async () => {
    const root = repository({ '.gitattributes': 'a ident\n', a: 'a' });
    const environment = { GIT_LITERAL_PATHSPECS: '1', LC_ALL: 'de_DE.UTF-8', LANGUAGE: 'de', GIT_TRACE: '1' };
    const index = await indexFiles(root, { environment });
    expect(index.entries.map((entry) => index.knownId(entry) !== undefined)).toEqual([expect.anything(), false]);
    expect(index.notices).toEqual([]);
  });
});

describe('what is no work tree', () => {
  it('is walked when it is a bare repository, and refused when it is the inside of one', async () => {
    const bare = join(folder(), 'bare.git');
    git(repository({ a: 'a' }), 'clone', '--quiet', '--bare', '.', bare);
    const index = await indexFiles(bare);
    expect(index.target.kind).toBe('directory');
    expect(pathsOf(index)).toContain('HEAD');
    const inside = join(repository({ a: 'a' }), '.git');
    await expect(indexFiles(inside)).rejects.toMatchObject({
      code: 'SR_GIT_FAILED',
      message: expect.stringContaining('must be run in a work tree'),
    });
    const claims = repository({ a: 'a' });
    git(claims, 'config', 'core.bare', 'true');
    await expect(indexFiles(claims)).rejects.toMatchObject({ code: 'SR_GIT_FAILED' });
  });

  it('is refused when its settings lead elsewhere', async () => {
    const root = repository({ a: 'a' });
    git(root, 'config', 'core.worktree', repository({ b: 'b' }));
    await expect(indexFiles(root)).rejects.toMatchObject({
      code: 'SR_GIT_FAILED',
      message: expect.stringContaining('core.worktree'),
    });
    const above = folder({ 'repo/a': 'a', outside: 'x' });
    git(join(above, 'repo'), 'init', '--quiet');
    git(join(above, 'repo'), 'add', 'a');
    git(join(above, 'repo'), 'config', 'core.worktree', above);
    git(join(above, 'repo'), 'add', '--all', '..');
    expect(await paths(join(above, 'repo'))).toEqual(['a']);
  });
});

describe('a hostile repository', () => {
  /** A program of the repository, and whether it ran. */
  function trap(root: string): { readonly program: string; readonly ran: () => boolean } {
    const marker = join(folder(), 'it-ran');
    const program = join(root, '.git', 'evil.sh');
    writeFileSync(program, `#!/bin/sh\ntouch ${marker}\ncat\n`);
    chmodSync(program, 0o755);
    return { program, ran: () => existsSync(marker) };
  }

  it('does not get its filters run over files that git would have to read', async () => {
    const make = (): string => repository({ '.gitattributes': '* filter=evil\n', a: 'a', b: 'b' });
    const [tempting, root] = [make(), make()];
    const traps = [tempting, root].map((each) => {
      const set = trap(each);
      git(each, 'config', 'filter.evil.clean', set.program);
      git(each, 'config', 'filter.evil.smudge', set.program);
      // In the second in which the index was written: git cannot tell from the outside whether it changed.
      const now = new Date();
      utimesSync(join(each, '.git/index'), now, now);
      utimesSync(join(each, 'a'), now, now);
      return set;
    });
    // Without this the test would prove nothing: git itself does run it.
    spawnSync('git', ['status'], { cwd: tempting });
    expect(traps[0]?.ran()).toBe(true);
    const index = await indexFiles(root);
    for (const entry of index.entries) index.contentId(entry);
    expect(traps[1]?.ran()).toBe(false);
  });

  it('does not get programs of a submodule run', async () => {
    const root = withSubmodule();
    const { program, ran } = trap(root);
    git(join(root, 'lib'), 'config', 'core.fsmonitor', program);
    git(join(root, 'lib'), 'config', 'filter.evil.clean', program);
    write(root, { 'lib/.gitattributes': '* filter=evil\n', 'lib/b': 'B' });
    expect(await paths(root)).toEqual(['.gitmodules', 'a', 'lib']);
    expect(ran()).toBe(false);
  });
});

describe('a listing during which the index changes', () => {
  it('begins anew, so that a file that is tracked meanwhile is not lost', async () => {
    const root = repository({ a: 'a' });
    write(root, { new: 'n' });
    const real = execFileSync('sh', ['-c', 'command -v git']).toString().trim();
    const bin = folder({
      // Tracks the new file just before git looks for untracked ones, once.
      git: `#!/bin/sh\ncase "$*" in *--others*) test -e ${root}/.git/done || { touch ${root}/.git/done; sleep 0.2; ${real} add new; };; esac\nexec ${real} "$@"\n`,
    });
    chmodSync(join(bin, 'git'), 0o755);
    const environment = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    const { entries } = await indexFiles(root, { environment });
    expect(entries).toMatchObject([{ path: 'a' }, { path: 'new', tracked: true }]);
  });
});

describe('a folder without git', () => {
  it('names what has a name that is not UTF-8', async () => {
    const root = folder({ 'fine.txt': 'x', 'real-\uFFFD': 'a name like any other' });
    const bad = (name: number[]): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]);
    writeFileSync(bad([0x74, 0xff, 0x78]), 'a file');
    mkdirSync(bad([0x75, 0xfe]));
    const index = await indexFiles(root);
    expect(pathsOf(index)).toEqual(['fine.txt', 'real-\uFFFD']);
    expect(index.unlisted).toEqual([
      { path: 'tÿx', kind: 'name' },
      { path: 'uþ', kind: 'name' },
    ]);
  });
});

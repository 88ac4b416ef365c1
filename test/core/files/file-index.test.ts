import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ScanError } from '../../../core/errors.js';
import { indexFiles } from '../../../core/files/file-index.js';
import { commitAll, folder, git, repository, settled, write } from '../../support/folders.js';

const built = fileURLToPath(new URL('../../../dist/core/cli/main.js', import.meta.url));

/** The code of the ScanError that something ends with. */
async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'it did not fail',
    (error: unknown) => (error instanceof ScanError ? error.code : `not a ScanError: ${String(error)}`),
  );
}

const paths = async (root: string) => (await indexFiles(root)).entries.map(({ path }) => path);

describe('a git repository', () => {
  it('lists what is tracked and what is neither tracked nor ignored, and not what is gone', async () => {
    const root = repository({
      'a.txt': 'aaaa',
      'gone.txt': 'x',
      'sub/b.txt': 'b',
      '.gitignore': 'ignored/\n*.log\n',
      'run.sh': '#!/bin/sh\n',
    });
    chmodSync(join(root, 'run.sh'), 0o755);
    write(root, { 'new.txt': 'n', 'ignored/c.txt': 'c', 'debug.log': 'l' });
    rmSync(join(root, 'gone.txt'));
    const { entries, target, notices } = await indexFiles(root);
    expect(entries.every(({ modifiedMs }) => Math.abs(Date.now() - modifiedMs) < 60_000)).toBe(true);
    expect(entries.map(({ modifiedMs: _, ...entry }) => entry)).toEqual([
      { path: '.gitignore', sizeBytes: 15, type: 'file', executable: false, tracked: true },
      { path: 'a.txt', sizeBytes: 4, type: 'file', executable: false, tracked: true },
      { path: 'new.txt', sizeBytes: 1, type: 'file', executable: false, tracked: false },
      { path: 'run.sh', sizeBytes: 10, type: 'file', executable: true, tracked: true },
      { path: 'sub/b.txt', sizeBytes: 1, type: 'file', executable: false, tracked: true },
    ]);
    expect(target).toEqual({
      kind: 'git',
      name: root.split('/').at(-1),
      root,
      commit: git(root, 'rev-parse', 'HEAD').trim(),
      branch: 'main',
    });
    expect(notices).toEqual([]);
  });

  it('has no branch on a detached head', async () => {
    const root = repository({ a: 'a' });
    git(root, 'checkout', '--quiet', '--detach');
    const { target } = await indexFiles(root);
    expect(target.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(target).not.toHaveProperty('branch');
  });

  it('keeps a tracked file that an ignore file names', async () => {
    const root = repository({ 'kept.log': 'x' });
    write(root, { '.gitignore': '*.log\n' });
    expect(await paths(root)).toEqual(['.gitignore', 'kept.log']);
  });

  it('knows links by their text, and follows none', async () => {
    const root = folder({ 'a.txt': 'a', 'dir/b.txt': 'b' });
    symlinkSync('a.txt', join(root, 'to-file'));
    symlinkSync('dir', join(root, 'to-dir'));
    symlinkSync('/etc/passwd', join(root, 'outside'));
    symlinkSync('missing', join(root, 'broken'));
    commitAll(root);
    const { entries } = await indexFiles(root);
    const links = entries.flatMap((entry) => (entry.type === 'symlink' ? [[entry.path, entry.linkTarget]] : []));
    expect(links).toEqual([
      ['broken', 'missing'],
      ['outside', '/etc/passwd'],
      ['to-dir', 'dir'],
      ['to-file', 'a.txt'],
    ]);
    expect(entries.map(({ path }) => path)).not.toContain('to-dir/b.txt');
  });

  it('lists a submodule and does not enter it', async () => {
    const inner = repository({ 'in.txt': 'x' });
    const root = repository({ 'out.txt': 'x' });
    git(root, 'submodule', '--quiet', 'add', inner, 'lib/inner');
    const { entries } = await indexFiles(root);
    expect(entries.map(({ path, type }) => [path, type])).toEqual([
      ['.gitmodules', 'file'],
      ['lib/inner', 'submodule'],
      ['out.txt', 'file'],
    ]);
  });

  it('takes names with line breaks, quotes, tabs and every alphabet as they are', async () => {
    const odd = [
      'a\nb',
      'q"uo\'te',
      'tab\there',
      'back\\slash',
      'ünïcode-日本',
      ' lead',
      '-dash',
      '*.glob',
      'emoji-🦊',
    ];
    const root = repository(Object.fromEntries(odd.map((name) => [name, name])));
    write(root, { 'new\nline': 'untracked' });
    expect(await paths(root)).toEqual([...odd, 'new\nline'].sort((a, b) => (a < b ? -1 : 1)));
  });

  it('names what has a name that is not UTF-8, since no string can', async () => {
    const root = repository({ 'fine.txt': 'x' });
    const bad = (name: number[]) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name)]);
    writeFileSync(bad([0x74, 0xff, 0x78]), 'tracked');
    git(root, 'add', '--all');
    writeFileSync(bad([0x75, 0xfe]), 'untracked');
    const { entries, notices } = await indexFiles(root);
    expect(entries.map(({ path }) => path)).toEqual(['fine.txt']);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toMatchObject({ code: 'not-listed', level: 'warning' });
    expect(notices[0]?.message).toMatch(/^2 entries have names that are not UTF-8 and no check saw them: "tÿx", "uþ"/);
  });

  it('before its first commit lists what is staged, and what is only there with a notice', async () => {
    const staged = folder({ 'a.txt': 'a' });
    git(staged, 'init', '--quiet');
    git(staged, 'add', '--all');
    const { target, entries, notices } = await indexFiles(staged);
    expect([entries.length, notices]).toEqual([1, []]);
    expect(target.kind).toBe('git');
    expect(target).not.toHaveProperty('commit');
    const fresh = folder({ 'a.txt': 'a' });
    git(fresh, 'init', '--quiet');
    const second = await indexFiles(fresh);
    expect(second.entries).toMatchObject([{ path: 'a.txt', tracked: false }]);
    expect(second.notices).toMatchObject([{ code: 'nothing-tracked', level: 'info' }]);
  });

  it('whose index is gone though there is a commit is refused: it would look as if nothing was tracked', async () => {
    const root = repository({ 'a.txt': 'a' });
    rmSync(join(root, '.git/index'));
    expect(await codeOf(indexFiles(root))).toBe('SR_GIT_INDEX_EMPTY');
  });

  it('whose index is broken is refused with what git says', async () => {
    const root = repository({ 'a.txt': 'a' });
    writeFileSync(join(root, '.git/index'), 'not an index at all, but long enough to be read as one');
    const thrown = await indexFiles(root).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'SR_GIT_FAILED', message: expect.stringContaining('index') });
  });

  it('that belongs to someone else is refused with what git says, never walked in silence', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('only root can give a folder away');
    const root = repository({ 'a.txt': 'a' });
    execFileSync('chown', ['-R', 'nobody', root]);
    const before = process.env.HOME;
    process.env.HOME = folder();
    onTestFinished(() => {
      process.env.HOME = before;
    });
    const thrown = await indexFiles(root).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'SR_GIT_FAILED', message: expect.stringContaining('dubious ownership') });
  });

  it('is scanned from a folder of it alone, with paths from there', async () => {
    const root = repository({ 'a.txt': 'a', 'pkg/b.txt': 'b', 'pkg/deep/c.txt': 'c', '.gitignore': '*.log\n' });
    write(root, { 'pkg/x.log': 'l', 'pkg/new.txt': 'n' });
    const { target, entries } = await indexFiles(join(root, 'pkg'));
    expect(entries.map(({ path }) => path)).toEqual(['b.txt', 'deep/c.txt', 'new.txt']);
    expect(target).toMatchObject({ kind: 'git', name: 'pkg', root: join(root, 'pkg') });
  });

  it('that ignores the folder leaves it to be walked, and says so', async () => {
    const root = repository({ 'a.txt': 'a', '.gitignore': 'vendor/\n' });
    write(root, { 'vendor/b.txt': 'b' });
    const { target, entries, notices } = await indexFiles(join(root, 'vendor'));
    expect(entries.map(({ path }) => path)).toEqual(['b.txt']);
    expect(target.kind).toBe('directory');
    expect(notices).toMatchObject([{ code: 'ignored-by-git' }]);
  });

  it('runs no program that its configuration names', async () => {
    const root = repository({ 'a.txt': 'a' });
    const marker = join(folder(), 'it-ran');
    write(root, { 'evil.sh': `#!/bin/sh\ntouch ${marker}\n` });
    chmodSync(join(root, 'evil.sh'), 0o755);
    const evil = join(root, 'evil.sh');
    git(root, 'config', 'core.fsmonitor', evil);
    git(root, 'config', 'core.pager', evil);
    git(root, 'config', 'core.hooksPath', root);
    // Without this the test would prove nothing: git itself does run it.
    spawnSync('git', ['ls-files', '--others'], { cwd: root });
    expect(existsSync(marker)).toBe(true);
    rmSync(marker);
    expect(await paths(root)).toEqual(['a.txt', 'evil.sh']);
    expect(existsSync(marker)).toBe(false);
  });

  it('without git on the machine is walked, and a notice says so', async () => {
    const root = repository({ 'a.txt': 'a', '.gitignore': '*.log\n' });
    write(root, { 'b.log': 'l' });
    const before = process.env.PATH;
    process.env.PATH = folder();
    onTestFinished(() => {
      process.env.PATH = before;
    });
    const { target, entries, notices } = await indexFiles(root);
    // Its checks are planned, and say themselves that they have no answer.
    expect(target.kind).toBe('git');
    expect(entries.map(({ path }) => path)).toEqual(['.gitignore', 'a.txt']);
    expect(notices).toMatchObject([{ code: 'no-git', level: 'warning' }]);
  });
});

describe('a folder without git', () => {
  it('is walked by its ignore files, also nested ones that take rules back', async () => {
    const root = folder({
      '.gitignore': '*.log\n/build/\n!keep.log\n',
      'a.txt': 'a',
      'b.log': 'b',
      'keep.log': 'k',
      'build/x.txt': 'x',
      'src/build/y.txt': 'y',
      'src/.gitignore': '/only-here.txt\n*.tmp\n',
      'src/only-here.txt': 'x',
      'src/deep/only-here.txt': 'x',
      'src/deep/z.tmp': 'z',
      'src/deep/c.log': 'c',
      'other/z.tmp': 'z',
      '.ignore': 'secret.txt\n',
      'other/secret.txt': 's',
      'node_modules/m/index.js': 'm',
      '.hidden/h.txt': 'h',
    });
    const { entries, target, notices } = await indexFiles(root);
    expect(entries.map(({ path }) => path)).toEqual([
      '.gitignore',
      '.hidden/h.txt',
      '.ignore',
      'a.txt',
      'keep.log',
      'other/z.tmp',
      'src/.gitignore',
      'src/build/y.txt',
      'src/deep/only-here.txt',
    ]);
    expect(entries.every((entry) => !('tracked' in entry))).toBe(true);
    expect([target.kind, notices]).toEqual(['directory', []]);
  });

  it('takes back in a nested ignore file what an outer one ignores, as git does', async () => {
    const files = {
      '.gitignore': '*.log\n',
      'src/.gitignore': '!wanted.log\n',
      'src/wanted.log': 'w',
      'src/b.log': 'b',
    };
    const walked = await paths(folder(files));
    const tracked = await paths(repository(files));
    expect(walked).toEqual(tracked);
    expect(walked).toContain('src/wanted.log');
  });

  it('follows no link, and lists sockets and pipes as what could not be looked at', async () => {
    const root = folder({ 'a.txt': 'a', 'dir/b.txt': 'b' });
    symlinkSync('.', join(root, 'dir/circle'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const { entries, notices } = await indexFiles(root);
    expect(entries.map(({ path, type }) => [path, type])).toEqual([
      ['a.txt', 'file'],
      ['dir/b.txt', 'file'],
      ['dir/circle', 'symlink'],
    ]);
    expect(notices).toMatchObject([
      {
        code: 'not-listed',
        message: '1 entry could not be looked at and no check saw it: "pipe (not a regular file)".',
      },
    ]);
  });

  it('names the folders and ignore files that it may not open', ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root to become another user');
    const root = folder({ 'a.txt': 'a', 'closed/b.txt': 'b', 'blind/.gitignore': '*', 'blind/c.txt': 'c', ...SCANNED });
    chmodSync(root, 0o777);
    chmodSync(join(root, 'closed'), 0o000);
    chmodSync(join(root, 'blind/.gitignore'), 0o000);
    const messages = noticesAsNobody(root);
    expect(messages['not-listed']).toContain('"closed/ (EACCES)"');
    expect(messages['not-ignored']).toContain('"blind/.gitignore (EACCES)"');
  });
});

/** A configuration that needs nothing but what is there. */
const SCANNED = { 'scan.config.json': { plugins: ['repo'], reporters: ['json'] } };

/** What a scan by a user without rights says, all of a code together. */
function noticesAsNobody(root: string): Record<string, string> {
  const { stdout } = spawnSync('setpriv', ['--reuid=65534', '--clear-groups', process.execPath, built, 'run'], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: '/nonexistent', SCANRUN_REPORTER: 'json=-' },
    encoding: 'utf8',
  });
  const { notices } = JSON.parse(stdout) as { notices: { code: string; message: string }[] };
  const byCode: Record<string, string> = {};
  for (const { code, message } of notices) byCode[code] = `${byCode[code] ?? ''}${message}\n`;
  return byCode;
}

describe('a git repository with closed folders', () => {
  it('names tracked files in them, and the folders in which git could not look for others', ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root to become another user');
    const [root = ''] = settled(1, { 'a.txt': 'a', 'closed/b.txt': 'b', 'closed/deep/c.txt': 'c', ...SCANNED });
    write(root, { 'shut/c.txt': 'c' });
    execFileSync('chown', ['-R', '65534', root]);
    for (const name of ['closed', 'shut']) chmodSync(join(root, name), 0o000);
    const { 'not-listed': message } = noticesAsNobody(root);
    expect(message).toContain('"closed/b.txt (EACCES)", "closed/deep/c.txt (EACCES)"');
    expect(message).toContain('"shut/ (Permission denied)"');
  });
});

describe('a target that cannot be scanned', () => {
  it('is refused: an empty list is never clean', async () => {
    expect(await codeOf(indexFiles(folder()))).toBe('SR_NO_FILES');
    expect(await codeOf(indexFiles(folder({ '.gitignore': '*\n', a: 'a' })))).toBe('SR_NO_FILES');
    const onlyGit = folder();
    git(onlyGit, 'init', '--quiet');
    expect(await codeOf(indexFiles(onlyGit))).toBe('SR_NO_FILES');
    const allDeleted = repository({ a: 'a' });
    rmSync(join(allDeleted, 'a'));
    expect(await codeOf(indexFiles(allDeleted))).toBe('SR_NO_FILES');
  });

  it('is named when it is a file, missing, or below a file', async () => {
    const root = folder({ a: 'a' });
    expect(await codeOf(indexFiles(join(root, 'a')))).toBe('SR_TARGET_NOT_FOUND');
    expect(await codeOf(indexFiles(join(root, 'missing')))).toBe('SR_TARGET_NOT_FOUND');
    expect(await codeOf(indexFiles(join(root, 'a/b')))).toBe('SR_TARGET_NOT_FOUND');
    const thrown = await indexFiles(join(root, 'missing')).catch((error: Error) => error);
    expect(thrown).toMatchObject({ message: `The target ${root}/missing cannot be opened: ENOENT.` });
  });

  it('may be given by a link, and is then the folder itself', async () => {
    const root = folder({ a: 'a' });
    const elsewhere = folder();
    mkdirSync(join(elsewhere, 'x'));
    symlinkSync(root, join(elsewhere, 'x/link'));
    expect((await indexFiles(join(elsewhere, 'x/link'))).target.root).toBe(root);
  });
});

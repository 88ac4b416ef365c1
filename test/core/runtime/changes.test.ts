// Scans of what changed, in this process and with the built command.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { definePlugin } from '../../../core/check/plugin.js';
import { pathsIn } from '../../../core/cli/changes.js';
import type { ChangeRequest } from '../../../core/model/changes.js';
import type { RunResult } from '../../../core/model/result.js';
import { createRuntime } from '../../../core/runtime.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';
import { commitAll, folder, git, write } from '../../support/folders.js';
import { checkOf, endOf, runScan } from '../../support/run-scan.js';

const built = fileURLToPath(new URL('../../../dist/core/cli/main.js', import.meta.url));

/** Reports each file with what it reads. */
const READS: CheckText = {
  visit: 'report(c, file.text, { path: file.path, startLine: 1 });',
  meta: { files: ['src/**'] },
};
/** Reports what a project check sees of a file. */
const asks = (path: string): CheckText => ({
  run: `let text; try { text = Buffer.from(await c.readFile('${path}')).toString(); } catch (error) { text = error.code; } report(c, text);`,
});

/** A repository of two files with these checks, on a branch of its own. */
function project(checks: Readonly<Record<string, string | CheckText>>): string {
  const root = checkProject(checks, {
    'src/a.txt': 'a 1',
    'src/b.txt': 'b 1',
    '.gitignore': 'node_modules\n.scanrun\nignored\n',
    'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'] },
  });
  commitAll(root);
  git(root, 'checkout', '--quiet', '-b', 'side');
  return root;
}

const scanned = async (root: string, changes: ChangeRequest): Promise<RunResult> =>
  (await runScan(root, { changes })).result;
const found = (result: RunResult, key: string): string[] =>
  checkOf(result, `local/${key}`).findings.map(({ location, data }) => `${location.path} ${data.what}`);

describe('a scan of what changed since a commit', () => {
  it('visits changed files alone, lists all of them, and says what it was restricted to', async () => {
    const root = project({ reads: READS, lists: 'for await (const f of c.files("src/**")) report(c, f.path);' });
    write(root, { 'src/b.txt': 'b 2', 'src/new.txt': 'new' });
    const result = await scanned(root, { kind: 'since', ref: 'main' });
    expect(found(result, 'reads')).toEqual(['src/b.txt b 2', 'src/new.txt new']);
    expect(found(result, 'lists')).toHaveLength(3);
    expect(result.run.changes).toEqual({
      kind: 'since',
      ref: 'main',
      base: git(root, 'rev-parse', 'main').trim(),
      files: 2,
      removed: 0,
    });
    expect(result.verdict.summary).toMatch(/, on 2 files changed since main \([0-9a-f]{8}\)\.$/);
  });

  it('in which nothing changed is clean, says so, and plans no check', async () => {
    const root = project({ reads: READS, project: '' });
    const result = await scanned(root, { kind: 'since', ref: 'main' });
    expect(result.verdict).toMatchObject({ status: 'clean', gateExitCode: 0, coverage: 1 });
    expect(result.verdict.summary).toMatch(/^Clean: nothing changed since main \([0-9a-f]{8}\)\.$/);
    expect(result.notPlanned).toEqual([
      { checkId: 'local/project', code: 'unchanged', message: 'Nothing changed.' },
      { checkId: 'local/reads', code: 'unchanged', message: 'Nothing changed.' },
    ]);
    write(root, { 'other.txt': 'o' });
    const other = await runScan(root, {
      changes: { kind: 'since', ref: 'main' },
      overrides: { skip: ['local/project'] },
    });
    expect(other.result.verdict.summary).toMatch(/^Clean: no check looks at 1 file changed since main/);
    // What was left out for another reason does not make a scan clean.
    const none = await runScan(root, { changes: { kind: 'since', ref: 'main' }, overrides: { skip: ['local/*'] } });
    expect(none.result.verdict.status).toBe('incomplete');
  });

  it('does not enter the history, and is not told flaky by it', async () => {
    const root = project({ reads: READS });
    write(root, { 'src/b.txt': 'b 2' });
    const history = (): number => {
      const text = execFileSync('sh', ['-c', 'cat .scanrun/history/* 2>/dev/null || true'], { cwd: root }).toString();
      return text.split('\n').filter((line) => line.includes('"runId"')).length;
    };
    await runScan(root);
    expect(history()).toBe(1);
    const result = await scanned(root, { kind: 'since', ref: 'main' });
    expect(history()).toBe(1);
    expect(result.notices.filter(({ code }) => code === 'flaky')).toEqual([]);
    expect(checkOf(result, 'local/reads')).not.toHaveProperty('flaky');
  });
});

describe('a scan of what is staged', () => {
  it('shows, reads and frames what is staged, not what lies there', async () => {
    const root = project({
      reads: READS,
      'asks-a': asks('src/a.txt'),
      'asks-b': asks('src/b.txt'),
      'asks-new': asks('src/new.txt'),
      'asks-ignored': asks('ignored'),
      'frames-a': "report(c, 'x', { path: 'src/a.txt', startLine: 1 });",
    });
    write(root, { 'src/a.txt': 'a staged' });
    git(root, 'add', 'src/a.txt');
    write(root, { 'src/a.txt': 'a later', 'src/b.txt': 'b later', 'src/new.txt': 'new', ignored: 'ignored' });
    const result = await scanned(root, { kind: 'staged' });
    expect(found(result, 'reads')).toEqual(['src/a.txt a staged']);
    expect(checkOf(result, 'local/reads').findings[0]?.snippet?.lines).toEqual(['a staged']);
    expect(checkOf(result, 'local/frames-a').findings[0]?.snippet?.lines).toEqual(['a staged']);
    const answers = ['asks-a', 'asks-b', 'asks-new', 'asks-ignored'].map((key) => found(result, key)[0]);
    expect(answers).toEqual(['a staged', 'b 1', 'ENOENT', 'ignored'].map((what) => `package.json ${what}`));
    expect(result.run.changes).toMatchObject({ kind: 'staged', files: 1 });
  });

  it('calls an answer partial for which a command saw other files than those staged', async () => {
    const root = project({
      looks: "await c.exec(['true']);",
      'looks-not': "await c.exec(['git', '--version'], { workTree: false });",
    });
    write(root, { 'src/a.txt': 'a staged' });
    git(root, 'add', 'src/a.txt');
    const same = await scanned(root, { kind: 'staged' });
    expect([endOf(same, 'local/looks'), endOf(same, 'local/looks-not')]).toEqual(['passed', 'passed']);
    write(root, { 'src/b.txt': 'not staged' });
    const other = await scanned(root, { kind: 'staged' });
    expect([endOf(other, 'local/looks'), endOf(other, 'local/looks-not')]).toEqual(['degraded partial', 'passed']);
    const since = await scanned(root, { kind: 'since', ref: 'main' });
    expect(endOf(since, 'local/looks')).toBe('passed');
  });

  it('removes what it stored, also when it fails, is cancelled, or ends before it began', async () => {
    const root = project({ reads: READS, waits: 'await new Promise(() => {});' });
    write(root, { 'src/a.txt': 'a staged' });
    git(root, 'add', 'src/a.txt');
    write(root, { 'src/a.txt': 'a later' });
    const left = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('scanrun-staged-'));
    const before = left();
    const changes: ChangeRequest = { kind: 'staged' };
    await runScan(root, { changes, overrides: { skip: ['local/waits'] } });
    await runScan(root, { changes, started: (handle) => setTimeout(() => handle.cancel('Enough.'), 300) });
    await expect(runScan(root, { changes, overrides: { check: ['local/none'] } })).rejects.toThrow(/matches no check/);
    expect(left()).toEqual(before);
    const runtime = createRuntime();
    const seen: string[][] = [];
    await runScan(root, {
      changes,
      runtime,
      overrides: { skip: ['local/waits'] },
      config: {
        plugins: [
          './plugin.mjs',
          definePlugin({
            name: 'kills',
            checks: {},
            apply: (hooks) =>
              hooks.taskStart.tap('k', () => {
                seen.push(left());
                runtime.kill();
                seen.push(left());
              }),
          }),
        ],
        reporters: [],
        // What is known starts no task.
        cache: false,
      } as never,
    }).catch(() => {});
    await runtime.close();
    expect(seen[0]).toHaveLength(before.length + 1);
    expect(seen[1]).toEqual(before);
  });
});

describe('what could not be listed', () => {
  it('makes the checks degraded that would have seen it', async () => {
    const root = project({
      reads: READS,
      lists: 'for await (const f of c.files("src/**"));',
      other: { visit: '', meta: { files: ['*.json'] } },
    });
    writeFileSync(Buffer.concat([Buffer.from(join(root, 'src/')), Buffer.from([0x74, 0xff])]), 'x');
    const result = (await runScan(root)).result;
    expect([endOf(result, 'local/reads'), endOf(result, 'local/lists'), endOf(result, 'local/other')]).toEqual([
      'degraded unreadable',
      'degraded unreadable',
      'passed',
    ]);
    expect(JSON.stringify(checkOf(result, 'local/reads').outcome)).toContain('src/tÿ (its name is not UTF-8)');
    expect(result.verdict.status).toBe('incomplete');
    // Excluded, it is nobody's loss.
    const without = await runScan(root, { config: { plugins: ['./plugin.mjs'], exclude: ['src/t*'] } as never });
    expect(endOf(without.result, 'local/reads')).toBe('failed');
    // Nobody asked for it.
    const given = await scanned(root, { kind: 'files', paths: ['src/a.txt'] });
    expect(endOf(given, 'local/reads')).toBe('failed');
    const since = await scanned(root, { kind: 'since', ref: 'main' });
    expect(endOf(since, 'local/reads')).toBe('degraded unreadable');
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message', 'Committed, so it has not changed');
    git(root, 'branch', '--force', 'main');
    write(root, { 'src/a.txt': 'a 2' });
    expect(endOf(await scanned(root, { kind: 'since', ref: 'main' }), 'local/reads')).toMatch(/failed|degraded/);
  });
});

describe('the command', () => {
  const run = (root: string, args: readonly string[], input = '') =>
    spawnSync(process.execPath, [built, ...args, '--json', '--tier', 'quick'], {
      cwd: root,
      input,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder() },
    });
  const visited = (stdout: string): string[] => found(JSON.parse(stdout) as RunResult, 'reads');

  it('takes the list of files from a file or from standard input, in lines or with NULs', () => {
    const root = project({ reads: READS });
    write(root, { 'list.txt': 'src/b.txt\r\n\nsrc/a.txt\n' });
    expect(visited(run(root, ['--files-from', 'list.txt']).stdout)).toEqual(['src/a.txt a 1', 'src/b.txt b 1']);
    expect(visited(run(root, ['--files-from', '-'], 'src/a.txt\0').stdout)).toEqual(['src/a.txt a 1']);
    const nothing = run(root, ['--files-from', '-']);
    expect([nothing.status, JSON.parse(nothing.stdout).verdict.summary]).toEqual([0, 'Clean: no file was given.']);
    const wrong = run(root, ['--files-from', '-'], 'src/a.txt\nnope\n../else\n');
    expect([wrong.status, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toContain('SR_CHANGES_FILES');
    expect(wrong.stderr).toContain('nope');
    expect(wrong.stderr).toContain('../else');
    const missing = run(root, ['--files-from', 'no-such-list']);
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining('no-such-list cannot be read: ENOENT'),
    ]);
  });

  it('refuses two restrictions, and shows in its plan what one leaves', () => {
    const root = project({ reads: READS, project: { meta: { files: ['*.json'] } } });
    const both = run(root, ['--since', 'main', '--staged']);
    expect([both.status, both.stderr]).toEqual([
      2,
      expect.stringContaining('--since and --staged cannot be given together'),
    ]);
    write(root, { 'src/a.txt': 'a 2' });
    const plan = JSON.parse(run(root, ['plan', '--since', 'main']).stdout);
    expect(plan.tasks.map(({ id }: { id: string }) => id)).toEqual(['local/reads']);
    expect(plan.notPlanned).toMatchObject([{ checkId: 'local/project', code: 'unchanged' }]);
    const unknown = run(root, ['--since', 'nope']);
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('SR_CHANGES_REF')]);
  });

  it('in a hook sees what the commit in the making will have', () => {
    const root = project({ reads: READS });
    const out = join(folder(), 'result.json');
    const hook = join(root, '.git/hooks/pre-commit');
    writeFileSync(
      hook,
      `#!/bin/sh\nexec ${process.execPath} ${built} --staged --tier quick --reporter json=${out} --quiet --fail-on never\n`,
    );
    chmodSync(hook, 0o755);
    const commit = (...args: string[]): string[] => {
      rmSync(out, { force: true });
      git(root, 'commit', '--quiet', '--message', 'Next', ...args);
      expect(existsSync(out)).toBe(true);
      return visited(readFileSync(out, 'utf8'));
    };
    write(root, { 'src/a.txt': 'a 2', 'src/b.txt': 'b 2' });
    git(root, 'add', 'src/a.txt');
    write(root, { 'src/a.txt': 'a 3' });
    expect(commit()).toEqual(['src/a.txt a 2']);
    // An index of its own: only what is named.
    expect(commit('src/b.txt')).toEqual(['src/b.txt b 2']);
    expect(commit('--all')).toEqual(['src/a.txt a 3']);
  });
});

describe('a list of files', () => {
  it('is read in whatever form a program writes it', () => {
    expect(pathsIn(Buffer.from('a\nb c\n'))).toEqual(['a', 'b c']);
    expect(pathsIn(Buffer.from('a\r\nb\r\n'))).toEqual(['a', 'b']);
    expect(pathsIn(Buffer.from('a\nb\0c\r\0'))).toEqual(['a\nb', 'c\r']);
    expect(pathsIn(Buffer.from('\ufeffä\n'))).toEqual(['ä']);
    expect(pathsIn(Buffer.from('\ufeffä\r\nb\r\n', 'utf16le'))).toEqual(['ä', 'b']);
    expect(pathsIn(Buffer.alloc(0))).toEqual([]);
  });
});

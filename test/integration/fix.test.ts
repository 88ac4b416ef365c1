// `scanrun fix` by the built command: the diff, the rounds, two at once, a kill, a full disk.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type CheckText, checkProject } from '../support/check-projects.js';
import { canTrace, failing, fill, killedAfter, mounted } from '../support/faults.js';
import { folder, git, write } from '../support/folders.js';
import { type Ended, scanrun, startScanrun } from '../support/processes.js';

/** Reports each `from` of text files, and would write `to` instead. */
const replacing = (from: string, to: string, unsafe = false): CheckText => ({
  visit: `for (let at = file.text.indexOf('${from}'); at >= 0; at = file.text.indexOf('${from}', at + 1))
    c.report({ messageId: 'found', data: { what: '${from}' }, location: file.locate(at, at + ${from.length}),
      fix: { description: 'Write ${to}', unsafe: ${unsafe}, changes: [{ replacements: [{ start: at, end: at + ${from.length}, text: '${to}' }] }] } });`,
  meta: { files: ['**/*.txt'] },
});

type Project = Parameters<typeof checkProject>[1];

const project = (checks: Parameters<typeof checkProject>[0], files: Project): string =>
  checkProject(checks, {
    'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'], tier: 'quick' },
    ...files,
  });
const fix = (root: string, ...args: string[]): Promise<Ended> =>
  scanrun(['fix', '--quiet', ...args], { cwd: root, by: killedAfter(60) });
const text = (root: string, path: string): string => readFileSync(join(root, path), 'utf8');

describe('scanrun fix', () => {
  it('shows a diff that git applies, writes nothing, and then writes the same', async () => {
    const files = { 'a.txt': '\ufeffone foo\r\ntwo 😀 foo\r\nthree', 'sub/b.txt': 'foo\n', 'c.txt': 'fine\n' };
    const root = project({ foo: replacing('foo', 'bar') }, files);
    const shown = await fix(root);
    expect([shown.code, shown.stderr]).toEqual([1, '']);
    expect(shown.stdout).toContain('--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n');
    expect(shown.stdout).toContain('-foo\n+bar\n');
    for (const [path, content] of Object.entries(files)) expect(text(root, path)).toBe(content);

    const written = await fix(root, '--write');
    expect([written.code, written.stderr]).toEqual([0, '']);
    expect(written.stdout).toBe(
      'Fixed 3 findings in 2 files\n  a.txt  2 findings: local/foo\n  sub/b.txt  1 finding: local/foo\nNo finding is left\n',
    );
    expect(text(root, 'a.txt')).toBe('\ufeffone bar\r\ntwo 😀 bar\r\nthree');
    expect([text(root, 'sub/b.txt'), text(root, 'c.txt')]).toEqual(['bar\n', 'fine\n']);

    const again = await fix(root, '--write');
    expect([again.code, again.stdout]).toEqual([0, 'Nothing was fixed\nNo finding is left\n']);
    expect((await fix(root)).code).toBe(0);

    const patched = folder({ 'a.txt': files['a.txt'], 'sub/b.txt': files['sub/b.txt'], 'the.patch': shown.stdout });
    git(patched, 'init', '--quiet');
    git(patched, 'apply', '--whitespace=nowarn', 'the.patch');
    for (const path of ['a.txt', 'sub/b.txt']) expect(text(patched, path)).toBe(text(root, path));
  });

  it('goes round by round where fixes overlap or bring others, and tells what is left and what came with them', async () => {
    const root = project(
      {
        aa: replacing('ab', 'cb'),
        bb: replacing('bc', 'bd'),
        // Only what the second round makes.
        cc: { ...replacing('cbd', 'ok'), meta: { files: ['**/*.txt'], severity: 'error' } },
        note: {
          visit: `if (file.text.includes('ok')) report(c, 'ok', { path: file.path });`,
          meta: { files: ['**/*.txt'], severity: 'note' },
        },
      },
      { 'a.txt': 'abc' },
    );
    const first = await fix(root);
    expect([first.code, first.stdout]).toEqual([
      1,
      expect.stringContaining('-abc\n\\ No newline at end of file\n+cbc\n'),
    ]);
    const { code, stdout } = await fix(root, '--write');
    expect(text(root, 'a.txt')).toBe('cbd');
    // `cc` offered nothing at first, so it is not asked again: the next run does.
    expect([code, stdout]).toEqual([0, expect.stringContaining('Fixed 2 findings in 1 file, in 2 rounds\n')]);
    const next = await fix(root, '--write', '--json');
    expect(next.code).toBe(0);
    expect(JSON.parse(next.stdout)).toMatchObject({ written: true, rounds: 1, fixed: 1, left: [] });
    expect(text(root, 'a.txt')).toBe('ok');
  });

  it('ends where fixes undo each other, and says so', async () => {
    const root = project({ one: replacing('x', 'y'), two: replacing('y', 'x') }, { 'a.txt': 'x y' });
    const { code, stdout, stderr } = await fix(root, '--write');
    expect([code, stdout]).toEqual([1, expect.stringContaining('in 10 rounds')]);
    expect(stderr).toContain('after 10 rounds there is still something to fix: fixes may undo each other');
  });

  it('makes what is marked unsafe with --unsafe only, and nothing that is suppressed', async () => {
    const root = project(
      { word: replacing('foo', 'bar', true) },
      { 'a.txt': 'foo\n# scanrun-ignore-next-line local/word: it stays\nfoo\n' },
    );
    const without = await scanrun(['fix', '--write'], { cwd: root });
    expect([without.code, without.stdout]).toEqual([
      0,
      expect.stringContaining('Nothing was fixed (1 more with --unsafe)\n'),
    ]);
    const shown = await scanrun(['fix'], { cwd: root });
    expect([shown.code, shown.stdout, shown.stderr]).toEqual([
      0,
      '',
      expect.stringContaining('nothing to fix (1 with --unsafe)'),
    ]);
    expect((await fix(root, '--write', '--unsafe')).code).toBe(0);
    expect(text(root, 'a.txt')).toBe('bar\n# scanrun-ignore-next-line local/word: it stays\nfoo\n');
  });

  it('takes the flags that select checks and files', async () => {
    const root = project(
      { foo: replacing('foo', 'bar'), one: replacing('one', '1') },
      { 'a.txt': 'foo one', 'b.txt': 'foo one' },
    );
    expect((await fix(root, '--write', '--check', 'local/one')).code).toBe(0);
    expect([text(root, 'a.txt'), text(root, 'b.txt')]).toEqual(['foo 1', 'foo 1']);
    git(root, 'init', '--quiet');
    git(root, 'add', '--all');
    git(root, 'commit', '--quiet', '--message', 'Start');
    write(root, { 'b.txt': 'foo 2' });
    expect((await fix(root, '--write', '--since', 'HEAD')).code).toBe(0);
    expect([text(root, 'a.txt'), text(root, 'b.txt')]).toEqual(['foo 1', 'bar 2']);
    const staged = await fix(root, '--staged');
    expect([staged.code, staged.stderr]).toEqual([2, expect.stringContaining('SR_USAGE')]);
  });

  it('says what has no answer, and is not clean then', async () => {
    const root = project({ foo: replacing('foo', 'bar'), broken: 'throw new Error("broken")' }, { 'a.txt': 'foo' });
    const { code, stderr } = await fix(root, '--write');
    expect([code, text(root, 'a.txt')]).toEqual([3, 'bar']);
    expect(stderr).toContain('local/broken has no answer (errored): what it would fix is not known');
  });

  it('offers the same from the cache, also under another name', async () => {
    const root = project(
      { foo: { ...replacing('foo', 'bar'), meta: { files: ['**/*.txt'], pathIndependent: true } } },
      { 'a.txt': 'one foo' },
    );
    const before = await fix(root);
    write(root, { 'b.txt': 'one foo' });
    rmSync(join(root, 'a.txt'));
    const { stdout } = await scanrun(['--json'], { cwd: root });
    const result = JSON.parse(stdout) as { statistics: object; checks: { findings: object[] }[] };
    expect(result.statistics).toMatchObject({ cache: { hits: 1 } });
    expect(result.checks[0]?.findings).toMatchObject([{ fix: { changes: [{ path: 'b.txt' }] } }]);
    expect((await fix(root)).stdout).toBe(before.stdout.replaceAll('a.txt', 'b.txt'));
  });

  it('never shows or writes a secret: its fix is dropped, said, and in no file', async () => {
    const secret = 'hunter2-hunter2';
    const root = project(
      {
        key: {
          visit: `c.redact('${secret}'.split('').join(''));
            c.report({ messageId: 'found', data: { what: 'key' }, location: file.locate(0, 3), fix: { description: 'Write it out', changes: [{ replacements: [{ start: 0, end: 3, text: '${secret}' }] }] } });
            if (!file.text.endsWith('!')) c.report({ messageId: 'found', data: { what: 'end' }, location: file.locate(0, 1), fix: { description: 'End it', changes: [{ replacements: [{ start: file.text.length, end: file.text.length, text: '!' }] }] } });`,
          meta: { files: ['**/*.txt'] },
        },
      },
      { 'a.txt': `key\nthe ${secret} is here` },
    );
    const { code, stdout, stderr } = await fix(root);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('a.txt:1 local/key was not fixed: its fix would show a value that is masked'),
    ]);
    expect(stdout).toContain('-the [redacted] is here');
    const json = await fix(root, '--json');
    expect((await fix(root, '--write')).code).toBe(1);
    expect(text(root, 'a.txt')).toBe(`key\nthe ${secret} is here!`);
    expect(stdout + stderr + json.stdout + kept(join(root, '.scanrun'))).not.toContain(secret);
  });

  it('tells a read-only file and one that changes meanwhile, and is not clean', async () => {
    const root = project(
      { foo: { ...replacing('foo', 'bar'), top: "import { writeFileSync } from 'node:fs';" } },
      { 'a.txt': 'foo', 'b.txt': 'foo' },
    );
    write(root, {
      'checks/meanwhile.mjs': text(root, 'checks/foo.mjs').replace(
        /async visit\(file, c\) \{/,
        "$& if (file.path === 'a.txt') writeFileSync(c.target.root + '/a.txt', 'foo, and more');",
      ),
      'plugin.mjs': text(root, 'plugin.mjs').replace('./checks/foo.mjs', './checks/meanwhile.mjs'),
    });
    const { code, stdout, stderr } = await fix(root, '--write', '--no-parallel');
    expect(stderr).toContain('SR_FIX_FAILED a.txt:1 local/foo was not fixed: a.txt has changed since it was scanned');
    expect([code, stdout]).toEqual([3, expect.stringContaining('Fixed 1 finding in 1 file\n')]);
    expect([text(root, 'a.txt'), text(root, 'b.txt')]).toEqual(['foo, and more', 'bar']);
  });

  it('does not follow links out of the target', async () => {
    const outside = folder({ 'o.txt': 'foo' });
    const evil = `c.report({ messageId: 'found', data: { what: 'x' }, location: { path: 'a.txt' }, fix: { description: 'Leave', changes: [{ path: 'link.txt', replacements: [{ start: 0, end: 3, text: 'bad' }] }] } });
      c.report({ messageId: 'found', data: { what: 'y' }, location: { path: 'a.txt' }, fix: { description: 'Leave', changes: [{ path: 'folder/o.txt', replacements: [{ start: 0, end: 3, text: 'bad' }] }] } });`;
    const root = project({ evil }, { 'a.txt': 'foo' });
    symlinkSync(join(outside, 'o.txt'), join(root, 'link.txt'));
    symlinkSync(outside, join(root, 'folder'));
    const { code, stderr } = await fix(root, '--write');
    expect([code, text(outside, 'o.txt')]).toEqual([1, 'foo']);
    expect(stderr.match(/is no file of the target that scanrun lists/g)).toHaveLength(2);
  });
});

/** Everything that a run leaves, as one text. */
function kept(state: string): string {
  if (!existsSync(state)) return '';
  return readdirSync(state, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n');
}

const COUNT = 60;
const many = (content: string): Project =>
  Object.fromEntries(
    Array.from({ length: COUNT }, (_, index) => [`f${index}.txt`, `${content} ${index}\n`.repeat(20)]),
  );
/** Whether each file is the old one or the new one, and nothing else. */
function eachIsWhole(root: string): { old: number; new: number } {
  const counts = { old: 0, new: 0 };
  for (let index = 0; index < COUNT; index += 1) {
    const content = text(root, `f${index}.txt`);
    const is =
      content === `foo ${index}\n`.repeat(20) ? 'old' : content === `bar ${index}\n`.repeat(20) ? 'new' : undefined;
    expect(is, `f${index}.txt is half of something: ${content.slice(0, 100)}`).toMatch(/^(?:old|new)$/);
    if (is !== undefined) counts[is] += 1;
  }
  return counts;
}

/** Takes away the lock of a process that was killed; by itself it holds for 10 s. */
function release(state: string): void {
  rmSync(join(state, 'write.lock'), { force: true });
}

async function expectEnded(root: string): Promise<void> {
  const last = await fix(root, '--write');
  expect([last.code, eachIsWhole(root)]).toEqual([0, { old: 0, new: COUNT }]);
  expect(readdirSync(join(root, '.scanrun/fix'))).toEqual([]);
}

describe('scanrun fix --write', () => {
  it('at the same time as another leaves every file fixed once', async () => {
    const root = project({ foo: replacing('foo', 'bar') }, many('foo'));
    const ended = await Promise.all([fix(root, '--write'), fix(root, '--write')]);
    for (const { code, stderr } of ended) {
      expect([0, 3]).toContain(code);
      if (code === 3) expect(stderr).toMatch(/SR_FIX_BUSY|SR_FIX_FAILED|changed while/);
    }
    await expectEnded(root);
  });

  it('that is killed at any point leaves each file old or new, and the next run ends the work', async () => {
    const root = project({ foo: replacing('foo', 'bar') }, many('foo'));
    const state = join(root, '.scanrun/fix');
    const names = (): string[] => (existsSync(state) ? readdirSync(state).filter((name) => name.endsWith('.tmp')) : []);
    const seen: number[] = [];
    // Somewhere between the first file that lies ready and the last that is in its place, as chance has it.
    for (const ready of [1, Math.ceil(Math.random() * COUNT), COUNT]) {
      const running = startScanrun(['fix', '--write', '--quiet'], { cwd: root });
      while (names().length < ready && running.child.exitCode === null) await new Promise((done) => setImmediate(done));
      running.child.kill('SIGKILL');
      await running.ended;
      seen.push(eachIsWhole(root).new);
      release(state);
    }
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    await expectEnded(root);
  }, 120_000);

  it.skipIf(!canTrace())(
    'tells files that could not take the place of the old ones, which stay, and tries each again in the next round',
    async () => {
      const root = project({ foo: replacing('foo', 'bar') }, many('foo'));
      const run = (when: string): Promise<Ended> =>
        scanrun(['fix', '--write', '--quiet'], { cwd: root, by: failing({ call: 'rename', error: 'EIO', when }) });
      // A few renames of the scan come first, and far fewer than there are files.
      const most = await run(`${COUNT / 2}+`);
      expect([most.code, most.stderr]).toEqual([
        3,
        expect.stringMatching(/SR_FIX_FAILED .* could not be written: EIO/),
      ]);
      const { old, new: made } = eachIsWhole(root);
      expect([old > 0, made > 0]).toEqual([true, true]);
      expect(most.stdout).toContain(`Fixed ${20 * made} findings in ${made} files`);
      const one = await run(String(Math.floor(old / 2)));
      expect([one.code, one.stdout]).toEqual([0, expect.stringContaining(`in ${old} files, in 2 rounds`)]);
      expect(eachIsWhole(root).old).toBe(0);
      expect(readdirSync(join(root, '.scanrun/fix'))).toEqual([]);
    },
    120_000,
  );

  it('on a full disk writes nothing, says so, and loses nothing', async ({ skip }) => {
    const root = project({ foo: replacing('foo', 'bar') }, { 'a.txt': 'foo\n'.repeat(5_000) });
    if (!mounted(join(root, '.scanrun'))) skip('mounting is not allowed here');
    fill(join(root, '.scanrun'), 8_192);
    const { code, stderr } = await fix(root, '--write');
    expect([code, text(root, 'a.txt')]).toEqual([3, 'foo\n'.repeat(5_000)]);
    expect(stderr).toMatch(/SR_FIX_FAILED .*(?:a\.txt could not be written: ENOSPC|cannot be made)/);
  });

  it('where the state lies on another disk than the file still replaces it as a whole', async ({ skip }) => {
    const root = project({ foo: replacing('foo', 'bar') }, { 'a.txt': 'foo\n', 'disk/b.txt': 'foo\n' });
    if (!mounted(join(root, 'disk'), 'size=64k')) skip('mounting is not allowed here');
    write(root, { 'disk/b.txt': 'foo\n', 'disk/c.txt': 'foo\n'.repeat(3_000) });
    fill(join(root, 'disk'), 4_096);
    const { code, stderr } = await fix(root, '--write');
    expect([code, text(root, 'a.txt'), text(root, 'disk/b.txt')]).toEqual([3, 'bar\n', 'bar\n']);
    expect(text(root, 'disk/c.txt')).toBe('foo\n'.repeat(3_000));
    expect(stderr).toContain('disk/c.txt could not be written: ENOSPC');
    expect(readdirSync(join(root, 'disk')).sort()).toEqual(['b.txt', 'ballast', 'c.txt']);
    expect(statSync(join(root, 'disk/c.txt')).size).toBe(12_000);
  });
});

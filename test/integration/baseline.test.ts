// The baseline, the gate and the comparison of runs, by the built command.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { type Ended, scanrun, startScanrun } from '../support/processes.js';

const FILE = '.scanrun-baseline.json';

/** Reports each line of notes.txt that has a word, as an error. */
const reading = (word: string): string => `const text = Buffer.from(await c.readFile('notes.txt')).toString();
  text.split('\\n').forEach((line, at) => {
    if (line.includes('${word}')) report(c, '${word} here', { path: 'notes.txt', startLine: at + 1 });
  });`;

/** A project with two checks; one of them breaks when the file says so. */
function notesProject(notes: string, config: object = {}): string {
  return checkProject(
    {
      todo: { run: reading('TODO'), meta: { severity: 'error' } },
      fixme: {
        run: `if (Buffer.from(await c.readFile('notes.txt')).toString().includes('BREAK')) throw new Error('broken');\n${reading('FIXME')}`,
        meta: { severity: 'error' },
      },
    },
    {
      'notes.txt': notes,
      'scan.config.json': { plugins: ['./plugin.mjs'], reporters: [], tier: 'quick', ...config },
      '.gitignore': '.scanrun/\n',
    },
  );
}

const text = (root: string): string => readFileSync(join(root, FILE), 'utf8');
const entries = (root: string) =>
  (JSON.parse(text(root)) as { findings: { checkId: string; count: number }[] }).findings.map(
    ({ checkId, count }) => `${checkId} ${count}`,
  );
const scan = async (root: string, ...args: string[]): Promise<{ code: number | null; result: RunResult }> => {
  const { code, stdout, stderr } = await scanrun(['--json', ...args], { cwd: root });
  if (stdout === '') throw new Error(stderr);
  return { code, result: JSON.parse(stdout) as RunResult };
};
const json = ({ stdout }: Ended): unknown => JSON.parse(stdout);

describe('scanrun baseline', () => {
  it('keeps what is known from counting, wherever it moves, and tells what is new and what is fixed', async () => {
    const root = notesProject('TODO one\nTODO one\nFIXME two\n');
    expect((await scan(root)).code).toBe(1);
    const created = await scanrun(['baseline', 'create'], { cwd: root });
    expect([created.code, created.stdout]).toEqual([0, `${FILE}: 3 known findings\n  + 3 findings came in\n`]);
    expect(entries(root)).toEqual(['local/fixme 1', 'local/todo 2']);

    const clean = await scan(root);
    expect(clean.code).toBe(0);
    expect(clean.result.comparison).toMatchObject({ with: { kind: 'baseline', name: FILE }, unchanged: 3, new: 0 });
    expect(clean.result.checks.map(({ outcome, findings }) => [outcome.status, findings.length])).toEqual([
      ['failed', 1],
      ['failed', 2],
    ]);
    const quiet = await scanrun(['--reporter', 'terminal'], { cwd: root });
    expect(quiet.stdout).toContain('Findings     none; 3 suppressed');
    expect(quiet.stdout).toMatch(/Changes {6}0 new, 0 fixed, 3 unchanged since the baseline/);

    write(root, { 'notes.txt': 'above\n\nTODO three\nTODO one\nbetween\nTODO one\n' });
    const moved = await scan(root);
    expect(moved.code).toBe(1);
    expect(moved.result.comparison).toMatchObject({ new: 1, unchanged: 2, fixed: 1, unknown: 0 });
    const todo = moved.result.checks.find(({ checkId }) => checkId === 'local/todo')?.findings ?? [];
    expect(todo.map(({ state, suppressedBy, location }) => [location.startLine, state, suppressedBy?.kind])).toEqual([
      [3, 'new', undefined],
      [4, 'unchanged', 'baseline'],
      [6, 'unchanged', 'baseline'],
    ]);
    expect(moved.result.verdict.reasons).toEqual([
      { code: 'findings', message: '1 finding of the severity error; the gate allows none.' },
    ]);
    expect((await scan(root, '--no-baseline')).result.verdict.gateFindings).toBe(3);

    const pruned = await scanrun(['baseline', 'prune', '--json'], { cwd: root });
    expect(json(pruned)).toEqual({
      file: join(root, FILE),
      total: 2,
      added: 0,
      removed: 1,
      kept: 0,
      withoutAnswer: [],
    });
    const updated = await scanrun(['baseline', 'update'], { cwd: root });
    expect(updated.stdout).toBe(`${FILE}: 3 known findings\n  + 1 finding came in\n`);
    const before = text(root);
    expect((await scanrun(['baseline', 'update'], { cwd: root })).stdout).toContain('nothing changed');
    expect(text(root)).toBe(before);
    // No report is written for it, and nothing but the baseline and the state.
    expect(existsSync(join(root, 'reports'))).toBe(false);
  });

  it('keeps what a broken check knew, says so, and ends with 3', async () => {
    const root = notesProject('TODO one\nFIXME two\n');
    await scanrun(['baseline', 'create'], { cwd: root });
    write(root, { 'notes.txt': 'BREAK\n' });
    for (const [command, left] of [
      ['prune', ['local/fixme 1']],
      ['update', ['local/fixme 1', 'local/todo 1']],
    ] as const) {
      const ended = await scanrun(['baseline', command], { cwd: root });
      expect(ended.code).toBe(3);
      expect(ended.stdout).toContain('1 finding not found and kept: their checks have no answer, or did not run');
      expect(ended.stdout).toContain('local/fixme has no answer (errored): what it would find is not known');
      expect(entries(root)).toEqual(left);
      write(root, { 'notes.txt': 'BREAK\nTODO one\n' });
    }
    // Left out by a filter, it stays as well.
    write(root, { 'notes.txt': 'nothing\n' });
    const filtered = await scanrun(['baseline', 'prune', '--check', 'local/todo'], { cwd: root });
    expect([filtered.code, entries(root)]).toEqual([0, ['local/fixme 1']]);
    expect((await scanrun(['baseline', 'prune'], { cwd: root })).code).toBe(0);
    expect(entries(root)).toEqual([]);
  });

  it('is not overwritten unless asked to, and shows what is in it', async () => {
    const root = notesProject('TODO one\nTODO one\n');
    await scanrun(['baseline', 'create'], { cwd: root });
    const again = await scanrun(['baseline', 'create'], { cwd: root });
    expect([again.code, again.stdout]).toEqual([2, '']);
    expect(again.stderr).toContain('SR_BASELINE_EXISTS');
    write(root, { 'notes.txt': 'nothing\n' });
    expect((await scanrun(['baseline', 'create', '--force'], { cwd: root })).code).toBe(0);
    expect(entries(root)).toEqual([]);
    write(root, {
      [FILE]: {
        schemaVersion: 1,
        findings: [
          { checkId: 'a/b', path: 'x\u001b[31m\ny', messageId: 'm', fingerprint: 'a'.repeat(32), count: 2 },
          { checkId: 'a/c', path: 'z', messageId: 'm', fingerprint: 'b'.repeat(32), count: 1 },
        ],
      },
    });
    const shown = await scanrun(['baseline', 'show'], { cwd: root });
    expect(shown.stdout).toContain(`3 known findings of 2 checks in ${FILE}\n`);
    expect(shown.stdout).toContain('a/b    x\\u{1b}[31m\\u{a}y  m        2');
    expect(json(await scanrun(['baseline', 'show', '--json'], { cwd: root }))).toMatchObject({ total: 3 });
  });

  it('lies where the flag or the configuration says, also below', async () => {
    const root = notesProject('TODO one\n', { baseline: 'quality/known.json' });
    expect((await scanrun(['baseline', 'create'], { cwd: root })).code).toBe(0);
    expect(existsSync(join(root, 'quality/known.json'))).toBe(true);
    expect((await scan(root)).code).toBe(0);
    expect((await scan(root, '--baseline', 'quality/../quality/known.json')).code).toBe(0);
    const missing = await scanrun(['--baseline', 'none.json'], { cwd: root });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('SR_BASELINE_NOT_FOUND')]);
    // Nothing was scanned: no run was recorded.
    const runs = readdirSync(join(root, '.scanrun/runs')).length;
    await scanrun(['--baseline', 'none.json'], { cwd: root });
    expect(readdirSync(join(root, '.scanrun/runs'))).toHaveLength(runs);
  });

  it('that is malformed stops the scan before it starts', async () => {
    const root = notesProject('TODO one\n');
    write(root, { [FILE]: { schemaVersion: 1, findings: [{ checkId: 'a/b' }, 7] } });
    for (const command of [[], ['baseline', 'update'], ['baseline', 'show']]) {
      const { code, stderr } = await scanrun(command, { cwd: root });
      expect(code).toBe(2);
      expect(stderr).toContain('SR_BASELINE_INVALID');
      for (const place of ['findings[0].path', 'findings[0].count', 'findings[1]']) expect(stderr).toContain(place);
    }
    expect(existsSync(join(root, '.scanrun/runs'))).toBe(false);
    expect((await scanrun(['baseline', 'create', '--force'], { cwd: root })).code).toBe(0);
  });

  it('of another project is not used', async () => {
    const root = notesProject('TODO one\n');
    await scanrun(['baseline', 'create'], { cwd: root });
    const elsewhere = folder({ 'scan.config.json': { plugins: [`${root}/plugin.mjs`], reporters: [], tier: 'quick' } });
    const { code, stdout } = await scanrun([root, '--json'], { cwd: elsewhere });
    const result = JSON.parse(stdout) as RunResult;
    expect([code, result.verdict.gateFindings]).toEqual([1, 1]);
    expect(result.notices.map(({ code: each }) => each)).toContain('baseline-unused');
    expect((await scanrun([root, '--baseline', join(root, FILE)], { cwd: elsewhere })).code).toBe(0);
  });

  it('is left alone by a scan that is interrupted', async () => {
    const root = notesProject('TODO one\n');
    await scanrun(['baseline', 'create'], { cwd: root });
    const before = text(root);
    write(root, {
      'notes.txt': 'nothing\n',
      'checks/todo.mjs': readFileSync(join(root, 'checks/todo.mjs'), 'utf8').replace(
        'async run(c) {',
        "async run(c) {\nc.log.warn('waiting');\nawait new Promise(() => {});",
      ),
    });
    const running = startScanrun(['baseline', 'update', '--concurrency', '1'], { cwd: root });
    await running.stderrHas('2 checks to run');
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    expect([code, text(root)]).toEqual([130, before]);
    expect(stderr).toContain(`interrupted; ${FILE} is as it was`);
  });
});

describe('gate.newOnly', () => {
  it('needs a baseline, or the report of an earlier scan', async () => {
    const root = notesProject('TODO one\n', { gate: { newOnly: true } });
    const without = await scanrun([], { cwd: root });
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('gate.newOnly counts only findings that the baseline does not have');
    expect(without.stderr).toContain('scanrun baseline create');
    // The run before would make the same scan pass when it is started again.
    const all = await scan(root, '--no-baseline');
    expect([all.code, (await scan(root, '--no-baseline')).code]).toEqual([1, 1]);
    writeFileSync(join(root, 'main.json'), JSON.stringify(all.result));
    write(root, { 'notes.txt': 'TODO one\nTODO two\n' });
    const later = await scan(root, '--baseline', 'main.json');
    expect([later.code, later.result.verdict.summary]).toEqual([1, '1 new finding at the gate.']);
    expect(later.result.comparison?.with).toMatchObject({ kind: 'baseline', name: 'main.json' });
    expect((await scanrun(['baseline', 'create'], { cwd: root })).code).toBe(0);
    expect((await scan(root)).code).toBe(0);
  });
});

describe('scanrun diff', () => {
  it('tells what is new, fixed and unchanged between two runs, by id, name or file', async () => {
    const root = notesProject('TODO one\nFIXME two\nFIXME two\n');
    const none = await scanrun(['diff'], { cwd: root });
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/^SR_RUN_NOT_FOUND No run in .* has a result\./),
    ]);
    const first = await scan(root);
    const one = await scanrun(['diff'], { cwd: root });
    expect([one.code, one.stderr]).toEqual([
      2,
      expect.stringMatching(/^SR_RUN_NOT_FOUND Only one run in .* has a result\./),
    ]);
    write(root, { 'notes.txt': 'moved\nTODO one\nTODO new\nFIXME two\n' });
    const second = await scan(root);
    const [a, b] = [first.result.run.id, second.result.run.id];
    writeFileSync(join(root, 'a.json'), JSON.stringify(first.result));
    for (const args of [[], ['previous', 'last'], [a, b], ['a.json', b]]) {
      const { code, stdout } = await scanrun(['diff', ...args], { cwd: root });
      expect(code).toBe(1);
      expect(stdout).toContain(`from  ${a}`);
      expect(stdout).toContain('1 new, 1 fixed, 2 unchanged\n');
      expect(stdout).toContain('  error    notes.txt:3  found TODO here  local/todo\n');
      expect(stdout).toMatch(/Execution\n {2}time {6}.* → .*\n {2}work .*\n {2}speed-up/);
    }
    const back = await scanrun(['diff', b, a, '--json'], { cwd: root });
    expect(back.code).toBe(1);
    expect(json(back)).toMatchObject({
      schemaVersion: 1,
      before: { runId: b, verdict: 'findings' },
      new: [{ checkId: 'local/fixme', location: { startLine: 3 } }],
      fixed: [{ checkId: 'local/todo' }],
      unchanged: 2,
      checks: [],
      execution: { compared: 2 },
    });
    expect((await scanrun(['diff', a, a], { cwd: root })).code).toBe(0);
    const wrong = await scanrun(['diff', 'lasd', a], { cwd: root });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("did you mean 'last'?")]);
  });

  it('does not call a finding fixed whose check has no answer, and ends with 3', async () => {
    const root = notesProject('TODO one\nFIXME two\n');
    await scan(root);
    write(root, { 'notes.txt': 'BREAK\n' });
    await scan(root);
    const { code, stdout } = await scanrun(['diff'], { cwd: root });
    expect(code).toBe(3);
    expect(stdout).toContain('0 new, 1 fixed, 0 unchanged, 1 unknown\n');
    expect(stdout).toContain(
      'Unknown: the later run has no answer of the check, or did not look at all files\n  error    notes.txt:2',
    );
    expect(stdout).toContain('  local/fixme  failed → errored: broken\n');
    expect(stdout).toContain('  local/todo  failed → passed\n');
  });

  it('refuses what is no result', async () => {
    const root = notesProject('TODO one\n');
    write(root, { 'a.json': '{"schemaVersion": 1}', 'b.json': 'x', c: '' });
    for (const [file, why] of [
      ['a.json', "must have required property 'run'"],
      ['b.json', 'it is not JSON'],
      ['c', 'it is empty'],
    ]) {
      const { code, stderr } = await scanrun(['diff', file ?? '', file ?? ''], { cwd: root });
      expect([code, stderr]).toEqual([2, expect.stringContaining(why ?? '')]);
      expect(stderr).toContain('SR_RESULT_INVALID');
    }
    const folder = await scanrun(['diff', '.', '.'], { cwd: root });
    expect([folder.code, folder.stderr]).toEqual([2, expect.stringContaining('SR_RUN_NOT_FOUND')]);
    const twice = await scanrun(['diff', '-', '-'], { cwd: root });
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('Standard input holds one result')]);
  });
});

// What a scan's findings are held against: comments, waivers, the baseline, the run before.
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import type { RunResult } from '../../../core/model/result.js';
import { formatBaseline, toBaseline } from '../../../core/suppress/baseline.js';
import { checkProject } from '../../support/check-projects.js';
import { commitAll, git, write } from '../../support/folders.js';
import { checkOf, runScan } from '../../support/run-scan.js';

// In two parts, or this file would hold directives itself.
const NEXT = ['scanrun-ignore', '-next-line'].join('');
const SAME = ['scanrun-ignore', '-line'].join('');

/** A file check that reports each line with `bad`, and a project check that reports line 2 of notes.txt. */
const lineChecks = {
  lines: {
    visit: `file.text.split('\\n').forEach((line, at) => {
      if (line.includes('bad')) c.report({ messageId: 'found', data: { what: 'bad' }, location: { startLine: at + 1 } });
    });`,
    meta: { files: ['src/**'], reads: 'text', severity: 'error' },
  },
  project: { run: "report(c, 'note', { path: 'notes.txt', startLine: 2 });", meta: { severity: 'error' } },
};
const kinds = (result: RunResult, id: string) =>
  checkOf(result, id).findings.map(({ location, suppressedBy }) => [
    `${location.path}:${location.startLine}`,
    suppressedBy?.kind,
  ]);
const codes = (result: RunResult) => result.notices.map(({ code }) => code).sort();

describe('comments in files', () => {
  it('cover findings of checks that read the file and of those that did not, and idle ones are told', async () => {
    const root = checkProject(lineChecks, {
      'src/a.js': `// ${NEXT} local/lines: vendor code\nbad();\nbad(); // ${SAME} local: a line\nbad();\n`,
      'src/idle.js': `/* ${NEXT} local/lines: it was worse once */\ngood();\n`,
      'src/other.js': `// ${NEXT} local/project: does not look here\n// ${NEXT} local/lnes: typo\nbad();\n`,
      'notes.txt': `# ${NEXT} local/project: on purpose\nnote\n`,
      // Nothing reads it as text, and nothing is found in it.
      'docs/far.js': `// ${NEXT} local/lines: idle, and nobody knows\n`,
    });
    const { result } = await runScan(root);
    expect(kinds(result, 'local/lines')).toEqual([
      ['src/a.js:2', 'inline'],
      ['src/a.js:3', 'inline'],
      ['src/a.js:4', undefined],
      ['src/other.js:3', undefined],
    ]);
    expect(kinds(result, 'local/project')).toEqual([['notes.txt:2', 'inline']]);
    expect(result.verdict).toMatchObject({ gateFindings: 2 });
    const told = Object.fromEntries(result.notices.map(({ code, message }) => [code, message]));
    expect(told['ignore-unused']).toContain('src/idle.js:1 (local/lines)');
    expect(told['ignore-unused']).toContain('src/other.js:1 (local/project)');
    expect(told['ignore-unused']).not.toContain('far.js');
    expect(told['ignore-invalid']).toContain("src/other.js:2 names 'local/lnes', which matches no check: did you mean");
  });

  it('do not count where the configuration says so', async () => {
    const root = checkProject(lineChecks, { 'src/a.js': `// ${NEXT} local/lines: r\nbad();\n`, 'notes.txt': 'a\nb\n' });
    const { result } = await runScan(root, { config: { inlineIgnores: false } as Config });
    expect(kinds(result, 'local/lines')).toEqual([['src/a.js:2', undefined]]);
    expect(codes(result)).toEqual([]);
  });

  it('are told idle only by checks with an answer', async () => {
    const root = checkProject(
      { ...lineChecks, broken: { visit: "throw new Error('no');", meta: { files: ['src/**'] } } },
      { 'src/a.js': `// ${NEXT} local/broken: maybe idle\ngood();\n`, 'notes.txt': 'a\nb\n' },
    );
    const { result } = await runScan(root);
    expect(codes(result)).toEqual([]);
  });
});

describe('the run before', () => {
  const project = (what: string) =>
    checkProject(
      {
        words: {
          run: `const text = Buffer.from(await c.readFile('words.txt')).toString();
            if (text.includes('BREAK')) throw new Error('broken');
            for (const word of text.trim().split(' ').filter(Boolean)) report(c, word, { path: 'words.txt' });`,
        },
      },
      { 'words.txt': what },
    );
  const states = (result: RunResult) =>
    Object.fromEntries(checkOf(result, 'local/words').findings.map(({ data, state }) => [data.what, state]));

  it('tells what is new, unchanged and fixed, and makes nothing count less', async () => {
    const root = project('one two');
    const first = (await runScan(root)).result;
    expect([first.comparison, states(first)]).toEqual([undefined, { one: undefined, two: undefined }]);
    write(root, { 'words.txt': 'two three' });
    const second = (await runScan(root)).result;
    expect(second.comparison).toMatchObject({
      with: { kind: 'run', name: first.run.id, startedAt: first.run.startedAt },
      new: 1,
      unchanged: 1,
      fixed: 1,
      unknown: 0,
      fixedFindings: [{ checkId: 'local/words', path: 'words.txt', messageId: 'found', count: 1 }],
    });
    expect(states(second)).toEqual({ two: 'unchanged', three: 'new' });
    expect(checkOf(second, 'local/words').findings.every(({ suppressedBy }) => suppressedBy === undefined)).toBe(true);
  });

  it('is not said to be fixed by a check that broke, nor new after one that did', async () => {
    const root = project('one');
    await runScan(root);
    write(root, { 'words.txt': 'BREAK' });
    const broken = (await runScan(root)).result;
    expect(broken.comparison).toMatchObject({ new: 0, unchanged: 0, fixed: 0, unknown: 1 });
    write(root, { 'words.txt': 'one' });
    const mended = (await runScan(root)).result;
    expect(mended.comparison).toMatchObject({ new: 0, unchanged: 0 });
    expect(states(mended)).toEqual({ one: undefined });
  });

  it('is one of the same tier and selection', async () => {
    const root = project('one');
    await runScan(root, { config: { tier: 'quick' } as Config });
    const other = (await runScan(root)).result;
    expect(other.comparison).toBe(undefined);
    const part = (await runScan(root, { overrides: { check: ['local/words'] } })).result;
    expect(part.comparison).toMatchObject({ unchanged: 1 });
  });

  it('that found nothing is known from the history alone, which checks had an answer too', async () => {
    const root = project('');
    const clean = (await runScan(root)).result;
    const runs = join(root, '.scanrun/runs');
    for (const name of readdirSync(runs)) rmSync(join(runs, name), { recursive: true });
    write(root, { 'words.txt': 'one' });
    const { result } = await runScan(root);
    expect(result.comparison).toEqual({
      with: { kind: 'run', name: clean.run.id, startedAt: clean.run.startedAt },
      new: 1,
      unchanged: 0,
      fixed: 0,
      unknown: 0,
      fixedFindings: [],
    });
    expect(states(result)).toEqual({ one: 'new' });
  });

  it('that cannot be read is a notice, not a failure', async () => {
    const root = project('one');
    await runScan(root);
    for (const [content, why] of [
      ['{', 'it is not valid JSON'],
      ['{"schemaVersion":1,"run":{"id":"x","startedAt":"y"},"checks":[{"checkId":1}]}', 'no result of this version'],
    ] as const) {
      const runs = join(root, '.scanrun/runs');
      for (const name of readdirSync(runs)) writeFileSync(join(runs, name, 'result.json'), content);
      const { result } = await runScan(root);
      const told = result.notices.find(({ code }) => code === 'not-compared');
      if (told === undefined) throw new Error(JSON.stringify(result.notices));
      expect([told.level, told.message]).toEqual(['info', expect.stringContaining(why)]);
    }
  });
});

describe('a scan of what changed', () => {
  const since = { kind: 'since', ref: 'HEAD' } as const;
  const ignores = ['.scanrun/', 'node_modules/', ''].join('\n');

  it('calls fixed only what it looked at, and idle nothing that it did not', async () => {
    const idle = `// ${NEXT} local/lines: it was worse once\ngood();\n`;
    const root = checkProject(lineChecks, {
      'src/a.js': `${idle}bad('a');\n`,
      'src/b.js': "bad('b');\n",
      'src/c.js': "bad('c');\n",
      'notes.txt': 'a\nb\n',
      '.gitignore': ignores,
    });
    commitAll(root);
    const waivers = [{ check: 'local/lines', path: 'src/gone.js', reason: 'It fits nothing.' }];
    const config = { waivers } as Config;
    const whole = await runScan(root, { config });
    expect(codes(whole.result)).toEqual(['ignore-unused', 'waiver-unused']);
    write(root, { '.scanrun-baseline.json': formatBaseline(toBaseline(whole.result.checks)) });

    write(root, { 'src/b.js': "good('b');\n", 'src/d.js': "bad('d');\n", 'notes.txt': 'moved\na\nb\n' });
    rmSync(join(root, 'src/c.js'));
    const { result } = await runScan(root, { changes: since, config });
    expect(kinds(result, 'local/lines')).toEqual([['src/d.js:1', undefined]]);
    expect(result.run.changes).toMatchObject({ removed: 1 });
    // b was looked at, c is gone, a was left out; line 2 of the notes is another line now.
    expect(result.comparison).toMatchObject({ new: 2, unchanged: 0, fixed: 3, unknown: 1 });
    expect(result.comparison?.fixedFindings.map(({ path }) => path)).toEqual(['src/b.js', 'src/c.js', 'notes.txt']);
    expect(codes(result)).toEqual(['baseline-fixed']);
    expect(result.verdict).toMatchObject({ status: 'findings', gateFindings: 2 });
    expect(result.verdict.summary).toMatch(/^2 findings at the gate, on 4 files and 1 removed file changed since HEAD/);
  });

  it('takes comments from what is staged, whether a check read the file or not', async () => {
    const root = checkProject(lineChecks, { 'notes.txt': 'a\nb\n', 'src/a.js': 'bad();\n', '.gitignore': ignores });
    commitAll(root);
    write(root, {
      'notes.txt': `# ${NEXT} local/project: on purpose\nb\n`,
      'src/a.js': `bad(); // ${SAME} local/lines: on purpose\n`,
    });
    git(root, 'add', '.');
    write(root, { 'notes.txt': 'a\nb\n', 'src/a.js': 'bad();\n' });
    const staged = await runScan(root, { changes: { kind: 'staged' } });
    expect(kinds(staged.result, 'local/project')).toEqual([['notes.txt:2', 'inline']]);
    expect(kinds(staged.result, 'local/lines')).toEqual([['src/a.js:1', 'inline']]);
    const whole = await runScan(root);
    expect(kinds(whole.result, 'local/project')).toEqual([['notes.txt:2', undefined]]);
  });

  it('is compared with the last scan of everything, and is none that a later one is compared with', async () => {
    const root = checkProject(lineChecks, {
      'src/a.js': "bad('a');\n",
      'src/b.js': "bad('b');\n",
      'notes.txt': 'a\nb\n',
      '.gitignore': ignores,
    });
    commitAll(root);
    const first = await runScan(root);
    write(root, { 'src/b.js': "bad('b');\nbad('new');\n" });
    const some = await runScan(root, { changes: since });
    expect(some.result.comparison).toMatchObject({ with: { name: first.result.run.id }, new: 1, fixed: 0 });
    expect(some.result.comparison).toMatchObject({ unchanged: 2, unknown: 1 });
    const third = await runScan(root);
    expect(third.result.comparison).toMatchObject({ with: { name: first.result.run.id }, new: 1, unknown: 0 });
  });
});

describe('the gate', () => {
  const slow = { run: 'await new Promise((done) => setTimeout(done, 1_150));', meta: { timeout: '60s' } };

  it('fails for the budget where it says so, and tells why', async () => {
    const root = checkProject({ slow });
    const config = { tiers: { standard: { budget: '1s', deadline: '2m' } } } as Config;
    expect((await runScan(root, { config })).result.verdict).toMatchObject({ status: 'clean', reasons: [] });
    const strict = { ...config, gate: { failOnBudget: true } } as Config;
    expect((await runScan(root, { config: strict })).result.verdict).toMatchObject({
      status: 'failed',
      gateExitCode: 1,
      summary: 'Failed: over the budget.',
      reasons: [{ code: 'budget', message: expect.stringMatching(/^The scan took .* s; its budget is 1\.0 s\.$/) }],
    });
  });

  it('is reached early only by findings that count', async () => {
    const root = checkProject({
      first: { run: "report(c, 'a'); report(c, 'b');", meta: { severity: 'error', priority: 100 } },
      later: "report(c, 'c');",
    });
    const of = async (config: object) => {
      const given = { config: { concurrency: 1, ...config } as Config, overrides: { failFast: true } };
      const { result } = await runScan(root, given);
      return checkOf(result, 'local/later').outcome.status;
    };
    expect(await of({})).toBe('skipped');
    expect(await of({ waivers: [{ check: 'local/first', reason: 'known' }] })).toBe('failed');
    expect(await of({ waivers: [{ check: 'local/first', reason: 'known', expires: '2020-01-01' }] })).toBe('skipped');
    expect(await of({ gate: { maxFindings: 2 } })).toBe('failed');
    expect(await of({ gate: { maxFindings: 1 } })).toBe('skipped');
  });
});

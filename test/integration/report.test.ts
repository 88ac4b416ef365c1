// `scanrun report` and `scanrun merge` by the built command, and all reporters at once.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { parseCommands } from '../reporters/formats.js';
import { large } from '../reporters/sample-extremes.js';
import { addChecks, checkProject } from '../support/check-projects.js';
import { commitAll, folder, write } from '../support/folders.js';
import { command, scanrun, startScanrun } from '../support/processes.js';

const REPORTS = {
  csv: 'findings.csv',
  gitlab: 'gl-code-quality-report.json',
  html: 'scan.html',
  junit: 'junit.xml',
  markdown: 'scan.md',
  sarif: 'scan.sarif',
};
const files = Object.keys(REPORTS).flatMap((name) => ['--reporter', name]);
const withPlugin = (root: string, config: object = {}) =>
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['terminal'], ...config } });

/** A project whose scan has an error, a warning and a check without an answer. */
function project(config: object = {}): string {
  const root = checkProject(
    {
      errs: {
        run: "report(c, 'one', { path: 'src/a.js', startLine: 2, startColumn: 1, endColumn: 4 });",
        meta: { severity: 'error' },
      },
      warns: "report(c, 'two');",
      throws: "throw new Error('no answer');",
    },
    { 'src/a.js': 'one\ntwo\nthree\n', '.gitignore': 'reports/\nnode_modules/\n.scanrun/\n' },
  );
  withPlugin(root, config);
  commitAll(root);
  return root;
}

/** A report without what differs between two renderings of one result. */
const steady = (text: string) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UUID');

describe('all reporters at once', () => {
  it('write their files whole, and are the same when the result is rendered again', async () => {
    const root = project();
    const scan = await scanrun([...files, '--reporter', 'json=reports/scan.json', '--reporter', 'github'], {
      cwd: root,
    });
    expect([scan.code, scan.stderr.match(/ report in /g)]).toEqual([1, Array.from({ length: 7 }, () => ' report in ')]);
    expect(readdirSync(join(root, 'reports')).sort()).toEqual([...Object.values(REPORTS), 'scan.json'].sort());
    const before = Object.values(REPORTS).map((name) => readFileSync(join(root, 'reports', name), 'utf8'));
    // Nothing of what was scanned is needed any more, nor the configuration.
    for (const name of ['reports', 'src', 'plugin.mjs', 'checks', 'scan.config.json', '.git'])
      rmSync(join(root, name), { recursive: true });
    const [run = ''] = readdirSync(join(root, '.scanrun/runs'));
    const again = await scanrun(['report', run, ...files, '--reporter', 'json=again.json', '--reporter', 'github'], {
      cwd: root,
    });
    expect([again.code, again.stderr.match(/ report in /g)?.length]).toEqual([1, 7]);
    const after = Object.values(REPORTS).map((name) => readFileSync(join(root, 'reports', name), 'utf8'));
    expect(after).toEqual(before);
    expect(steady(again.stdout)).toBe(steady(scan.stdout));
    expect(
      parseCommands(again.stdout).map(({ name, properties }) => [name, properties.file ?? properties.title]),
    ).toEqual([
      ['error', '1 check without an answer'],
      ['error', 'src/a.js'],
      ['warning', 'package.json'],
    ]);
  });

  it('harm no other when one of them fails, and the exit code says so', async () => {
    const root = project({ checks: { 'local/errs': 'off', 'local/throws': 'off' } });
    write(root, {
      'bad.mjs':
        "import { defineReporter } from 'scanrun';\nexport default defineReporter({ name: 'bad', output: 'bad.txt', async *render() { yield 'half'; throw new Error('in the middle'); } });\n",
      plain: '',
    });
    const bad = ['--reporter', './bad.mjs', '--reporter', 'junit=plain/below.xml', '--reporter', 'csv=-'];
    const scan = await scanrun([...bad, '--reporter', 'sarif'], { cwd: root });
    const again = await scanrun(['report', 'last', ...bad, '--reporter', 'gitlab'], { cwd: root });
    for (const { code, stderr, stdout } of [scan, again]) {
      expect(code).toBe(3);
      expect(stderr).toContain('the reporter bad failed: SR_REPORT_FAILED: in the middle');
      expect(stderr).toMatch(/the reporter junit failed: SR_REPORT_WRITE: .*(ENOTDIR|EEXIST)/);
      expect(stdout).toMatch(/^kind,severity,/);
    }
    expect(existsSync(join(root, 'bad.txt'))).toBe(false);
    expect(readdirSync(join(root, 'reports')).sort()).toEqual(['gl-code-quality-report.json', 'scan.sarif']);
  });

  it('never make a crash look like findings', async () => {
    const root = project({ checks: { 'local/errs': 'off', 'local/throws': 'off' } });
    write(root, {
      'stray.mjs':
        "import { defineReporter } from 'scanrun';\nexport default defineReporter({ name: 'stray', output: 'x.txt', async render() { setImmediate(() => { throw new Error('stray'); }); await new Promise((done) => setTimeout(done, 2_000)); return 'x'; } });\n",
    });
    await scanrun(['--json'], { cwd: root });
    const again = await scanrun(['report', 'last', '--reporter', './stray.mjs'], { cwd: root });
    expect([again.code, again.stderr]).toEqual([3, expect.stringContaining('stray')]);
  });

  it('leave the old file as it is when the process is killed in the middle', async () => {
    const root = project();
    write(root, {
      'slow.mjs': `import { defineReporter } from 'scanrun';
export default defineReporter({ name: 'slow', output: 'reports/slow.txt', async *render() {
  yield 'new '.repeat(1_000_000);
  yield 'new '.repeat(1_000_000);
  process.stderr.write('half of it is written');
  await new Promise(() => setInterval(() => {}, 1_000));
} });`,
      'reports/slow.txt': 'yesterday',
    });
    const { child, ended, stderrHas } = startScanrun(['--reporter', './slow.mjs'], { cwd: root });
    await stderrHas('half of it is written');
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(readFileSync(join(root, 'reports/slow.txt'), 'utf8')).toBe('yesterday');
  });
});

describe('under GitHub Actions', () => {
  it('annotations and a job summary are written when nobody lists reporters', async () => {
    const root = checkProject({
      errs: { run: "report(c, 'found it', { startLine: 1 });", meta: { severity: 'error' } },
    });
    write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'] }, 'runner/summary_1': '# Earlier\n' });
    const env = { CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(root, 'runner/summary_1') };
    const { code, stdout } = await scanrun([], { cwd: root, env });
    expect(code).toBe(1);
    expect(stdout).toContain('1 finding at the gate.');
    expect(parseCommands(stdout)).toEqual([
      {
        name: 'error',
        properties: { file: 'package.json', line: '1', endLine: '1', title: 'errs (local/errs)' },
        message: 'found found it',
      },
    ]);
    expect(readFileSync(join(root, 'runner/summary_1'), 'utf8')).toMatch(
      /^# Earlier\n\n## scanrun: .*\n\n\*\*Findings\.\*\* 1 finding at the gate\./,
    );
    expect(existsSync(join(root, 'reports/scan.html'))).toBe(true);
    // A list of reporters, wherever it stands, is obeyed.
    const plain = await scanrun(['--reporter', 'terminal'], { cwd: root, env });
    expect(parseCommands(plain.stdout)).toEqual([]);
    const listed = await scanrun([], { cwd: root, env: { ...env, SCANRUN_REPORTER: 'json' } });
    expect(JSON.parse(listed.stdout)).toMatchObject({ schemaVersion: 1 });
  });
});

describe('scanrun report', () => {
  it('renders a file, standard input or the newest run, and ends as the scan did', async () => {
    const root = project();
    const scan = await scanrun(['--json', '--reporter', 'json=out.json'].slice(0, 1), { cwd: root });
    write(root, { 'result.json': scan.stdout });
    const other = folder();
    const csv = (args: string[], cwd = root) => scanrun(['report', ...args, '--reporter', 'csv=-'], { cwd });
    const [file, last, elsewhere] = await Promise.all([
      csv(['result.json']),
      csv(['last']),
      csv(['last', '--target', root], other),
    ]);
    const piped = spawnSync(process.execPath, [command, 'report', '-', '--reporter', 'csv=-'], {
      cwd: other,
      input: scan.stdout,
      encoding: 'utf8',
    });
    expect(file.stdout).toContain('local/errs');
    for (const { code, stdout, stderr } of [file, last, elsewhere])
      expect([code, stdout, stderr]).toEqual([1, file.stdout, '']);
    expect([piped.status, piped.stdout]).toEqual([1, file.stdout]);
    const json = await scanrun(['report', 'last', '--json'], { cwd: root });
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(scan.stdout));
  });

  it('ends with 0, 1 and 3 as the gate said, whatever the gate would be today', async () => {
    const root = project({ checks: { 'local/throws': 'off' } });
    const codes = [];
    for (const args of [['--fail-on', 'never'], [], ['--check', 'local/warns', '--min-coverage', '1']]) {
      const scan = await scanrun(args, { cwd: root });
      const again = await scanrun(['report', 'last', '--reporter', 'json=again.json', '--quiet'], {
        cwd: root,
        env: { SCANRUN_FAIL_ON: 'note' },
      });
      codes.push([scan.code, again.code]);
    }
    expect(codes).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
    ]);
    withPlugin(root, { gate: { failOn: 'never' }, checks: { 'local/throws': 'error' } });
    await scanrun([], { cwd: root });
    expect((await scanrun(['report', 'last', '--reporter', 'csv'], { cwd: root })).code).toBe(3);
  });

  it('renders ten thousand findings in little more memory than the result takes', async () => {
    const root = folder({ 'large.json': JSON.stringify(large(10_000)) });
    const reporters = ['sarif', 'junit', 'gitlab', 'csv', 'markdown', 'github=summary.md'].flatMap((name) => [
      '--reporter',
      name,
    ]);
    const env = { NODE_OPTIONS: '--max-old-space-size=96' };
    const { code, stderr } = await scanrun(['report', 'large.json', ...reporters], { cwd: root, env });
    expect([code, stderr.match(/ report in /g)?.length, stderr.match(/failed/)]).toEqual([1, 6, null]);
    expect(
      (JSON.parse(readFileSync(join(root, 'reports/scan.sarif'), 'utf8')) as { runs: { results: object[] }[] }).runs[0]
        ?.results,
    ).toHaveLength(10_000);
  });

  it('uses the reporters of the configuration when none is named', async () => {
    const root = project({ reporters: [{ reporter: 'markdown', options: { title: 'As configured' } }] });
    await scanrun(['--json'], { cwd: root });
    const again = await scanrun(['report', 'last'], { cwd: root });
    expect([again.code, again.stdout]).toEqual([1, '']);
    expect(readFileSync(join(root, 'reports/scan.md'), 'utf8')).toContain('## As configured\n');
    write(root, { 'other.json': { plugins: [], reporters: ['csv'] } });
    await scanrun(['report', 'last', '--config', 'other.json'], { cwd: root });
    expect(existsSync(join(root, 'reports/findings.csv'))).toBe(true);
  });

  it('masks what is to be masked today', async () => {
    const root = project();
    await scanrun(['--json'], { cwd: root });
    const env = { SCANRUN_REDACT: 'found \\w+' };
    const { stdout } = await scanrun(['report', 'last', '--reporter', 'csv=-'], { cwd: root, env });
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain('found one');
  });

  it('says what is wrong with what it is given, on one line, with the next step', async () => {
    const root = folder({ 'torn.json': '{"schemaVersion":1,"run":', 'other.json': '{}' });
    const cases: [string[], string, RegExp][] = [
      [
        ['report', 'torn.json', '--reporter', 'csv'],
        '',
        /SR_RESULT_INVALID .*torn\.json cannot be used: it ends in the middle/,
      ],
      [['report', 'other.json', '--reporter', 'csv'], '', /SR_RESULT_INVALID .*it has no schemaVersion/],
      [['report', 'last', '--reporter', 'csv'], '', /SR_RUN_NOT_FOUND No run in/],
      [['report', 'nope', '--reporter', 'csv'], '', /SR_RUN_NOT_FOUND There is no file and no run "nope"/],
      [['report'], '', /missing required argument/],
      [['report', 'torn.json', '--reporter', 'cvs'], '', /SR_RESULT_INVALID/],
      [['merge', 'other.json'], '', /SR_USAGE There is nothing to merge/],
      [['merge', '-', '-'], '', /SR_USAGE Standard input holds one result/],
    ];
    for (const [args, stdout, message] of cases) {
      const ended = await scanrun(args, { cwd: root });
      expect([args, ended.code, ended.stdout]).toEqual([args, 2, stdout]);
      expect(ended.stderr).toMatch(message);
      expect(ended.stderr).not.toMatch(/\n {4}at /);
    }
    expect(readdirSync(root).sort()).toEqual(['other.json', 'torn.json']);
  });

  it('refuses a reporter that is not there, or two on standard output', async () => {
    const root = project();
    await scanrun(['--json'], { cwd: root });
    const wrong = await scanrun(['report', 'last', '--reporter', 'srif'], { cwd: root });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringMatching(/SR_REPORTER_UNKNOWN[\s\S]*did you mean 'sarif'/),
    ]);
    const two = await scanrun(['report', 'last', '--reporter', 'json', '--reporter', 'terminal'], { cwd: root });
    expect([two.code, two.stderr]).toEqual([2, expect.stringContaining('SR_REPORTER_STDOUT')]);
  });
});

describe('scanrun merge', () => {
  it('makes one result of shards, which is a result like any other', async () => {
    const root = project();
    const shards = ['local/errs', 'local/warns', 'local/throws'];
    const codes = await Promise.all(
      shards.map(
        async (id, index) =>
          (await scanrun(['--check', id, '--reporter', `json=../${index}.json`], { cwd: root })).code,
      ),
    );
    expect(codes).toEqual([1, 0, 3]);
    const names = shards.map((_, index) => `../${index}.json`);
    const whole = await scanrun(['--json'], { cwd: root });
    const merged = await scanrun(
      ['merge', ...names, '-o', 'merged.json', '--reporter', 'junit', '--reporter', 'terminal'],
      { cwd: root },
    );
    for (const name of names) rmSync(join(root, name));
    expect(merged.code).toBe(1);
    expect(merged.stdout).toContain('1 finding at the gate, 1 check of 3 without an answer.');
    expect(merged.stdout).toContain('Merged from 3 results');
    expect(merged.stderr).toContain('json report in');
    const answers = ({ checks }: RunResult) =>
      checks.map(({ checkId, outcome, findings }) => ({ checkId, outcome, findings }));
    const result = JSON.parse(readFileSync(join(root, 'merged.json'), 'utf8')) as RunResult;
    expect(answers(result)).toEqual(answers(JSON.parse(whole.stdout) as RunResult));
    expect(result.verdict.summary).toBe((JSON.parse(whole.stdout) as RunResult).verdict.summary);
    const again = await scanrun(['report', 'merged.json', '--reporter', 'junit=again.xml', '--reporter', 'html'], {
      cwd: root,
    });
    expect(again.code).toBe(1);
    expect(readFileSync(join(root, 'again.xml'), 'utf8')).toBe(readFileSync(join(root, 'reports/junit.xml'), 'utf8'));
  });

  it('prints the result without any other wish, takes ids of runs, and refuses what does not belong together', async () => {
    const root = folder();
    addChecks(root, { first: '', second: '' });
    withPlugin(root);
    commitAll(root);
    await scanrun(['--check', 'local/first', '--json'], { cwd: root });
    const [first = ''] = readdirSync(join(root, '.scanrun/runs'));
    const second = await scanrun(['--check', 'local/second', '--json'], { cwd: root });
    write(root, { 'second.json': second.stdout });
    const merged = await scanrun(['merge', first, 'second.json'], { cwd: root });
    expect([merged.code, merged.stderr]).toEqual([0, '']);
    expect((JSON.parse(merged.stdout) as RunResult).checks).toHaveLength(2);
    write(root, { 'new.txt': 'x' });
    commitAll(root);
    await scanrun(['--check', 'local/first', '--reporter', 'json=later.json'], { cwd: root });
    const refused = await scanrun(['merge', 'second.json', 'later.json'], { cwd: root });
    expect([refused.code, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toMatch(/SR_RESULTS_DIFFER One problem:\n {2}later\.json: is of the commit/);
  });
});

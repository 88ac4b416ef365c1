// The built command, as a user starts it.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { addChecks, checkProject } from '../support/check-projects.js';
import { commitAll, folder, git, repository, write } from '../support/folders.js';
import { command, scanrun } from '../support/processes.js';
import { answersOf } from '../support/run-scan.js';

const schemaFile = fileURLToPath(new URL('../../dist/schemas/result.json', import.meta.url));
const ESCAPE = String.fromCharCode(27);

/** A repository with nothing to find. */
const tidy = () =>
  repository({
    'README.md': '# Tidy\n',
    LICENSE: 'MIT\n',
    '.gitignore': 'node_modules/\nreports/\n.scanrun/\n',
    'src/a.js': 'export {};\n',
  });
const withPlugin = (root: string, config: object = {}) =>
  write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['terminal'], ...config } });

describe('without a configuration', () => {
  it('scans a fresh repository, exits 0, and writes the report for people', async () => {
    const root = tidy();
    const { code, stdout, stderr } = await scanrun([], { cwd: root });
    expect([code, stderr]).toEqual([0, expect.stringContaining('html report in')]);
    expect(stdout).toContain('nothing at the gate');
    const html = readFileSync(join(root, 'reports/scan.html'), 'utf8');
    expect(html).toMatch(/^<!doctype html>/i);
    expect(html.trimEnd()).toMatch(/<\/html>$/i);
    // The home of the user, who keeps a key, is this folder here.
    expect(git(root, 'status', '--porcelain')).toBe('?? .cache/\n');
  });

  it('finds a secret, exits 1, and shows it nowhere', async () => {
    const root = tidy();
    const secret = ['ghp', '_', 'x7Kp2Qm9Vb4Nc8Rt3Ws6Yd1Zf5Gh0Jk4LmAQ'].join('');
    write(root, { 'src/config.js': `export const token = '${secret}';\n` });
    commitAll(root);
    const { code, stdout, stderr } = await scanrun(
      [
        '--reporter',
        'terminal',
        '--reporter',
        'json=out/scan.json',
        '--reporter',
        'html=out/scan.html',
        '--log-file',
        'out/scan.log',
        '--verbose',
      ],
      { cwd: root },
    );
    expect(code).toBe(1);
    const files = ['scan.json', 'scan.html', 'scan.log'].map((name) => readFileSync(join(root, 'out', name), 'utf8'));
    expect(stdout).toContain('src/config.js');
    for (const text of [stdout, stderr, ...files]) {
      expect(text.length).toBeGreaterThan(50);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(secret.slice(8, 30));
    }
  });
});

describe('--json', () => {
  it('arrives whole through a slow reader and is what the schema says', async () => {
    const root = checkProject({
      many: "for (let i = 0; i < 4000; i += 1) report(c, 'finding ' + i + ' ' + 'x'.repeat(200), { startLine: 1 });",
    });
    withPlugin(root);
    const child = spawn(process.execPath, [command, '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (chunks.length < 20) await new Promise((done) => setTimeout(done, 10));
    }
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).toBeGreaterThan(1_000_000);
    const result = JSON.parse(bytes.toString('utf8')) as RunResult;
    expect(result.checks[0]?.findings).toHaveLength(4_000);
    const validate = new Ajv({ strict: false, allErrors: true }).compile(
      JSON.parse(readFileSync(schemaFile, 'utf8')) as object,
    );
    validate(result);
    expect(validate.errors).toBe(null);
    // The schema refuses what is no result, or the line above would prove nothing.
    expect(validate({ ...result, verdict: { status: 'fine' } })).toBe(false);
  });

  it('does not mind a reader that goes away', () => {
    const root = checkProject({
      many: "for (let i = 0; i < 4000; i += 1) report(c, 'finding ' + i + ' ' + 'x'.repeat(200), { startLine: 1 });",
    });
    withPlugin(root, { gate: { failOn: 'never' } });
    const pipeline = `"$0" "$1" --json 2>err | head -1; echo "\${PIPESTATUS[0]}"`;
    // In CI there would be a line of progress.
    const env = { ...process.env, CI: '' };
    const { stdout } = spawnSync('bash', ['-c', pipeline, process.execPath, command], {
      cwd: root,
      encoding: 'utf8',
      env,
    });
    expect(stdout).toBe('{\n0\n');
    expect(readFileSync(join(root, 'err'), 'utf8')).toBe('');
  });

  it('of the other commands is JSON and says what the tables say', async () => {
    const root = checkProject({
      first: '',
      second: { run: '', needs: ['first'] },
      deep: { run: '', meta: { tier: 'deep' } },
    });
    withPlugin(root, { checks: { 'local/first': { priority: 5, timeout: '7s' } } });
    const [plan, list, explain, planTable, listTable, explainText] = await Promise.all(
      [
        ['plan', '--json'],
        ['list', '--json'],
        ['explain', 'local/first', '--json'],
        ['plan'],
        ['list'],
        ['explain', 'local/first'],
      ].map((args) => scanrun(args, { cwd: root })),
    );
    for (const ended of [plan, list, explain, planTable, listTable, explainText])
      expect([ended?.code, ended?.stderr]).toEqual([0, '']);
    expect(JSON.parse(plan?.stdout ?? '')).toMatchObject({
      tasks: [
        { id: 'local/first', timeoutMs: 7_000 },
        { id: 'local/second', after: ['local/first'] },
      ],
      notPlanned: [{ checkId: 'local/deep', code: 'tier' }],
    });
    expect((JSON.parse(list?.stdout ?? '') as { id: string }[]).map(({ id }) => id)).toEqual([
      'local/deep',
      'local/first',
      'local/second',
    ]);
    const explained = JSON.parse(explain?.stdout ?? '') as { settings: { name: string }[] };
    expect(explained).toMatchObject({ id: 'local/first', runs: true });
    expect(explained.settings.find(({ name }) => name === 'timeout')).toMatchObject({
      value: 7_000,
      layer: expect.stringContaining('config'),
    });
    expect(planTable?.stdout).toMatch(/^2 tasks in the tier standard: 4 at once/);
    expect(planTable?.stdout).toMatch(/1 +local\/first +cpu +5 +7 s +- +- +first/);
    expect(planTable?.stdout).toMatch(/local\/deep +tier +It belongs to the tier deep/);
    expect(listTable?.stdout.split('\n')).toHaveLength(5);
    expect(explainText?.stdout).toMatch(/timeout +7000 +\S*config/);
    expect(explainText?.stdout).toContain('It is number 1 of 2 in the plan.');
  });
});

describe('colours', () => {
  it('follow --no-color, then NO_COLOR, then FORCE_COLOR, then the terminal', async () => {
    const root = tidy();
    write(root, { 'scan.config.json': { plugins: ['repo'] } });
    const colored = async (args: string[], env: Record<string, string>) =>
      (await scanrun(args, { cwd: root, env })).stdout.includes(`${ESCAPE}[`);
    expect(
      await Promise.all([
        colored(['--reporter', 'terminal'], {}),
        colored(['--reporter', 'terminal'], { FORCE_COLOR: '1' }),
        colored(['--reporter', 'terminal'], { FORCE_COLOR: '1', NO_COLOR: '1' }),
        colored(['--reporter', 'terminal', '--no-color'], { FORCE_COLOR: '1' }),
        colored(['plan'], { FORCE_COLOR: '1' }),
        colored(['plan', '--no-color'], { FORCE_COLOR: '1' }),
        colored(['--reporter', 'terminal'], { FORCE_COLOR: '0' }),
      ]),
    ).toEqual([false, true, false, false, true, false, false]);
  });
});

describe('how much it says', () => {
  it('is little with --quiet, everything with --verbose, and plain lines in CI', async () => {
    const root = checkProject({
      logs: "c.log.info('a line of the log'); report(c, 'a warning');",
      throws: "throw new Error('no answer');",
    });
    withPlugin(root);
    const [normal, quiet, verbose, ci, json] = await Promise.all(
      [
        [[], {}],
        [['--quiet'], {}],
        [['--verbose'], {}],
        [['--json'], { CI: '1' }],
        [['--json'], {}],
      ].map(([args, env]) => scanrun(args as string[], { cwd: root, env: env as Record<string, string> })),
    );
    for (const ended of [normal, quiet, verbose, ci, json]) expect(ended?.code).toBe(3);
    expect(normal?.stderr).toBe('scanrun: 2 checks to run\nscanrun: local/throws errored: no answer\n');
    expect(normal?.stdout).toContain('a warning');
    expect(quiet?.stderr).toBe('');
    expect(quiet?.stdout).not.toContain('a warning');
    expect(quiet?.stdout).toContain('local/throws');
    expect(verbose?.stderr).toContain('info local/logs: a line of the log');
    // Whoever reads JSON wants no more; a CI that hears nothing ends the job.
    expect(json?.stderr).toBe('');
    expect(ci?.stderr).toContain('scanrun: 2 checks to run');
  });

  it('goes to a log file, one object a line with the ids of run and task', async () => {
    const root = checkProject({ logs: "c.log.warn('careful', { n: 1 }); report(c, 'x');" });
    withPlugin(root);
    await scanrun(['--log-file', 'logs/scan.ndjson', '--json'], { cwd: root });
    const lines = readFileSync(join(root, 'logs/scan.ndjson'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ type }) => type)).toEqual(
      expect.arrayContaining([
        'scanStarted',
        'planned',
        'taskStarted',
        'log',
        'finding',
        'taskEnded',
        'result',
        'reported',
      ]),
    );
    expect(new Set(lines.map(({ runId }) => runId)).size).toBe(1);
    expect(lines[0]?.runId).toMatch(/^\d{8}-\d{9}-[0-9a-f]{8}$/);
    expect(lines.find(({ type }) => type === 'log')).toMatchObject({
      taskId: 'local/logs',
      level: 40,
      msg: 'careful',
      data: { n: 1 },
    });
    expect(lines.find(({ type }) => type === 'finding')).toMatchObject({ taskId: 'local/logs', attempt: 1 });
  });
});

describe('on a terminal', () => {
  it('progress is live, on standard error, and gone when the report is printed', ({ skip }) => {
    if (spawnSync('script', ['--version']).status !== 0) skip('there is no script(1) to make a terminal');
    const root = checkProject({
      fine: 'await new Promise((done) => setTimeout(done, 400));',
      throws: "throw new Error('no answer');",
    });
    withPlugin(root);
    const line = `stty cols 80 rows 24; '${process.execPath}' '${command}' --reporter json=- > out.json`;
    const { stdout, status } = spawnSync('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: root, TERM: 'xterm' },
    });
    expect(status).toBe(3);
    // Standard error is the terminal: lines that are drawn, redrawn, and erased.
    expect(stdout).toContain('local/fine');
    expect(stdout).toContain(`${ESCAPE}[?25l`);
    expect(stdout).toContain(`${ESCAPE}[?25h`);
    expect(stdout).not.toContain('checks to run');
    expect(JSON.parse(readFileSync(join(root, 'out.json'), 'utf8'))).toMatchObject({ schemaVersion: 1 });
  });
});

describe('a log file', () => {
  it('that cannot be opened ends with 3 before anything runs; one that cannot be written lets the scan end', async () => {
    const root = checkProject({ fine: "c.log.info('x');" }, { plain: '' });
    withPlugin(root);
    const args = ['--reporter', 'json=out.json', '--log-file'];
    const [closed, full] = await Promise.all(
      ['plain/below.log', '/dev/full'].map((file) => scanrun([...args, file], { cwd: root })),
    );
    expect([closed?.code, closed?.stderr]).toEqual([
      3,
      expect.stringMatching(/^SR_REPORT_WRITE The log file .*plain\/below.log could not be opened/),
    ]);
    expect(full?.code).toBe(3);
    expect(
      full?.stderr.match(/the log failed: SR_REPORT_WRITE: \/dev\/full could not be written: ENOSPC/g),
    ).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(root, 'out.json'), 'utf8'))).toMatchObject({ verdict: { status: 'clean' } });
  });
});

describe('a mistake', () => {
  it('ends with 2, what it was, and the nearest that is right', async () => {
    const root = checkProject({ first: '' });
    const config = (checks: object) => {
      const other = folder({ 'scan.config.json': { plugins: [join(root, 'plugin.mjs')], checks } });
      write(other, { 'package.json': { type: 'module' } });
      return other;
    };
    withPlugin(root);
    const cases: [string[], string, RegExp][] = [
      [['--teir', 'deep'], root, /unknown option '--teir'\s+\(Did you mean --tier\?\)/],
      [['--tier', 'dep'], root, /SR_CONFIG_INVALID[\s\S]*--tier[\s\S]*did you mean 'deep'/],
      [[], config({ 'local/frist': 'error' }), /local\/frist[\s\S]*did you mean 'local\/first'/],
      [['--check', 'local/frist'], root, /SR_FILTER_NO_MATCH[\s\S]*did you mean 'local\/first'/],
      [['explain', 'local/fist'], root, /SR_USAGE There is no check 'local\/fist': did you mean 'local\/first'\?/],
      [['--concurrency', '100'], root, /--concurrency/],
      [['--reporter', 'json', '--reporter', 'terminal'], root, /SR_REPORTER_STDOUT/],
      [['--reporter', 'jsno'], root, /SR_REPORTER_UNKNOWN[\s\S]*did you mean 'json'/],
      [['--config', 'none.ts'], root, /SR_CONFIG_NOT_FOUND/],
      [['no-such-folder'], root, /SR_TARGET_NOT_FOUND/],
      [['plan', 'a', 'b'], root, /too many arguments/],
    ];
    const ended = await Promise.all(cases.map(([args, cwd]) => scanrun(args, { cwd })));
    for (const [index, [args, , message]] of cases.entries()) {
      expect([args, ended[index]?.code, ended[index]?.stdout]).toEqual([args, 2, '']);
      expect(ended[index]?.stderr).toMatch(message);
      expect(ended[index]?.stderr).not.toMatch(/\n {4}at /);
    }
  });

  it('of the target ends with 3: nothing is said to be clean', async () => {
    const empty = folder();
    const broken = repository({ 'a.txt': 'a' });
    write(broken, { '.git/index': 'broken' });
    const [nothing, index] = await Promise.all([empty, broken].map((cwd) => scanrun([], { cwd })));
    expect([nothing?.code, nothing?.stderr]).toEqual([3, expect.stringContaining('SR_NO_FILES')]);
    expect([index?.code, index?.stderr]).toEqual([3, expect.stringContaining('SR_GIT_FAILED')]);
  });
});

describe('the exit code', () => {
  it('is the verdict, and 3 when only a reporter failed', async () => {
    const root = checkProject({ warns: "report(c, 'x');" }, { plain: '' });
    withPlugin(root);
    const codes = await Promise.all(
      [
        [],
        ['--fail-on', 'warning'],
        ['--fail-on', 'never'],
        ['--reporter', 'json=plain/below.json', '--reporter', 'terminal'],
        ['--fail-on', 'warning', '--reporter', 'json=plain/below.json'],
      ].map(async (args) => {
        const { code, stderr } = await scanrun(args, { cwd: root });
        return `${code} ${stderr.includes('the reporter json failed: SR_REPORT_WRITE')}`;
      }),
    );
    expect(codes).toEqual(['0 false', '1 false', '0 false', '3 true', '1 true']);
  });

  it('is 3 when a plugin fails in a hook, also after the verdict', async () => {
    const roots = ['taskStart', 'close'].map((hook) => {
      const root = folder();
      addChecks(
        root,
        { fine: '' },
        `apply(hooks) { hooks.${hook}.tap('x', () => { throw new Error('tap broke'); }); }`,
      );
      withPlugin(root);
      return root;
    });
    for (const { code, stdout, stderr } of await Promise.all(roots.map((cwd) => scanrun([], { cwd })))) {
      expect(code).toBe(3);
      expect(stdout + stderr).toContain('tap broke');
    }
  });
});

describe('a handle that a plugin forgot', () => {
  it('keeps the process for one second, and a warning says what it is', async () => {
    const root = folder();
    addChecks(root, { fine: '' }, "apply(hooks) { hooks.plan.tap('x', () => { setInterval(() => {}, 1000); }); }");
    withPlugin(root);
    const { code, stderr, timeMs } = await scanrun([], { cwd: root });
    expect(code).toBe(0);
    expect(stderr).toMatch(/something that a plugin opened is still open \(.*Timeout.*\); ending anyway/);
    expect(timeMs).toBeGreaterThan(1_000);
    expect(timeMs).toBeLessThan(8_000);
  });
});

describe('a folder that cannot be written', () => {
  it('is scanned all the same, also with a TypeScript configuration', async ({ skip }) => {
    if (process.getuid?.() !== 0) skip('needs root to become another user');
    const root = tidy();
    write(root, {
      'scan.config.ts':
        "import { defineConfig } from 'scanrun';\nimport repo from 'scanrun/plugins/repo';\nexport default defineConfig({ plugins: [repo], reporters: ['terminal'] });\n",
    });
    spawnSync('chmod', ['-R', 'a+rX,go-w', root]);
    const asNobody = ['setpriv', '--reuid=65534', '--clear-groups'];
    const env = {
      HOME: '/nonexistent',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
    };
    const terminal = await scanrun([], { cwd: root, env, by: asNobody });
    expect([terminal.code, terminal.stdout]).toEqual([0, expect.stringContaining('nothing at the gate')]);
    const html = await scanrun(['--reporter', 'html'], { cwd: root, env, by: asNobody });
    expect([html.code, html.stderr]).toEqual([3, expect.stringMatching(/SR_REPORT_WRITE.*EACCES/)]);
    expect(existsSync(join(root, '.scanrun'))).toBe(false);
  });

  it('may be mounted read-only', async ({ skip }) => {
    const root = tidy();
    const bind = spawnSync('mount', ['--bind', '-o', 'ro', root, root], { timeout: 5_000 });
    if (bind.status !== 0) skip('mounting is not allowed here');
    onTestFinished(() => void spawnSync('umount', [root], { timeout: 5_000 }));
    const { code, stdout } = await scanrun(['--reporter', 'terminal'], { cwd: root });
    expect([code, stdout]).toEqual([0, expect.stringContaining('nothing at the gate')]);
  });
});

describe('the findings of a real repository', () => {
  it('are the same in parallel, with six at once, and one at a time', async () => {
    const root = folder();
    spawnSync('git', ['clone', '--quiet', '--no-hardlinks', fileURLToPath(new URL('../../', import.meta.url)), root]);
    chmodSync(root, 0o755);
    const args = ['--json', '--config', 'plain.json', '--tier', 'deep'];
    write(root, {
      'plain.json': {
        plugins: ['repo', 'secrets'],
        checks: { 'repo/max-file-size': { options: { maxBytes: 20_000 } } },
      },
    });
    const findings = async (...more: string[]) => {
      const { stdout } = await scanrun([...args, ...more], { cwd: root });
      const result = JSON.parse(stdout) as RunResult;
      return JSON.stringify([answersOf(result), result.checks.map(({ data }) => data)]);
    };
    const sequential = await findings('--no-parallel');
    expect(sequential.length).toBeGreaterThan(1_000);
    expect(await findings('--concurrency', '6')).toBe(sequential);
    expect(await findings()).toBe(sequential);
    expect(readdirSync(root)).toContain('plain.json');
  });
});

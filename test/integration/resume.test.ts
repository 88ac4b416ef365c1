import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { canonical } from '../support/run-scan.js';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(repository, 'dist/core/cli/main.js');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A project of twelve checks that take about 50 ms each, with findings, data and measurements, on two lanes. */
function project(): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'scanrun-resume-')));
  folders.push(root);
  const keys = Array.from({ length: 12 }, (_, index) => `slow${index + 1}`);
  const files: Record<string, string> = {
    'package.json': '{ "name": "slow", "type": "module" }\n',
    'scan.config.js': `import { defineConfig, definePlugin } from 'scanrun';\n${keys.map((key) => `import ${key} from './checks/${key}.js';`).join('\n')}\nexport default defineConfig({ plugins: [definePlugin({ name: 'local', checks: { ${keys.join(', ')} } })], reporters: ['json'] });\n`,
  };
  for (const [index, key] of keys.entries()) {
    files[`checks/${key}.js`] = `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, {
  meta: { title: '${key}', description: 'Takes a while.', category: 'test', tier: 'quick', severity: 'note', messages: { m: 'number {{n}}' }, lane: '${index % 3 ? 'cpu' : 'io'}' },
  async run({ report, measure }) {
    for (let n = 0; n < 5; n += 1) {
      await new Promise((done) => setTimeout(done, 10));
      report({ messageId: 'm', data: { n }, location: { path: 'package.json', startLine: 1 } });
    }
    measure('size', ${index}, 'files');
    return { index: ${index} };
  },
});
`;
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  mkdirSync(join(root, 'node_modules'));
  symlinkSync(repository, join(root, 'node_modules/scanrun'));
  return root;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(cwd: string, args: readonly string[] = []): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  return { child, ended: new Promise((done) => child.on('close', (code) => done({ code, stdout, stderr }))) };
}

const canonicalText = (text: string): string => canonical(JSON.parse(text) as RunResult);

const runsOf = (root: string): string[] => readdirSync(join(root, '.scanrun/runs')).sort();

describe('a run that was killed', () => {
  it('at any of 20 random moments, is resumed to the result of an undisturbed one', async () => {
    const root = project();
    const whole = await start(root).ended;
    expect(whole.code).toBe(0);
    const expected = canonicalText(whole.stdout);
    const { wallMs } = (JSON.parse(whole.stdout) as RunResult).statistics;
    const known = new Set(runsOf(root));
    let resumedMidway = 0;
    for (let kill = 0; kill < 20; kill += 1) {
      const { child, ended } = start(root);
      // From the first output on, so that the moments fall into the run and not into the start of node.
      await new Promise((done) => child.stderr?.once('data', done));
      await new Promise((done) => setTimeout(done, Math.random() * wallMs));
      child.kill('SIGKILL');
      await ended;
      const id = runsOf(root).find((name) => !known.has(name)) ?? expect.unreachable('the run left no folder');
      known.add(id);
      const recorded =
        readFileSync(join(root, '.scanrun/runs', id, 'journal.ndjson'), 'utf8').split('"taskEnded"').length - 1;
      if (recorded > 0 && recorded < 12) resumedMidway += 1;
      const resumed = await start(root, ['resume', id]).ended;
      expect([kill, resumed.code, resumed.stderr]).toEqual([kill, 0, expect.not.stringContaining('SR_')]);
      expect(canonicalText(resumed.stdout)).toBe(expected);
    }
    // The test would prove nothing if no kill had hit a run between its first and its last task.
    expect(resumedMidway).toBeGreaterThan(2);
  }, 120_000);

  it('runs only what is missing', async () => {
    const root = project();
    const { child, ended } = start(root, ['--no-parallel', '--events', 'events.ndjson', '--reporter', 'json=out.json']);
    await ended.then(() => {});
    expect(child.exitCode).toBe(0);
    const [id] = runsOf(root);
    const journal = join(root, '.scanrun/runs', id ?? '', 'journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    // What `--events` wrote is the record itself, but for plan and result, which have files of their own.
    const events = readFileSync(join(root, 'events.ndjson'), 'utf8').split('\n');
    const typeOf = (line: string): string => (line === '' ? '' : (JSON.parse(line) as { type: string }).type);
    expect(events.map(typeOf)).toEqual(lines.map(typeOf));
    const third = lines.findIndex(
      (line, index) =>
        lines.slice(0, index + 1).filter((item) => item.includes('"taskEnded"')).length === 3 &&
        line.includes('"taskEnded"'),
    );
    writeFileSync(journal, `${lines.slice(0, third + 1).join('\n')}\n{"type":"find`);
    rmSync(join(root, 'events.ndjson'));
    rmSync(join(root, 'out.json'));
    const resumed = await start(root, ['resume', id ?? '', '--verbose']).ended;
    expect(resumed.code).toBe(0);
    const after = readFileSync(journal, 'utf8')
      .split('\n')
      .slice(third + 1);
    expect(after.filter((line) => line.includes('"taskStarted"'))).toHaveLength(9);
  });
});

describe('a run cannot be resumed', () => {
  it('when content, a check, or the configuration changed since, and says which', async () => {
    const root = project();
    await start(root).ended;
    const [id = ''] = runsOf(root);
    const answer = async (): Promise<string> => {
      const { code, stderr } = await start(root, ['resume', id]).ended;
      return `${code} ${stderr}`;
    };
    expect(await answer()).toMatch(/^0 /);
    const was = readFileSync(join(root, 'package.json'));
    writeFileSync(join(root, 'new.txt'), 'x');
    expect(await answer()).toMatch(/^2 [\s\S]*SR_RUN_CHANGED[\s\S]*since then the content changed/);
    rmSync(join(root, 'new.txt'));
    utimesSync(join(root, 'package.json'), 1, 1);
    expect(await answer()).toMatch(/the content changed/);
    writeFileSync(join(root, 'package.json'), was);
    const config = join(root, 'scan.config.js');
    writeFileSync(
      config,
      readFileSync(config, 'utf8').replace("reporters: ['json']", "reporters: ['json'], tier: 'deep'"),
    );
    expect(await answer()).toMatch(/the configuration and the content changed/);
  });

  it('when there is none of that name', async () => {
    const root = project();
    const { code, stderr } = await start(root, ['resume', 'nonsense']).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('SR_RUN_NOT_FOUND')]);
  });
});

describe('two scans in one repository at the same time', () => {
  it('do not disturb each other', async () => {
    const root = project();
    const [one, two] = await Promise.all([start(root).ended, start(root).ended]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(canonicalText(one.stdout)).toBe(canonicalText(two.stdout));
    expect(runsOf(root)).toHaveLength(2);
  });
});

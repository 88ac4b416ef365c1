// Profiles by the built command: what runs, what is said of the rest, and what is refused.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import type { Plan } from '../../core/model/task.js';
import { checkProject } from '../support/check-projects.js';
import { folder } from '../support/folders.js';
import { type Ended, scanrun } from '../support/processes.js';

const config = {
  plugins: ['./plugin.mjs', 'repo'],
  tier: 'quick',
  reporters: [],
  checks: { 'local/off': 'off', 'local/fast': { options: {} } },
  profiles: {
    nightly: {
      title: 'What runs at night',
      tier: 'deep',
      include: ['local', 'tag:git'],
      exclude: ['local/noisy', 'repo/max-file-size'],
      checks: { 'local/slow': { severity: 'error', timeout: '60s' } },
      gate: { failOn: 'error' },
    },
    silent: { include: ['local/off'] },
  },
};

const report = (severity: string): object => ({ run: "report(c, 'it');", meta: { severity } });
let root = '';
beforeAll(() => {
  root = checkProject(
    {
      fast: '',
      noisy: report('error'),
      off: '',
      slow: { run: "report(c, 'it');", meta: { tier: 'deep', severity: 'note' } },
    },
    { 'scan.config.json': config },
  );
});

const run = (...args: string[]): Promise<Ended> => scanrun(args, { cwd: root });
async function scan(...args: string[]): Promise<{ code: number | null; result: RunResult }> {
  const { code, stdout, stderr } = await run('--json', ...args);
  expect(stdout, stderr).not.toBe('');
  return { code, result: JSON.parse(stdout) as RunResult };
}

describe('a scan with a profile', () => {
  it('runs its checks in its tier, says why it has no others, and is judged by its gate', async () => {
    const { code, result } = await scan('--profile', 'nightly');
    expect(result.checks.map(({ checkId }) => checkId)).toEqual([
      'local/fast',
      'local/slow',
      'repo/merge-conflict-markers',
    ]);
    expect(result.run).toMatchObject({ tier: 'deep', profile: 'nightly' });
    expect(result.config).toMatchObject({
      profile: {
        name: 'nightly',
        title: 'What runs at night',
        include: ['local', 'tag:git'],
        exclude: ['local/noisy', 'repo/max-file-size'],
      },
    });
    const left = new Map(result.notPlanned.map((entry) => [entry.checkId, entry]));
    expect(left.get('local/noisy')).toMatchObject({ code: 'profile', message: 'The profile nightly leaves it out.' });
    expect(left.get('repo/windows-names')).toMatchObject({
      code: 'profile',
      message: 'The profile nightly does not name it.',
    });
    expect(left.get('local/off')?.code).toBe('off');
    // Its severity makes the note an error; its gate counts it.
    expect(result.checks[1]?.findings.map(({ severity }) => severity)).toEqual(['error']);
    expect([code, result.verdict.status]).toEqual([1, 'findings']);

    const plain = await scan();
    expect(plain.result.run).not.toHaveProperty('profile');
    expect(plain.result.checks.map(({ checkId }) => checkId)).toContain('local/noisy');
    expect(plain.result.checks.map(({ checkId }) => checkId)).not.toContain('local/slow');
  });

  it('is shown with the tier, and compared with runs of the same profile only', async () => {
    const first = await scan('--profile', 'nightly');
    const shown = await run('--profile', 'nightly', '--reporter', 'terminal', '--no-color');
    expect(shown.stdout).toMatch(/Tier +deep, profile nightly, /);
    expect(shown.stdout).toMatch(/Not planned .*not in the profile/);
    const { result } = await scan('--profile', 'nightly');
    const before = result.trend?.map(({ runId }) => runId) ?? [];
    expect(before).toContain(first.result.run.id);
    await scan('--tier', 'deep', '--skip', 'local/noisy');
    const again = await scan('--profile', 'nightly');
    expect(again.result.trend?.map(({ runId }) => runId)).toEqual([...before, again.result.run.id]);
    expect(again.result.comparison?.with).toMatchObject({ kind: 'run', name: result.run.id });
    const history = await run('history', '--no-color');
    expect(history.stdout).toContain('deep nightly (part)');
  });

  it('is asked for by SCANRUN_PROFILE too', async () => {
    const { stdout } = await scanrun(['plan', '--json'], { cwd: root, env: { SCANRUN_PROFILE: 'nightly' } });
    expect((JSON.parse(stdout) as Plan).profile).toBe('nightly');
  });
});

describe('what is refused, before anything runs, with exit code 2', () => {
  const message = async (...args: string[]): Promise<string> => {
    const fresh = checkProject({ fast: '', off: '' }, { 'scan.config.json': { ...config, profiles: PROFILES } });
    const { code, stderr } = await scanrun(args, { cwd: fresh });
    expect(code, stderr).toBe(2);
    expect(existsSync(join(fresh, '.scanrun/runs'))).toBe(false);
    return stderr;
  };
  const PROFILES = { silent: { include: ['local/off'] } };

  it('is an unknown name', async () => {
    const text = await message('--profile', 'relase');
    expect(text).toContain("flag: --profile: must be the name of a profile, not 'relase'; did you mean 'release'?");
  });

  it('is a profile of which nothing runs', async () => {
    const text = await message('--profile', 'silent');
    expect(text).toContain("names 'silent', and the configuration turns off its only check");
    expect(text).toContain('SR_FILTER_NO_MATCH');
  });
});

it('a profile of which flags leave nothing is incomplete, never clean', async () => {
  const { code, result } = await scan('--profile', 'nightly', '--check', 'repo/windows-names');
  expect([code, result.verdict.status, result.checks]).toEqual([3, 'incomplete', []]);
});

describe('plan, list and explain', () => {
  it('say which profile was asked for, who set the tier, and what is left out', async () => {
    const plan = await run('plan', '--profile', 'nightly', '--no-color');
    expect(plan.stdout).toContain(
      'Profile nightly (set by flag): What runs at night; tier deep (set by profile)\n3 tasks in the tier deep',
    );
    expect(plan.stdout).toMatch(/local\/noisy +profile +The profile nightly leaves it out\./);
    const list = await run('list', '--profile', 'nightly', '--no-color');
    expect(list.stdout).toContain('Profile nightly (set by flag): What runs at night; tier deep (set by profile)');
    expect(list.stdout).toMatch(/local\/noisy +quick +error +left out +test/);
    expect(list.stdout).toMatch(/local\/slow +deep +error +yes +test/);
    const plain = await run('list', '--no-color');
    expect(plain.stdout).not.toMatch(/profile|left out/i);
  });

  it('say the same as JSON', async () => {
    const { stdout } = await run('list', '--json', '--profile', 'nightly', '--check', 'local');
    const listed = JSON.parse(stdout) as { id: string; inProfile: boolean }[];
    expect(listed.map(({ id, inProfile }) => [id, inProfile])).toEqual([
      ['local/fast', true],
      ['local/noisy', false],
      ['local/off', true],
      ['local/slow', true],
    ]);
  });

  it('explains a check under the profile: who set what, and why it does not run', async () => {
    const slow = await run('explain', 'local/slow', '--profile', 'nightly', '--no-color');
    expect(slow.stdout).toMatch(/severity +"error" +profile/);
    expect(slow.stdout).toMatch(/timeout +60000 +profile/);
    expect(slow.stdout).toMatch(/profile +"nightly" +flag +has it/);
    const noisy = await run('explain', 'local/noisy', '--profile', 'nightly', '--no-color');
    expect(noisy.stdout).toContain('does not run  The profile nightly leaves it out.');
    expect(noisy.stdout).toMatch(/profile +"nightly" +flag +leaves it out/);
  });
});

describe('a built-in profile without any configuration', () => {
  it('brings the plugins that it is made for', async () => {
    const cwd = folder({ 'README.md': '# Here\n', 'package.json': { name: 'here', version: '1.0.0' } });
    const { code, stdout, stderr } = await scanrun(['plan', '--json', '--profile', 'security'], { cwd });
    expect(code, stderr).toBe(0);
    const plan = JSON.parse(stdout) as Plan;
    const planned = plan.tasks.flatMap(({ checks }) => checks.map(({ id }) => id));
    expect(planned).toEqual(expect.arrayContaining(['npm/vulnerabilities', 'secrets/credentials', 'sbom/cyclonedx']));
    expect(planned.filter((id) => /^(repo|docs|code)\//.test(id))).toEqual([]);
    expect(plan.notPlanned).toContainEqual({
      checkId: 'npm/package-size',
      code: 'profile',
      message: 'The profile security does not name it.',
    });
  });
});

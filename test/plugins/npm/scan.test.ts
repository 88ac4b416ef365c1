// Whole scans with the plugin: what checks need of each other, policies, secrets, and whose target it is.
import npm from 'scanrun/plugins/npm';
import { expect, it, vi } from 'vitest';
import { folder } from '../../support/folders.js';
import { checkOf, endOf, runScan } from '../../support/run-scan.js';
import { filesOf, fixture, json, npmProject } from './locked.js';
import { advisory, BULK, startRegistry, startTrap, withoutNpmSettings } from './registry-server.js';

withoutNpmSettings();

const only = (...checks: string[]) => ({ overrides: { check: checks.map((check) => `npm/${check}`) } });

it('a registry that hangs costs its time once, not once a package', async () => {
  const { npmrc, host, asked } = await startRegistry({ instead: () => undefined });
  const names = Array.from({ length: 200 }, (_, index) => `p${index}`);
  const files = npmProject(
    { name: 'app', dependencies: Object.fromEntries(names.map((name) => [name, '1'])) },
    Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version: '1.0.0' }])),
  );
  const { result } = await runScan(folder({ ...files, '.npmrc': npmrc }), {
    ...only('vulnerabilities', 'outdated', 'deprecated'),
    config: { plugins: [npm], reporters: [], tier: 'deep', resources: { [host]: { timeout: '1s' } } },
  });
  expect(checkOf(result, 'npm/vulnerabilities').outcome).toMatchObject({
    status: 'degraded',
    reason: {
      message: `advisories could not be checked (ETIMEDOUT) at ${host} for 200 packages: p0, p1, p10 and 197 more.`,
    },
  });
  expect(checkOf(result, 'npm/registry').outcome).toMatchObject({
    status: 'degraded',
    reason: { message: expect.stringContaining('200 packages (ETIMEDOUT)') },
  });
  expect(endOf(result, 'npm/outdated')).toBe('degraded partial');
  expect(asked.filter(({ path }) => path === BULK)).toHaveLength(1);
  expect(asked.filter(({ method }) => method === 'GET')).toHaveLength(1);
  // 200 packages would take 200 seconds.
  expect(checkOf(result, 'npm/vulnerabilities').timeMs + checkOf(result, 'npm/registry').timeMs).toBeLessThan(20_000);
  expect(result.verdict.status).toBe('incomplete');
});

it('no token is shown, whoever repeats it', async () => {
  const token = 'npm_hunter2hunter2hunter2';
  const { npmrc, host } = await startRegistry({
    token,
    advisories: { lodash: [advisory({ title: `Leaks ${token}`, url: `https://x.example/${token}` })] },
  });
  vi.stubEnv('SCANRUN_TEST_TOKEN', token);
  const files = npmProject(
    { name: 'app', dependencies: { lodash: '4' } },
    { 'node_modules/lodash': { version: '4.17.20' } },
  );
  const root = folder({ ...files, '.npmrc': `${npmrc}//${host}/:_authToken=\${SCANRUN_TEST_TOKEN}\n` });
  const { result, events, stdout } = await runScan(root, {
    ...only('vulnerabilities'),
    config: { plugins: [npm], reporters: ['json'], tier: 'standard' },
  });
  expect(checkOf(result, 'npm/vulnerabilities').findings).toHaveLength(1);
  for (const text of [JSON.stringify(result), JSON.stringify(events), stdout]) {
    expect(text).toContain('Leaks');
    expect(text).not.toContain(token);
  }
});

it("of somebody else's target neither settings nor variables nor tools count", async () => {
  const { trap, mine, npmrc } = await startTrap();
  const files = npmProject(
    { name: 'app', version: '1.0.0', dependencies: { x: '1' } },
    { 'node_modules/x': { version: '1.0.0' } },
  );
  const root = folder({
    ...files,
    '.npmrc': npmrc,
    'index.js': '',
    'knip.js': 'throw new Error("it ran");',
    'node_modules/publint/package.json': json({ name: 'publint', version: '0.3.99', exports: './evil.mjs' }),
    'node_modules/publint/evil.mjs': 'throw new Error("it ran");',
  });
  const { result } = await runScan(folder(), {
    ...only('vulnerabilities', 'manifest', 'unused'),
    target: root,
    config: { plugins: [npm], reporters: [], tier: 'deep' },
  });
  expect(result.target.own).toBeUndefined();
  expect(endOf(result, 'npm/vulnerabilities')).toBe('passed');
  expect(endOf(result, 'npm/unused')).toBe('skipped not-applicable');
  expect(['passed', 'failed']).toContain(endOf(result, 'npm/manifest'));
  expect(trap.asked).toEqual([]);
  expect(mine.asked).toHaveLength(1);
});

it('every quick check answers for the lockfile of each package manager', async () => {
  for (const name of ['npm-3', 'yarn-berry-4', 'pnpm-9']) {
    const { result } = await runScan(folder(filesOf(fixture(`lockfiles/${name}`))), {
      config: { plugins: [npm], reporters: [], tier: 'quick' },
    });
    const ends = Object.fromEntries(result.checks.map(({ checkId, outcome }) => [checkId, outcome.status]));
    expect(ends, name).toEqual({
      'npm/duplicate-versions': 'failed',
      // Its packages are published and say nothing of Node.js.
      'npm/engines': 'failed',
      'npm/lockfile': 'passed',
      'npm/lockfile-hosts': 'passed',
      'npm/lockfile-in-sync': 'passed',
      'npm/lockfile-present': 'passed',
    });
    expect(result.target.own).toBe(true);
  }
});

it('nothing is planned where there is no manifest', async () => {
  const { result } = await runScan(folder({ 'README.md': '# x' }), {
    config: { plugins: [npm], reporters: [], tier: 'deep' },
  });
  expect(result.checks).toEqual([]);
  expect(new Set(result.notPlanned.map(({ code }) => code))).toEqual(new Set(['not-applicable']));
});

// Monorepos of npm, Yarn and pnpm, scanned by the built command: the same packages, the same findings, in every report.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { addChecks } from '../support/check-projects.js';
import { killedAfter } from '../support/faults.js';
import { type Files, repository, write } from '../support/folders.js';
import { publishable } from '../support/manifests.js';
import { type Ended, scanrun } from '../support/processes.js';
import { canonical } from '../support/run-scan.js';

const run = (cwd: string, ...args: string[]): Promise<Ended> => scanrun(args, { cwd, by: killedAfter(100) });
const parsed = ({ stdout }: Ended): RunResult => JSON.parse(stdout) as RunResult;

const PACKAGES: Files = {
  'packages/good/package.json': { ...publishable, name: '@m/good' },
  'packages/good/index.js': 'export {};\n',
  'packages/bad/package.json': { name: '@m/bad', version: '1', main: './none.js' },
  'packages/private/package.json': { name: '@m/private', version: '1.0.0', private: true, main: './none.js' },
  'packages/torn/package.json': '{ "name": ',
};

const MANAGERS = {
  npm: { 'package.json': { name: 'root', private: true, workspaces: ['packages/*'] }, 'package-lock.json': '{}' },
  yarn: {
    'package.json': { name: 'root', private: true, workspaces: { packages: ['packages/*'] } },
    'yarn.lock': '# yarn lockfile v1\n',
  },
  pnpm: { 'package.json': { name: 'root', private: true }, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n' },
} satisfies Record<string, Files>;

const CONFIG = { 'scan.config.json': { plugins: ['npm'], reporters: ['json'] } };

function monorepo(manager: keyof typeof MANAGERS): string {
  return repository({ ...PACKAGES, ...MANAGERS[manager], ...CONFIG });
}

// Each command takes seconds where other things run too.
describe('a monorepo', { timeout: 120_000 }, () => {
  it('of npm, Yarn and pnpm has a part for each package, and findings that carry it', async () => {
    const seen: unknown[] = [];
    for (const manager of ['npm', 'yarn', 'pnpm'] as const) {
      const ended = await run(monorepo(manager), '--check', 'npm/manifest', '--check', 'npm/package-size');
      expect([manager, ended.code]).toEqual([manager, 1]);
      const result = parsed(ended);
      const checks = result.checks.map(({ checkId, outcome, parts, findings, data }) => ({
        checkId,
        outcome: outcome.status,
        parts: parts.map((part) => `${part.taskId} ${part.package} ${part.outcome.status}`).sort(),
        findings: findings.map((finding) => [finding.package, finding.messageId, finding.fingerprint]),
        measured: data === undefined ? [] : Object.keys(data as object),
      }));
      seen.push(checks);
      expect(checks[0]).toMatchObject({
        checkId: 'npm/manifest',
        outcome: 'failed',
        parts: [
          'npm/manifest@. root skipped',
          'npm/manifest@packages/bad @m/bad failed',
          'npm/manifest@packages/good @m/good passed',
          'npm/manifest@packages/private @m/private skipped',
          'npm/manifest@packages/torn packages/torn failed',
        ],
      });
      const found = new Set(checks[0]?.findings.map(([name, id]) => `${name} ${id}`));
      expect([...found].sort()).toEqual(['@m/bad problem', '@m/bad version', 'packages/torn unreadable']);
      expect(checks[1]?.measured).toEqual(['@m/bad', '@m/good']);
      expect(result.notices).toMatchObject([{ code: 'packages-unreadable', level: 'warning' }]);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  it('is shown in every report, and in the plan', async () => {
    const root = monorepo('pnpm');
    const files = ['junit=j.xml', 'html=h.html', 'sarif=s.sarif', 'markdown=m.md', 'csv=c.csv', 'terminal'];
    const flags = files.flatMap((item) => ['--reporter', item]);
    const ended = await run(root, '--check', 'npm/manifest', '--verbose', ...flags);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('packages/bad/package.json');
    const text = (name: string): string => readFileSync(join(root, name), 'utf8');
    expect(text('j.xml')).toContain('npm/manifest');
    expect(text('h.html')).toMatch(/<\/html>\s*$/);
    expect(text('c.csv')).toContain('@m/bad');
    for (const name of ['s.sarif', 'm.md']) expect(existsSync(join(root, name))).toBe(true);
    const plan = await run(root, 'plan', '--check', 'npm/manifest');
    expect(plan.stdout).toContain('npm/manifest@packages/good');
    const list = JSON.parse((await run(root, 'list', '--json')).stdout) as { id: string; scope: string }[];
    expect(list.find(({ id }) => id === 'npm/manifest')?.scope).toBe('package');
    expect(list.find(({ id }) => id === 'npm/licences')?.scope).toBe('target');
    const explained = await run(root, 'explain', 'npm/manifest');
    expect(explained.stdout).toContain('It runs on 5 packages');
    expect(explained.stdout).toContain('project check of each package');
  });

  it('with a configuration that cannot be read is not clean, and says which file', async () => {
    const root = monorepo('pnpm');
    write(root, { 'pnpm-workspace.yaml': 'packages: [', 'package.json': { name: 'root', private: true } });
    const ended = await run(root, '--check', 'npm/manifest');
    expect(ended.code).toBe(3);
    expect(parsed(ended).notices).toMatchObject([
      {
        code: 'packages-unknown',
        level: 'error',
        message: expect.stringContaining('pnpm-workspace.yaml: it is not YAML'),
      },
    ]);
  });

  it('goes on where a run broke off, and never with a folder that is no package', async () => {
    const root = repository({ ...PACKAGES, '.gitignore': 'node_modules/\n.scanrun/\n' });
    addChecks(root, {
      first: {
        meta: { scope: 'package' },
        run: "report(c, c.package.name); c.measure('n', 1, 'n'); return c.package.name;",
      },
      sum: { needs: ['first'], run: 'report(c, Object.values(c.needs.first).join())' },
    });
    write(root, { ...MANAGERS.npm, 'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'] } });
    const whole = await run(root, '--no-parallel', '--no-cache');
    expect(whole.code).toBe(0);
    const { run: info, tasks } = parsed(whole);
    expect(tasks).toHaveLength(6);
    const folder = join(root, '.scanrun/runs', info.id);
    const journal = join(folder, 'journal.ndjson');
    const lines = readFileSync(journal, 'utf8').split('\n');
    const ends = lines.flatMap((line, index) => (line.includes('"type":"taskEnded"') ? [index] : []));
    writeFileSync(journal, `${lines.slice(0, (ends[1] ?? 0) + 1).join('\n')}\n`);
    const resumed = await run(root, 'resume', info.id);
    expect([resumed.code, resumed.stderr]).toEqual([0, expect.stringContaining('')]);
    expect(canonical(parsed(resumed))).toBe(canonical(parsed(whole)));
    const plan = readFileSync(join(folder, 'plan.json'), 'utf8');
    expect(plan).toContain('"folder":"packages/good"');
    writeFileSync(join(folder, 'plan.json'), plan.replaceAll('"folder":"packages/good"', '"folder":"../outside"'));
    const refused = await run(root, 'resume', info.id);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('SR_RUN_CHANGED')]);
  });
});

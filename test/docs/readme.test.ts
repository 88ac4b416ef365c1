import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TIERS } from 'scanrun';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TIER_DEFAULTS } from '../../core/model/tier.js';
import { codeBlocks, ROOT, read } from './pages.js';

// The README's example is run as it stands there, by the built command, and what it prints is compared.

const README = read('README.md');
const blocks = codeBlocks(README);
let project: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'scanrun-readme-'));
  for (const { file, code } of blocks) if (file !== undefined) write(file, code);
  const lines = [
    "import { expect, it } from 'vitest';",
    "import { sum } from './sum.js';",
    '',
    "it.only('adds', () => {",
  ];
  write('src/sum.test.ts', [...lines, '  expect(sum(1, 2)).toBe(3);', '});', ''].join('\n'));
  for (const name of ['README.md', 'LICENSE']) write(name, `${name}\n`);
  write('.gitignore', 'reports/\n.scanrun/\n');
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid', ...args], { cwd: project });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Start');
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

/** Times, cores and paths differ from machine to machine, and one that is busy says so. */
function steady(text: string): string {
  return text
    .replace(/^ {2}Pressure .*\n/m, '')
    .replace(/^ {2}Time .*$/m, '  Time')
    .replace(/on \d+ cores?/, 'on N cores')
    .trim();
}

describe('the README', () => {
  it('names two commands exactly', () => {
    const shell = blocks.filter(({ info }) => info === 'sh').map(({ code }) => code.trim());
    expect(shell.slice(0, 2)).toEqual(['npm ci && npx scanrun', 'npm ci && npm test']);
  });

  it('shows a check of ten lines', () => {
    const check = blocks.find(({ file }) => file === 'checks/no-focused-tests.ts');
    expect(check?.code.trim().split('\n')).toHaveLength(10);
  });

  it('shows what its example prints', () => {
    const main = join(ROOT, 'dist/core/cli/main.js');
    const env = { ...process.env, CI: '', NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main], { cwd: project, encoding: 'utf8', env });
    expect(stderr).toContain('html report in ');
    const excerpt = blocks.find(({ info }) => info === 'text')?.code ?? 'nothing';
    // The report goes on after the excerpt, with the phases, the target and the run.
    expect(steady(stdout).startsWith(steady(excerpt)), stdout).toBe(true);
    expect(status).toBe(1);
    expect(readFileSync(join(project, 'reports/scan.html'), 'utf8')).toContain('Remove .only from this test.');
  });

  it('states the limits of the tiers', () => {
    for (const tier of TIERS) {
      const { concurrency, parallel, budgetMs, deadlineMs } = TIER_DEFAULTS[tier];
      const name = tier === 'standard' ? '`standard`, the default' : `\`${tier}\``;
      const atOnce = parallel ? String(concurrency) : `1 (${concurrency} with \`--parallel\`)`;
      expect(README).toContain(`| ${name} | ${atOnce} | ${budgetMs / 1_000} s | ${deadlineMs / 1_000} s |`);
    }
  });
});

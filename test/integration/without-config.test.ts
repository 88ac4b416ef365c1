// What a person sees who runs the command in a project before there is a configuration.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { commitAll, folder, repository, write } from '../support/folders.js';
import { installLean } from '../support/lean.js';
import { scanrun } from '../support/processes.js';
import { endOf } from '../support/run-scan.js';

const manifest = {
  name: 'small',
  version: '1.0.0',
  type: 'module',
  license: 'MIT',
  main: 'index.js',
  files: ['index.js'],
  dependencies: { left: '^1.0.0' },
};
const lock = {
  name: 'small',
  version: '1.0.0',
  lockfileVersion: 3,
  packages: {
    '': { name: 'small', version: '1.0.0', license: 'MIT', dependencies: { left: '^1.0.0' } },
    'node_modules/left': {
      version: '1.0.0',
      resolved: 'https://registry.npmjs.org/left/-/left-1.0.0.tgz',
      integrity: `sha512-${'A'.repeat(86)}==`,
      license: 'MIT',
    },
  },
};
const files = {
  'package.json': manifest,
  'package-lock.json': lock,
  'index.js': 'export const small = 1;\n',
  'README.md': '# small\n\n## Install\n\nnpm i small\n\n## Usage\n\nImport it.\n\n## Test\n\nnpm test\n',
  LICENSE: 'MIT\n',
  '.gitignore': 'node_modules\nreports\n.scanrun\n',
  // Nobody answers there: as if the machine had no network.
  '.npmrc': 'registry=http://127.0.0.1:9/\n',
};

async function runLean(root: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = installLean(root);
  const run = promisify(execFile)(process.execPath, [main, ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: folder() },
    maxBuffer: 50_000_000,
  });
  return run.then(
    (ended) => ({ code: 0, ...ended }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

describe('a scan without a configuration', { timeout: 120_000 }, () => {
  it('of a small package, with the lean install and without a network, is clean and says what has no answer', async () => {
    const root = repository(files);
    const { code, stdout } = await runLean(root, '--no-color', '--reporter', 'terminal', '--reporter', 'json=out.json');
    expect(stdout).toContain('No configuration found, so what suits this repository runs: repo and secrets');
    expect(stdout).toContain('`npx scanrun init`');
    expect(stdout).toMatch(/✔ Clean {2}\d+ checks, nothing at the gate; \d+ optional checks\s+without an answer\./);
    expect(stdout).toMatch(/○ docs\/style {2}skipped, .*optional\n +not installed: npm i -D markdownlint/);
    // Once is enough: what is not installed stands among what has no answer.
    expect(stdout.match(/npm i -D markdownlint/g)).toHaveLength(1);
    expect(stdout).toMatch(/◐ npm\/vulnerabilities {2}degraded, .*optional/);
    expect(code).toBe(0);
  });

  it('of what has something wrong is 1, not 3, and still never calls the rest passed', async () => {
    const root = repository({ ...files, 'a.txt': `<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n` });
    const { code, stdout } = await runLean(root, '--json', '--tier', 'quick');
    const result = JSON.parse(stdout) as RunResult;
    expect([code, result.verdict.status]).toEqual([1, 'findings']);
    expect(endOf(result, 'repo/merge-conflict-markers')).toBe('failed');
    expect(result.notPlanned).toContainEqual({
      checkId: 'git/clean-tree',
      code: 'off',
      message: 'The default set leaves it out; --check or a configuration brings it in.',
    });
  });

  it('is incomplete once a configuration names what cannot be answered', async () => {
    const root = repository({ ...files, 'scan.config.json': { checks: { 'docs/style': 'warning' } } });
    const { code, stdout } = await runLean(root, '--json', '--check', 'docs');
    const result = JSON.parse(stdout) as RunResult;
    expect([code, endOf(result, 'docs/style')]).toEqual([3, 'skipped not-installed']);
  });

  it('runs what the default set leaves out where --check asks for it', async () => {
    const root = folder({ 'README.md': '# a\n' });
    commitAll(root);
    write(root, { 'new.txt': 'x' });
    const { code, stdout } = await scanrun(['--check', 'git/clean-tree', '--json'], { cwd: root });
    const result = JSON.parse(stdout) as RunResult;
    expect([code, endOf(result, 'git/clean-tree')]).toEqual([0, 'failed']);
  });

  it('tells in explain which values are those of the default set', async () => {
    const root = repository(files);
    const { stdout } = await scanrun(['explain', 'npm/vulnerabilities', '--json'], { cwd: root });
    const { settings } = JSON.parse(stdout) as { readonly settings: readonly object[] };
    expect(settings).toContainEqual(expect.objectContaining({ name: 'optional', value: true, layer: 'default' }));
  });

  it('names the plugin to add where one that is added needs another', async () => {
    const { code, stderr } = await scanrun(['--plugin', 'sbom'], { cwd: folder({ 'a.txt': 'a' }) });
    expect(code).toBe(2);
    expect(stderr).toContain("add 'npm' to plugins, or `--plugin npm`");
    expect(stderr).not.toContain('file:');
  });
});

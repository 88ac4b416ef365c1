// `scanrun init`, as it is built: what it writes is compiled, loaded and scanned with.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { SEARCH_PLACES } from '../../core/config/search.js';
import type { RunResult } from '../../core/model/result.js';
import { asNobody, isRoot, killedAfter, nobodysEnvironment } from '../support/faults.js';
import { folder, git, repository } from '../support/folders.js';
import { scanrun } from '../support/processes.js';

const here = fileURLToPath(new URL('../../', import.meta.url));

const project = {
  'package.json': { name: 'a', version: '1.2.3', scripts: { build: 'x' } },
  'package-lock.json': { name: 'a', version: '1.2.3', lockfileVersion: 3, packages: {} },
  'tsconfig.json': '{}',
  Dockerfile: 'FROM node:24\nUSER node\n',
  '.github/workflows/test.yml':
    'on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n',
  'README.md': '# a\n',
};

const init = (root: string, ...args: string[]) => scanrun(['init', '--no-color', ...args], { cwd: root });
const read = (root: string, path: string) => readFileSync(join(root, path), 'utf8');

/** What the compiler says of a configuration, with the package installed. */
function compile(root: string, options: ts.CompilerOptions): string[] {
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  if (!existsSync(join(root, 'node_modules/scanrun'))) symlinkSync(here, join(root, 'node_modules/scanrun'));
  const program = ts.createProgram([join(root, 'scan.config.ts')], {
    strict: true,
    noEmit: true,
    types: [],
    ...options,
  });
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

const BUNDLER: ts.CompilerOptions = {
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  target: ts.ScriptTarget.ES2022,
  skipLibCheck: true,
};
const NODE: ts.CompilerOptions = {
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  skipLibCheck: true,
  exactOptionalPropertyTypes: true,
};

describe('init', { timeout: 120_000 }, () => {
  it('writes a configuration for what is there, says what it found and what to do next', async () => {
    const root = repository(project);
    const { code, stdout, stderr } = await init(root);
    expect([code, stderr]).toEqual([0, '']);
    for (const phrase of [
      'a git work tree',
      'package.json',
      'package-lock.json',
      '1 workflow',
      'Dockerfile',
      'README.md',
    ])
      expect(stdout).toContain(`\n  ${phrase}\n`);
    expect(stdout).toContain('Wrote scan.config.ts');
    expect(stdout).toContain('npm install --save-dev scanrun');
    expect(stdout).toContain('add reports/ to .gitignore');
    expect(stdout).toContain('--ci github');
    const text = read(root, 'scan.config.ts');
    for (const name of ['repo', 'secrets', 'git', 'npm', 'code', 'docs', 'ci'])
      expect(text).toContain(`import ${name} from 'scanrun/plugins/${name}';`);
    for (const name of ['sbom', 'web', 'command']) expect(text).toContain(`// ${name}: `);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    expect(readdirSync(root).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('writes what the compiler accepts, and would not with a check that is not there', async () => {
    const root = repository({ ...project, 'package.json': { ...project['package.json'], type: 'module' } });
    await init(root);
    expect(compile(root, BUNDLER)).toEqual([]);
    expect(compile(root, NODE)).toEqual([]);
    const text = read(root, 'scan.config.ts');
    expect(text).toContain("'npm/vulnerabilities': { optional: true }");
    writeFileSync(join(root, 'scan.config.ts'), text.replace('npm/vulnerabilities', 'npm/vulnerabilitys'));
    expect(compile(root, BUNDLER).join('\n')).toContain('npm/vulnerabilitys');
  });

  it.for([
    ['nothing at all', {}],
    ['only text', { 'a.txt': 'a' }],
    ['a package', project],
  ] as const)('writes what loads and scans, for a folder with %s', async ([, files]) => {
    const root = folder(files);
    expect((await init(root)).code).toBe(0);
    const { code, stdout, stderr } = await scanrun(['--json', '--tier', 'quick', '--check', 'repo'], { cwd: root });
    expect([code, stderr]).toEqual([expect.toBeOneOf([0, 1]), expect.not.stringContaining('SR_')]);
    const result = JSON.parse(stdout) as RunResult;
    expect(result.config.file).toBe('scan.config.ts');
    expect(result.notices.map((notice) => notice.code)).not.toContain('default-config');
  });

  it.for(SEARCH_PLACES)('refuses where there is %s, and leaves it as it is', async (name) => {
    const root = folder({ [name]: '{"scanrun": {}}' });
    const { code, stdout, stderr } = await init(root);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('SR_CONFIG_EXISTS');
    expect(stderr).toContain(name);
    expect(stderr).toContain('next:');
    expect(read(root, name)).toBe('{"scanrun": {}}');
    expect(readdirSync(root)).toEqual([name]);
  });

  it('does not write through a link, also one that leads nowhere', async () => {
    const elsewhere = folder();
    const root = folder();
    symlinkSync(join(elsewhere, 'target.ts'), join(root, 'scan.config.ts'));
    const { code, stderr } = await init(root);
    expect([code, stderr]).toEqual([2, expect.stringContaining('SR_CONFIG_EXISTS')]);
    expect(readdirSync(elsewhere)).toEqual([]);
    expect(lstatSync(join(root, 'scan.config.ts')).isSymbolicLink()).toBe(true);
  });

  it('configures the folder that is named, and says which configuration counted there before', async () => {
    const root = repository({ 'scan.config.json': { plugins: [] }, 'packages/a/package.json': { name: 'a' } });
    // Nothing is searched in the home folder or above it.
    const settings = { cwd: root, env: { HOME: folder() } };
    const { code, stdout } = await scanrun(['init', 'packages/a', '--no-color'], settings);
    expect(code).toBe(0);
    expect(stdout).toContain(`instead of ${join(root, 'scan.config.json')}`);
    expect(existsSync(join(root, 'packages/a/scan.config.ts'))).toBe(true);
  });

  it('may be written with what suits the repository at every scan instead', async () => {
    const root = repository(project);
    const config = `import { defineConfig, recommended, repositoryFacts } from 'scanrun';
import npm from 'scanrun/plugins/npm';
export default defineConfig({
  extends: [recommended(repositoryFacts('.'))],
  plugins: [npm],
  checks: { 'npm/licences': 'warning', 'repo/windows-names': 'off' },
});
`;
    writeFileSync(join(root, 'scan.config.ts'), config);
    expect(compile(root, BUNDLER)).toEqual([]);
    const { stdout } = await scanrun(['explain', 'npm/vulnerabilities', '--json'], { cwd: root });
    const { settings } = JSON.parse(stdout) as { readonly settings: readonly object[] };
    expect(settings).toContainEqual(expect.objectContaining({ name: 'optional', value: true, layer: 'preset' }));
  });

  it('prints all of it as JSON', async () => {
    const root = repository(project);
    const { stdout } = await init(root, '--json', '--ci', 'gitlab');
    expect(JSON.parse(stdout)).toMatchObject({
      root,
      found: { git: true, package: { version: '1.2.3' }, workflows: ['.github/workflows/test.yml'] },
      recommended: { plugins: expect.arrayContaining([{ name: 'npm', why: 'package.json' }]) },
      config: { file: join(root, 'scan.config.ts'), written: true },
      ci: { system: 'gitlab', file: join(root, '.gitlab-ci.yml'), written: true, text: read(root, '.gitlab-ci.yml') },
      installed: false,
    });
  });

  it('lets no name of a file end a comment', async () => {
    const name = 'Dockerfile.\nprocess.exit(7); //\u2028process.exit(8)\u001b[2J';
    const root = folder({ [name]: 'FROM scratch' });
    const { code, stdout } = await init(root);
    expect([code, stdout]).toEqual([0, expect.not.stringContaining('\u001b')]);
    const text = read(root, 'scan.config.ts');
    expect(text.split(/[\n\u2028]/).every((line) => !line.startsWith('process.exit'))).toBe(true);
    expect((await scanrun(['list'], { cwd: root })).code).toBe(0);
  });
});

describe('a job of init', { timeout: 120_000 }, () => {
  it.for([
    [
      'npm with a lockfile',
      { 'package.json': {}, 'package-lock.json': '{}' },
      ['npm ci', 'cache: npm', 'npx --yes scanrun'],
    ],
    ['npm without one', { 'package.json': { devDependencies: { scanrun: '1' } } }, ['npm install', 'npx scanrun']],
    [
      'pnpm',
      { 'package.json': { devDependencies: { scanrun: '1' } }, 'pnpm-lock.yaml': '' },
      ['pnpm install --frozen-lockfile', 'pnpm exec scanrun'],
    ],
    ['yarn', { 'package.json': {}, 'yarn.lock': '' }, ['yarn install --frozen-lockfile', 'npx --yes scanrun']],
    ['no package', {}, ['npx --yes scanrun']],
  ] as const)('for GitHub with %s passes our own checks of workflows', async ([, files, lines]) => {
    const root = repository(files);
    const { code, stdout } = await init(root, '--ci', 'github');
    expect(code).toBe(0);
    const job = read(root, '.github/workflows/scanrun.yml');
    for (const line of lines) expect(job).toContain(line);
    for (const line of job.trimEnd().split('\n')) expect(stdout).toContain(`${line}\n`);
    git(root, 'add', '--all');
    const args = ['--json', '--plugin', 'ci', '--check', 'ci', '--skip', 'ci/dockerfile-*'];
    const result = JSON.parse((await scanrun(args, { cwd: root })).stdout) as RunResult;
    expect(result.checks.length).toBeGreaterThan(3);
    expect(result.checks.flatMap(({ findings }) => findings)).toEqual([]);
    for (const { checkId, outcome } of result.checks) expect([checkId, outcome.status]).toEqual([checkId, 'passed']);
  });

  it('is not written over one that is there, which is shown what to add to it', async () => {
    const root = repository({ '.gitlab-ci.yml': 'test:\n  script: make\n' });
    const { code, stdout } = await init(root, '--ci', 'gitlab');
    expect(code).toBe(0);
    expect(stdout).toContain('Kept .gitlab-ci.yml as it is');
    expect(stdout).toContain('codequality: reports/gl-code-quality-report.json');
    expect(read(root, '.gitlab-ci.yml')).toBe('test:\n  script: make\n');
  });

  it('is added where there is a configuration, which stays', async () => {
    const root = repository({ 'scan.config.json': { plugins: [] } });
    const { code, stdout } = await init(root, '--ci', 'github');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Kept scan.config.json as it is')]);
    expect(read(root, 'scan.config.json')).toBe('{"plugins":[]}');
    expect(existsSync(join(root, 'scan.config.ts'))).toBe(false);
    expect(existsSync(join(root, '.github/workflows/scanrun.yml'))).toBe(true);
  });

  it('is not written into a folder of the repository, nor anything else', async () => {
    const root = repository({ 'packages/a/package.json': {} });
    const { code, stderr } = await init(root, 'packages/a', '--ci', 'github');
    expect([code, stderr]).toEqual([2, expect.stringContaining(`\`npx scanrun init --ci github\` in ${root}.`)]);
    expect(readdirSync(join(root, 'packages/a'))).toEqual(['package.json']);
  });

  it('is not written through a link out of the repository', async () => {
    const elsewhere = folder();
    const root = repository({ 'a.txt': '' });
    symlinkSync(elsewhere, join(root, '.github'));
    const { code, stderr } = await init(root, '--ci', 'github');
    expect([code, stderr]).toEqual([3, expect.stringContaining('SR_PATH_OUTSIDE')]);
    expect(stderr).toContain(`${join(root, 'scan.config.ts')} was written.`);
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  it('says so where a file is in its way', async () => {
    const root = repository({ '.github': 'a file', 'scan.config.json': {} });
    const { code, stderr } = await init(root, '--ci', 'github');
    expect([code, stderr]).toEqual([3, expect.stringContaining('SR_REPORT_WRITE')]);
    expect(stderr).not.toContain('was written');
  });

  it('refuses a system that it does not know', async () => {
    const { code, stderr } = await init(folder(), '--ci', 'jenkins');
    expect([code, stderr]).toEqual([2, expect.stringContaining('github, gitlab')]);
  });
});

describe('init that cannot write', { timeout: 120_000 }, () => {
  it('says so where the folder is not there, or is a file', async () => {
    const root = folder({ file: '' });
    for (const name of ['missing', 'file']) {
      const { code, stderr } = await init(root, name);
      expect([code, stderr]).toEqual([2, expect.stringContaining('SR_TARGET_NOT_FOUND')]);
    }
    expect(readdirSync(root)).toEqual(['file']);
  });

  it.skipIf(!isRoot)('says so where the folder is read-only (needs root, to become somebody else)', async () => {
    const root = folder({ 'a.txt': '' });
    chmodSync(root, 0o555);
    const { code, stderr } = await scanrun(['init'], {
      cwd: root,
      by: [...killedAfter(25), ...asNobody],
      env: nobodysEnvironment,
    });
    expect([code, stderr]).toEqual([3, expect.stringContaining('scan.config.ts could not be written: EACCES')]);
    expect(stderr).toContain('next: Make the folder writable');
    expect(readdirSync(root)).toEqual(['a.txt']);
  });
});

// The packed package as a user gets it: packed, installed into an empty project, and run there.
// node test/smoke/run.mjs --node <binary> [--tarball <file>]      needs a build in dist/
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BAD_CONFIG, EXPECTED, PROJECT, TEST } from './project.mjs';

const { values } = parseArgs({
  options: { node: { type: 'string', default: process.execPath }, tarball: { type: 'string' } },
});
const root = fileURLToPath(new URL('../..', import.meta.url));
const work = realpathSync(mkdtempSync(join(tmpdir(), 'scanrun-smoke-')));
const project = join(work, 'project');
const main = join(project, 'node_modules/scanrun/dist/core/cli/main.js');
// Whoever starts `node` by name, as the command's first line does, gets the Node.js that is tried.
const env = {
  ...process.env,
  CI: 'true',
  NO_COLOR: '1',
  PATH: `${dirname(values.node)}${delimiter}${process.env.PATH}`,
};
for (const name of Object.keys(env)) if (/^SCANRUN_|^FORCE_COLOR$|^NODE_OPTIONS$/.test(name)) delete env[name];

/** Megabytes that an installation may take: what a job in CI downloads each time. */
const MAX_INSTALL_MB = 30;

mkdirSync(project);
try {
  const version = run(values.node, ['--version']).stdout.trim();
  console.log(`smoke: Node.js ${version}`);
  const tarball = values.tarball ?? pack();
  checkContents(tarball);
  install(tarball);
  write(PROJECT);
  commitAll();
  checkTypes();
  checkScan();
  checkReports();
  checkUsage();
  checkTesting();
  console.log(`smoke: passed on Node.js ${version}`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    cwd: project,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 1e8,
    ...options,
  });
  if (result.error) throw result.error;
  return result;
}

function must(command, args, options) {
  const { status, stdout, stderr } = run(command, args, options);
  assert.equal(status, 0, `${command} ${args.join(' ')} ended with ${status}\n${stdout}\n${stderr}`);
  return stdout;
}

function write(files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), text);
  }
}

function pack() {
  // The build is there already; npm would run it again.
  const [{ filename }] = JSON.parse(
    must('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', work], { cwd: root }),
  );
  return join(work, filename);
}

/** What a user needs is in the package, and nothing else. */
function checkContents(tarball) {
  const paths = must('tar', ['-tzf', tarball], { cwd: work })
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const wrong = paths.filter(
    (path) =>
      !/^(dist\/|docs\/|README\.md$|CHANGELOG\.md$|LICENSE$|package\.json$)/.test(path) ||
      /\.map$|\.test\.|(?<!\.d)\.ts$/.test(path),
  );
  assert.deepEqual(wrong, [], 'the package contains what no user needs');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const targets = [
    ...Object.values(manifest.bin),
    ...Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry))),
  ];
  const missing = targets
    .map((path) => new RegExp(`^${path.replace(/^\.\//, '').replace(/[.]/g, '\\.').replace('*', '[^/]+')}$`))
    .filter((pattern) => !paths.some((path) => pattern.test(path)));
  assert.deepEqual(missing, [], 'the manifest names what the package does not contain');
  for (const path of [
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'docs/getting-started.md',
    'docs/errors.md',
    'docs/checks/README.md',
  ])
    assert.ok(paths.includes(path), `the package lacks ${path}`);
  console.log(`smoke: package of ${paths.length} files`);
}

/** A user's installation: small, and without scripts of packages. */
function install(tarball) {
  write({ 'package.json': `${JSON.stringify({ name: 'smoke', private: true, type: 'module' }, undefined, 2)}\n` });
  must('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--save-dev', tarball]);
  const { packages } = JSON.parse(readFileSync(join(project, 'package-lock.json'), 'utf8'));
  const scripts = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  assert.deepEqual(
    scripts.map(([path]) => path),
    [],
    'packages that run scripts when they are installed',
  );
  const megabytes = Number(must('du', ['-sk', '--apparent-size', 'node_modules']).split('\t')[0]) / 1_024;
  console.log(
    `smoke: installed ${Object.keys(packages).length - 1} packages, ${megabytes.toFixed(1)} MB (at most ${MAX_INSTALL_MB})`,
  );
  assert.ok(megabytes < MAX_INSTALL_MB, `the installation takes ${megabytes.toFixed(1)} MB`);
}

function commitAll() {
  const git = ['-c', 'user.name=Smoke', '-c', 'user.email=smoke@example.invalid', '-c', 'init.defaultBranch=main'];
  for (const args of [
    ['init', '--quiet'],
    ['add', '--all'],
    ['commit', '--quiet', '--message', 'Start'],
  ])
    execFileSync('git', [...git, ...args], { cwd: project, stdio: 'ignore' });
}

/** The published types: the configuration compiles, and each line of the bad one does not. */
function checkTypes() {
  const types = join(work, 'types');
  mkdirSync(types);
  symlinkSync(join(root, 'node_modules/@types/node'), join(types, 'node'), 'dir');
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [types],
  };
  const compile = (file) => {
    const config = join(project, 'tsconfig.json');
    writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
    const { stdout } = run(process.execPath, [
      join(root, 'node_modules/typescript/bin/tsc'),
      '-p',
      config,
      '--pretty',
      'false',
    ]);
    rmSync(config);
    return stdout;
  };
  assert.equal(compile('scan.config.ts'), '', 'the configuration must compile');
  write({ 'bad.config.ts': BAD_CONFIG });
  const lines = [...compile('bad.config.ts').matchAll(/^bad\.config\.ts\((\d+),/gm)].map((match) => Number(match[1]));
  const expected = BAD_CONFIG.split('\n').flatMap((line, index) =>
    line.includes('// must not compile') ? [index + 1] : [],
  );
  assert.deepEqual([...new Set(lines)], expected, 'lines that the compiler must refuse, and no others');
  console.log(`smoke: the types refuse ${expected.length} mistakes`);
}

/** The scan: exit code, findings and outcomes exactly. */
function checkScan() {
  const { status, stdout, stderr } = run(values.node, [main, '--json', '--reporter', 'html=reports/scan.html']);
  assert.equal(status, EXPECTED.exitCode, stderr);
  const result = JSON.parse(stdout);
  const findings = result.checks.flatMap(({ findings: list }) =>
    list.map(({ checkId, messageId, severity, location }) => [
      checkId,
      messageId,
      severity,
      location.path,
      location.startLine ?? null,
    ]),
  );
  assert.deepEqual(findings, EXPECTED.findings);
  assert.deepEqual(
    Object.fromEntries(result.checks.map(({ checkId, outcome }) => [checkId, outcome.status])),
    EXPECTED.outcomes,
  );
  assert.equal(result.verdict.status, 'findings');
  assert.equal(result.run.versions.node, run(values.node, ['-p', 'process.versions.node']).stdout.trim());
  assert.match(readFileSync(join(project, 'reports/scan.html'), 'utf8'), /<!doctype html>/i);
  assert.ok(!stdout.includes(EXPECTED.secret), 'the report shows the secret');
  // As people type it: by npx, for a terminal.
  const typed = run('npx', ['--no-install', 'scanrun']);
  assert.equal(typed.status, EXPECTED.exitCode, typed.stderr);
  assert.match(typed.stdout, /src\/tabs\.txt:2:1 {2}A tab in line 2\./);
  assert.ok(existsSync(join(project, 'reports/own.html')), 'the configured report is written');
  console.log(`smoke: ${findings.length} findings in ${result.checks.length} checks, exit code ${status}, as expected`);
}

/** Every reporter is in the package, and a result that is kept can be rendered again and merged. */
function checkReports() {
  const names = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
    .filter((path) => path.startsWith('./reporters/'))
    .map((path) => path.slice('./reporters/'.length));
  // These two need packages that a lean installation does not have.
  const text = names.filter((name) => !['pdf', 'cyclonedx'].includes(name));
  const files = text.flatMap((name) => ['--reporter', `${name}=reports/again/${name}`]);
  const again = run(values.node, [main, 'report', 'last', ...files]);
  assert.equal(again.status, EXPECTED.exitCode, again.stderr);
  for (const name of text) assert.ok(existsSync(join(project, 'reports/again', name)), `${name} is not written`);
  const shards = ['repo', 'own'].map((plugin) => {
    const shard = run(values.node, [main, '--check', plugin, '--json']);
    write({ [`reports/${plugin}.json`]: shard.stdout });
    return `reports/${plugin}.json`;
  });
  const merged = JSON.parse(run(values.node, [main, 'merge', ...shards]).stdout);
  assert.deepEqual([...new Set(merged.checks.map(({ checkId }) => checkId.split('/')[0]))], ['own', 'repo']);
  console.log(`smoke: ${text.length} reporters, report and merge`);
}

/** Mistakes end with 2 and a next step; the other commands work. */
function checkUsage() {
  const wrong = run(values.node, [main, '--config', 'wrong.config.json']);
  assert.equal(wrong.status, 2, wrong.stdout);
  assert.match(wrong.stderr, /SR_CONFIG_INVALID[\s\S]*repo\/max-file-sise[\s\S]*repo\/max-file-size/);
  assert.equal(run(values.node, [main, '--teir', 'quick']).status, 2);
  const clean = run(values.node, [main, '--check', 'repo/windows-names', '--reporter', 'terminal']);
  assert.equal(clean.status, 0, clean.stdout + clean.stderr);
  const listed = JSON.parse(must(values.node, [main, 'list', '--json']));
  assert.deepEqual(
    listed.map(({ id }) => id),
    Object.keys(EXPECTED.outcomes),
  );
  assert.match(must(values.node, [main, 'explain', 'own/no-tabs']), /maxLine +5 +config/);
  assert.match(must(values.node, [main, 'plan']), /own\/no-tabs/);
  assert.equal(
    must(values.node, [main, '--version']).trim(),
    JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
  );
  console.log('smoke: list, plan, explain and exit codes 0, 1 and 2');
}

/** What authors of checks import. */
function checkTesting() {
  write({ 'own.test.mjs': TEST });
  must(values.node, ['own.test.mjs']);
  console.log("smoke: testCheck of 'scanrun/testing' passes and fails as it must");
}

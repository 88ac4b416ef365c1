// How long a start takes, as a ratio to `node -e 0` measured in the same round: the machine's own speed cancels out.
// `npm run bench -- [--runs 15] [--json] [--only <name>]`

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { installBuild } from './install.mjs';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'scanrun-bench-'));
const bin = installBuild(folder);

const CHECK = (key) => `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, {
  meta: { title: 'Trivial ${key}', description: 'Does nothing.', category: 'bench', tier: 'quick', severity: 'error', messages: {} },
  run() {},
});
`;

const cases = [
  { name: 'help', limit: 1.5, args: ['--help'], cwd: folder },
  { name: 'built-in check, JSON configuration', limit: 2.5, args: ['--tier', 'quick'], cwd: jsonProject() },
  {
    name: 'one own check, TypeScript configuration',
    limit: 3,
    args: ['--tier', 'quick'],
    cwd: typeScriptProject('one', 1),
  },
  {
    name: '100 own checks, TypeScript configuration',
    limit: 3.5,
    args: ['--tier', 'quick'],
    cwd: typeScriptProject('hundred', 100),
  },
].filter(({ name }) => values.only === undefined || name.includes(values.only));

const rows = cases.map(measure);
if (values.json) process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
else
  for (const row of rows)
    process.stdout.write(
      `${row.ratio.toFixed(2).padStart(5)} x  (limit ${row.limit} x)  ${row.medianMs.toFixed(0).padStart(4)} ms  ${row.name}${row.phases ? `  [${row.phases}]` : ''}\n`,
    );
rmSync(folder, { recursive: true, force: true });

/** The median of the ratios of pairs run one after another, after a warm-up that fills the transpile cache. */
function measure({ name, limit, args, cwd }) {
  const command = [bin, ...args];
  run(command, cwd);
  run(command, cwd);
  const pairs = Array.from({ length: Number(values.runs) }, () => ({
    bare: run(['-e', '0'], cwd),
    own: run(command, cwd),
  }));
  return {
    name,
    limit,
    ratio: median(pairs.map(({ bare, own }) => own / bare)),
    medianMs: median(pairs.map(({ own }) => own)),
    bareMs: median(pairs.map(({ bare }) => bare)),
    phases: phases(cwd),
  };
}

/** How a start divides, from the result of one more scan. */
function phases(cwd) {
  if (cwd === folder) return undefined;
  spawnSync(process.execPath, [bin, '--tier', 'quick', '--reporter', 'json=result.json', '--quiet'], { cwd });
  const { phasesMs } = JSON.parse(readFileSync(join(cwd, 'result.json'), 'utf8')).statistics;
  return Object.entries(phasesMs)
    .map(([phase, ms]) => `${phase} ${ms.toFixed(0)}`)
    .join(', ');
}

function run(args, cwd) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (status !== 0) throw new Error(`${args.join(' ')} exited ${status}: ${stderr}`);
  return ms;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function project(name) {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'README.md'), '# Bench\n');
  writeFileSync(join(path, 'package.json'), '{ "name": "bench", "type": "module" }\n');
  return path;
}

function jsonProject() {
  const path = project('json');
  const off = [
    'broken-symlinks',
    'ignored-but-tracked',
    'merge-conflict-markers',
    'path-case-conflicts',
    'required-files',
    'windows-names',
  ];
  writeFileSync(
    join(path, 'scan.config.json'),
    JSON.stringify({
      plugins: ['repo'],
      checks: Object.fromEntries(off.map((key) => [`repo/${key}`, 'off'])),
      reporters: ['terminal'],
    }),
  );
  return path;
}

function typeScriptProject(name, count) {
  const path = project(name);
  mkdirSync(join(path, 'checks'));
  const keys = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  for (const key of keys) writeFileSync(join(path, 'checks', `${key}.ts`), CHECK(key));
  const imports = keys.map((key) => `import ${key} from './checks/${key}.ts';`).join('\n');
  writeFileSync(
    join(path, 'scan.config.ts'),
    `import { defineConfig, definePlugin } from 'scanrun';\n${imports}\n\nexport default defineConfig({ plugins: [definePlugin({ name: 'bench', checks: { ${keys.join(', ')} } })], reporters: ['terminal'] });\n`,
  );
  return path;
}

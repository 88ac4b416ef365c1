// How long a start takes, as a ratio to `node -e 0` measured in the same round: the machine's own speed cancels out.

import { join } from 'node:path';
import { main, median, runNode } from './measure.mjs';
import { checkModule, installation, project, resultOf } from './projects.mjs';

/** The cases of a start. */
export const startCases = [
  startCase('help', 1.5, ['--help'], () => installation().folder),
  startCase('built-in check, JSON configuration', 2.5, ['--tier', 'quick'], jsonProject),
  startCase('one own check, TypeScript configuration', 3, ['--tier', 'quick'], () => typeScriptProject('one', 1)),
  startCase('100 own checks, TypeScript configuration', 3.5, ['--tier', 'quick'], () =>
    typeScriptProject('hundred', 100),
  ),
];

function startCase(name, atMost, args, prepare) {
  return { name, unit: 'x', limit: { atMost }, runs: 15, measure: async (runs) => measure(args, prepare(), runs) };
}

/** The median of the ratios of pairs run one after another, after a warm-up that fills the transpile cache. */
async function measure(args, cwd, runs) {
  const { bin, folder } = installation();
  const command = [bin, ...args];
  runNode(command, cwd);
  runNode(command, cwd);
  const pairs = Array.from({ length: runs }, () => ({
    bare: runNode(['-e', '0'], cwd).ms,
    own: runNode(command, cwd).ms,
  }));
  const medianMs = median(pairs.map(({ own }) => own));
  const bareMs = median(pairs.map(({ bare }) => bare));
  const phases = cwd === folder ? '' : `; ${phasesOf(cwd)}`;
  return {
    figure: median(pairs.map(({ bare, own }) => own / bare)),
    against: `${medianMs.toFixed(0)} ms to ${bareMs.toFixed(0)} ms of node -e 0${phases}`,
    medianMs,
    bareMs,
  };
}

/** How a start divides, from the result of one more scan. */
function phasesOf(cwd) {
  const file = join(cwd, 'result.json');
  runNode([installation().bin, '--tier', 'quick', '--reporter', `json=${file}`, '--quiet'], cwd);
  return Object.entries(resultOf(file).statistics.phasesMs)
    .map(([phase, ms]) => `${phase} ${ms.toFixed(0)}`)
    .join(', ');
}

function jsonProject() {
  const off = [
    'broken-symlinks',
    'ignored-but-tracked',
    'merge-conflict-markers',
    'path-case-conflicts',
    'required-files',
    'windows-names',
  ];
  return project('json', {
    'scan.config.json': {
      plugins: ['repo'],
      checks: Object.fromEntries(off.map((key) => [`repo/${key}`, 'off'])),
      reporters: ['terminal'],
    },
  });
}

function typeScriptProject(name, count) {
  const keys = Array.from({ length: count }, (_, index) => `c${index + 1}`);
  const imports = keys.map((key) => `import ${key} from './checks/${key}.ts';`).join('\n');
  return project(name, {
    ...Object.fromEntries(keys.map((key) => [`checks/${key}.ts`, checkModule({ title: `Trivial ${key}` })])),
    'scan.config.ts': `import { defineConfig, definePlugin } from 'scanrun';\n${imports}\n\nexport default defineConfig({ plugins: [definePlugin({ name: 'bench', checks: { ${keys.join(', ')} } })], reporters: ['terminal'] });\n`,
  });
}

if (process.argv[1] === import.meta.filename) await main(startCases);

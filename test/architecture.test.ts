import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  docstringViolations,
  lengthViolations,
  nameViolations,
  processViolations,
  stateViolations,
} from './architecture/content.js';
import {
  barrelViolations,
  dependencyViolations,
  directionViolations,
  FLOORS,
  heavyViolations,
  listrViolations,
  modelViolations,
  partOf,
  thirdPartyViolations,
  type Violations,
} from './architecture/direction.js';
import { type Module, readModules } from './architecture/modules.js';

// The house plan as a test. Each rule is tried on the sources, and on a small text that breaks it: a rule that cannot
// bite says nothing.

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as Record<'dependencies' | 'peerDependencies', Readonly<Record<string, string>>>;
const installed = Object.keys({ ...dependencies, ...peerDependencies });

const sources = readModules(['core', 'plugins', 'reporters']);
const everything = [
  ...sources,
  ...readModules(['reporters'], ['.hbs', '.css', '.js']),
  ...readModules(['checks', 'test', 'scripts', 'bench'], ['.ts', '.mjs']),
];

interface Rule {
  readonly name: string;
  readonly modules: readonly Module[];
  readonly violations: (modules: readonly Module[]) => Violations;
  /** Texts that break the rule, by path. Each must be found. */
  readonly bites: readonly (readonly [path: string, text: string])[];
  /** Texts that look alike and are right. None may be found. */
  readonly allows: readonly (readonly [path: string, text: string])[];
}

const RULES: readonly Rule[] = [
  {
    name: 'imports in core point downwards',
    modules: sources,
    violations: directionViolations,
    bites: [
      ['core/model/task.ts', "import { ScanError } from '../errors.js';"],
      ['core/model/task.ts', "import type { Check } from '../check/define.js';"],
      ['core/errors.ts', "import type { Task } from './model/task.js';"],
      ['core/check/define.ts', "import type { ScanHooks } from '../hooks.js';"],
      ['core/check/plugin.ts', "import { createHooks } from '../hooks.js';"],
      ['core/check/define.ts', "import { resolveConfig } from '../config/resolve.js';"],
      ['core/files/list.ts', "const { glob } = await import('../check/glob.js');"],
      ['core/plan/plan.ts', "import type { ResolvedCheck } from '../config/resolve.js';"],
      ['core/telemetry/result.ts', "export type { Executed } from '../execute/contract.js';"],
      ['core/report/write.ts', "type Plan = import('../plan/plan.js').Made;"],
      ['core/execute/execute.ts', "const scan = require('../scan.js');"],
      ['core/execute/execute.ts', "createRequire(import.meta.url)('../scan.js');"],
      ['core/scan.ts', "import { run } from './cli/run.js';"],
      ['core/runtime.ts', "import { scan } from './scan.js';"],
      ['core/config/load.ts', "import repo from '../../plugins/repo/index.js';"],
      ['core/attic/old.ts', "import { join } from 'node:path';"],
    ],
    allows: [
      ['core/model/task.ts', "import type { Target } from './target.js';"],
      ['core/check/plugin.ts', "import type { ScanHooks } from '../hooks.js';"],
      ['core/plan/plan.ts', "import { compileGlobs } from '../check/glob.js';"],
      ['core/prepare.ts', "import { makePlan } from './plan/plan.js';"],
      ['core/cli/run.ts', "import { scan } from '../scan.js';"],
    ],
  },
  {
    name: 'the model uses no package',
    modules: sources,
    violations: modelViolations,
    bites: [
      ['core/model/task.ts', "import { join } from 'node:path';"],
      ['core/model/task.ts', "import type { Jiti } from 'jiti';"],
    ],
    allows: [['core/model/task.ts', "import { plural } from './text.js';"]],
  },
  {
    name: 'heavy libraries are loaded where they are used',
    modules: sources,
    violations: heavyViolations,
    bites: [
      ['core/check/options.ts', "import { Ajv } from 'ajv';"],
      ['core/check/options.ts', "import standalone from 'ajv/dist/standalone';"],
      ['core/check/options.ts', "import '@secretlint/core';"],
      ['core/execute/pool.ts', "export { Tinypool } from 'tinypool';"],
    ],
    allows: [
      ['core/check/options.ts', "const { Ajv } = await import('ajv');"],
      ['core/check/options.ts', "import type { Ajv } from 'ajv';"],
      ['core/check/options.ts', "import { type Ajv } from 'ajv';"],
    ],
  },
  {
    name: 'only core/report shows progress with listr2',
    modules: sources,
    violations: listrViolations,
    bites: [
      ['core/cli/run.ts', "const { Listr } = await import('listr2');"],
      ['reporters/terminal/index.ts', "import type { Listr } from 'listr2';"],
    ],
    allows: [['core/report/progress.ts', "const { Listr } = await import('listr2');"]],
  },
  {
    name: 'plugins and reporters import what a third party could',
    modules: sources,
    violations: thirdPartyViolations,
    bites: [
      ['plugins/repo/index.ts', "import type { Task } from '../../core/model/task.js';"],
      ['plugins/repo/checks/links.ts', "import { mask } from '../../secrets/mask.js';"],
      ['reporters/html/index.ts', "import { lines } from '../terminal/lines.js';"],
      ['reporters/page/svg.ts', "import { renderPage } from '../html/page.js';"],
      ['plugins/repo/index.ts', "import { svg } from '../../reporters/page/svg.js';"],
      ['plugins/repo/index.ts', "import { plural } from '../../reporters/summary.js';"],
      ['reporters/html/index.ts', "import { own } from '../../plugins/text.js';"],
    ],
    allows: [
      ['plugins/repo/checks/links.ts', "import { tree } from '../tree.js';"],
      ['plugins/repo/index.ts', "import { definePlugin } from 'scanrun';"],
      ['reporters/html/page.ts', "import { countResult } from '../summary.js';"],
      ['reporters/html/page.ts', "import { svg } from '../page/svg.js';"],
      ['plugins/npm/checks/types.ts', "import { own } from '../../text.js';"],
    ],
  },
  {
    name: 'what is imported is installed',
    modules: sources,
    violations: (modules) => dependencyViolations(modules, installed),
    bites: [
      ['plugins/repo/index.ts', "import { it } from 'vitest';"],
      ['core/check/define.ts', "const { build } = await import('esbuild');"],
    ],
    allows: [
      ['core/check/define.ts', "import type { Node } from 'typescript';"],
      ['plugins/repo/index.ts', "import { join } from 'node:path';\nimport 'scanrun/testing';"],
    ],
  },
  {
    name: 'the public API only re-exports',
    modules: sources,
    violations: barrelViolations,
    bites: [
      ['core/index.ts', 'export const version = 1;'],
      ['core/index.ts', "export * from './errors.js';"],
    ],
    allows: [['core/index.ts', "// The API.\nexport {\n  a,\n} from './a.js';\nexport type { B } from './b.js';\n"]],
  },
  {
    name: 'only the command line touches the process',
    modules: sources,
    violations: processViolations,
    bites: [
      ['core/scan.ts', 'const folder = process.cwd();'],
      ['core/scan.ts', "process['exitCode'] = 1;"],
      ['core/scan.ts', 'console.log(1);'],
      ['core/scan.ts', "import { argv } from 'node:process';"],
      ['core/execute/process-tree.ts', "process.on('SIGINT', () => {});"],
    ],
    allows: [
      ['core/cli/run.ts', 'process.exitCode = 1; console.error(process.argv);'],
      ['core/execute/process-tree.ts', 'const { PATH } = process.env;'],
      ['core/analyse.ts', 'const platform = process.platform;'],
    ],
  },
  {
    name: 'no module of core holds state that changes',
    modules: sources,
    violations: stateViolations,
    bites: [
      ['core/scan.ts', 'let runs = 0;'],
      ['core/scan.ts', 'export var runs = 0;'],
      ['core/scan.ts', 'const seen = new Set();\nexport function see(id) { seen.add(id); }'],
      ['core/scan.ts', 'const seen = {};\nexport function see(id) { seen[id] = true; }'],
      ['core/scan.ts', 'const seen = {};\nexport function see(id) { delete seen.id; }'],
      ['core/check/glob.ts', 'let other;'],
    ],
    allows: [
      [
        'core/scan.ts',
        'const NEVER = new Set([1]);\nexport function f() { const own = []; own.push(1); let n = 0; n += 1; }',
      ],
      ['core/check/glob.ts', 'let picomatch;'],
    ],
  },
  {
    name: 'no file has more than 300 lines, no test more than 500',
    modules: everything,
    violations: (modules) => [
      ...lengthViolations(modules.filter(({ path }) => !path.startsWith('test/'))),
      // A table of cases is read by the case.
      ...lengthViolations(
        modules.filter(({ path }) => path.startsWith('test/')),
        500,
      ),
    ],
    bites: [
      ['core/scan.ts', `${'\n'.repeat(300)}end`],
      ['test/scan.test.ts', `${'\n'.repeat(500)}end`],
    ],
    allows: [['core/scan.ts', `${'\n'.repeat(299)}end\n`]],
  },
  {
    name: 'no file has a name that says nothing',
    modules: everything,
    violations: nameViolations,
    bites: [
      ['core/utils.ts', ''],
      ['core/check/path-helpers.ts', ''],
      ['plugins/common/index.ts', ''],
      ['test/misc/a.ts', ''],
    ],
    allows: [['core/check/load-module.ts', '']],
  },
  {
    name: 'everything that a user can import is explained',
    modules: sources,
    violations: docstringViolations,
    bites: [
      ['core/testing.ts', '/** A case. */\nexport interface Case {\n  name: string;\n}'],
      ['core/testing.ts', 'export function testCheck() {}'],
      ['core/index.ts', "export { gone } from './gone.js';"],
    ],
    allows: [
      [
        'core/testing.ts',
        '/** A case. */\nexport interface Case {\n  /** Its name. */\n  name: string;\n}\ninterface Own { a: 1 }',
      ],
    ],
  },
];

describe.each(RULES)('$name', ({ modules, violations, bites, allows }) => {
  it('in the sources', () => {
    expect(violations(modules)).toEqual([]);
  });

  it.each(bites)('not with this in %s: %s', (path, text) => {
    expect(violations([{ path, text }])).toHaveLength(1);
  });

  it.each(allows)('also with this in %s: %s', (path, text) => {
    expect(violations([{ path, text }])).toEqual([]);
  });
});

describe('the plan itself', () => {
  it('has a place for each part of core', () => {
    const parts = new Set(sources.map(({ path }) => partOf(path)).filter((part) => part !== undefined));
    expect([...parts].filter((part) => !(part in FLOORS))).toEqual([]);
  });

  it('reads members of re-exported interfaces', () => {
    const found = docstringViolations([
      { path: 'core/index.ts', text: "export type { A } from './a.js';" },
      {
        path: 'core/a.ts',
        text: '/** A. */\nexport interface A {\n  /** B. */\n  b: 1;\n  c: 2;\n}\nexport interface Hidden { d: 3 }',
      },
    ]);
    expect(found).toEqual(['core/a.ts:5 exports A.c without a sentence that says what it is']);
  });
});

// Folders that are measured, with the build installed where they find it; gone when the process ends.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installBuild } from './install.mjs';

let installed;

/** The folder of all projects, and the command installed in it. */
export function installation() {
  if (installed === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'scanrun-bench-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    installed = { folder, bin: installBuild(folder) };
  }
  return installed;
}

/** A project with these files; what is no text becomes JSON. */
export function project(name, files = {}) {
  const path = join(installation().folder, name);
  const all = { 'README.md': '# Bench\n', 'package.json': { name: 'bench', type: 'module' }, ...files };
  for (const [file, content] of Object.entries(all)) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), typeof content === 'string' ? content : JSON.stringify(content));
  }
  return path;
}

/** The text of a check's module. */
export function checkModule({ title, body = '', ...meta }) {
  const whole = {
    title,
    description: 'It is there to be measured.',
    category: 'bench',
    tier: 'quick',
    severity: 'error',
    messages: {},
    ...meta,
  };
  return `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, { meta: ${JSON.stringify(whole)}, async run({ options, fetch }) { ${body} } });
`;
}

/** A configuration whose plugin `bench` brings instances of checks: `instances` has module, options and title by key. */
export function instancesConfig(instances, more = {}) {
  const modules = [...new Set(Object.values(instances).map(({ module }) => module))];
  const lines = [
    "import { defineConfig, definePlugin } from 'scanrun';",
    ...modules.map((module, index) => `import m${index} from '${module}';`),
    'const checks = {',
    ...Object.entries(instances).map(
      ([key, { module, options }]) =>
        `  ${key}: m${modules.indexOf(module)}.with({ title: '${key}', options: ${JSON.stringify(options)} }),`,
    ),
    '};',
    `export default defineConfig({ plugins: [definePlugin({ name: 'bench', checks })], reporters: ['terminal'], ...${JSON.stringify(more)} });`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A result that a scan wrote. One in which a check did not pass measured something else than it was to. */
export function resultOf(file, checks) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const passed = result.checks.filter(({ outcome }) => outcome.status === 'passed').length;
  if (checks !== undefined && passed !== checks)
    throw new Error(
      `${passed} of ${checks} checks passed: ${JSON.stringify(result.checks.map(({ outcome }) => outcome))}`,
    );
  return result;
}

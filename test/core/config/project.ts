import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import type { ModuleLoader } from '../../../core/check/load-module.js';
import { loadConfig } from '../../../core/config/load.js';
import { type ConfigSources, type ResolvedConfig, resolveConfig } from '../../../core/config/resolve.js';
import { ScanError } from '../../../core/errors.js';

const folders: string[] = [];
const cacheDir = temporary('cache');

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporary(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `scanrun-${name}-`)));
  folders.push(folder);
  return folder;
}

/** A folder outside this repository, in which neither scanrun nor typescript is installed. */
export function project(files: Readonly<Record<string, string | object>> = {}): string {
  const root = temporary('config');
  write(root, files);
  return root;
}

/** Writes files; objects become JSON. */
export function write(root: string, files: Readonly<Record<string, string | object>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** A loader of its own, which shares only transpiled text with the others. */
export function newLoader(): ModuleLoader {
  return { cacheDir };
}

type Given = Partial<Omit<ConfigSources, 'loader'>> & { readonly configPath?: string };

/** Loads and resolves the configuration of a project, as a scan does. */
export async function configure(root: string, given: Given = {}): Promise<ResolvedConfig> {
  const { configPath, ...sources } = given;
  const loader = newLoader();
  const loaded =
    sources.configObject === undefined
      ? await loadConfig({ cwd: root, loader, ...(configPath === undefined ? {} : { configPath }) })
      : undefined;
  return resolveConfig({ cwd: root, targetRoot: root, environment: {}, overrides: {}, loaded, ...sources, loader });
}

/** The ScanError that something ends with. */
export async function failure(work: Promise<unknown>): Promise<ScanError> {
  const thrown = await work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  if (thrown instanceof ScanError) return thrown;
  throw thrown;
}

/** A check of the project's own, in TypeScript. */
export function checkSource(title: string, extra = ''): string {
  return `import { defineCheck } from 'scanrun';
export default defineCheck(import.meta.url, {
  meta: {
    title: '${title}', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: { bad: 'bad' },
    options: { max: { type: 'integer', default: 3, minimum: 1 }, mode: { enum: ['fast', 'slow'], default: 'fast' } },
    ${extra}
  },
  run() {},
});
`;
}

/** A plugin with two checks, \`size\` and \`name\`, in TypeScript. */
export function pluginFiles(name: string): Record<string, string> {
  return {
    [`${name}/size.ts`]: checkSource('size'),
    [`${name}/name.ts`]: checkSource('name', "timeout: '9s', priority: 7, files: ['src/**'],"),
    [`${name}/plugin.ts`]: `import { definePlugin } from 'scanrun';
import size from './size';
import name from './name';
export default definePlugin({ name: '${name}', version: '1.2.3', checks: { size, name } });
`,
  };
}

/** A reporter module. */
export function reporterSource(name: string, output: string): string {
  return `import { defineReporter } from 'scanrun';
export default defineReporter({ name: '${name}', output: '${output}', options: { wide: { type: 'boolean', default: true } }, render: () => '' });
`;
}

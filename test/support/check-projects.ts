// Projects with checks of their own, written as JavaScript: what real threads load.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Files, folder, write } from './folders.js';

const scanrun = fileURLToPath(new URL('../../', import.meta.url));

/** A check of a project: the text of its function, and what differs from the defaults of its meta. */
export interface CheckText {
  /** The body of `run(context)`; the context's fields are in scope under `c`. */
  readonly run?: string;
  /** The body of `visit(file, c)`. */
  readonly visit?: string;
  /** The body of `fallback(error, c)`. */
  readonly fallback?: string;
  /** Merged into the meta. */
  readonly meta?: object;
  /** Keys of the checks that it needs; their data is `c.needs[key]`. */
  readonly needs?: readonly string[];
  /** Statements before the check, at the top of its module. */
  readonly top?: string;
}

/** A project with a plugin `local` in `plugin.mjs` that brings these checks; a text alone is the body of `run`. */
export function checkProject(checks: Readonly<Record<string, string | CheckText>>, files: Files = {}): string {
  const root = folder();
  addChecks(root, checks);
  write(root, files);
  return root;
}

/** Adds the plugin with its checks to a folder. */
export function addChecks(root: string, checks: Readonly<Record<string, string | CheckText>>, apply = ''): void {
  for (const [key, check] of Object.entries(checks)) write(root, { [`checks/${key}.mjs`]: moduleOf(key, check) });
  const keys = Object.keys(checks);
  const lines = [
    "import { definePlugin } from 'scanrun';",
    ...keys.map((key, index) => `import c${index} from './checks/${key}.mjs';`),
    `export default definePlugin({ name: 'local', checks: { ${keys.map((key, index) => `'${key}': c${index}`).join(', ')} }, ${apply} });`,
  ];
  write(root, { 'plugin.mjs': lines.join('\n'), 'package.json': { name: 'target', type: 'module' } });
  linkScanrun(root);
}

/** Makes `import 'scanrun'` find the build, as an installed package would. */
export function linkScanrun(root: string): void {
  write(root, { 'node_modules/.keep': '' });
  symlinkSync(scanrun, join(root, 'node_modules/scanrun'));
}

function moduleOf(key: string, check: string | CheckText): string {
  const { run, visit, fallback, meta = {}, needs = [], top = '' } = typeof check === 'string' ? { run: check } : check;
  const whole = {
    title: key,
    description: `What ${key} is about.`,
    category: 'test',
    tier: 'quick',
    severity: 'warning',
    messages: { found: 'found {{what}}' },
    timeout: '5s',
    ...meta,
  };
  return [
    "import { defineCheck } from 'scanrun';",
    ...needs.map((need) => `import need_${need} from './${need}.mjs';`),
    top,
    'const report = (c, what, place = {}) => c.report({ messageId: "found", data: { what }, location: { path: "package.json", ...place } });',
    'export default defineCheck(import.meta.url, {',
    `meta: ${JSON.stringify(whole)},`,
    needs.length === 0 ? '' : `needs: { ${needs.map((need) => `${need}: need_${need}`).join(', ')} },`,
    visit === undefined ? `async run(c) {\n${run ?? ''}\n},` : `async visit(file, c) {\n${visit}\n},`,
    fallback === undefined ? '' : `async fallback(error, c) {\n${fallback}\n},`,
    '});',
  ].join('\n');
}

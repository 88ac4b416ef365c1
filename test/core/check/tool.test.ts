import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { commandOf, findTool, importTool } from '../../../core/check/tool.js';
import { folder } from '../../support/folders.js';

const skip = (code: string, reason: string): never => {
  throw new Error(`${code}: ${reason}`);
};

const at = (root: string, own = true) => ({
  target: { kind: 'directory' as const, name: 'x', root, ...(own ? { own: true as const } : {}) },
  skip: skip as never,
});

function install(root: string, path: string, manifest: object, files: Record<string, string> = {}): void {
  for (const [name, text] of Object.entries({ 'package.json': JSON.stringify(manifest), ...files })) {
    mkdirSync(dirname(join(root, path, name)), { recursive: true });
    writeFileSync(join(root, path, name), text);
  }
}

it("takes the project's own tool first, and scanrun's for somebody else's project", async () => {
  const root = folder();
  install(
    root,
    'node_modules/publint',
    { name: 'publint', version: '0.3.1', exports: { '.': './own.mjs' } },
    { 'own.mjs': 'export const mine = true;\n' },
  );
  const own = await findTool(at(root), { name: 'publint', range: '>=0.3.0' });
  expect(own).toMatchObject({ version: '0.3.1', from: 'project' });
  expect(await importTool(own)).toMatchObject({ mine: true });
  expect(await findTool(at(root, false), { name: 'publint', range: '>=0.3.0' })).toMatchObject({ from: 'scanrun' });
  expect(await findTool(at(folder()), { name: 'publint', range: '>=0.3.0' })).toMatchObject({ from: 'scanrun' });
});

it('finds what is installed further up, and through links', async () => {
  const root = folder({ 'packages/a/x.txt': '' });
  install(
    root,
    'store/tool',
    { name: 'tool', version: '2.0.0', main: 'index.cjs', bin: { tool: 'cli.js' } },
    { 'index.cjs': 'exports.a = 1;\n' },
  );
  mkdirSync(join(root, 'node_modules'));
  symlinkSync('../store/tool', join(root, 'node_modules/tool'));
  const found = await findTool(at(join(root, 'packages/a')), { name: 'tool', range: '2' });
  expect(found.folder).toBe(join(root, 'store/tool'));
  expect(commandOf(found)).toBe(join(root, 'store/tool/cli.js'));
  expect(await importTool(found)).toMatchObject({ a: 1 });
  await expect(importTool(found, 'tool/missing')).rejects.toThrow("it has no entry './missing'");
});

it('skips where there is none, and says what to install', async () => {
  const root = folder();
  await expect(findTool(at(root), { name: 'scanrun-no-such-tool', range: '*' })).rejects.toThrow(
    'not-installed: not installed: npm i -D scanrun-no-such-tool',
  );
  install(root, 'node_modules/tool', { name: 'tool', version: '1.0.0' });
  await expect(findTool(at(root), { name: 'tool', range: '>=2' })).rejects.toThrow(
    'not-installed: tool 1.0.0 is installed, and only >=2 is known: npm i -D tool',
  );
});

it("takes scanrun's where the project's is of a version that nobody knows", async () => {
  const root = folder();
  install(root, 'node_modules/publint', { name: 'publint', version: '0.1.0' });
  expect(await findTool(at(root), { name: 'publint', range: '>=0.3.0' })).toMatchObject({ from: 'scanrun' });
});

it('chooses conditions as an import does', async () => {
  const root = folder();
  const exports = {
    '.': { types: './x.d.ts', browser: './b.js', require: './r.cjs', import: { node: './n.mjs', default: './d.mjs' } },
  };
  install(
    root,
    'node_modules/tool',
    { name: 'tool', version: '1.0.0', exports },
    { 'n.mjs': 'export const which = "node";\n' },
  );
  expect(await importTool(await findTool(at(root), { name: 'tool', range: '*' }))).toMatchObject({ which: 'node' });
  install(root, 'node_modules/bare', { name: 'bare', version: '1.0.0', exports: { './only': './x.js' } });
  await expect(importTool(await findTool(at(root), { name: 'bare', range: '*' }))).rejects.toThrow();
});

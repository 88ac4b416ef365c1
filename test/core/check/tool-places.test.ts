import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findTool, importTool, requireTool } from '../../../core/check/tool.js';
import type { Target } from '../../../core/model/target.js';
import { folder } from '../../support/folders.js';

/** A context that says in its error why the check is skipped. */
function contextOf(root: string, own: boolean) {
  const target: Target = { kind: 'directory', name: 'x', root, ...(own ? { own: true } : {}) };
  const skip = (code: string, why: string): never => {
    throw new Error(`${code}: ${why}`);
  };
  return { target, skip };
}

const PACKAGE = {
  'node_modules/a-tool/package.json': {
    name: 'a-tool',
    version: '2.1.0',
    exports: { '.': { import: './a.mjs' }, './sub': './sub.mjs' },
  },
  'node_modules/a-tool/a.mjs': 'export const name = "a";',
  'node_modules/a-tool/sub.mjs': 'export default "sub";',
};

describe('a tool', () => {
  it("is the project's own where the target is the user's own, wherever in it the scan starts", async () => {
    const root = folder({ ...PACKAGE, 'packages/x/a.js': '' });
    for (const start of [root, join(root, 'packages/x')]) {
      const tool = await findTool(contextOf(start, true), { name: 'a-tool', range: '^2.0.0' });
      expect(tool).toEqual({
        name: 'a-tool',
        version: '2.1.0',
        folder: join(root, 'node_modules/a-tool'),
        from: 'project',
      });
      expect(await importTool(tool)).toMatchObject({ name: 'a' });
      expect(await importTool(tool, 'a-tool/sub')).toMatchObject({ default: 'sub' });
    }
  });

  it("of somebody else's target is not looked at", async () => {
    const finding = findTool(contextOf(folder(PACKAGE), false), { name: 'a-tool', range: '^2.0.0' });
    await expect(finding).rejects.toThrow('not-installed: not installed: npm i -D a-tool');
  });

  it('is that beside scanrun where the project has none, or one that is not known', async () => {
    const own = folder({ 'node_modules/markdownlint/package.json': { version: '0.1.0' } });
    const { from, folder: found } = await findTool(contextOf(own, true), { name: 'markdownlint', range: '>=0.37.0' });
    expect([from, dirname(found)]).toEqual([
      'scanrun',
      fileURLToPath(new URL('../../../node_modules', import.meta.url)),
    ]);
  });

  it('is found through the package that brings it along', async () => {
    const root = folder({
      'node_modules/a-cli/package.json': { version: '1.0.0' },
      'node_modules/a-cli/node_modules/a-tool/package.json': { version: '2.0.0', main: 'm.cjs' },
      'node_modules/a-cli/node_modules/a-tool/m.cjs': 'exports.x = 1;',
    });
    const tool = await findTool(contextOf(root, true), { name: 'a-tool', range: '*', through: ['a-cli'] });
    expect(requireTool(tool)).toEqual({ x: 1 });
    expect(await importTool(tool)).toMatchObject({ x: 1 });
  });

  it('that is missing, of another version or broken says what to do', async () => {
    const wanted = { name: 'a-tool', range: '^3.0.0', install: 'a-tool@3' };
    await expect(findTool(contextOf(folder(), true), wanted)).rejects.toThrow(
      'not-installed: not installed: npm i -D a-tool@3',
    );
    await expect(findTool(contextOf(folder(PACKAGE), true), wanted)).rejects.toThrow(
      'not-installed: a-tool 2.1.0 is installed, and only ^3.0.0 is known: npm i -D a-tool@3',
    );
    const root = folder({
      'node_modules/a-tool/package.json': { version: '3.0.0' },
      'node_modules/a-tool/index.js': 'throw new Error("boom")',
    });
    const tool = await findTool(contextOf(root, true), wanted);
    await expect(importTool(tool)).rejects.toThrow(/^a-tool \(a-tool 3\.0\.0 in .*\) could not be loaded: boom$/);
    await expect(importTool(tool, 'a-tool/none')).rejects.toThrow("it has no entry './none'");
    expect(() => requireTool(tool)).toThrow(/a-tool 3\.0\.0 in .* could not be loaded/);
  });
});

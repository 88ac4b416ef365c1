// Which packages a target has: what npm, Yarn and pnpm say, and what is wrong with it. Nothing is left out in silence.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePackageGlobs, missedInPackage } from '../../../core/check/package-globs.js';
import { type FoundPackages, findPackages } from '../../../core/check/packages.js';
import { pathsIn, type TargetPackage } from '../../../core/model/package.js';
import { reader } from '../../plugins/npm/locked.js';

const find = (files: Record<string, string | object>): Promise<FoundPackages> =>
  findPackages(
    reader(
      Object.fromEntries(
        Object.entries(files).map(([path, text]) => [path, typeof text === 'string' ? text : JSON.stringify(text)]),
      ),
    ),
  );
const names = ({ packages }: FoundPackages) => packages.map(({ folder, name }) => `${folder || '.'} ${name}`);
const problems = ({ problems: all }: FoundPackages) => all.map(({ kind, path, why }) => `${kind} ${path}: ${why}`);

describe('the packages of a target', () => {
  it('are none without a package.json, and the root alone without workspaces', async () => {
    expect(await find({ 'src/package.json': '{}' })).toEqual({ packages: [], problems: [], globs: [] });
    const one = await find({ 'package.json': { name: 'one' }, 'src/package.json': '{}' });
    expect(one.packages).toMatchObject([{ name: 'one', folder: '', manifest: 'package.json', inner: [] }]);
    expect(one.problems).toEqual([]);
  });

  it.each([
    ['npm', { 'package.json': { workspaces: ['packages/*', './apps/web/', '/tools', '!packages/old'] } }],
    ['Yarn', { 'package.json': { workspaces: { packages: ['packages/*', 'apps/web', 'tools', '!packages/old'] } } }],
    [
      'pnpm',
      {
        'package.json': { workspaces: ['nothing'] },
        'pnpm-workspace.yaml': 'packages:\n  - packages/*\n  - apps/web\n  - tools\n  - "!**/old"\n',
      },
    ],
  ])('are what %s says', async (_, root) => {
    const found = await find({
      ...root,
      'packages/a/package.json': { name: '@s/a' },
      'packages/old/package.json': { name: 'old' },
      'packages/a/node_modules/x/package.json': { name: 'x' },
      'apps/web/package.json': '{}',
      'tools/package.json': { name: 'tools' },
    });
    expect(names(found)).toEqual(['. .', 'apps/web apps/web', 'packages/a @s/a', 'tools tools']);
    // Its name is its folder's, so nothing is mistaken for another.
    expect(problems(found)).toEqual([]);
    expect(found.packages[0]?.inner).toEqual(['apps/web', 'packages/a', 'tools']);
  });

  it('are there without a root where pnpm names them', async () => {
    const found = await find({ 'pnpm-workspace.yaml': 'packages: [a]', 'a/package.json': { name: 'a' } });
    expect(names(found)).toEqual(['a a']);
  });

  it('are nested: each file belongs to the innermost', async () => {
    const found = await find({
      'package.json': { workspaces: ['a/**'] },
      'a/package.json': { name: 'outer' },
      'a/b/package.json': { name: 'inner' },
      'a/b/c/package.json': { name: 'innermost' },
    });
    expect(found.packages.map(({ name, inner }) => [name, inner])).toEqual([
      ['.', ['a']],
      ['outer', ['a/b']],
      ['inner', ['a/b/c']],
      ['innermost', []],
    ]);
  });

  it('are those that a workspace names itself, with Yarn only', async () => {
    const files = {
      'a/package.json': { name: 'a', workspaces: ['b'] },
      'a/b/package.json': { name: 'b', workspaces: ['../../a', '../..', '../../../x'] },
    };
    const npm = await find({ 'package.json': { workspaces: ['a'] }, ...files });
    expect(names(npm)).toEqual(['. .', 'a a']);
    const yarn = await find({ 'package.json': { workspaces: ['a'] }, 'yarn.lock': '', ...files });
    expect(names(yarn)).toEqual(['. .', 'a a', 'a/b b']);
    expect(problems(yarn)).toEqual(["outside a/b/package.json: its pattern '../../../x' leads out of the target"]);
    expect(
      names(await find({ 'package.json': { packageManager: 'yarn@4.0.0', workspaces: ['a'] }, ...files })),
    ).toEqual(['. .', 'a a', 'a/b b']);
  });

  it('that share a name, or bear the name of a folder, go by their folders', async () => {
    const found = await find({
      'package.json': { name: 'x', workspaces: ['p/*'] },
      'p/a/package.json': { name: 'same' },
      'p/b/package.json': { name: 'same' },
      'p/c/package.json': { name: 'p/a' },
      'p/d/package.json': { name: '' },
      'p/e/package.json': { name: 7 },
    });
    expect(names(found)).toEqual(['. x', 'p/a p/a', 'p/b p/b', 'p/c p/c', 'p/d p/d', 'p/e p/e']);
    expect(problems(found)).toEqual(["same-name p/a/package.json: its name 'same' is also that of p/b/package.json"]);
  });

  it('are told where they cannot be read, and are there all the same', async () => {
    const found = await find({
      'package.json': { workspaces: ['p/*'] },
      'p/a/package.json': '{',
      'p/b/package.json': '[]',
      'p/c/package.json': '\uFEFF{"name":"c"}',
    });
    expect(names(found)).toEqual(['. .', 'p/a p/a', 'p/b p/b', 'p/c c']);
    expect(problems(found)).toEqual([
      expect.stringMatching(/^unreadable p\/a\/package\.json: it is not JSON: /),
      'unreadable p/b/package.json: it is JSON, but no object',
    ]);
  });

  it.each([
    ['package.json', { 'package.json': '{' }],
    ['pnpm-workspace.yaml', { 'package.json': {}, 'pnpm-workspace.yaml': '\t- {' }],
  ])('are not known where %s is broken', async (path, files) => {
    const found = await find({ ...files, 'p/a/package.json': '{}' });
    expect(names(found)).toEqual(['. .']);
    expect(found.problems).toMatchObject([{ kind: 'unknown', path }]);
  });

  it('are not those that no pattern can mean, which is told', async () => {
    const found = await find({
      'package.json': { workspaces: ['../x', 'a/../../y', 'none/*', '.', './', '!../z', 7, ''] },
    });
    expect(names(found)).toEqual(['. .']);
    expect(problems(found)).toEqual([
      'malformed package.json: its `workspaces` holds something that is no pattern',
      "outside package.json: its pattern '../x' leads out of the target",
      "outside package.json: its pattern 'a/../../y' leads out of the target",
      "unmatched package.json: its pattern 'none/*' matches no package",
    ]);
    expect(problems(await find({ 'package.json': { workspaces: 'packages/*' } }))).toEqual([
      'malformed package.json: its `workspaces` is no list of patterns',
    ]);
    expect(problems(await find({ 'package.json': { workspaces: { nohoist: [] } } }))).toEqual([]);
  });

  it('have names that no other has, whatever they say', async () => {
    const segment = fc.constantFrom('a', 'b', 'p', '.', '@s/a', 'p/a', '__proto__', '');
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { maxLength: 8 }), segment, async (own, root) => {
        const files: Record<string, object> = { 'package.json': { name: root, workspaces: ['p/**'] } };
        for (const [index, name] of own.entries())
          files[`p/${'a/'.repeat(index % 3)}n${index}/package.json`] = { name };
        const { packages } = await find(files);
        expect(packages).toHaveLength(own.length + 1);
        expect(new Set(packages.map(({ name }) => name)).size).toBe(packages.length);
        // Every file has one owner.
        for (const path of Object.keys(files))
          expect(packages.filter((one) => pathsIn(one)(path) !== undefined)).toHaveLength(1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the globs of a check of a package', () => {
  const one = (over: Partial<TargetPackage> = {}): TargetPackage => ({
    name: 'a',
    folder: 'p/[a]',
    manifest: 'p/[a]/package.json',
    inner: ['p/[a]/sub'],
    ...over,
  });

  it('are relative to its folder and mean its own files, whatever the folder is called', () => {
    const matches = compilePackageGlobs(one(), ['src/**', '*.json', '!src/old/**', '/tsconfig.json']);
    const paths = ['src/x.ts', 'src/old/x.ts', 'package.json', 'sub/package.json', 'sub/src/x.ts'];
    expect(paths.filter((path) => matches(`p/[a]/${path}`))).toEqual(['src/x.ts', 'package.json']);
    expect(['src/x.ts', 'p/a/src/x.ts', 'p/[a]x/a.json', 'tsconfig.json'].filter(matches)).toEqual(['tsconfig.json']);
    expect(compilePackageGlobs(one(), ['**'])('p/[a]/sub/x')).toBe(false);
  });

  it('miss what could not be listed in the package, and nothing elsewhere', () => {
    const closed = (path: string) => ({ path, kind: 'folder' as const, cause: 'EACCES' });
    const unlisted = [closed('p/[a]/src/'), closed('p/[a]/sub/x/'), closed('other/'), closed('root/')];
    const missed = (globs: readonly string[], exclude: readonly string[] = []) =>
      missedInPackage(one(), unlisted, globs, exclude).map(({ path }) => path);
    expect(missed(['**'])).toEqual(['p/[a]/src/']);
    expect(missed(['lib/**'])).toEqual([]);
    expect(missed(['lib/**', '/root/**'])).toEqual(['root/']);
    expect(missed(['**'], ['p/**'])).toEqual([]);
  });
});

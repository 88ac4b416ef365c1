import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LockedTree, LockfileError, waysTo } from '../../../plugins/npm/lockfiles/tree.js';
import { json, npmProject, treeOf } from './locked.js';

const MANIFEST = json({ name: 'a', version: '1.0.0', dependencies: { x: '^1.0.0' } });
const project = (path: string, text: string) => ({ 'package.json': MANIFEST, [path]: text });

/** Texts that are no lockfiles, by the file they pretend to be. */
const BROKEN: readonly (readonly [path: string, what: string, text: string, why: RegExp])[] = [
  ['package-lock.json', 'empty', '', /not JSON/],
  ['package-lock.json', 'cut short', '{"lockfileVersion": 3, "packages": {', /not JSON/],
  ['package-lock.json', 'merge conflict', '{\n<<<<<<< ours\n}', /not JSON/],
  ['package-lock.json', 'another type', '[]', /neither 'packages' nor 'dependencies'/],
  [
    'package-lock.json',
    'entries that are none',
    '{"packages": {"node_modules/x": 1}}',
    /packages\['node_modules\/x'\] is no object/,
  ],
  [
    'package-lock.json',
    'entries that are none, version 1',
    '{"dependencies": {"x": "1.0.0"}}',
    /dependencies\['x'\] is no object/,
  ],
  ['yarn.lock', 'no entries', 'a plain text', /./],
  ['yarn.lock', 'entry without fields', 'x@^1.0.0: "1.0.0"\n', /has no fields/],
  [
    'yarn.lock',
    'entry without resolution',
    '__metadata:\n  version: 8\n"x@npm:^1":\n  version: 1.0.0\n',
    /has no resolution/,
  ],
  ['pnpm-lock.yaml', 'empty', '', /no lockfileVersion/],
  ['pnpm-lock.yaml', 'no YAML', 'a: [', /not YAML/],
  ['pnpm-lock.yaml', 'a version that nobody knows', "lockfileVersion: '99.0'\n", /99\.0 is not known/],
];

describe('a lockfile that is none', () => {
  it.each(BROKEN)('%s, %s', async (path, _, text, why) => {
    const error = await treeOf(project(path, text)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LockfileError);
    expect((error as Error).message).toMatch(why);
  });

  it('nests deeper than any tree', async () => {
    const nested = `${'{"version":"1.0.0","dependencies":{"x":'.repeat(300)}{"version":"1.0.0"}${'}}'.repeat(300)}`;
    await expect(
      treeOf(project('package-lock.json', `{"lockfileVersion":1,"dependencies":{"x":${nested}}}`)),
    ).rejects.toThrow(/nested more than 200 deep/);
  });

  it('has bad settings beside it', async () => {
    const files = { ...project('yarn.lock', '__metadata:\n  version: 8\n'), '.yarnrc.yml': 'a: [' };
    await expect(treeOf(files)).rejects.toThrow(/\.yarnrc\.yml beside it is not YAML/);
  });
});

describe('a lockfile with nothing in it', () => {
  it.each([
    ['package-lock.json', '{"lockfileVersion": 3, "packages": {}}'],
    ['package-lock.json', '{"lockfileVersion": 1}'],
    ['package-lock.json', '\uFEFF{"lockfileVersion": 2, "packages": {"": {}}}'],
    ['yarn.lock', '# yarn lockfile v1\n'],
    ['yarn.lock', '__metadata:\n  version: 8\n'],
    ['pnpm-lock.yaml', "lockfileVersion: '9.0'\n"],
    ['pnpm-lock.yaml', 'lockfileVersion: 5.4\n'],
  ])('%s: %s', async (path, text) => {
    expect((await treeOf(project(path, text))).packages).toEqual([]);
  });
});

describe('names that are also names of an object', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];

  it('are packages like any other in package-lock.json', async () => {
    const entries = NAMES.map(
      (name) => `"node_modules/${name}": {"version": "1.0.0", "dependencies": {"valueOf": "1"}}`,
    );
    const root = `"": {"dependencies": {${NAMES.map((name) => `"${name}": "1"`).join(',')}}}`;
    const tree = await treeOf(project('package-lock.json', `{"packages": {${[root, ...entries].join(',')}}}`));
    expect(tree.packages.map(({ name }) => name)).toEqual([...NAMES].sort());
    expect(tree.packages.every(({ dependencies }) => dependencies.length === 0)).toBe(true);
    expect(tree.importers[0]?.dependencies.every(({ to }) => to !== undefined)).toBe(true);
    expect(({} as Record<string, unknown>).version).toBeUndefined();
  });

  it('change nothing in pnpm-lock.yaml', async () => {
    const text = [
      "lockfileVersion: '9.0'",
      'importers:',
      '  .:',
      '    dependencies:',
      ...NAMES.map((name) => `      ${name}: { specifier: '1', version: 1.0.0 }`),
      'packages:',
      ...NAMES.map((name) => `  ${name}@1.0.0: { resolution: { integrity: sha512-x } }`),
      'snapshots:',
      ...NAMES.map((name) => `  ${name}@1.0.0: {}`),
    ].join('\n');
    const tree = await treeOf(project('pnpm-lock.yaml', text));
    expect(tree.packages.map(({ name }) => name)).toEqual([...NAMES].sort());
    expect(({} as Record<string, unknown>).resolution).toBeUndefined();
  });

  it('find nothing in what the root does not have', async () => {
    const tree = await treeOf(npmProject({ name: 'a', dependencies: { constructor: '1', toString: '1' } }));
    expect(tree.importers[0]?.dependencies.map(({ to }) => to)).toEqual([undefined, undefined]);
  });
});

describe('any tree', () => {
  /** Trees of npm as maps of paths: names at the top, and names inside of these. */
  const name = fc.constantFrom('a', 'b', 'c', '@s/d', 'e');
  const version = fc.constantFrom('1.0.0', '1.1.0', '2.0.0');
  const needs = fc
    .uniqueArray(name, { maxLength: 4 })
    .map((names) => Object.fromEntries(names.map((item) => [item, '*'])));
  const entries = fc
    .array(
      fc.record({ inside: fc.option(name, { nil: undefined }), name, version, dependencies: needs, dev: fc.boolean() }),
      { maxLength: 12 },
    )
    .map((items) =>
      Object.fromEntries(
        items.map(({ inside, name: own, ...entry }) => [
          `${inside === undefined ? '' : `node_modules/${inside}/`}node_modules/${own}`,
          entry,
        ]),
      ),
    );

  it('has edges to packages only, and ways that follow them', async () => {
    await fc.assert(
      fc.asyncProperty(entries, needs, async (packages, dependencies) => {
        const tree = await treeOf(npmProject({ name: 'root', dependencies }, packages));
        assertSound(tree);
        const count = new Set(
          Object.entries(packages).map(([path, entry]) => `${path.replace(/.*node_modules\//, '')}@${entry.version}`),
        ).size;
        expect(tree.packages).toHaveLength(count);
      }),
      { numRuns: 300 },
    );
  });

  it('of any text is a tree or a LockfileError', async () => {
    const paths = fc.constantFrom('package-lock.json', 'yarn.lock', 'pnpm-lock.yaml');
    const text = fc.oneof(
      fc.string(),
      fc.json(),
      fc.string().map((rest) => `lockfileVersion: '9.0'\n${rest}`),
      fc.json().map((value) => `{"lockfileVersion": 3, "packages": ${value}}`),
      fc.json().map((value) => `{"lockfileVersion": 1, "dependencies": ${value}}`),
      fc.json().map((value) => `lockfileVersion: '6.0'\npackages: ${value}\nimporters: ${value}\n`),
      fc.json().map((value) => `__metadata:\n  version: 8\n"a@npm:1": ${value}\n`),
    );
    await fc.assert(
      fc.asyncProperty(paths, text, async (path, content) => {
        try {
          assertSound(await treeOf(project(path, content)));
        } catch (error) {
          if (!(error instanceof LockfileError)) throw error;
        }
      }),
      { numRuns: 600 },
    );
  });
});

/** What every tree promises, whatever it was read from. */
function assertSound(tree: LockedTree): void {
  const indices = new Set(tree.packages.keys());
  const wayTo = waysTo(tree);
  for (const [index, { dependencies }] of tree.packages.entries()) {
    expect(dependencies.every((to) => indices.has(to))).toBe(true);
    const way = wayTo(index);
    if (way === undefined) continue;
    // Each step is a dependency of the one before.
    let at = tree.importers
      .find(({ folder }) => folder === way.folder)
      ?.dependencies.find((item) => item.name === way.direct)?.to;
    for (const step of way.steps.slice(1)) {
      at = tree.packages[at ?? -1]?.dependencies.find((to) => keyOf(tree, to) === step);
      expect(keyOf(tree, at ?? -1)).toBe(step);
    }
    expect(way.steps.at(-1)).toBe(keyOf(tree, index));
  }
  expect(structuredClone(tree)).toEqual(JSON.parse(JSON.stringify(tree)));
}

function keyOf({ packages }: LockedTree, index: number): string {
  const { name = '', version = '' } = packages[index] ?? {};
  return version === '' ? name : `${name}@${version}`;
}

import { describe, expect, it } from 'vitest';
import { declaredIn, parseManifest, placesIn } from '../../../plugins/npm/manifest.js';
import { findPackages, type ProjectPackages } from '../../../plugins/npm/workspaces.js';
import { json, reader } from './locked.js';

const folders = async (files: Record<string, string>) => {
  const found = (await findPackages(reader(files))) as ProjectPackages;
  return found.packages.map(({ folder, name }) => [folder, name]);
};

const PACKAGES = {
  'packages/a/package.json': json({ name: '@s/a' }),
  'packages/b/package.json': '{}',
  'packages/deep/er/package.json': json({ name: 'deeper' }),
  'packages/old/package.json': json({ name: 'old' }),
  'other/package.json': json({ name: 'other' }),
};

describe('the packages of a project', () => {
  it.each([
    ['a list', { workspaces: ['packages/*', '!packages/old'] }],
    ['an object, as Yarn has it', { workspaces: { packages: ['./packages/*/', '!packages/old'], nohoist: [] } }],
  ])('by %s', async (_, root) => {
    expect(await folders({ 'package.json': json(root), ...PACKAGES })).toEqual([
      ['', '.'],
      ['packages/a', '@s/a'],
      ['packages/b', 'packages/b'],
    ]);
  });

  it('by pnpm-workspace.yaml, which counts more', async () => {
    const files = { 'package.json': json({ name: 'root', workspaces: ['other'] }), ...PACKAGES };
    expect(await folders({ ...files, 'pnpm-workspace.yaml': 'packages:\n  - packages/**\n  - "!**/old"\n' })).toEqual([
      ['', 'root'],
      ['packages/a', '@s/a'],
      ['packages/b', 'packages/b'],
      ['packages/deep/er', 'deeper'],
    ]);
    // Since pnpm 10 the file may hold settings alone.
    expect(await folders({ ...files, 'pnpm-workspace.yaml': 'overrides: {}\n' })).toEqual([
      ['', 'root'],
      ['other', 'other'],
    ]);
  });

  it.each([
    ['no patterns', {}],
    ['patterns of another type', { workspaces: 'packages/*' }],
    ['patterns that are none', { workspaces: [1, null, {}] }],
    ['an empty list', { workspaces: [] }],
    ['a pattern that leaves the project', { workspaces: ['../*', '/etc/*'] }],
  ])('is the root alone with %s', async (_, root) => {
    expect(await folders({ 'package.json': json(root), ...PACKAGES })).toEqual([['', '.']]);
  });

  it('leaves installed packages out, and says which manifests are none', async () => {
    const files = {
      'package.json': json({ workspaces: ['**'] }),
      'a/package.json': '[]',
      'b/package.json': '',
      'c/node_modules/x/package.json': '{}',
    };
    const found = (await findPackages(reader(files))) as ProjectPackages;
    expect(found.packages).toHaveLength(1);
    expect(found.unreadable).toEqual([
      { path: 'a/package.json', why: 'it is JSON, but no object' },
      { path: 'b/package.json', why: expect.stringMatching(/^it is not JSON: /) },
    ]);
  });

  it('says why the root cannot be read', async () => {
    expect(await findPackages(reader({}))).toBeUndefined();
    expect(await findPackages(reader({ 'package.json': 'null' }))).toEqual({
      path: 'package.json',
      why: 'it is JSON, but no object',
    });
    expect(await findPackages(reader({ 'package.json': '{}', 'pnpm-workspace.yaml': '\t-' }))).toMatchObject({
      path: 'pnpm-workspace.yaml',
      why: expect.stringMatching(/^it is not YAML: /),
    });
  });
});

describe('a manifest', () => {
  it('declares each dependency once, by what npm makes of it', () => {
    const manifest = parseManifest(
      'package.json',
      '{"dependencies":{"a":"1","b":"1","__proto__":"2","n":1},"devDependencies":{"a":"2","c":"1"},"optionalDependencies":{"b":"3"},"peerDependencies":{"c":"9","d":"1"}}',
    );
    expect(declaredIn(manifest)).toEqual([
      { name: 'a', spec: '1', kind: 'prod' },
      { name: 'c', spec: '1', kind: 'dev' },
      { name: 'b', spec: '3', kind: 'optional' },
      { name: '__proto__', spec: '2', kind: 'prod' },
      { name: 'c', spec: '9', kind: 'peer' },
      { name: 'd', spec: '1', kind: 'peer' },
    ]);
  });

  it.each(['{"dependencies": []}', '{"dependencies": "x"}', '{"dependencies": null}', '{}'])(
    'declares nothing: %s',
    (text) => {
      expect(declaredIn(parseManifest('package.json', text))).toEqual([]);
    },
  );

  it('has places for what is in it, and the nearest one for what is not', async () => {
    const text =
      '{\n  "name": "a",\n  "dependencies": {\n    "x": "1",\n    "y": "2"\n  },\n  "files": ["a", "b"]\n}\n';
    const places = await placesIn({ path: 'package.json', text });
    expect(places('dependencies', 'y')).toEqual({ path: 'package.json', startLine: 5, startColumn: 5 });
    expect(places('dependencies', 'z')).toEqual({ path: 'package.json', startLine: 3, startColumn: 3 });
    expect(places('files', 1)).toEqual({ path: 'package.json', startLine: 7, startColumn: 18 });
    expect(places('nothing', 'here')).toEqual({ path: 'package.json' });
    expect(places()).toEqual({ path: 'package.json' });
    const deep = await placesIn({ path: 'p', text: `{"a":${'['.repeat(100_000)}` });
    expect(deep('a')).toMatchObject({ path: 'p' });
  });
});

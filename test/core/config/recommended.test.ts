import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isPlugin, type Plugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import type { PackageFacts, RepositoryFacts } from '../../../core/config/facts.js';
import { fileSource } from '../../../core/config/place.js';
import { validateConfig } from '../../../core/config/problems.js';
import { entriesOf, pluginsText, recommend, recommended } from '../../../core/config/recommended.js';

const manifest: PackageFacts = {
  readable: true,
  publishable: true,
  version: '1.0.0',
  workspaces: false,
  built: false,
  manager: 'npm',
  scanrun: false,
};

function facts(over: Partial<RepositoryFacts> = {}): RepositoryFacts {
  return {
    git: false,
    shallow: false,
    installed: true,
    lockfiles: [],
    tsconfigs: [],
    eslintConfigs: [],
    dockerfiles: [],
    workflows: [],
    gitlab: false,
    pages: [],
    ...over,
  };
}

const names = (over?: Partial<RepositoryFacts>) => recommend(facts(over)).plugins.map(({ name }) => name);
const entries = (over?: Partial<RepositoryFacts>) => entriesOf(recommend(facts(over)).checks);
const optional = { optional: true };

const texts = fc.array(fc.string(), { maxLength: 4 });
const anyManifest: fc.Arbitrary<PackageFacts> = fc.record(
  {
    readable: fc.boolean(),
    publishable: fc.boolean(),
    version: fc.string(),
    workspaces: fc.boolean(),
    built: fc.boolean(),
    manager: fc.constantFrom('npm' as const, 'yarn' as const, 'pnpm' as const),
    scanrun: fc.boolean(),
  },
  { requiredKeys: ['readable', 'publishable', 'workspaces', 'built', 'manager', 'scanrun'] },
);
const anyFacts: fc.Arbitrary<RepositoryFacts> = fc.record(
  {
    git: fc.boolean(),
    shallow: fc.boolean(),
    package: anyManifest,
    installed: fc.boolean(),
    lockfiles: texts,
    tsconfigs: texts,
    eslintConfigs: texts,
    dockerfiles: texts,
    workflows: texts,
    gitlab: fc.boolean(),
    pages: texts,
  },
  {
    requiredKeys: [
      ...(['git', 'shallow', 'installed', 'lockfiles', 'tsconfigs', 'eslintConfigs'] as const),
      ...(['dockerfiles', 'workflows', 'gitlab', 'pages'] as const),
    ],
  },
);

describe('the plugins for a repository', () => {
  it('are repo and secrets for everything, and others for what is there', () => {
    expect(names()).toEqual(['repo', 'secrets']);
    expect(names({ git: true })).toEqual(['repo', 'secrets', 'git']);
    expect(names({ package: manifest })).toEqual(['repo', 'secrets', 'npm', 'code']);
    expect(names({ tsconfigs: ['tsconfig.json'] })).toEqual(['repo', 'secrets', 'code']);
    expect(names({ pages: ['README.md'] })).toEqual(['repo', 'secrets', 'docs']);
    expect(names({ dockerfiles: ['Dockerfile'] })).toEqual(['repo', 'secrets', 'ci']);
    expect(names({ workflows: ['.github/workflows/ci.yml'] })).toEqual(['repo', 'secrets', 'ci']);
  });

  it('say in a line what each is for', () => {
    const { plugins } = recommend(
      facts({
        git: true,
        package: manifest,
        pages: ['README.md', 'a.md', 'b.md', 'c.md'],
        workflows: ['a', 'b'],
        dockerfiles: ['Dockerfile'],
      }),
    );
    expect(pluginsText(plugins)).toBe(
      'repo and secrets (always), git (a git work tree), npm and code (package.json), docs (README.md, a.md and 2 more), ci (2 workflows and Dockerfile)',
    );
  });
});

describe('the settings for a repository', () => {
  it('leave out what asks about a release, and keep what asks about the repository', () => {
    const set = entries({ git: true });
    expect(set).toMatchObject({ 'git/clean-tree': 'off', 'git/signed-commits': 'off', 'git/authors': 'off' });
    expect(set['git/identical-files']).toBeUndefined();
    expect(set['git/history-size']).toBeUndefined();
  });

  it('compare tags with a version only where people write it', () => {
    const tag = (version?: string) => {
      const { version: _, ...rest } = manifest;
      return entries({ git: true, package: version === undefined ? rest : { ...rest, version } })['git/version-tag'];
    };
    expect(tag('1.0.0')).toEqual(optional);
    expect(tag('0.0.0-development')).toBe('off');
    expect(tag()).toBe('off');
    expect(entries({ git: true })['git/version-tag']).toBe('off');
  });

  it('make optional what needs the network', () => {
    const set = entries({ package: manifest });
    for (const id of ['npm/vulnerabilities', 'npm/registry', 'npm/deprecated', 'npm/outdated'])
      expect(set[id]).toEqual(optional);
    expect(entries()).toEqual({});
  });

  it('make optional what needs installed dependencies, only while there are none', () => {
    expect(entries({ package: manifest })['npm/licences']).toBeUndefined();
    expect(entries({ package: manifest, installed: false })).toMatchObject({
      'npm/licences': optional,
      'npm/lockfile': optional,
      'code/typescript': optional,
    });
  });

  it('ask about what is published where something is, and wait for a build', () => {
    const of = (over: Partial<PackageFacts>) => entries({ package: { ...manifest, ...over } })['npm/manifest'];
    expect(of({})).toBeUndefined();
    expect(of({ built: true })).toEqual(optional);
    expect(of({ publishable: false })).toBe('off');
    expect(of({ publishable: false, workspaces: true })).toEqual(optional);
  });

  it('make optional what asks the history of a shallow clone', () => {
    expect(entries({ git: true, shallow: true })['git/history-size']).toEqual(optional);
    // The plugin of this check is not listed, and an entry without its plugin is a mistake.
    expect(entries({ git: true, shallow: true })['code/todo-age']).toBeUndefined();
    expect(entries({ git: true, shallow: true, package: manifest })['code/todo-age']).toEqual(optional);
  });
});

describe('whatever the facts are', () => {
  it('nothing is thrown, no check has two entries, and each has its plugin', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const { plugins, checks } = recommend(given);
        const listed = plugins.map(({ name }) => name);
        expect(new Set(listed).size).toBe(listed.length);
        const ids = checks.flatMap((group) => group.ids);
        expect(new Set(ids).size).toBe(ids.length);
        for (const id of ids) expect(listed).toContain(id.split('/')[0]);
        expect(typeof pluginsText(plugins)).toBe('string');
        expect(JSON.parse(JSON.stringify(recommended(given)))).toEqual(recommended(given));
      }),
    );
  });

  it('it is a valid configuration of checks that there are', async () => {
    const plugins = await Promise.all(
      ['repo', 'secrets', 'git', 'npm', 'code', 'docs', 'ci'].map(
        async (name) => ((await import(`../../../plugins/${name}/index.ts`)) as { readonly default: Plugin }).default,
      ),
    );
    expect(plugins.every(isPlugin)).toBe(true);
    const known = [...createRegistry(plugins).keys()];
    await fc.assert(
      fc.asyncProperty(anyFacts, async (given) => {
        const config = recommended(given);
        expect((await validateConfig({ ...config }, fileSource('preset'))).problems).toEqual([]);
        for (const id of Object.keys(config.checks ?? {})) expect(known).toContain(id);
      }),
      { numRuns: 50 },
    );
  });
});

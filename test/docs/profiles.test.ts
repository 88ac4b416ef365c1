import type { Plugin } from 'scanrun';
import { beforeAll, describe, expect, it } from 'vitest';
import { tryFilter } from '../../core/check/filter.js';
import { createRegistry } from '../../core/check/registry.js';
import { BUILT_IN_PROFILES } from '../../core/config/built-in-profiles.js';
import type { Config } from '../../core/config/define.js';
import type { ResolvedConfig } from '../../core/config/resolve.js';
import { configSchema } from '../../core/config/schema.js';
import { tierIncludes } from '../../core/model/tier.js';
import { resolveNeeds } from '../../core/plan/needs.js';
import { ownNames } from '../../scripts/docs.mjs';
import { configure, project } from '../core/config/project.js';
import { read } from './pages.js';

const page = read('docs/profiles.md');
const names = [...BUILT_IN_PROFILES.keys()];

let plugins: Plugin[];
/** Each profile over all built-in plugins. */
const profiles = new Map<string, ResolvedConfig>();

beforeAll(async () => {
  plugins = await Promise.all(
    ownNames('plugins').map(
      async (name) => ((await import(`../../plugins/${name}/index.ts`)) as { default: Plugin }).default,
    ),
  );
  const root = project();
  for (const profile of names)
    profiles.set(profile, await configure(root, { configObject: { plugins } as Config, overrides: { profile } }));
});

/** What the table says of a check in a profile. */
function cellsOf({ profile, checks, tier }: ResolvedConfig): Map<string, string> {
  const needs = resolveNeeds([...checks.values()]);
  const has = (id: string): boolean => profile?.leftOut.has(id) === false;
  const runs = new Set(
    [...checks.values()].filter(({ id, check }) => has(id) && tierIncludes(tier, check.meta.tier)).map(({ id }) => id),
  );
  // A set that grows while it is gone through: what is needed has needs too.
  const all = new Set(runs);
  for (const id of all) for (const need of Object.values(needs.get(id) ?? {})) all.add(need);
  return new Map(
    [...checks.values()].map(({ id, check }) => [
      id,
      runs.has(id) ? 'yes' : all.has(id) ? 'needed' : has(id) ? check.meta.tier : '',
    ]),
  );
}

describe('docs/profiles.md', () => {
  it('says of every check which built-in profile has it', () => {
    const cells = names.map((name) => cellsOf(profiles.get(name) as ResolvedConfig));
    const rows = [...createRegistry(plugins).keys()].map((id) =>
      ['', `[\`${id}\`](checks/${id}.md)`, ...cells.map((each) => each.get(id)), '']
        .join(' | ')
        .replaceAll('  ', ' ')
        .trim(),
    );
    expect(rows.length).toBeGreaterThan(50);
    const section = page.split(/^## /m).find((text) => text.startsWith('What each has\n')) ?? '';
    expect(section.split('\n').filter((line) => line.startsWith('| [`'))).toEqual(rows);
    expect(section).toContain(`| Check | ${names.map((name) => `\`${name}\``).join(' | ')} |`);
  });

  it('says of every built-in profile its tier, its plugins and what it sets', () => {
    for (const [name, { tier, madeFor, title, gate, checks }] of BUILT_IN_PROFILES) {
      const listed = madeFor.map((plugin) => `\`${plugin}\``).join(', ');
      expect(page).toContain(`| \`${name}\` | ${title} | \`${tier}\` | ${listed} |`);
      for (const id of Object.keys(checks ?? {})) expect(page).toContain(`\`${id}\``);
      for (const field of Object.keys(gate ?? {})) expect(page).toContain(`\`gate.${field}\``);
    }
  });

  it('names every field of a profile', () => {
    const section = page.split(/^## /m).find((text) => text.startsWith('Your own\n')) ?? '';
    const fields = [...section.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    const { properties } = configSchema.properties.profiles.additionalProperties;
    expect(fields.sort()).toEqual(Object.keys(properties).sort());
  });
});

describe('a built-in profile', () => {
  it('names only what is there: every filter matches a check, every plugin and id exists', () => {
    const checks = [...(profiles.get('release') as ResolvedConfig).checks.values()];
    for (const [name, { include, exclude = [], madeFor, checks: settings = {} }] of BUILT_IN_PROFILES) {
      for (const filter of [...include, ...exclude])
        expect([name, filter, tryFilter(filter, checks).problem]).toEqual([name, filter, undefined]);
      expect(ownNames('plugins')).toEqual(expect.arrayContaining([...madeFor]));
      for (const id of Object.keys(settings)) expect(checks.map((check) => check.id)).toContain(id);
    }
  });

  it('is made for every plugin that has a check of it, but those that need settings of their own', () => {
    for (const [name, config] of profiles) {
      const used = new Set(
        [...config.checks.values()]
          .filter(({ id }) => config.profile?.leftOut.has(id) === false)
          .map(({ plugin }) => plugin.name),
      );
      for (const plugin of ['command', 'web']) used.delete(plugin);
      // What a branch is not judged by.
      if (name === 'pull-request') used.delete('git');
      expect([name, [...used].sort()]).toEqual([name, [...(BUILT_IN_PROFILES.get(name)?.madeFor ?? [])].sort()]);
    }
  });
});

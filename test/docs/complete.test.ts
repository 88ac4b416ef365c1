import { OUTCOME_ORDER } from 'scanrun';
import { describe, expect, it } from 'vitest';
import { ENVIRONMENT } from '../../core/config/environment.js';
import { configSchema } from '../../core/config/schema.js';
import { SEARCH_PLACES } from '../../core/config/search.js';
import { read } from './pages.js';

// Hand-written pages must name all of what the sources have, and nothing that they have not.

const configuration = read('docs/configuration.md');

/** The first cells of the tables below a heading. */
function firstCells(page: string, heading: string): string[] {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| (?!-)(?:\[)?`([^`]+)`/gm)].map((match) => match[1] ?? '');
}

/** The texts that a pattern finds in a source file. */
function found(path: string, pattern: RegExp): string[] {
  return [...read(path).matchAll(pattern)].map((match) => match[1] ?? '');
}

describe('docs/configuration.md', () => {
  it('names every key', () => {
    expect(firstCells(configuration, 'Keys').sort()).toEqual(
      Object.keys(configSchema.properties)
        .filter((key) => key !== '$schema')
        .sort(),
    );
    const { cacheSettings, checkSettings, resourceSettings, tierSettings } = configSchema.definitions;
    expect(firstCells(configuration, 'cache').sort()).toEqual(Object.keys(cacheSettings.properties).sort());
    const resources = Object.keys(resourceSettings.properties).sort();
    expect(firstCells(configuration, 'resources').sort()).toEqual(resources);
    expect(firstCells(read('docs/resilience.md'), 'Resources').sort()).toEqual(resources);
    expect(firstCells(configuration, 'checks').sort()).toEqual(Object.keys(checkSettings.properties).sort());
    expect(firstCells(configuration, 'tier and tiers').sort()).toEqual(Object.keys(tierSettings.properties).sort());
    expect(firstCells(configuration, 'gate').sort()).toEqual(
      Object.keys(configSchema.properties.gate.properties).sort(),
    );
  });

  it('names every variable', () => {
    expect(firstCells(configuration, 'Environment').sort()).toEqual(Object.keys(ENVIRONMENT).sort());
  });

  it('names every file that is searched, in order', () => {
    const section = configuration.split(/^## /m).find((text) => text.startsWith('Files\n')) ?? '';
    const names = [...section.matchAll(/^\d\. .*$/gm)].flatMap(([line]) =>
      [...line.matchAll(/`((?:scan\.config|\.scanrunrc|package\.json)[^`]*)`/g)].map((match) => match[1]),
    );
    expect(names).toEqual(SEARCH_PLACES);
  });

  it('names every flag', () => {
    const rows = configuration.split('## Flags')[1] ?? '';
    const documented = [...rows.matchAll(/`(--[a-z-]+)/g)].map((match) => match[1] ?? '');
    const flags = found('core/cli/flags.ts', /\.option\(\s*'(--[a-z-]+)/g);
    expect(flags.length).toBeGreaterThan(12);
    expect([...new Set(documented)].sort()).toEqual([...new Set(flags)].sort());
  });
});

describe('docs/outcomes.md', () => {
  const page = read('docs/outcomes.md');

  it('has a section for every outcome', () => {
    for (const status of OUTCOME_ORDER) expect(page).toContain(`\n## ${status}\n`);
  });

  it('has every reason', () => {
    const [, union = ''] = /export type ReasonCode =([^;]*);/.exec(read('core/model/outcome.ts')) ?? [];
    const codes = [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(15);
    expect(firstCells(page, 'Reasons')).toEqual(codes);
  });

  it('has every cause for not planning', () => {
    const [, union = ''] = /readonly code: ((?:'[a-z-]+'(?: \| )?)+);/.exec(read('core/model/task.ts')) ?? [];
    expect(firstCells(page, 'Checks that were not planned')).toEqual(
      [...union.matchAll(/'([a-z-]+)'/g)].map((match) => match[1]),
    );
  });
});

describe('other pages', () => {
  it('name every hook', () => {
    const [, body = ''] = /export interface HookArguments \{([^}]*)\}/.exec(read('core/hooks.ts')) ?? [];
    const hooks = [...body.matchAll(/^ {2}(\w+):/gm)].map((match) => match[1]);
    expect(hooks).toHaveLength(7);
    expect(firstCells(read('docs/plugins-and-hooks.md'), 'Hooks')).toEqual(hooks);
  });

  it('name every field of a check, of a reporter and of the options of a scan', () => {
    const fields = (path: string, name: string): string[] => {
      const [, body = ''] = new RegExp(`export interface ${name}[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(read(path)) ?? [];
      return [...body.matchAll(/^ {2}(?:readonly )?(\w+)[?(:]/gm)].map((match) => match[1] ?? '').sort();
    };
    expect(firstCells(read('docs/writing-a-check.md'), 'Metadata').sort()).toEqual(
      fields('core/check/meta.ts', 'CheckMeta'),
    );
    // Two of them only scanrun itself has anything for: they are made by what is not public.
    const own = ['files', 'userConfig'];
    const scanOptions = fields('core/scan-options.ts', 'ScanOptions').filter((name) => !own.includes(name));
    expect(
      firstCells(read('docs/api.md'), 'Use from a program')
        .filter((name) => scanOptions.includes(name))
        .sort(),
    ).toEqual(scanOptions);
    const context = read('docs/writing-a-check.md').split('## The context')[1] ?? '';
    for (const member of fields('core/check/context.ts', 'CheckContext')) expect(context).toContain(`\`${member}`);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../core/config/define.js';
import type { ResolvedConfig } from '../../../core/config/resolve.js';
import { checkSource, configure, failure, pluginFiles, project } from './project.js';

type Given = Parameters<typeof configure>[1];

/** A project with the plugins `own` (`own/name`, `own/size`: quick, errors, category x) and `more` (the same). */
const plugins = { ...pluginFiles('own'), ...pluginFiles('more') };
const root = project(plugins);

/** A configuration with the plugin `own`. */
function configured(config: object, given: Given = {}): Promise<ResolvedConfig> {
  return configure(root, { configObject: { plugins: ['./own/plugin'], ...config } as Config, ...given });
}

const night = (profile: object, config: object = {}, given: Given = {}): Promise<ResolvedConfig> =>
  configured({ ...config, profiles: { night: profile } }, { overrides: { profile: 'night' }, ...given });

async function problems(work: Promise<unknown>, code = 'SR_CONFIG_INVALID'): Promise<string[]> {
  const error = await failure(work);
  expect([error.code, error.exitCode]).toEqual([code, 2]);
  return error.problems.map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
}

const leftOut = ({ profile }: ResolvedConfig) => Object.fromEntries(profile?.leftOut ?? []);

describe('a profile', () => {
  it('is not there unless it is asked for', async () => {
    const config = await configured({ profiles: { night: { tier: 'deep', exclude: ['own/name'] } } });
    expect(config.profile).toBeUndefined();
    expect(config.tier).toBe('standard');
    expect(config.printable).not.toHaveProperty('profile');
    expect(config.origins.has('profile')).toBe(false);
  });

  it('has what its include names, without what its exclude names', async () => {
    expect(leftOut(await night({}))).toEqual({});
    expect(leftOut(await night({ include: ['own/name'] }))).toEqual({ 'own/size': 'not-included' });
    expect(leftOut(await night({ exclude: ['own/name'] }))).toEqual({ 'own/name': 'excluded' });
    expect(leftOut(await night({ include: ['own'], exclude: ['own/s*'] }))).toEqual({ 'own/size': 'excluded' });
  });

  it('takes every kind of filter, severities as they are set', async () => {
    const checks = { 'own/name': 'note' };
    for (const filter of ['own/name', '*/na*', 'severity:note'])
      expect(leftOut(await night({ include: [filter] }, { checks })), filter).toEqual({ 'own/size': 'not-included' });
    // Its own settings count too.
    expect(leftOut(await night({ include: ['severity:warning'], checks: { 'own/size': 'warning' } }))).toEqual({
      'own/name': 'not-included',
    });
  });

  it('is in the report, with what it says', async () => {
    const config = await night({ title: 'What runs at night', include: ['own'], exclude: ['own/name'] });
    expect(config.printable.profile).toEqual({
      name: 'night',
      title: 'What runs at night',
      include: ['own'],
      exclude: ['own/name'],
    });
    expect((await night({})).printable.profile).toEqual({ name: 'night', exclude: [] });
  });

  it('lies between the configuration and the environment, field by field', async () => {
    const config = {
      tier: 'quick',
      gate: { failOn: 'note', maxFindings: 3 },
      tiers: { deep: { concurrency: 3, budget: '10s' } },
      checks: { 'own/name': { severity: 'note', options: { max: 5 }, optional: true }, 'own/size': 'off' },
    };
    const profile = {
      tier: 'deep',
      gate: { failOn: 'error' },
      tiers: { deep: { budget: '20s' } },
      checks: { 'own/name': { options: { mode: 'slow' }, optional: false }, 'own/size': 'warning' },
    };
    const made = await night(profile, config);
    expect(made.tier).toBe('deep');
    expect(made.gate).toMatchObject({ failOn: 'error', maxFindings: 3 });
    expect(made.limits).toMatchObject({ concurrency: 3, budgetMs: 20_000, deadlineMs: 80_000 });
    expect(made.checks.get('own/name')).toMatchObject({
      severity: 'note',
      optional: false,
      named: true,
      options: { max: 5, mode: 'slow' },
    });
    expect(made.checks.get('own/size')).toMatchObject({ enabled: true, severity: 'warning' });
    const origin = (name: string) => made.origins.get(name);
    expect(['tier', 'gate.failOn', 'budget', "checks['own/name'].optional"].map(origin)).toEqual(
      Array(4).fill('profile'),
    );
    expect(['gate.maxFindings', 'concurrency', "checks['own/name'].severity"].map(origin)).toEqual(
      Array(3).fill('config'),
    );
    const environment = { SCANRUN_TIER: 'standard', SCANRUN_FAIL_ON: 'never' };
    const over = await night(profile, config, { environment });
    expect([over.tier, over.gate.failOn, over.origins.get('tier')]).toEqual(['standard', 'never', 'environment']);
    const flag = await night(profile, config, { environment, overrides: { profile: 'night', tier: 'quick' } });
    expect([flag.tier, flag.origins.get('tier')]).toEqual(['quick', 'flag']);
  });

  it('is named by SCANRUN_PROFILE too; a flag wins', async () => {
    const config = { profiles: { night: { exclude: ['own/name'] }, day: { exclude: ['own/size'] } } };
    const environment = { SCANRUN_PROFILE: 'night' };
    const by = await configured(config, { environment });
    expect([by.profile?.name, by.origins.get('profile')]).toEqual(['night', 'environment']);
    const flag = await configured(config, { environment, overrides: { profile: 'day' } });
    expect([flag.profile?.name, flag.origins.get('profile')]).toEqual(['day', 'flag']);
    expect((await configured(config, { environment: { SCANRUN_PROFILE: ' ' } })).profile).toBeUndefined();
  });

  it('brings plugins besides those of the configuration, only when it is asked for', async () => {
    const config = { profiles: { night: { plugins: ['./more/plugin'], checks: { 'more/size': 'note' } } } };
    expect((await configured(config)).plugins.map(({ name }) => name)).toEqual(['own']);
    const made = await configured(config, { overrides: { profile: 'night' } });
    expect(made.plugins.map(({ name }) => name)).toEqual(['own', 'more']);
    expect(made.checks.get('more/size')?.severity).toBe('note');
    // Without any plugin of the configuration it adds to the default ones, as a flag does.
    const alone = await configure(root, { configObject: config as Config, overrides: { profile: 'night' } });
    expect(alone.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'more']);
  });

  it('adds up over presets: filters and plugins, settings by field; the last title and tier win', async () => {
    const preset = {
      plugins: ['./more/plugin'],
      profiles: {
        night: { title: 'a', tier: 'deep', exclude: ['own/name'], checks: { 'own/size': { options: { max: 7 } } } },
        day: { include: ['more'] },
      },
    };
    const made = await night(
      { title: 'b', exclude: ['more/name'], checks: { 'own/size': 'note' } },
      { extends: [preset] },
    );
    expect(leftOut(made)).toEqual({ 'own/name': 'excluded', 'more/name': 'excluded' });
    expect([made.profile?.title, made.tier]).toEqual(['b', 'deep']);
    expect(made.checks.get('own/size')).toMatchObject({ severity: 'note', options: { max: 7 } });
    const day = await configured({ extends: [preset] }, { overrides: { profile: 'day' } });
    expect(leftOut(day)).toEqual({ 'own/name': 'not-included', 'own/size': 'not-included' });
  });
});

describe('what is wrong with a profile', () => {
  it('is an unknown name, with the nearest one of all that there are', async () => {
    const of = (name: string, given: Given = { overrides: { profile: name } }) =>
      problems(configured({ profiles: { nightly: {} } }, given));
    expect(await of('relase')).toEqual([
      "flag: --profile must be the name of a profile, not 'relase' (did you mean 'release'?)",
    ]);
    expect(await of('nightli')).toEqual([
      "flag: --profile must be the name of a profile, not 'nightli' (did you mean 'nightly'?)",
    ]);
    expect(await of('', { environment: { SCANRUN_PROFILE: 'pullrequest' } })).toEqual([
      "environment: SCANRUN_PROFILE must be the name of a profile, not 'pullrequest' (did you mean 'pull-request'?)",
    ]);
    const known = '(known are release, pull-request, security, docs, nightly)';
    for (const name of ['constructor', '__proto__', 'whatever-it-is'])
      expect(await of(name)).toEqual([`flag: --profile must be the name of a profile, not '${name}' ${known}`]);
    expect(await of('\u001b[31m')).toEqual([`flag: --profile must be the name of a profile, not text ${known}`]);
  });

  it('is a filter that matches nothing or is malformed, also where the profile is not asked for', async () => {
    const profile = { include: ['own/nmae', 'own'], exclude: ['categry:x', 'tag:none', 'severity:grave'] };
    const listed = [
      "profiles.night.include[0] matches no check (did you mean 'own/name'?)",
      "profiles.night.exclude[0] 'categry' is not a field to filter by (did you mean 'category'?)",
      'profiles.night.exclude[1] matches no check (there is none)',
      "profiles.night.exclude[2] 'grave' is not a severity (known are error, warning, note)",
    ].map((line) => `configuration: ${line.replace(" (did you mean 'category'", "; did you mean 'category'")}`);
    const plain = (lines: string[]) => lines.map((line) => line.replace(/ \(|; /, ' | ').replace(/\)$/, '')).sort();
    expect(plain(await problems(night(profile)))).toEqual(plain(listed));
    expect(plain(await problems(configured({ profiles: { night: profile } })))).toEqual(plain(listed));
    expect(await problems(night({ include: ['ow'] }), 'SR_FILTER_NO_MATCH')).toHaveLength(1);
  });

  it('is an id, an option, a range, a key or a type, all at once with the rest', async () => {
    const night = {
      tier: 'depe',
      title: 7,
      includ: ['own'],
      include: [],
      exclude: 'own/name',
      tiers: { deep: { budget: '25h' } },
      checks: { 'own/nmae': 'error', 'own/size': { options: { max: 'many' }, timeout: '1s' } },
      gate: { failOn: 'eror' },
      reporters: ['html'],
    };
    const all = await problems(configured({ tier: 'sandard', profiles: { night, 'Not a name': {} } }));
    const at = 'configuration: profiles.night';
    expect(all.filter((line) => line.startsWith(at)).sort()).toEqual([
      `${at}.checks['own/nmae'] is not the id of a check (did you mean 'own/name'?)`,
      `${at}.checks['own/size'].options.max must be integer`,
      `${at}.checks['own/size'].timeout must be between '5s' and '300s', not '1s'`,
      `${at}.exclude must be a list of filters, not text`,
      `${at}.gate.failOn must be one of error, warning, note, never, not 'eror' (did you mean 'error'?)`,
      `${at}.includ is not known (did you mean 'include'?)`,
      `${at}.include is empty (name a filter, or leave it out to have all checks)`,
      `${at}.reporters is not known (known are title, tier, tiers, concurrency, include, exclude, plugins, checks, gate)`,
      `${at}.tier must be one of quick, standard, deep, not 'depe' (did you mean 'deep'?)`,
      `${at}.tiers.deep.budget must be between '1s' and '24h', not '25h'`,
      `${at}.title must be a title, not 7`,
    ]);
    expect(all).toContain(
      "configuration: profiles['Not a name'] is no name for a profile (use lower case letters, digits and dashes, and begin with a letter)",
    );
    expect(all.some((line) => line.startsWith('configuration: tier '))).toBe(true);
  });

  it('is a plugin that is not there, when it is asked for; ids of one that is not loaded are taken for right', async () => {
    const profile = { plugins: ['./mroe/plugin'], include: ['mroe', 'own'], checks: { 'mroe/size': 'error' } };
    expect(await problems(night(profile), 'SR_PLUGIN_LOAD')).toEqual([
      expect.stringContaining('configuration: profiles.night.plugins[0]'),
    ]);
    expect((await configured({ profiles: { night: profile } })).profile).toBeUndefined();
  });

  it('is that nothing of it would run', async () => {
    const code = 'SR_FILTER_NO_MATCH';
    expect(await problems(night({ include: ['own/size'], exclude: ['own'] }), code)).toEqual([
      "flag: --profile names 'night', which has no check of the plugins own (change its include and exclude)",
    ]);
    expect(await problems(night({ include: ['own/size'] }, { checks: { 'own/size': 'off' } }), code)).toEqual([
      "flag: --profile names 'night', and the configuration turns off its only check (turn on what it should run: own/size)",
    ]);
    expect(await problems(configured({}, { overrides: { profile: 'security' } }), code)).toEqual([
      "flag: --profile names 'security', which has no check of the plugins own (list secrets, npm, ci, git, sbom under plugins, or add --plugin secrets --plugin npm --plugin ci --plugin git --plugin sbom)",
    ]);
    const deep = project({
      'deep.ts': checkSource('deep').replace("tier: 'quick'", "tier: 'deep'"),
      'plugin.ts': `import { definePlugin } from 'scanrun';
import deep from './deep';
export default definePlugin({ name: 'own', checks: { deep } });`,
    });
    const configObject = { plugins: ['./plugin'], profiles: { night: {} } } as Config;
    expect(await problems(configure(deep, { configObject, overrides: { profile: 'night' } }), code)).toEqual([
      "flag: --profile names 'night', of which nothing runs in the tier standard (run the tier deep: --tier deep)",
    ]);
  });

  it('is that a user file sets it', async () => {
    const userConfig = { file: '/u/config.json', steps: [], config: { profiles: { night: {} } }, notices: [] };
    expect(await problems(configured({}, { userConfig }))).toEqual([
      expect.stringContaining('/u/config.json: profiles must not be set in a user file'),
    ]);
  });

  it('never breaks the house: any value gives a configuration or its problems', async () => {
    const text = fc.constantFrom(
      'own',
      'own/name',
      '*/*',
      '!own/**',
      'severity:',
      'severity:error',
      'x:',
      '',
      '[',
      '{a',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      fc.array(text),
      fc.record({ include: fc.array(text), exclude: fc.array(text) }),
    );
    const profile = fc.oneof(
      value,
      fc.dictionary(
        fc.constantFrom('title', 'tier', 'tiers', 'include', 'exclude', 'plugins', 'checks', 'gate', 'concurrency'),
        value,
      ),
    );
    await fc.assert(
      fc.asyncProperty(profile, fc.boolean(), async (night, ask) => {
        const given: Given = ask ? { overrides: { profile: 'night' } } : {};
        const made = await configured({ profiles: { night } }, given).catch((error: unknown) => error);
        if (made instanceof Error) expect(made).toHaveProperty('exitCode', 2);
      }),
      { numRuns: 150 },
    );
  });
});

describe('a built-in profile', () => {
  const builtIn = (name: string, config: object = {}) => configured(config, { overrides: { profile: name } });

  it('lists the plugins that it is made for where nobody lists any', async () => {
    const made = await configure(root, { overrides: { profile: 'docs' } });
    expect(made.plugins.map(({ name }) => name)).toEqual(['repo', 'secrets', 'docs']);
    expect(made.notices.map(({ code }) => code)).toEqual(['default-config']);
    expect(made.notices[0]?.message).toContain('docs (the profile docs)');
    expect(made.tier).toBe('deep');
  });

  it('says which of its plugins a configuration has not', async () => {
    const made = await builtIn('docs', { plugins: ['repo'] });
    expect(leftOut(made)).not.toHaveProperty('repo/required-files');
    expect(leftOut(made)).toHaveProperty('repo/max-file-size', 'not-included');
    expect(made.notices).toEqual([
      {
        code: 'profile-plugins',
        level: 'info',
        message:
          'The profile docs is also made for the plugin docs, which the configuration does not list: nothing of it runs. To run it, list docs under plugins, or add --plugin docs.',
      },
    ]);
  });

  it('tightens what the configuration says, and turns nothing on', async () => {
    const config = {
      plugins: ['git', 'npm'],
      gate: { failOn: 'note', minCoverage: 0.2 },
      checks: { 'npm/vulnerabilities': { optional: true }, 'git/clean-tree': 'note', 'git/changelog-version': 'off' },
    };
    const made = await builtIn('release', config);
    expect(made.gate).toMatchObject({ failOn: 'note', minCoverage: 1 });
    expect(made.checks.get('npm/vulnerabilities')?.optional).toBe(false);
    expect(made.checks.get('git/clean-tree')).toMatchObject({ enabled: true, severity: 'error' });
    expect(made.checks.get('git/changelog-version')?.enabled).toBe(false);
    // Only a person turns on what a person turned off.
    const own = { release: { checks: { 'git/changelog-version': 'warning', 'git/clean-tree': 'warning' } } };
    const laid = await builtIn('release', { ...config, profiles: own });
    expect(laid.checks.get('git/changelog-version')).toMatchObject({ enabled: true, severity: 'warning' });
    expect(laid.checks.get('git/clean-tree')?.severity).toBe('warning');
  });

  it('is laid below one of the same name, which adds to it', async () => {
    const made = await builtIn('docs', {
      plugins: ['repo', './own/plugin'],
      profiles: { docs: { title: 'Ours', include: ['own/name'], exclude: ['repo/required-files'], tier: 'quick' } },
    });
    expect([made.profile?.title, made.tier]).toEqual(['Ours', 'quick']);
    expect(leftOut(made)).toMatchObject({ 'own/size': 'not-included', 'repo/required-files': 'excluded' });
    expect(leftOut(made)).not.toHaveProperty('own/name');
  });
});

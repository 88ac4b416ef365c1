import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../../core/check/define.js';
import type { ResolvedCheck } from '../../../core/config/checks.js';
import type { ConfigLayer } from '../../../core/config/layers.js';
import { fileSource } from '../../../core/config/place.js';
import type { ConfigProblem } from '../../../core/config/problems.js';
import { chooseProfile, resolveProfile } from '../../../core/config/profiles.js';
import { ScanError } from '../../../core/errors.js';
import type { Severity } from '../../../core/model/severity.js';
import { TIERS, type TierName } from '../../../core/model/tier.js';
import { makePlan, type PlanInput } from '../../../core/plan/plan.js';
import { check, checksOf, input } from './made.js';

function resolved(id: string, of: AnyCheck, over: Partial<ResolvedCheck> = {}): ResolvedCheck {
  const plugin = { name: id.split('/')[0] ?? '', checks: {} };
  const { files, priority } = of.meta;
  const rest = { enabled: true, options: {}, optional: false, critical: false, retries: 0, exclude: [], named: false };
  return { id, check: of, plugin, priority, files, ...rest, ...over };
}

interface Filters {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** A profile of a configuration over these checks, and what is wrong with it. */
function profileOf(filters: Filters, checks: readonly ResolvedCheck[], tier: TierName) {
  const layer = (name: ConfigLayer['layer'], config: object): ConfigLayer => ({
    layer: name,
    source: fileSource(name),
    folder: '/',
    config,
  });
  const problems: ConfigProblem[] = [];
  const environment = { layer: layer('environment', {}), profile: undefined };
  const asked = { flags: layer('flag', {}), name: 'night', environment };
  const { chosen } = chooseProfile([layer('config', { profiles: { night: filters } })], asked, problems);
  if (chosen === undefined) throw new Error('the profile is not there');
  return { profile: resolveProfile(chosen, { checks, plugins: [], complete: true, tier }, problems), problems };
}

function plan(checks: readonly ResolvedCheck[], tier: TierName, over: Partial<PlanInput> = {}) {
  const made = makePlan(input(checks, { tier, entries: [], ...over }));
  return {
    planned: checksOf(made),
    left: new Map(made.notPlanned.map((entry) => [entry.checkId, entry])),
    profile: made.profile,
  };
}

const PLUGINS = ['a', 'b', 'ab'];
const CATEGORIES = ['x', 'y', 'xy'];
const TAGS = ['t', 'u', 'tu'];
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

interface Made {
  readonly plugin: string;
  readonly category: string;
  readonly tags: readonly string[];
  readonly severity: Severity;
  readonly configured: Severity | undefined;
  readonly tier: TierName;
  readonly enabled: boolean;
}

const anyCheck: fc.Arbitrary<Made> = fc.record({
  plugin: fc.constantFrom(...PLUGINS),
  category: fc.constantFrom(...CATEGORIES),
  tags: fc.subarray(TAGS),
  severity: fc.constantFrom(...SEVERITIES),
  configured: fc.option(fc.constantFrom(...SEVERITIES), { nil: undefined }),
  tier: fc.constantFrom(...TIERS),
  enabled: fc.boolean(),
});

/** What a filter means, said once more without the code under test. */
function means(filter: string, id: string, made: Made): boolean {
  const [field, value = ''] = filter.split(':');
  if (field === 'category') return made.category === value;
  if (field === 'tag') return made.tags.includes(value);
  if (field === 'severity') return (made.configured ?? made.severity) === value;
  return filter.includes('/') ? filter === id || filter === `${made.plugin}/*` : made.plugin === filter;
}

const anyFilter = fc.oneof(
  fc.constantFrom(...PLUGINS),
  fc.constantFrom(...PLUGINS.map((name) => `${name}/*`)),
  fc.constantFrom(...CATEGORIES.map((name) => `category:${name}`)),
  fc.constantFrom(...TAGS.map((name) => `tag:${name}`)),
  fc.constantFrom(...SEVERITIES.map((name) => `severity:${name}`)),
  fc.nat(11).map((number) => `a/c${number}`),
);

describe('a plan under a profile', () => {
  it('has exactly what the filters mean and the tier allows, and says of the rest which of both it was', () => {
    fc.assert(
      fc.property(
        fc.array(anyCheck, { minLength: 1, maxLength: 12 }),
        fc.array(anyFilter, { maxLength: 3 }),
        fc.array(anyFilter, { maxLength: 3 }),
        fc.constantFrom(...TIERS),
        (all, include, exclude, tier) => {
          const of = new Map(all.map((made, index) => [`${made.plugin}/c${index}`, made]));
          const checks = [...of].map(([id, { enabled, configured, ...meta }]) => {
            const { category, tags, severity, tier: own } = meta;
            const made = check({ category, tags, severity, tier: own });
            return resolved(id, made, { enabled, ...(configured === undefined ? {} : { severity: configured }) });
          });
          const filters = { ...(include.length === 0 ? {} : { include }), exclude };
          const { profile, problems } = profileOf(filters, checks, tier);
          const any = (list: readonly string[], id: string, made: Made) => list.some((each) => means(each, id, made));
          const has = (id: string, made: Made) =>
            (include.length === 0 || any(include, id, made)) && !any(exclude, id, made);
          const allowed = ({ enabled, tier: own }: Made) => enabled && TIERS.indexOf(own) <= TIERS.indexOf(tier);
          const expected = [...of].filter(([id, made]) => has(id, made) && allowed(made)).map(([id]) => id);
          const { planned, left } = plan(checks, tier, { profile });
          expect(planned).toEqual(expected.sort());
          // It never adds to what the tier has without it.
          expect(plan(checks, tier).planned).toEqual(expect.arrayContaining(planned));
          for (const [id, made] of of) {
            const code = !made.enabled ? 'off' : !has(id, made) ? 'profile' : allowed(made) ? undefined : 'tier';
            expect(left.get(id)?.code).toBe(code);
          }
          const unmatched = [...include, ...exclude].filter(
            (each) => ![...of].some(([id, made]) => means(each, id, made)),
          );
          if (unmatched.length > 0) expect(problems).toHaveLength(unmatched.length);
          else expect(problems).toHaveLength(expected.length === 0 ? 1 : 0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is named by the plan, and says why it has not a check', () => {
    const checks = ['p/in', 'p/out', 'p/other'].map((id) => resolved(id, check()));
    const { profile } = profileOf({ include: ['p/in', 'p/out'], exclude: ['p/out'] }, checks, 'quick');
    const made = plan(checks, 'quick', { profile });
    expect(made.profile).toBe('night');
    expect(made.planned).toEqual(['p/in']);
    expect(made.left.get('p/out')).toMatchObject({ code: 'profile', message: 'The profile night leaves it out.' });
    expect(made.left.get('p/other')).toMatchObject({ code: 'profile', message: 'The profile night does not name it.' });
    expect(plan(checks, 'quick').profile).toBeUndefined();
  });

  it('takes in what its checks need, and refuses to leave that out', () => {
    const base = check({ tier: 'deep' });
    const middle = check({}, { base });
    const checks = [
      resolved('p/base', base),
      resolved('p/middle', middle),
      resolved('p/top', check({}, { middle })),
      resolved('p/other', check()),
    ];
    const named = profileOf({ include: ['p/top'] }, checks, 'quick');
    expect(plan(checks, 'quick', named).planned).toEqual(['p/base', 'p/middle', 'p/top']);
    const without = profileOf({ include: ['p/top'], exclude: ['p/base'] }, checks, 'quick');
    let thrown: unknown;
    try {
      plan(checks, 'quick', without);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ScanError);
    expect(thrown).toMatchObject({
      code: 'SR_NEED_MISSING',
      exitCode: 2,
      problems: [
        {
          where: 'p/middle needs p/base',
          what: 'which the profile night leaves out',
          next: 'turn p/middle off as well',
        },
      ],
    });
  });

  it('stands beside --check and --skip: each takes away', () => {
    const checks = ['p/a', 'p/b', 'p/c', 'q/d'].map((id) => resolved(id, check()));
    const { profile } = profileOf({ include: ['p'] }, checks, 'quick');
    const made = plan(checks, 'quick', { profile, select: { check: ['p/a', 'p/b', 'q'], skip: ['p/a'] } });
    expect(made.planned).toEqual(['p/b']);
    expect([...made.left].map(([id, { code }]) => [id, code])).toEqual([
      ['p/a', 'filtered'],
      ['p/c', 'filtered'],
      ['q/d', 'profile'],
    ]);
  });
});

// Checks of packages in the plan: a task for each package that a check applies to, and needs in all three directions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AnyCheck, CheckMeta } from '../../../core/check/define.js';
import type { TargetPackage } from '../../../core/model/package.js';
import { makePlan, type PlanInput, type PlannableCheck, plansPackages } from '../../../core/plan/plan.js';
import { check, entry, input as inputOf, planned } from './made.js';

const ofPackage = (meta: Partial<CheckMeta> = {}, needs: Record<string, AnyCheck> = {}) =>
  check({ scope: 'package', ...meta }, needs);

const one = (folder: string, inner: readonly string[] = []): TargetPackage => ({
  name: folder === '' ? 'root' : `@s/${folder.slice(folder.lastIndexOf('/') + 1)}`,
  folder,
  manifest: folder === '' ? 'package.json' : `${folder}/package.json`,
  inner,
});
const PACKAGES = [one('', ['p/a', 'p/b']), one('p/a'), one('p/b')];
const input = (checks: readonly PlannableCheck[], over: Partial<PlanInput> = {}): PlanInput =>
  inputOf(checks, {
    entries: ['package.json', 'p/a/package.json', 'p/a/tsconfig.json', 'p/b/package.json'].map(entry),
    packages: PACKAGES,
    ...over,
  });
const after = (made: ReturnType<typeof makePlan>) =>
  Object.fromEntries(made.tasks.map((task) => [task.id, task.after]));

describe('a check of packages', () => {
  it('has a task for each package, which knows it', () => {
    const expectedMs = (_: string, name?: string) => (name === undefined ? 300 : name === '@s/a' ? 200 : undefined);
    const made = makePlan(input([planned('x/own', ofPackage()), planned('x/all', check())], { expectedMs }));
    expect(made.tasks.map(({ id }) => id)).toEqual(['x/all', 'x/own@p/a', 'x/own@.', 'x/own@p/b']);
    expect(made.tasks.map((task) => task.package?.name)).toEqual([undefined, '@s/a', 'root', '@s/b']);
    // Each takes what it took; of the rest of the whole each other an equal share.
    expect(made.tasks.map(({ expectedMs }) => expectedMs)).toEqual([300, 200, 50, 50]);
    expect(made.notPlanned).toEqual([]);
  });

  it('has one task, as any other, in a target that is one package', () => {
    const only = { packages: [one('')], entries: [entry('package.json')] };
    const made = makePlan(input([planned('x/own', ofPackage())], only));
    expect(made.tasks).toMatchObject([{ id: 'x/own', package: { name: 'root', folder: '' } }]);
  });

  it('is not planned where there is no package, or none that it applies to', () => {
    const wants = planned('x/own', ofPackage({ when: { files: ['deno.json'] } }));
    const why = (over: Partial<PlanInput>) => makePlan(input([wants], over)).notPlanned;
    const reason = (message: string) => [{ checkId: 'x/own', code: 'not-applicable', message }];
    expect(why({ packages: [] })).toEqual(reason('There is no package.json here.'));
    expect(why({ packages: [one('')] })).toEqual(reason('There is no deno.json here.'));
    expect(why({})).toEqual(reason('In each of 3 packages there is no deno.json.'));
  });

  it('is left out for packages without the files that it wants, and those that are excluded, with the reasons', () => {
    const wants = planned('x/ts', ofPackage({ when: { files: ['tsconfig.json'] } }));
    const some = planned('x/some', ofPackage(), { exclude: ['p/b/**'] });
    const made = makePlan(input([some, wants]));
    expect(made.tasks.map(({ id }) => id)).toEqual(['x/some@.', 'x/some@p/a', 'x/ts@p/a']);
    expect(made.notPlanned).toEqual([
      {
        checkId: 'x/some',
        code: 'off',
        message: 'In @s/b (of 3 packages) the configuration excludes it.',
        packages: ['@s/b'],
      },
      {
        checkId: 'x/ts',
        code: 'not-applicable',
        message: 'In root, @s/b (of 3 packages) there is no tsconfig.json.',
        packages: ['@s/b', 'root'],
      },
    ]);
  });

  it('needs the same package of its kind, everything of a check of the target, and is needed by one whole', () => {
    const shared = check();
    const first = ofPackage({ when: { files: ['tsconfig.json'] } });
    const second = ofPackage({}, { first, shared });
    const sum = check({}, { second });
    const made = makePlan(
      input([
        planned('x/first', first),
        planned('x/second', second),
        planned('x/shared', shared),
        planned('x/sum', sum),
      ]),
    );
    expect(after(made)).toEqual({
      'x/shared': [],
      'x/first@p/a': [],
      'x/second@p/a': ['x/first@p/a', 'x/shared'],
      'x/sum': ['x/second@p/a'],
    });
    expect(made.notPlanned.map(({ checkId, message }) => [checkId, message])).toEqual([
      ['x/first', 'In root, @s/b (of 3 packages) there is no tsconfig.json.'],
      ['x/second', 'In root, @s/b (of 3 packages) x/first, which it needs, does not apply.'],
    ]);
  });

  it('that applies nowhere takes along what needs it', () => {
    const first = ofPackage({ when: { files: ['deno.json'] } });
    const second = ofPackage({}, { first });
    const sum = check({}, { second });
    const made = makePlan(input([planned('x/first', first), planned('x/second', second), planned('x/sum', sum)]));
    expect(made.tasks).toEqual([]);
    expect(made.notPlanned.map(({ code, packages }) => [code, packages])).toEqual(
      Array.from({ length: 3 }, () => ['not-applicable', undefined]),
    );
  });

  it('is left out for some packages where the time is short, and says of which', () => {
    const slow = planned('x/slow', ofPackage());
    const within = { askedMs: 2_500, leftMs: 2_500, concurrency: 1, cores: 1 };
    const made = makePlan(input([slow], { expectedMs: (_, name) => (name === undefined ? 3_000 : undefined), within }));
    expect(made.tasks).toHaveLength(2);
    const [left] = made.notPlanned;
    expect(left).toMatchObject({ checkId: 'x/slow', code: 'within', packages: [expect.any(String)] });
    const none = makePlan(
      input([slow], { expectedMs: (_, name) => (name === undefined ? 30_000 : undefined), within }),
    );
    expect(none.tasks).toEqual([]);
    expect(none.notPlanned).toMatchObject([{ checkId: 'x/slow', code: 'within' }]);
    expect(none.notPlanned[0]?.packages).toBeUndefined();
  });

  it('is the only reason to look for packages, and only where it is selected', () => {
    const { packages: _, ...rest } = input([planned('x/all', check())]);
    expect(plansPackages(rest)).toBe(false);
    const own = planned('x/own', ofPackage({ tier: 'deep' }));
    expect(plansPackages({ ...rest, checks: [own] })).toBe(false);
    expect(plansPackages({ ...rest, checks: [own], tier: 'deep' })).toBe(true);
    expect(plansPackages({ ...rest, checks: [own], tier: 'deep', select: { check: [], skip: ['x/own'] } })).toBe(false);
  });

  it('is for any checks, needs and packages planned so that what is needed of a package comes first, and nothing is lost', () => {
    const rows = fc.array(
      fc.record({
        scope: fc.constantFrom('package' as const, 'target' as const),
        needs: fc.array(fc.nat(20), { maxLength: 3 }),
        wants: fc.constantFrom(undefined, 'tsconfig.json'),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(rows, fc.array(fc.boolean(), { maxLength: 5 }), (table, typed) => {
        const packages = [
          one(
            '',
            typed.map((_, index) => `p/${index}`),
          ),
          ...typed.map((_, index) => one(`p/${index}`)),
        ];
        const entries = packages.flatMap(({ folder, manifest }, index) =>
          index > 0 && typed[index - 1] ? [entry(manifest), entry(`${folder}/tsconfig.json`)] : [entry(manifest)],
        );
        const checks: AnyCheck[] = [];
        const needsOf = table.map(({ needs }, index) => (index === 0 ? [] : [...new Set(needs.map((n) => n % index))]));
        for (const [index, { scope, wants }] of table.entries())
          checks.push(
            check(
              {
                scope,
                ...(wants === undefined ? {} : { when: { files: [scope === 'package' ? wants : `**/${wants}`] } }),
              },
              Object.fromEntries((needsOf[index] ?? []).map((n) => [`n${n}`, checks[n] as AnyCheck])),
            ),
          );
        const made = makePlan(
          input(
            checks.map((each, index) => planned(`x/${index}`, each)),
            { packages, entries },
          ),
        );
        const places = new Map(made.tasks.map(({ id }, index) => [id, index]));
        expect(places.size).toBe(made.tasks.length);
        for (const [index, { scope }] of table.entries()) {
          const own = made.tasks.filter(({ checks: [first] }) => first?.id === `x/${index}`);
          const left = made.notPlanned.filter(({ checkId }) => checkId === `x/${index}`);
          const away = left.flatMap((item) => item.packages ?? []).length;
          // Each package is planned or told.
          if (own.length === 0) expect(left).toMatchObject([{ code: 'not-applicable' }]);
          else expect(own.length + away).toBe(scope === 'package' ? packages.length : 1);
          for (const task of own) {
            for (const need of needsOf[index] ?? []) {
              const needed = made.tasks.filter(({ checks: [first] }) => first?.id === `x/${need}`);
              const both = scope === 'package' && table[need]?.scope === 'package';
              const before = both ? needed.filter((other) => other.package === task.package) : needed;
              if (both) expect(before).toHaveLength(1);
              expect(before.length).toBeGreaterThan(0);
              for (const { id } of before) {
                expect(task.after).toContain(id);
                expect(places.get(id) as number).toBeLessThan(places.get(task.id) as number);
              }
            }
            for (const need of task.after) expect(places.has(need)).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { type AnyCheck, defineCheck } from '../../../core/check/define.js';
import { compileFilters, type Filterable } from '../../../core/check/filter.js';
import { ScanError } from '../../../core/errors.js';
import type { TierName } from '../../../core/model/tier.js';
import { makePlan } from '../../../core/plan/plan.js';
import { check, entry, input, planned } from './made.js';

const ids = (made: ReturnType<typeof makePlan>) => made.tasks.map(({ id }) => id);
const left = (made: ReturnType<typeof makePlan>) =>
  Object.fromEntries(made.notPlanned.map(({ checkId, code, message }) => [checkId, `${code}: ${message}`]));
function failure(work: () => unknown): ScanError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScanError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('a plan', () => {
  it('has the checks of its tier and of the smaller ones', () => {
    const checks = (['quick', 'standard', 'deep'] as const).map((tier) => planned(`p/${tier}`, check({ tier })));
    const of = (tier: TierName) => ids(makePlan(input(checks, { tier })));
    expect(of('quick')).toEqual(['p/quick']);
    expect(of('standard')).toEqual(['p/quick', 'p/standard']);
    expect(of('deep')).toEqual(['p/deep', 'p/quick', 'p/standard']);
    expect(left(makePlan(input(checks, { tier: 'quick' })))).toEqual({
      'p/standard': 'tier: It belongs to the tier standard; this is quick.',
      'p/deep': 'tier: It belongs to the tier deep; this is quick.',
    });
  });

  it('says of every check that is not in it why, the first reason that holds', () => {
    const checks = [
      planned('p/deep', check({ tier: 'deep' })),
      planned('p/off', check({ tier: 'deep' }), { enabled: false }),
      planned('p/on'),
      planned('p/skipped'),
      planned('q/other'),
      planned('p/elsewhere', check({ when: { files: ['*.lock', '**/package.json'], git: true } })),
    ];
    const made = makePlan(input(checks, { select: { check: ['p'], skip: ['p/skipped'] } }));
    expect(ids(made)).toEqual(['p/on']);
    expect(left(made)).toEqual({
      'p/deep': 'tier: It belongs to the tier deep; this is standard.',
      'p/off': 'off: The configuration turns it off.',
      'p/skipped': 'filtered: --skip leaves it out.',
      'q/other': 'filtered: --check does not name it.',
      'p/elsewhere': 'not-applicable: There is no git work tree and no *.lock here.',
    });
    expect(made.notPlanned.map(({ checkId }) => checkId)).toEqual(Object.keys(left(made)).sort());
  });

  it('is plain JSON with everything that a task needs', () => {
    const of = check({ lane: 'io', files: ['*.ts'] });
    const item = planned('p/a', of, {
      options: { max: 3 },
      severity: 'note',
      timeoutMs: 9_000,
      priority: 5,
      critical: true,
      exclude: ['x/**'],
    });
    const made = makePlan(input([item], { exclude: ['docs/**'] }));
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
    expect(made.tasks).toEqual([
      {
        id: 'p/a',
        checks: [
          {
            id: 'p/a',
            module: of.module,
            options: { max: 3 },
            severity: 'note',
            files: ['*.ts'],
            exclude: ['docs/**', 'x/**'],
            needs: {},
          },
        ],
        target: { kind: 'directory', name: 'n', root: '/n' },
        lane: 'io',
        priority: 5,
        after: [],
        attempt: 1,
        timeoutMs: 9_000,
        critical: true,
      },
    ]);
  });

  it('plans a check only where all of its files and its git are', () => {
    const files = planned('p/files', check({ when: { files: ['package.json', '*.lock'] } }));
    const git = planned('p/git', check({ when: { git: true } }));
    const at = (paths: string[], kind: 'git' | 'directory') =>
      ids(makePlan(input([files, git], { entries: paths.map(entry), target: { kind, name: 'n', root: '/n' } })));
    expect(at(['package.json', 'a.lock'], 'git')).toEqual(['p/files', 'p/git']);
    expect(at(['package.json'], 'git')).toEqual(['p/git']);
    expect(at(['sub/package.json', 'a.lock'], 'directory')).toEqual([]);
  });
});

describe('needs', () => {
  const source = check({ tier: 'deep' });
  const user = check({}, { source });
  const further = check({}, { middle: user });

  it('are pulled in though filter and tier leave them out', () => {
    const made = makePlan(
      input([planned('p/further', further), planned('p/source', source), planned('p/user', user), planned('q/x')], {
        tier: 'quick',
        select: { check: ['p/further'], skip: [] },
      }),
    );
    expect(made.tasks.map(({ id, after }) => [id, after])).toEqual([
      ['p/source', []],
      ['p/user', ['p/source']],
      ['p/further', ['p/user']],
    ]);
    expect(made.tasks[1]?.checks[0]?.needs).toEqual({ source: 'p/source' });
    expect(left(made)).toEqual({ 'q/x': 'filtered: --check does not name it.' });
  });

  it('that are off, skipped or not there are a mistake that is told before anything runs', () => {
    const off = failure(() =>
      makePlan(input([planned('p/source', source, { enabled: false }), planned('p/user', user)])),
    );
    expect(off).toMatchObject({
      code: 'SR_NEED_MISSING',
      message: 'p/user needs p/source, which the configuration turns off; turn p/user off as well.',
    });
    const skipped = failure(() =>
      makePlan(
        input([planned('p/source', source), planned('p/user', user)], { select: { check: [], skip: ['p/source'] } }),
      ),
    );
    expect(skipped.message).toContain('p/user needs p/source, which --skip leaves out');
    const missing = failure(() => makePlan(input([planned('p/user', user), planned('p/further', further)])));
    expect(missing).toMatchObject({ code: 'SR_NEED_MISSING', problems: [{ where: "p/user needs 'source'" }] });
  });

  it('that only the default set leaves out come in where they are asked for or needed', () => {
    const spare = planned('p/source', source, { enabled: false, offBy: 'default' });
    const text = 'off: The default set leaves it out; --check or a configuration brings it in.';
    expect(left(makePlan(input([spare])))).toEqual({ 'p/source': text });
    expect(ids(makePlan(input([spare, planned('p/user', user)])))).toEqual(['p/source', 'p/user']);
    const quick = planned('p/source', check(), { enabled: false, offBy: 'default' });
    const asked = (id: string) => makePlan(input([quick, planned('q/x')], { select: { check: [id], skip: [] } }));
    expect(ids(asked('p/source'))).toEqual(['p/source']);
    expect(left(asked('q'))).toEqual({ 'p/source': text });
    const preset = planned('p/source', source, { enabled: false, offBy: 'preset' });
    const off = makePlan(input([preset], { select: { check: ['p/source'], skip: [] } }));
    expect(left(off)).toEqual({ 'p/source': 'off: A preset turns it off.' });
  });

  it('of ours that are missing name the plugin to add, once, and not where the dependant is off', () => {
    const module = new URL('../../../plugins/npm/checks/lockfile.ts', import.meta.url).href;
    const meta = {
      title: 't',
      description: 'd',
      category: 'c',
      tier: 'quick',
      severity: 'error',
      messages: {},
    } as const;
    const lockfile = defineCheck(module, { meta, run() {} });
    const bill = check({}, { lockfile });
    const missing = failure(() => makePlan(input([planned('sbom/cyclonedx', bill)])));
    expect(missing.message).toBe(
      "sbom/cyclonedx needs 'lockfile': npm/lockfile is not there, as the plugin 'npm' is not listed; add 'npm' to plugins, or `--plugin npm`.",
    );
    expect(missing.problems).toEqual([
      {
        where: "sbom/cyclonedx needs 'lockfile'",
        what: "npm/lockfile is not there, as the plugin 'npm' is not listed",
        next: "add 'npm' to plugins, or `--plugin npm`",
      },
    ]);
    expect(ids(makePlan(input([planned('sbom/cyclonedx', bill, { enabled: false }), planned('p/x')])))).toEqual([
      'p/x',
    ]);
  });

  it('of a check that is itself off do not matter', () => {
    const checks = [planned('p/source', source, { enabled: false }), planned('p/user', user, { enabled: false })];
    expect(left(makePlan(input(checks)))).toEqual({
      'p/source': 'off: The configuration turns it off.',
      'p/user': 'off: The configuration turns it off.',
    });
  });

  it('that do not apply take their users with them, all the way', () => {
    const base = check({ when: { files: ['nowhere'] } });
    const middle = check({}, { base });
    const top = check({}, { middle });
    const made = makePlan(
      input([planned('p/a-top', top), planned('p/m-middle', middle), planned('p/x'), planned('p/z-base', base)]),
    );
    expect(ids(made)).toEqual(['p/x']);
    expect(left(made)).toEqual({
      'p/z-base': 'not-applicable: There is no nowhere here.',
      'p/m-middle': 'not-applicable: It needs p/z-base, which does not apply here.',
      'p/a-top': 'not-applicable: It needs p/m-middle, which does not apply here.',
    });
  });

  it('in a circle are a mistake that names the circle', () => {
    const a = check();
    const b = check({}, { a });
    // A circle of modules: the first only learns of the second later.
    const circular = { ...a, needs: { b } } as unknown as AnyCheck;
    const thrown = failure(() => makePlan(input([planned('p/a', circular), planned('p/b', b)])));
    expect(thrown).toMatchObject({ code: 'SR_NEED_CYCLE', message: expect.stringContaining('p/a -> p/b -> p/a') });
  });

  it('name the very instance; its module alone is enough only while there is one', () => {
    const base = check();
    const one = (base as unknown as { with(x: object): AnyCheck }).with({ title: 'one' });
    const two = (base as unknown as { with(x: object): AnyCheck }).with({ title: 'two' });
    const needsTwo = makePlan(
      input([planned('p/one', one), planned('p/two', two), planned('p/user', check({}, { two }))]),
    );
    expect(needsTwo.tasks.at(-1)?.after).toEqual(['p/two']);
    const needsBase = makePlan(input([planned('p/one', one), planned('p/user', check({}, { base }))]));
    expect(needsBase.tasks.at(-1)?.after).toEqual(['p/one']);
    const unclear = failure(() =>
      makePlan(input([planned('p/one', one), planned('p/two', two), planned('p/user', check({}, { base }))])),
    );
    expect(unclear.message).toContain('several checks come from');
    expect(unclear.message).toContain('p/one, p/two');
  });
});

describe('filters', () => {
  const items: Filterable[] = [
    { id: 'repo/max-file-size', check: check({ category: 'repository', tags: ['git', 'size'] }) },
    { id: 'repo/links', check: check({ category: 'documentation', severity: 'warning' }), severity: 'note' },
    { id: 'secrets/credentials', check: check({ category: 'security', tags: ['secret'] }) },
    { id: 'repository/x', check: check({ category: 'repository' }) },
  ];
  const match = (...filters: string[]) => items.filter(compileFilters(filters, '--check', items)).map(({ id }) => id);

  it('are an id, a glob, a plugin, a category, a tag or a severity; several mean any', () => {
    expect(match('repo/links')).toEqual(['repo/links']);
    expect(match('repo')).toEqual(['repo/max-file-size', 'repo/links']);
    expect(match('secrets/*')).toEqual(['secrets/credentials']);
    expect(match('*/{links,x}')).toEqual(['repo/links', 'repository/x']);
    expect(match('category:repository')).toEqual(['repo/max-file-size', 'repository/x']);
    expect(match('category:*tion')).toEqual(['repo/links']);
    expect(match('tag:s*')).toEqual(['repo/max-file-size', 'secrets/credentials']);
    // The configured severity counts, not the check's own.
    expect(match('severity:note')).toEqual(['repo/links']);
    expect(match('repo/links', 'tag:secret')).toEqual(['repo/links', 'secrets/credentials']);
  });

  it('that match nothing name the nearest, all of them at once', () => {
    const thrown = failure(() =>
      compileFilters(['repo/lniks', 'secert', 'category:securty', 'tag:gti'], '--skip', items),
    );
    expect(thrown.code).toBe('SR_FILTER_NO_MATCH');
    expect(thrown.problems).toEqual([
      { where: '--skip repo/lniks', what: 'matches no check', next: "did you mean 'repo/links'?" },
      { where: '--skip secert', what: 'matches no check', next: "did you mean 'secrets'?" },
      { where: '--skip category:securty', what: 'matches no check', next: "did you mean 'security'?" },
      { where: '--skip tag:gti', what: 'matches no check', next: "did you mean 'git'?" },
    ]);
    expect(failure(() => compileFilters(['severity:warning'], '--check', items))).toMatchObject({
      code: 'SR_FILTER_NO_MATCH',
    });
  });

  it('that are not well formed are refused with what is allowed', () => {
    const what = (filter: string) => failure(() => compileFilters([filter], '--check', items));
    expect(what('categry:x')).toMatchObject({
      code: 'SR_FILTER_INVALID',
      message: expect.stringContaining("did you mean 'category'"),
    });
    expect(what('severity:eror').message).toContain("did you mean 'error'");
    expect(what('tag:').message).toContain('says nothing after the colon');
    expect(what('  ')).toMatchObject({ code: 'SR_FILTER_INVALID' });
  });
});

import { describe, expect, it } from 'vitest';
import type { AnyCheck, CheckMeta } from '../../../core/check/define.js';
import type { Unlisted } from '../../../core/model/target.js';
import { makePlan, type PlanInput, type PlannableCheck } from '../../../core/plan/plan.js';
import { check as checkOf, checksOf, entry, input, planned } from './made.js';

const check = (kind: 'file' | 'project', meta?: Partial<CheckMeta>, needs?: Record<string, AnyCheck>) =>
  checkOf(meta, needs, kind);

/** The checks that are planned when these paths changed, and why the others are not. */
function plan(
  checks: readonly PlannableCheck[],
  changed: readonly string[] | undefined,
  over: Partial<PlanInput> & { readonly unlisted?: readonly Unlisted[] } = {},
): { readonly runs: string[]; readonly left: Record<string, string> } {
  const { unlisted = [], ...rest } = over;
  const made = makePlan(
    input(checks, {
      target: { kind: 'git', name: 'n', root: '/n' },
      entries: ['a.ts', 'b.md', 'docs/c.md', 'package.json'].map(entry),
      ...(changed === undefined ? {} : { changes: { paths: new Set(changed), unlisted } }),
      ...rest,
    }),
  );
  return {
    runs: checksOf(made),
    left: Object.fromEntries(made.notPlanned.map(({ checkId, code }) => [checkId, code])),
  };
}

const UNTOUCHED = 'unchanged';

describe('a scan of what changed', () => {
  const visits = planned('p/visits', check('file'));
  const markdown = planned('p/markdown', check('file', { files: ['**/*.md'] }));
  const project = planned('p/project', check('project'));
  const manifest = planned('p/manifest', check('project', { files: ['package.json', 'lib/**'] }));
  const all = [visits, markdown, project, manifest];

  it('plans the checks that something which changed is for', () => {
    expect(plan(all, undefined).runs).toEqual(['p/manifest', 'p/markdown', 'p/project', 'p/visits']);
    expect(plan(all, ['a.ts'])).toEqual({
      runs: ['p/project', 'p/visits'],
      left: { 'p/manifest': UNTOUCHED, 'p/markdown': UNTOUCHED },
    });
    expect(plan(all, ['docs/c.md', 'package.json']).runs).toEqual([
      'p/manifest',
      'p/markdown',
      'p/project',
      'p/visits',
    ]);
    expect(plan(all, []).runs).toEqual([]);
  });

  it('plans for a file that is gone what looks at the project, and nothing that would visit it', () => {
    expect(plan(all, ['lib/gone.js'])).toEqual({
      runs: ['p/manifest', 'p/project'],
      left: { 'p/visits': UNTOUCHED, 'p/markdown': UNTOUCHED },
    });
  });

  it('goes by what the configuration lets a check see', () => {
    const narrow = planned('p/narrow', check('file'), { files: ['src/**'] });
    const blind = planned('p/blind', check('project'), { exclude: ['**/*.ts'] });
    expect(plan([narrow, blind, visits], ['a.ts']).runs).toEqual(['p/visits']);
    expect(plan([visits, project], ['a.ts'], { exclude: ['*.ts'] }).runs).toEqual([]);
  });

  it('plans with a check what it needs, and what needs it', () => {
    const base = check('project', { files: ['package.json'] });
    const middle = check('project', { files: ['none'] }, { base });
    const top = check('file', { files: ['**/*.md'] }, { middle });
    const other = check('project', { files: ['none'] });
    const checks = [
      planned('p/base', base),
      planned('p/middle', middle),
      planned('p/other', other),
      planned('p/top', top),
    ];
    // What the base found may be another answer for all above it.
    expect(plan(checks, ['package.json']).runs).toEqual(['p/base', 'p/middle', 'p/top']);
    // The top cannot be answered without the data of those below it.
    expect(plan(checks, ['b.md']).runs).toEqual(['p/base', 'p/middle', 'p/top']);
    expect(plan(checks, ['a.ts']).left).toEqual({
      'p/base': UNTOUCHED,
      'p/middle': UNTOUCHED,
      'p/other': UNTOUCHED,
      'p/top': UNTOUCHED,
    });
  });

  it('leaves other reasons as they are', () => {
    const off = planned('p/off', check('file'), { enabled: false });
    const deep = planned('p/deep', check('project', { tier: 'deep' }));
    const git = planned('p/when', check('project', { when: { files: ['*.rs'] } }));
    expect(plan([off, deep, git, visits], []).left).toEqual({
      'p/off': 'off',
      'p/deep': 'tier',
      'p/when': 'not-applicable',
      'p/visits': UNTOUCHED,
    });
  });

  it('takes what could not be listed, and may have changed, for changed', () => {
    const unlisted: Unlisted[] = [{ path: 'closed/', kind: 'folder', cause: 'EACCES' }];
    expect(plan(all, [], { unlisted }).runs).toEqual(['p/markdown', 'p/project', 'p/visits']);
  });
});

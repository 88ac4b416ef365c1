import { type AnyCheck, isFileCheck } from '../check/define.js';
import { compileFilters } from '../check/filter.js';
import { compileGlobs, shownGlob } from '../check/glob.js';
import { type Problem, ScanError } from '../errors.js';
import { parseDuration } from '../model/duration.js';
import { compareText } from '../model/finding.js';
import type { JsonObject } from '../model/json.js';
import { packageTaskId, type TargetPackage } from '../model/package.js';
import type { Severity } from '../model/severity.js';
import type { FileEntry, Target, Unlisted } from '../model/target.js';
import type { NotPlanned, Plan, Task } from '../model/task.js';
import { type TierName, tierIncludes } from '../model/tier.js';
import { type NeedsById, resolveNeeds } from './needs.js';
import { orderTasks } from './order.js';
import { type PlannedPackages, splitByPackage } from './packages.js';
import { makePasses, partCount } from './passes.js';
import { leaveOutUnchanged } from './unchanged.js';
import { fitWithin, type Within } from './within.js';

/** A check with all that the configuration says of it. */
export interface PlannableCheck {
  readonly id: string;
  readonly check: AnyCheck;
  readonly enabled: boolean;
  /** What turned it off; `default` is the set that runs without configuration. */
  readonly offBy?: string;
  readonly severity?: Severity;
  readonly options: JsonObject;
  readonly timeoutMs?: number;
  readonly priority: number;
  readonly critical: boolean;
  readonly retries?: number;
  readonly resource?: string;
  readonly files: readonly string[];
  readonly exclude: readonly string[];
}

/** Why a profile has not a check: its `exclude` names it, or its `include` does not. */
export type LeftOut = 'excluded' | 'not-included';

/** What a plan is made of. */
export interface PlanInput {
  readonly tier: TierName;
  /** The time of a check that sets none. */
  readonly timeoutMs: number;
  /** All checks, in order of id. */
  readonly checks: readonly PlannableCheck[];
  /** Filters: what runs, and what of that does not. */
  readonly select: { readonly check: readonly string[]; readonly skip: readonly string[] };
  /** What a profile leaves out by its own filters, by check id; absent without one. */
  readonly profile?:
    | { readonly name: string; readonly include?: readonly string[]; readonly leftOut: ReadonlyMap<string, LeftOut> }
    | undefined;
  /** Globs of files that no check may see. */
  readonly exclude: readonly string[];
  readonly target: Target;
  readonly entries: readonly FileEntry[];
  /** The packages of the target, the root first; needed only where `plansPackages` says so. */
  readonly packages?: readonly TargetPackage[];
  /** The files that changed, to which the scan is restricted, and what may have changed and could not be listed; absent for a scan of all files. */
  readonly changes?: { readonly paths: ReadonlySet<string>; readonly unlisted: readonly Unlisted[] } | undefined;
  /** Threads that may visit files at the same time. */
  readonly threads: number;
  /** How many milliseconds a check took before, on all packages together or on one; undefined where that is not known. */
  readonly expectedMs: (checkId: string, packageName?: string) => number | undefined;
  /** The time that the tasks must fit into, and the places they have; absent plans all of them. */
  readonly within?: Within | undefined;
}

/**
 * Decides what runs, in which order, and what does not and why.
 * @throws ScanError for filters that match nothing, needs that are missing or off, and circles of needs.
 */
export function makePlan(input: PlanInput): Plan {
  const needs = resolveNeeds(input.checks);
  const reasons = select(input, needs);
  leaveOutElsewhere(input, reasons);
  const packages = splitByPackage(input, needs, reasons);
  leaveOutDependants(input, needs, reasons);
  leaveOutUnchanged(input, needs, reasons);
  const checks = new Map(input.checks.map((item) => [item.id, item.check]));
  const left = packages.left();
  const makeTasks = taskMaker(input, needs, packages);
  const planned = input.checks.filter(({ id }) => !reasons.has(id)).flatMap(makeTasks);
  const checkOf = ({ checks: [first] }: Task): AnyCheck | undefined => checks.get(first?.id ?? '');
  const isFile = (task: Task): boolean => {
    const check = checkOf(task);
    return check !== undefined && isFileCheck(check);
  };
  const order = (some: readonly Task[]): Task[] => orderTasks(some, (task) => checkOf(task)?.meta.changesTree === true);
  const { within } = input;
  const { kept, left: dropped } =
    within === undefined
      ? { kept: planned, left: [] }
      : fitWithin(order(planned), within, (id) => checks.get(id)?.meta.tier ?? 'deep');
  const { changes } = input;
  const visited = changes === undefined ? input.entries : input.entries.filter(({ path }) => changes.paths.has(path));
  const tasks = order(makePasses(kept, isFile, partCount(visited, input.threads)));
  return {
    schemaVersion: 1,
    tasks,
    ...(input.profile === undefined ? {} : { profile: input.profile.name }),
    notPlanned: [...reasons.values(), ...left, ...dropped].sort((a, b) => compareText(a.checkId, b.checkId)),
  };
}

/** True where a check of packages is selected, so that the packages of the target must be known. Throws as `makePlan`. */
export function plansPackages(input: Omit<PlanInput, 'packages'>): boolean {
  const some = input.checks.filter(({ check }) => check.meta.scope === 'package');
  if (some.length === 0) return false;
  const reasons = select(input, resolveNeeds(input.checks));
  return some.some(({ id }) => !reasons.has(id));
}

/** Why each check that is not selected is not. A check that a selected one needs is selected with it. */
function select(input: PlanInput, needs: NeedsById): Map<string, NotPlanned> {
  const reasons = new Map<string, NotPlanned>();
  const wanted =
    input.select.check.length === 0 ? () => true : compileFilters(input.select.check, '--check', input.checks);
  const skipped =
    input.select.skip.length === 0 ? () => false : compileFilters(input.select.skip, '--skip', input.checks);
  const leftOut = input.profile?.leftOut;
  const profileNames = input.profile?.include !== undefined;
  for (const item of input.checks) {
    const { id, check } = item;
    const { tier } = check.meta;
    const named = (input.select.check.length > 0 && wanted(item)) || (profileNames && !leftOut?.has(id));
    if (!item.enabled && !(isSpare(item) && named))
      reasons.set(id, { checkId: id, code: 'off', message: offText(item) });
    else if (skipped(item)) reasons.set(id, { checkId: id, code: 'filtered', message: '--skip leaves it out.' });
    else if (!wanted(item)) reasons.set(id, { checkId: id, code: 'filtered', message: '--check does not name it.' });
    else if (leftOut?.has(id)) reasons.set(id, { checkId: id, code: 'profile', message: profileReason(input, id) });
    else if (!tierIncludes(input.tier, tier))
      reasons.set(id, { checkId: id, code: 'tier', message: `It belongs to the tier ${tier}; this is ${input.tier}.` });
  }
  includeNeeds(input, needs, reasons, skipped);
  return reasons;
}

function profileReason({ profile }: PlanInput, id: string): string {
  return profile?.leftOut.get(id) === 'excluded'
    ? `The profile ${profile.name} leaves it out.`
    : `The profile ${profile?.name} does not name it.`;
}

/** True for a check that only the default set leaves out: who asks for it by `--check` or the `include` of a profile, or needs it, gets it. */
function isSpare({ offBy }: PlannableCheck): boolean {
  return offBy === 'default';
}

function offText(item: PlannableCheck): string {
  if (isSpare(item)) return 'The default set leaves it out; --check or a configuration brings it in.';
  return item.offBy === 'preset' ? 'A preset turns it off.' : 'The configuration turns it off.';
}

function includeNeeds(
  input: PlanInput,
  needs: NeedsById,
  reasons: Map<string, NotPlanned>,
  skipped: (item: PlannableCheck) => boolean,
): void {
  const byId = new Map(input.checks.map((item) => [item.id, item]));
  const problems: Problem[] = [];
  const queue = input.checks.filter(({ id }) => !reasons.has(id)).map(({ id }) => id);
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    for (const need of Object.values(needs.get(id) ?? {})) {
      if (!reasons.has(need)) continue;
      const item = byId.get(need);
      const excluded = input.profile?.leftOut.get(need) === 'excluded';
      if (item === undefined || !(item.enabled || isSpare(item)) || skipped(item) || excluded) {
        const what = !(item?.enabled || (item && isSpare(item)))
          ? 'which the configuration turns off'
          : skipped(item)
            ? 'which --skip leaves out'
            : `which the profile ${input.profile?.name} leaves out`;
        problems.push({ where: `${id} needs ${need}`, what, next: `turn ${id} off as well` });
        continue;
      }
      reasons.delete(need);
      queue.push(need);
    }
  }
  if (problems.length > 0) {
    throw new ScanError(
      'SR_NEED_MISSING',
      `${problems.map(({ where, what, next }) => `${where}, ${what}; ${next}`).join('. ')}.`,
      { problems },
    );
  }
}

/** Leaves out the checks that do not apply to the target; of those of packages `splitByPackage` knows which files they want. */
function leaveOutElsewhere(input: PlanInput, reasons: Map<string, NotPlanned>): void {
  for (const { id, check } of input.checks) {
    const { scope, when } = check.meta;
    const globs = scope === 'package' ? [] : (when?.files ?? []);
    const missing = globs.filter((glob) => !input.entries.some(matcher(glob)));
    if (when?.git && input.target.kind !== 'git') missing.unshift('git work tree');
    if (reasons.has(id) || missing.length === 0) continue;
    reasons.set(id, {
      checkId: id,
      code: 'not-applicable',
      message: `There is no ${missing.map(shownGlob).join(' and no ')} here.`,
    });
  }
}

/** What needs a check that does not apply does not apply either; repeated, since needs have needs. */
function leaveOutDependants(input: PlanInput, needs: NeedsById, reasons: Map<string, NotPlanned>): void {
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id } of input.checks) {
      const need = Object.values(needs.get(id) ?? {}).find((other) => reasons.get(other)?.code === 'not-applicable');
      if (need === undefined || reasons.has(id)) continue;
      reasons.set(id, { checkId: id, code: 'not-applicable', message: `It needs ${need}, which does not apply here.` });
      changed = true;
    }
  }
}

function matcher(glob: string): (entry: FileEntry) => boolean {
  const matches = compileGlobs([glob]);
  return (entry) => matches(entry.path);
}

/** Makes the tasks of a check: one, or one for each package that it runs on. */
function taskMaker(input: PlanInput, needs: NeedsById, packages: PlannedPackages): (item: PlannableCheck) => Task[] {
  const scopes = new Map(input.checks.map(({ id, check }) => [id, check.meta.scope]));
  // In a target that is one package there is nothing to tell apart.
  const isOne = input.packages?.length === 1;
  const idOf = (checkId: string, one: TargetPackage): string => (isOne ? checkId : packageTaskId(checkId, one));
  const idsOf = (need: string, own: TargetPackage | undefined): string[] => {
    if (scopes.get(need) !== 'package') return [need];
    return (own === undefined ? packages.of(need) : [own]).map((one) => idOf(need, one));
  };
  return (item) => {
    const { id } = item;
    const all = scopes.get(id) === 'package' ? packages.of(id) : [undefined];
    const usualMs = sharedOut(
      input.expectedMs(id),
      all.length === 1 ? [undefined] : all.map((one) => input.expectedMs(id, one?.name)),
    );
    const needIds = Object.values(needs.get(id) ?? {});
    return all.map((one, index) => {
      const after =
        needIds.length === 0 ? [] : [...new Set(needIds.flatMap((need) => idsOf(need, one)))].sort(compareText);
      const task = makeTask(item, input, needs, after, usualMs[index]);
      return one === undefined ? task : { ...task, id: idOf(id, one), package: one };
    });
  };
}

/** The times of a check's tasks: those that are known, and of the rest of the whole an equal share for each other. */
function sharedOut(wholeMs: number | undefined, known: readonly (number | undefined)[]): (number | undefined)[] {
  if (wholeMs === undefined) return [...known];
  const sum = known.reduce<number>((ms, own) => ms + (own ?? 0), 0);
  const others = known.filter((own) => own === undefined).length;
  return known.map((own) => own ?? Math.max(0, wholeMs - sum) / others);
}

function makeTask(
  item: PlannableCheck,
  input: PlanInput,
  needs: NeedsById,
  after: readonly string[],
  usualMs: number | undefined,
): Task {
  const own = needs.get(item.id) ?? {};
  const { estimate, exclusive, lane } = item.check.meta;
  const expectedMs = usualMs ?? (estimate === undefined ? undefined : parseDuration(estimate));
  return {
    id: item.id,
    checks: [
      {
        id: item.id,
        module: item.check.module,
        options: item.options,
        ...(item.severity === undefined ? {} : { severity: item.severity }),
        ...(item.resource === undefined ? {} : { resource: item.resource }),
        files: item.files,
        exclude: [...input.exclude, ...item.exclude],
        needs: own,
      },
    ],
    target: input.target,
    lane,
    priority: item.priority,
    after,
    attempt: 1,
    timeoutMs: item.timeoutMs ?? input.timeoutMs,
    ...(item.retries ? { retries: item.retries } : {}),
    critical: item.critical,
    ...(expectedMs === undefined ? {} : { expectedMs }),
    ...(exclusive.length === 0 ? {} : { exclusive }),
  };
}

import { compileGlobs } from '../check/glob.js';
import { compareText } from '../model/finding.js';
import type { TargetPackage } from '../model/package.js';
import type { FileEntry } from '../model/target.js';
import type { NotPlanned } from '../model/task.js';
import { plural } from '../model/text.js';
import type { NeedsById } from './needs.js';
import type { PlanInput, PlannableCheck } from './plan.js';

/** Names of packages that a reason lists; the rest is counted. */
const NAMES_SHOWN = 3;

/** Why a check does not run on a package, as a half sentence. */
interface Why {
  readonly code: NotPlanned['code'];
  readonly text: string;
}

/** On which packages a check runs, and why not on the others. */
interface Split {
  readonly item: PlannableCheck;
  readonly on: Set<TargetPackage>;
  readonly left: Map<TargetPackage, Why>;
}

/** The packages that each planned check of packages runs on, in the order of the target's, and those that are left out. */
export interface PlannedPackages {
  readonly of: (checkId: string) => readonly TargetPackage[];
  /** The packages on which checks do not run that run on others. */
  readonly left: () => NotPlanned[];
}

/**
 * Decides on which packages each check of packages runs; a check that runs on none is given its reason. A package needs
 * what `when` asks for, may not be excluded, and each check of packages that is needed must run on it too.
 */
export function splitByPackage(input: PlanInput, needs: NeedsById, reasons: Map<string, NotPlanned>): PlannedPackages {
  const { packages = [] } = input;
  const items = input.checks.filter(({ id, check }) => check.meta.scope === 'package' && !reasons.has(id));
  const whereIs = items.length === 0 ? () => new Set<TargetPackage>() : filesOfPackages(packages, input.entries);
  const splits = new Map(items.map((item) => [item.id, split(item, packages, whereIs)]));
  for (const { item, on, left } of byNeeds(items, needs, splits)) {
    if (on.size > 0) continue;
    const [why] = left.values();
    const text = why === undefined ? 'There is no package.json here.' : nowhere(why, packages.length);
    reasons.set(item.id, { checkId: item.id, code: 'not-applicable', message: text });
  }
  return {
    of: (checkId) => packages.filter((one) => splits.get(checkId)?.on.has(one)),
    left: () => [...splits.values()].filter(({ item }) => !reasons.has(item.id)).flatMap(leftOut),
  };
}

function nowhere({ text }: Why, packages: number): string {
  return packages === 1 ? `${text.replace(/^the/, 'The')} here.` : `In each of ${packages} packages ${text}.`;
}

function split(
  item: PlannableCheck,
  packages: readonly TargetPackage[],
  whereIs: (glob: string) => ReadonlySet<TargetPackage>,
): Split {
  const on = new Set<TargetPackage>();
  const left = new Map<TargetPackage, Why>();
  const isExcluded = compileGlobs(item.exclude);
  const wanted = (item.check.meta.when?.files ?? []).map((glob) => ({ glob, where: whereIs(glob) }));
  for (const one of packages) {
    const missing = wanted.filter(({ where }) => !where.has(one)).map(({ glob }) => glob);
    if (isExcluded(one.manifest)) left.set(one, { code: 'off', text: 'the configuration excludes it' });
    else if (missing.length > 0)
      left.set(one, { code: 'not-applicable', text: `there is no ${missing.join(' and no ')}` });
    else on.add(one);
  }
  return { item, on, left };
}

/** The splits, each less the packages on which a check that it needs does not run; repeated, since needs have needs. */
function byNeeds(
  items: readonly PlannableCheck[],
  needs: NeedsById,
  splits: ReadonlyMap<string, Split>,
): Iterable<Split> {
  for (let changed = true; changed; ) {
    changed = false;
    for (const { id } of items) {
      const own = splits.get(id) as Split;
      for (const need of Object.values(needs.get(id) ?? {})) {
        const other = splits.get(need);
        if (other === undefined) continue;
        for (const one of [...own.on]) {
          if (other.on.has(one)) continue;
          own.on.delete(one);
          own.left.set(one, { code: 'not-applicable', text: `${need}, which it needs, does not apply` });
          changed = true;
        }
      }
    }
  }
  return splits.values();
}

/** Finds the packages that have a file of their own that a glob, relative to their folder, matches. */
function filesOfPackages(
  packages: readonly TargetPackage[],
  entries: readonly FileEntry[],
): (glob: string) => ReadonlySet<TargetPackage> {
  const byFolder = new Map(packages.map((one) => [one.folder, one]));
  const owners = new Map<string, TargetPackage | undefined>();
  const ownerOf = (folder: string): TargetPackage | undefined => {
    const known = byFolder.get(folder) ?? owners.get(folder);
    if (known !== undefined || folder === '' || owners.has(folder)) return known;
    const owner = ownerOf(parentOf(folder));
    owners.set(folder, owner);
    return owner;
  };
  const found = new Map<string, Set<TargetPackage>>();
  return (glob) => {
    const known = found.get(glob);
    if (known !== undefined) return known;
    const where = new Set<TargetPackage>();
    found.set(glob, where);
    const matches = compileGlobs([glob]);
    for (const { path } of entries) {
      const owner = ownerOf(parentOf(path));
      if (owner === undefined || where.has(owner)) continue;
      if (matches(owner.folder === '' ? path : path.slice(owner.folder.length + 1))) where.add(owner);
      if (where.size === packages.length) break;
    }
    return where;
  };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** Why a check does not run on some packages: one entry for each reason. */
function leftOut({ item, on, left }: Split): NotPlanned[] {
  const groups = new Map<string, { readonly why: Why; readonly names: string[] }>();
  for (const [{ name }, why] of left) {
    const group = groups.get(why.text) ?? { why, names: [] };
    groups.set(why.text, group);
    group.names.push(name);
  }
  return [...groups.values()].map(({ why, names }) => ({
    checkId: item.id,
    code: why.code,
    message: `In ${someOf(names)} (of ${plural(on.size + left.size, 'package')}) ${why.text}.`,
    packages: names.sort(compareText),
  }));
}

/** `a, b, c and 4 more`. */
export function someOf(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

import { compileSelection } from '../check/glob.js';
import { visitCost } from '../model/schedule.js';
import type { StoredEntry } from '../model/target.js';
import type { TaskCheck } from '../model/task.js';

/** The files of one part of a pass, and which of its checks want each. It travels to a thread as `PackedVisits`. */
export interface Visits {
  readonly entries: readonly StoredEntry[];
  /** Sets of checks, as indexes into the task's checks in ascending order. */
  readonly sets: readonly (readonly number[])[];
  /** The set of each entry, as an index into `sets`. */
  readonly setOf: Uint16Array;
}

/** Beyond this a set of checks no longer fits its index; no plan has so many different sets. */
const MAX_SETS = 65_536;

/** Which files a task's checks want, in order of path. */
export function wantedFiles(entries: readonly StoredEntry[], checks: readonly TaskCheck[]): Visits {
  const matchers = checks.map(({ files, exclude }) => compileSelection(files, exclude));
  const sets = new SetTable();
  const chosen: StoredEntry[] = [];
  const setOf: number[] = [];
  for (const entry of entries) {
    const wanted: number[] = [];
    for (let check = 0; check < matchers.length; check += 1)
      if (matchers[check]?.(entry.path) === true) wanted.push(check);
    if (wanted.length === 0) continue;
    chosen.push(entry);
    setOf.push(sets.indexOf(wanted));
  }
  return { entries: chosen, sets: sets.all, setOf: Uint16Array.from(setOf) };
}

/** What is left of visits. `left` says which checks of an entry's set must still visit it, in ascending order. */
export function narrowVisits(
  visits: Visits,
  left: (entry: StoredEntry, set: number, index: number) => readonly number[],
): Visits {
  const sets = new SetTable();
  const chosen: StoredEntry[] = [];
  const setOf: number[] = [];
  for (const [index, entry] of visits.entries.entries()) {
    const checks = left(entry, visits.setOf[index] as number, index);
    if (checks.length === 0) continue;
    chosen.push(entry);
    setOf.push(sets.indexOf(checks));
  }
  return { entries: chosen, sets: sets.all, setOf: Uint16Array.from(setOf) };
}

/** Cuts visits into so many parts of about the same cost, each a run of neighbours; some may be empty. */
export function cutVisits(visits: Visits, count: number): Visits[] {
  const costs = visits.entries.map(visitCost);
  let left = costs.reduce((sum, cost) => sum + cost, 0);
  let from = 0;
  return Array.from({ length: count }, (_, index) => {
    const goal = left / (count - index);
    let cost = 0;
    let to = from;
    // A file goes where most of it belongs.
    while (to < costs.length && (cost === 0 || cost + (costs[to] as number) / 2 <= goal)) {
      cost += costs[to] as number;
      to += 1;
    }
    if (index === count - 1) to = costs.length;
    left -= cost;
    const part = { ...visits, entries: visits.entries.slice(from, to), setOf: visits.setOf.slice(from, to) };
    from = to;
    return part;
  });
}

/** Different sets of checks, each once. */
class SetTable {
  readonly all: (readonly number[])[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(set: readonly number[]): number {
    const key = set.join();
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.all.push(set) - 1;
    if (index >= MAX_SETS) throw new RangeError(`A pass has more than ${MAX_SETS} different sets of checks.`);
    this.#indexes.set(key, index);
    return index;
  }
}

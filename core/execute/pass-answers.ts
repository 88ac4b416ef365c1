import { isAsListed } from '../answers/as-listed.js';
import type { AskedPart, FilePass } from '../answers/file-pass.js';
import type { RestoredFinding } from '../answers/kept-finding.js';
import type { ScanAnswers } from '../answers/scan-answers.js';
import type { Registry } from '../check/registry.js';
import type { Measurement } from '../model/result.js';
import type { FileEntry } from '../model/target.js';
import type { Task, TaskCheck } from '../model/task.js';
import type { CheckData } from './check-data.js';
import type { Collected, Said } from './collected.js';
import type { CheckEnd } from './protocol.js';
import { narrowVisits, type Visits } from './visits.js';

/** What earlier scans said of the files of a part for one of its checks. */
export interface KnownOfCheck {
  /** How many files it need not visit. */
  files: number;
  readonly findings: RestoredFinding[];
  readonly measurements: (Measurement & { readonly path: string })[];
}

/** A part of a pass: what is left of it, and what is known. */
export interface NarrowedPart {
  readonly visits: Visits;
  /** In the order of the task's checks. */
  readonly known: readonly KnownOfCheck[];
}

/** What the answers of a scan's file checks are found in and kept with. */
export interface PassAnswersOptions {
  readonly answers: ScanAnswers;
  readonly tasks: readonly Task[];
  readonly registry: Registry;
  /** The data of the checks that have ended. */
  readonly data: CheckData;
}

interface Group {
  readonly pass: FilePass;
  /** The number of each check in the pass. */
  readonly numberOf: ReadonlyMap<string, number>;
}

/** What the lookups of a part came to. */
interface LookedUp {
  readonly narrowed: NarrowedPart;
  /** By set, how many files its checks have nothing to say of. */
  readonly clean: readonly number[];
  /** The other entries, by their number in the part. */
  readonly rest: readonly number[];
}

/** A larger share of the files that something is said of is not remembered: it takes as long as looking all up. */
const SMALL_REST = 0.25;
const NONE: readonly number[] = [];
const NOTHING: Said = { findings: [], measurements: [] };

/** What earlier scans said of the files of this scan's passes, and what this one says of the others. */
export class PassAnswers {
  readonly #options: PassAnswersOptions;
  readonly #groups = new Map<string, Group>();

  constructor(options: PassAnswersOptions) {
    this.#options = options;
  }

  /** Looks the files of a part up, each once for all its checks. `entries` are those of all parts. */
  narrow(task: Task, visits: Visits, entries: readonly FileEntry[]): NarrowedPart {
    const { narrowed, clean, rest } = this.#lookUp(task, visits);
    const part = this.#askedPart(task);
    if (part !== undefined && rest.length < visits.entries.length * SMALL_REST) {
      let file = -1;
      const numbered = rest.map((index) => {
        file = entries.indexOf(visits.entries[index] as FileEntry, file + 1);
        return [file, visits.setOf[index] as number] as const;
      });
      this.#groupOf(task).pass.remember(part, { sets: visits.sets, clean, rest: numbered });
    }
    return narrowed;
  }

  /** What `narrow` would give, where the same was asked before: without looking up the files of which nothing is to be said. */
  recall(task: Task, entries: readonly FileEntry[]): NarrowedPart | undefined {
    const part = this.#askedPart(task);
    const memo = part && this.#groupOf(task).pass.recall(part);
    if (memo === undefined) return undefined;
    const { sets, clean, rest } = memo;
    const left = rest.map(([file]) => entries[file] as FileEntry);
    const { narrowed } = this.#lookUp(task, { entries: left, sets, setOf: Uint16Array.from(rest, ([, set]) => set) });
    count(narrowed.known, sets, clean);
    return narrowed;
  }

  /** A part as it is remembered; undefined for one whose checks depend on others. */
  #askedPart(task: Task): AskedPart | undefined {
    const { part } = task;
    if (part === undefined || !needsNothing(task)) return undefined;
    const { numberOf } = this.#groupOf(task);
    const checks = task.checks.map(({ id, files, exclude }) => ({
      number: numberOf.get(id) as number,
      files,
      exclude,
    }));
    return { part, checks };
  }

  #lookUp(task: Task, visits: Visits): LookedUp {
    const { pass, numberOf } = this.#groupOf(task);
    const numbers = task.checks.map(({ id }) => numberOf.get(id) as number);
    const indexOf = new Map(numbers.map((number, index) => [number, index]));
    const wanted = visits.sets.map((set) => set.map((index) => numbers[index] as number));
    const known = task.checks.map((): KnownOfCheck => ({ files: 0, findings: [], measurements: [] }));
    // Of most files everything is known or nothing: they are counted by set.
    const whole = visits.sets.map(() => 0);
    const clean = visits.sets.map(() => 0);
    const rest: number[] = [];
    const left = narrowVisits(visits, (entry, set, index) => {
      const asked = wanted[set] as readonly number[];
      const own = visits.sets[set] as readonly number[];
      const { missing, answers } = pass.lookup(entry, asked);
      if (missing.length === 0 && answers.length === 0 && pass.isListed(entry)) {
        clean[set] = (clean[set] as number) + 1;
        return NONE;
      }
      rest.push(index);
      if (missing.length === asked.length) return own;
      for (const { check, answer } of answers) {
        const said = pass.restore(entry, check, answer);
        const of = known[indexOf.get(check) as number] as KnownOfCheck;
        of.findings.push(...said.findings);
        for (const measurement of said.measurements) of.measurements.push({ ...measurement, path: entry.path });
      }
      if (missing.length === 0) {
        whole[set] = (whole[set] as number) + 1;
        return NONE;
      }
      const unknown = missing.map((number) => indexOf.get(number) as number);
      for (const check of own) if (!unknown.includes(check)) (known[check] as KnownOfCheck).files += 1;
      return unknown;
    });
    for (const files of [whole, clean]) count(known, visits.sets, files);
    return { narrowed: { visits: left, known }, clean, rest };
  }

  /**
   * Keeps what the checks of a part said of each file in a visit that ended by itself and depended on nothing but the
   * file, unless that has changed since it was listed.
   */
  keep(task: Task, { entries, sets, setOf }: Visits, collected: readonly Collected[], ends: readonly CheckEnd[]): void {
    const { pass, numberOf } = this.#groupOf(task);
    const { root } = task.target;
    const kept = collected.map((each): KeptCheck | undefined => {
      const number = numberOf.get(each.check.id) as number;
      const end = ends.find(({ checkId }) => checkId === each.check.id);
      if (pass.notKept[number] !== undefined || !sawAll(each, end)) return undefined;
      const left = new Set([...each.failed, ...each.unread].map(({ path }) => path));
      return { number, said: each.byFile, left, impure: each.impure };
    });
    for (const [index, entry] of entries.entries()) {
      const own = (sets[setOf[index] as number] ?? []).flatMap((check) => kept[check] ?? []);
      const pure = own.filter(({ left, impure }) => !left.has(entry.path) && !impure.has(entry.path));
      if (pure.length === 0 || !isAsListed(root, entry)) continue;
      for (const { number, said } of pure) pass.keep(entry, number, said.get(entry.path) ?? NOTHING);
    }
  }

  /** The checks that are asked together: all that need nothing of others, so that what is kept is read once for them. */
  #groupOf(task: Task): Group {
    const isShared = needsNothing(task);
    const key = isShared ? '' : task.checks.map(({ id }) => id).join();
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const { tasks } = this.#options;
    const members = isShared ? tasks.filter((other) => mayBeKnown(other) && needsNothing(other)) : [task];
    const checks = [...new Map(members.flatMap((each) => each.checks.map((check) => [check.id, check]))).values()];
    const group = { pass: this.#open(checks), numberOf: new Map(checks.map(({ id }, index) => [id, index])) };
    this.#groups.set(key, group);
    return group;
  }

  #open(checks: readonly TaskCheck[]): FilePass {
    const { answers, registry, data } = this.#options;
    return answers.files(
      checks.flatMap((planned) => {
        const check = registry.get(planned.id)?.check;
        return check === undefined ? [] : [{ check, planned, needs: data.needsOf({}, planned) }];
      }),
    );
  }
}

/** Adds files of each set to what is known of its checks. */
function count(known: readonly KnownOfCheck[], sets: Visits['sets'], files: readonly number[]): void {
  for (const [set, more] of files.entries())
    for (const check of sets[set] ?? []) (known[check] as KnownOfCheck).files += more;
}

/** A check of a part whose answers are kept. */
interface KeptCheck {
  readonly number: number;
  readonly said: ReadonlyMap<string, Said>;
  /** Files that it could not be shown, or broke on. */
  readonly left: ReadonlySet<string>;
  readonly impure: ReadonlySet<string>;
}

/** True for the parts of passes over the tree as it was listed: after a check that changes it nothing is known. */
export function mayBeKnown({ part, stage = 0 }: Pick<Task, 'part' | 'stage'>): boolean {
  return part !== undefined && stage === 0;
}

/** True for a task whose checks need no data of others. */
export function needsNothing({ checks }: Task): boolean {
  return checks.every(({ needs }) => Object.keys(needs).length === 0);
}

/** True when a check's visits went on to the last file; a visit that never ended may speak up in one that is not its own. */
function sawAll({ failed }: Collected, end: CheckEnd | undefined): boolean {
  if (end?.end === 'done') return true;
  return (
    end?.end === 'errored' && failed.length > 0 && failed.every(({ end: { reason } }) => reason.code !== 'timeout')
  );
}

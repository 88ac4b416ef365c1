import { compareText } from '../model/finding.js';
import { isConclusive, type Outcome, packagesOutcome, worstOutcome } from '../model/outcome.js';
import { packageTaskId } from '../model/package.js';
import type { TaskAttempt } from '../model/result.js';
import { isHeavy } from '../model/schedule.js';
import { insertSorted } from '../model/sorted.js';
import type { Task } from '../model/task.js';
import type { TaskCollector } from './collect.js';
import type { PassWatch } from './pass-watch.js';
import type { Again } from './policy/again.js';
import { type EndedAs, needFailed } from './reasons.js';

/** A task that waits, with what came of it so far. */
export interface Waiting {
  readonly task: Task;
  readonly attempts: readonly TaskAttempt[];
  /** True runs it on a thread that nobody shares. */
  readonly alone: boolean;
  /** What a task that failed because a resource did has come to. */
  readonly again?: Again;
  /** What a part of a pass brings along that lost its thread and goes on. */
  readonly lost?: { readonly collector: TaskCollector; readonly watch: PassWatch; readonly startedAtMs: number };
}

/** What a queue gives: a task to start, or one that will not run and how it ends instead. */
export interface Taken {
  readonly waiting: Waiting;
  readonly instead?: Outcome;
}

/** What a queue must know. */
export interface QueueOptions {
  /** Tasks in plan order. */
  readonly tasks: readonly Task[];
  /** Tasks whose places are the same: one of a kind without a place is all of them without one. */
  readonly kindOf: (waiting: Waiting) => string;
  /** True starts tasks that compute before those that wait, whatever the plan says: cores are scarcer than slots. */
  readonly heavyFirst: boolean;
  /** Tasks that ended before, by id, and how their checks did. */
  readonly ended: Iterable<readonly [string, { readonly checks: readonly EndedAs[] }]>;
}

/** One waiting task in its order. */
interface Item {
  readonly waiting: Waiting;
  readonly place: number;
}

/**
 * The tasks of a plan that wait, and which may start: needs ended, stage open, what it must have for itself free. Knows
 * no time and no threads, so that it can be driven by any clock. Each step costs in proportion to the logarithm of
 * what waits, or to what is thereby set free.
 */
export class TaskQueue {
  readonly #options: QueueOptions;
  readonly #places: ReadonlyMap<string, number>;
  /** The priority of each task, or of what needs it where that is higher. */
  readonly #priorities: ReadonlyMap<string, number>;
  readonly #ended = new Set<string>();
  /** How each check ended, all its parts so far together. */
  readonly #answers = new Map<string, Outcome>();
  /** How each check ended on each package. */
  readonly #ofPackages = new Map<string, Outcome>();
  /** Tasks that may start, by kind, each list in order. */
  readonly #ready = new Map<string, Item[]>();
  /** Tasks that will not run, in order. */
  readonly #instead: Taken[] = [];
  /** Needs that have not ended, by task. */
  readonly #open = new Map<string, number>();
  readonly #dependants = new Map<string, Task[]>();
  /** Who waits for a name that another holds. */
  readonly #parked = new Map<string, Item[]>();
  /** Which task holds a name. */
  readonly #held = new Map<string, string>();
  /** Tasks that may start from a time on. */
  readonly #delayed = new Set<Item>();
  /** Tasks whose stage has not begun, by stage. */
  readonly #later = new Map<number, Item[]>();
  /** Tasks that have not ended, by stage. */
  readonly #left = new Map<number, number>();
  #stage = 0;
  #size = 0;

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#places = new Map(options.tasks.map(({ id }, index) => [id, index]));
    this.#priorities = inheritedPriorities(options.tasks);
    const done = new Map(options.ended);
    for (const task of options.tasks) if (done.has(task.id)) this.#keep(task, done.get(task.id)?.checks ?? []);
    const tasks = options.tasks.filter(({ id }) => !this.#ended.has(id));
    for (const task of tasks) this.#left.set(stageOf(task), (this.#left.get(stageOf(task)) ?? 0) + 1);
    this.#openStage();
    for (const task of tasks) this.#admit(task);
  }

  /** Tasks that wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Takes the next task that may start where there is a place, or one that will not run; undefined when neither is.
   * @param hasPlace whether a task finds a place; asked for one of each kind.
   */
  take(nowMs: number, hasPlace: (waiting: Waiting) => boolean): Taken | undefined {
    const instead = this.#instead.shift();
    if (instead !== undefined) {
      this.#size -= 1;
      return instead;
    }
    for (const item of this.#delayed) {
      if ((item.waiting.again?.notBeforeMs ?? 0) > nowMs) continue;
      this.#delayed.delete(item);
      this.#makeReady(item);
    }
    for (const list of this.#lists()) {
      const item = this.#firstFree(list);
      if (item === undefined || !hasPlace(item.waiting)) continue;
      // It is the first. `splice` would move all others, which takes a hundred times as long.
      list.shift();
      const { id, exclusive = [] } = item.waiting.task;
      for (const name of exclusive) this.#held.set(name, id);
      this.#size -= 1;
      return { waiting: item.waiting };
    }
    return undefined;
  }

  /** What will start next, or after so many others, as far as that can be known; undefined where it depends on more. */
  next(after: number): Waiting | undefined {
    if (this.#instead.length > 0 || this.#delayed.size > 0) return undefined;
    const [list, other] = this.#lists();
    const waiting = other === undefined || after === 0 ? list?.[after]?.waiting : undefined;
    return waiting?.task.exclusive === undefined ? waiting : undefined;
  }

  /** The lists of tasks that may start, the one with the first task first. */
  #lists(): Item[][] {
    const lists = [...this.#ready.values()].filter(({ length }) => length > 0);
    return lists.length < 2 ? lists : lists.sort((a, b) => this.#compare(a[0] as Item, b[0] as Item));
  }

  /** Everything that waits, in plan order; nothing waits afterwards. */
  drain(): Waiting[] {
    const lists = [this.#ready, this.#parked, this.#later].flatMap((map) => [...map.values()].flat());
    const blocked = this.#options.tasks.filter(({ id }) => (this.#open.get(id) ?? 0) > 0).map(fresh);
    const all = [...lists, ...this.#delayed].map(({ waiting }) => waiting);
    const drained = [...this.#instead.map(({ waiting }) => waiting), ...all, ...blocked];
    for (const each of [this.#ready, this.#parked, this.#later, this.#open, this.#delayed]) each.clear();
    this.#instead.length = 0;
    this.#size = 0;
    return drained.sort((a, b) => this.#placeOf(a) - this.#placeOf(b));
  }

  /** Puts a task back that runs once more, at its place in the plan. */
  again(waiting: Waiting, nowMs: number): void {
    this.#release(waiting.task);
    this.#size += 1;
    const item = { waiting, place: this.#placeOf(waiting) };
    if ((waiting.again?.notBeforeMs ?? 0) > nowMs) this.#delayed.add(item);
    else this.#makeReady(item);
  }

  /** A task has ended: what waited for it may be free. */
  ended(task: Task, checks: readonly EndedAs[]): void {
    this.#keep(task, checks);
    this.#release(task);
    for (const next of this.#dependants.get(task.id) ?? []) {
      const open = (this.#open.get(next.id) ?? 0) - 1;
      if (open < 0) continue;
      if (open > 0) this.#open.set(next.id, open);
      else {
        this.#open.delete(next.id);
        this.#place(next);
      }
    }
    const left = (this.#left.get(stageOf(task)) ?? 1) - 1;
    this.#left.set(stageOf(task), left);
    if (left === 0) this.#openStage();
  }

  #keep({ id, package: item }: Task, checks: readonly EndedAs[]): void {
    this.#ended.add(id);
    for (const { check, outcome } of checks) {
      const before = this.#answers.get(check.id);
      const worst = item === undefined ? worstOutcome : packagesOutcome;
      this.#answers.set(check.id, before === undefined ? outcome : worst([before, outcome]));
      if (item !== undefined) this.#ofPackages.set(packageTaskId(check.id, item), outcome);
    }
  }

  #placeOf({ task }: Waiting): number {
    return this.#places.get(task.id) ?? 0;
  }

  /** Takes a task in for the first time. */
  #admit(task: Task): void {
    this.#size += 1;
    const needs = task.after.filter((id) => this.#places.has(id) && !this.#ended.has(id));
    for (const need of needs) {
      const known = this.#dependants.get(need);
      if (known) known.push(task);
      else this.#dependants.set(need, [task]);
    }
    if (needs.length > 0) this.#open.set(task.id, needs.length);
    else this.#place(task);
  }

  /** A task whose needs have all ended: it may start, or will not run. The first need that failed is named, whichever ended first. */
  #place(task: Task): void {
    const waiting = fresh(task);
    const needs = task.checks.flatMap(({ needs }) => Object.values(needs));
    for (const id of needs.length < 2 ? needs : new Set(needs.sort(compareText))) {
      const own = task.package && this.#ofPackages.get(packageTaskId(id, task.package));
      const outcome = own ?? this.#answers.get(id);
      if (outcome === undefined || isConclusive(outcome) || outcome.status === 'degraded') continue;
      this.#instead.push({ waiting, instead: needFailed(id, outcome, own !== undefined) });
      return;
    }
    const item = { waiting, place: this.#placeOf(waiting) };
    if (stageOf(task) > this.#stage) push(this.#later, stageOf(task), item);
    else this.#makeReady(item);
  }

  #makeReady(item: Item): void {
    const kind = this.#options.kindOf(item.waiting);
    const list = this.#ready.get(kind);
    if (list) insertSorted(list, item, (a, b) => this.#compare(a, b));
    else this.#ready.set(kind, [item]);
  }

  /** The first of a list that finds what it must have for itself free; those before it wait until it is. */
  #firstFree(list: Item[]): Item | undefined {
    for (let item = list[0]; item !== undefined; item = list[0]) {
      const taken = item.waiting.task.exclusive?.find((name) => this.#held.has(name));
      if (taken === undefined) return item;
      list.shift();
      push(this.#parked, taken, item);
    }
    return undefined;
  }

  #compare(a: Item, b: Item): number {
    if (!this.#options.heavyFirst) return a.place - b.place;
    const [first, second] = [a.waiting.task, b.waiting.task];
    const priority = (task: Task): number => this.#priorities.get(task.id) ?? task.priority;
    const heavy = Number(isHeavy(second)) - Number(isHeavy(first));
    return priority(second) - priority(first) || heavy || a.place - b.place;
  }

  #release(task: Task): void {
    for (const name of task.exclusive ?? []) {
      // One that never ran holds nothing.
      if (this.#held.get(name) !== task.id) continue;
      this.#held.delete(name);
      const parked = this.#parked.get(name) ?? [];
      this.#parked.delete(name);
      for (const item of parked) this.#makeReady(item);
    }
  }

  /** Begins the next stage once the tasks of this one have ended. */
  #openStage(): void {
    const stages = [...this.#left].filter(([, left]) => left > 0).map(([stage]) => stage);
    const next = Math.min(...stages);
    if (!Number.isFinite(next) || next <= this.#stage) return;
    this.#stage = next;
    const items = this.#later.get(next) ?? [];
    this.#later.delete(next);
    for (const item of items) this.#makeReady(item);
  }
}

function inheritedPriorities(tasks: readonly Task[]): Map<string, number> {
  const priorities = new Map(tasks.map(({ id, priority }) => [id, priority]));
  for (const { id, after } of tasks.toReversed()) {
    const own = priorities.get(id) ?? 0;
    for (const need of after) priorities.set(need, Math.max(own, priorities.get(need) ?? own));
  }
  return priorities;
}

function fresh(task: Task): Waiting {
  return { task, attempts: [], alone: false };
}

function stageOf({ stage = 0 }: Task): number {
  return stage;
}

function push<K>(lists: Map<K, Item[]>, key: K, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

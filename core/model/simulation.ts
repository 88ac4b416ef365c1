import { insertSorted } from './sorted.js';
import type { Task } from './task.js';

/** The places that tasks compete for. */
export interface Places {
  /** Tasks in flight over all lanes. */
  readonly concurrency: number;
  /** Tasks that compute at once. */
  readonly cores: number;
}

/** Milliseconds of each task by its id; a task that is not in it takes none. */
export type TaskTimes = ReadonlyMap<string, number>;

/** True for a task that takes a core: it computes, or starts a child that does. */
export function isHeavy({ lane }: Task): boolean {
  return lane !== 'io';
}

/** How long the tasks would take in plan order: so many at once, of which as many as there are cores compute. */
export function simulateMs(tasks: readonly Task[], times: TaskTimes, places: Places): number {
  return new Simulation(tasks, times, places).run();
}

/**
 * A scan in which each task takes as long as it is said to. It is run for every set of tasks that might fit into a
 * time, so that a step must not look at all that wait. Tasks are known by their place in the plan.
 */
class Simulation {
  readonly #tasks: readonly Task[];
  readonly #times: TaskTimes;
  readonly #places: Places;
  /** Tasks that may start, by whether they take a core; the first in the plan is the last, from where it is taken. */
  readonly #ready: { readonly heavy: number[]; readonly light: number[] } = { heavy: [], light: [] };
  /** Needs that have not ended, by task. */
  readonly #open: number[];
  readonly #dependants = new Map<string, number[]>();
  /** Tasks that could start if nobody held what they must have for themselves. */
  #parked: number[] = [];
  readonly #held = new Set<string>();
  /** Tasks whose stage has not begun. */
  #later: number[] = [];
  #stage: number;
  /** Tasks of the stage that have not ended. */
  #left = 0;
  #active: { readonly place: number; readonly endMs: number }[] = [];
  #heavy = 0;

  constructor(tasks: readonly Task[], times: TaskTimes, places: Places) {
    this.#tasks = tasks;
    this.#times = times;
    this.#places = places;
    const known = new Set(tasks.map(({ id }) => id));
    this.#open = tasks.map(({ after }, place) => {
      const needs = after.filter((need) => known.has(need));
      for (const need of needs) push(this.#dependants, need, place);
      return needs.length;
    });
    // In plan order, so that the first task is of the lowest stage.
    this.#stage = stageOf(tasks[0]);
    this.#left = tasks.filter((task) => stageOf(task) === this.#stage).length;
    for (let place = tasks.length - 1; place >= 0; place -= 1) if (this.#open[place] === 0) this.#admit(place);
  }

  /** Milliseconds until the last task has ended. */
  run(): number {
    let now = 0;
    for (;;) {
      this.#start(now);
      // Nothing runs although something waits: only a circle of needs does that, and a plan has none.
      if (this.#active.length === 0) return now;
      now = Math.min(...this.#active.map(({ endMs }) => endMs));
      const ended = this.#active.filter(({ endMs }) => endMs <= now);
      this.#active = this.#active.filter(({ endMs }) => endMs > now);
      for (const { place } of ended) this.#end(place);
    }
  }

  /** A task whose needs have ended. */
  #admit(place: number): void {
    const task = this.#task(place);
    if (stageOf(task) !== this.#stage) this.#later.push(place);
    else insertSorted(this.#ready[isHeavy(task) ? 'heavy' : 'light'], place, (a, b) => b - a);
  }

  #start(now: number): void {
    const { concurrency, cores } = this.#places;
    const { heavy, light } = this.#ready;
    while (this.#active.length < concurrency) {
      const first = this.#heavy < cores ? heavy.at(-1) : undefined;
      const other = light.at(-1);
      const place = (other ?? Number.POSITIVE_INFINITY) < (first ?? Number.POSITIVE_INFINITY) ? light.pop() : first;
      if (place === undefined) return;
      if (place === first) heavy.pop();
      const task = this.#task(place);
      const { exclusive = [] } = task;
      if (exclusive.some((name) => this.#held.has(name))) {
        this.#parked.push(place);
        continue;
      }
      for (const name of exclusive) this.#held.add(name);
      if (isHeavy(task)) this.#heavy += 1;
      this.#active.push({ place, endMs: now + (this.#times.get(task.id) ?? 0) });
    }
  }

  #end(place: number): void {
    const task = this.#task(place);
    if (isHeavy(task)) this.#heavy -= 1;
    for (const name of task.exclusive ?? []) this.#held.delete(name);
    if (task.exclusive !== undefined) for (const parked of this.#parked.splice(0)) this.#admit(parked);
    for (const dependant of this.#dependants.get(task.id) ?? []) {
      const open = (this.#open[dependant] ?? 0) - 1;
      this.#open[dependant] = open;
      if (open === 0) this.#admit(dependant);
    }
    this.#left -= 1;
    if (this.#left === 0) this.#nextStage();
  }

  #nextStage(): void {
    const waiting = this.#later.splice(0);
    const next = this.#tasks.find((task) => stageOf(task) > this.#stage);
    if (next === undefined) return;
    this.#stage = stageOf(next);
    this.#left = this.#tasks.filter((task) => stageOf(task) === this.#stage).length;
    for (const place of waiting) this.#admit(place);
  }

  #task(place: number): Task {
    return this.#tasks[place] as Task;
  }
}

function stageOf(task: Task | undefined): number {
  return task?.stage ?? 0;
}

function push(lists: Map<string, number[]>, key: string, item: number): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}

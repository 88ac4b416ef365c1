import type { RunResult, TaskRecord } from '../model/result.js';

/** A result that is to be merged. */
export interface ShardInput {
  /** What it is called in messages: its file, or the id of its run. */
  readonly name: string;
  readonly result: RunResult;
}

/** A result in its place among the others. */
export interface Shard extends ShardInput {
  /** Its number, from 1. */
  readonly number: number;
  /** Milliseconds to add to its times. */
  readonly offsetMs: number;
  /** Milliseconds directly before it in which no run was going on. */
  readonly idleMs: number;
  /** The name of one of its tasks in the merged result. */
  taskId(id: string): string;
}

/** The results, each with its place on the common clock and names that no two share. */
export function shardsOf(inputs: readonly ShardInput[]): Shard[] {
  const rename = renamer(inputs);
  const places = placesOf(inputs);
  return inputs.map((input, index) => ({
    ...input,
    number: index + 1,
    ...(places.get(input) ?? { offsetMs: 0, idleMs: 0 }),
    taskId: (id) => rename(id, index + 1),
  }));
}

/** Tasks of one name in several results get the number of their result. */
function renamer(inputs: readonly ShardInput[]): (id: string, number: number) => string {
  const all = inputs.map(({ result }) => result.tasks.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const id of all.flat()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return (id, number) => {
    if ((counts.get(id) ?? 0) < 2) return id;
    let name = `${id}#${number}`;
    // A name may end like that by itself.
    while (counts.has(name)) name += `#${number}`;
    return name;
  };
}

/** Where each run begins on a clock that starts with the first and stands still while none is going on. */
function placesOf(inputs: readonly ShardInput[]): Map<ShardInput, { offsetMs: number; idleMs: number }> {
  const spans = inputs
    .map((input) => {
      const start = Date.parse(input.result.run.startedAt);
      return { input, start, end: start + lengthMs(input.result) };
    })
    .sort((a, b) => a.start - b.start);
  const places = new Map<ShardInput, { offsetMs: number; idleMs: number }>();
  const first = spans[0]?.start ?? 0;
  let until = first;
  let removed = 0;
  for (const { input, start, end } of spans) {
    const idleMs = Math.max(0, start - until);
    removed += idleMs;
    places.set(input, { offsetMs: start - first - removed, idleMs });
    until = Math.max(until, end);
  }
  return places;
}

/** From the start of a run to the end of all that it did; a merged one left out the time in which none ran. */
function lengthMs(result: RunResult): number {
  const { run } = result;
  const told = run.mergedFrom === undefined ? Date.parse(run.endedAt) - Date.parse(run.startedAt) : 0;
  const last = result.tasks.reduce((latest, task) => Math.max(latest, endOf(task)), 0);
  return Math.max(told, last, executionOf(result).endMs);
}

function endOf({ timing, attempts }: TaskRecord): number {
  return attempts.reduce((latest, { endedAtMs }) => Math.max(latest, endedAtMs), timing.endedAtMs);
}

/** When the execution of a run began and ended, in milliseconds since its start. */
export function executionOf({ statistics, tasks }: RunResult): { readonly startMs: number; readonly endMs: number } {
  const { wallMs, phasesMs } = statistics;
  const before = Object.entries(phasesMs).reduce((sum, [name, ms]) => (name === 'execute' ? sum : sum + ms), 0);
  const startMs = tasks.reduce((first, { timing }) => Math.min(first, timing.queuedAtMs), Number.POSITIVE_INFINITY);
  const begin = tasks.length > 0 ? startMs : before;
  return { startMs: begin, endMs: begin + wallMs };
}

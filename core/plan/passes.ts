import { compareText } from '../model/finding.js';
import { visitCost } from '../model/schedule.js';
import type { FileEntry } from '../model/target.js';
import type { Task } from '../model/task.js';

/** The longest that a part of a pass may take, whatever its checks may take together: an hour, so that no timer overflows. */
const MAX_TIMEOUT_MS = 3_600_000;

/**
 * Puts the checks of files together that can visit them in one pass, and cuts each pass into parts: one read of a file
 * serves all of them. Checks share a pass when they wait for the same, weigh the same and may take the same time.
 * @param isFileCheck tells the tasks whose check visits files.
 * @param parts into how many parts a pass is cut.
 */
export function makePasses(tasks: readonly Task[], isFileCheck: (task: Task) => boolean, parts: number): Task[] {
  const groups = new Map<string, Task[]>();
  for (const task of tasks.filter(isFileCheck)) {
    const { after, lane, priority, timeoutMs, retries, critical, exclusive, stage } = task;
    const resource = task.checks.map((check) => check.resource);
    const key = JSON.stringify([after, lane, priority, timeoutMs, retries, critical, exclusive, stage, resource]);
    const group = groups.get(key);
    if (group) group.push(task);
    else groups.set(key, [task]);
  }
  const names = passNames([...groups.values()]);
  const made = [...groups.values()].flatMap((group, index) => cut(group, names[index] as string, parts));
  const others = tasks.filter((task) => !isFileCheck(task));
  return renameNeeds(others, made);
}

/** Work for which it pays to cut once more. */
const PART_BYTES = 2_000_000;
/** Parts a thread: the last one to end is not alone for long, and each costs a message or two. */
const PARTS_PER_THREAD = 3;

/** Into how many parts a pass over these files is cut. */
export function partCount(entries: readonly FileEntry[], threads: number): number {
  const cost = entries.reduce((sum, entry) => sum + visitCost(entry), 0);
  return threads === 1 ? 1 : Math.max(1, Math.min(PARTS_PER_THREAD * threads, Math.ceil(cost / PART_BYTES)));
}

/** A pass of one check has its name; others are numbered. */
function passNames(groups: readonly (readonly Task[])[]): string[] {
  let number = 0;
  return groups.map((group) => {
    if (group.length === 1) return (group[0] as Task).id;
    number += 1;
    return number === 1 ? 'files' : `files-${number}`;
  });
}

function cut(group: readonly Task[], name: string, parts: number): Task[] {
  const [first] = group as readonly [Task, ...Task[]];
  const { expectedMs: _own, ...shared } = first;
  const checks = group.flatMap((task) => task.checks).sort((a, b) => compareText(a.id, b.id));
  const expected = group.map(({ expectedMs }) => expectedMs);
  const known = expected.every((ms) => ms !== undefined);
  const wholeMs = expected.reduce<number>((sum, ms) => sum + (ms ?? 0), 0);
  return Array.from({ length: parts }, (_, index) => ({
    ...shared,
    id: parts === 1 ? name : `${name}#${index + 1}`,
    checks,
    timeoutMs: Math.min(first.timeoutMs * group.length, MAX_TIMEOUT_MS),
    ...(known ? { expectedMs: wholeMs / parts } : {}),
    part: { index: index + 1, of: parts, checkTimeoutMs: first.timeoutMs },
  }));
}

/** Needs name the tasks of single checks until here; from now on those of file checks name the parts of their passes. */
function renameNeeds(others: readonly Task[], made: readonly Task[]): Task[] {
  const serving = new Map(others.map(({ id }) => [id, [id]]));
  for (const { id, checks } of made)
    for (const check of checks) serving.set(check.id, [...(serving.get(check.id) ?? []), id]);
  const renamed = (task: Task): Task => ({
    ...task,
    after: [...new Set(task.after.flatMap((need) => serving.get(need) ?? []))].sort(compareText),
  });
  return [...others, ...made].map((task) => (task.after.length === 0 ? task : renamed(task)));
}

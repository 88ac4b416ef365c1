// Results of every kind, for what a page for people must show whatever the result is.
import type { RunResult } from 'scanrun';
import { naughty } from './naughty.js';
import { hostile, large, manyTasks } from './sample-extremes.js';
import { full } from './sample-full.js';
import { clean, empty, findings, incomplete, interrupted } from './sample-result.js';

/** A result of every kind by its name; of so many tasks and findings where there are many. */
export const kinds = (tasks: number): Readonly<Record<string, () => RunResult>> => ({
  clean,
  findings,
  incomplete,
  interrupted,
  empty,
  full,
  hostile,
  naughty,
  tasks: () => manyTasks(tasks),
  large: () => large(2_000),
});

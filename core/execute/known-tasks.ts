import type { Access } from '../answers/declared-inputs.js';
import { messageOf } from '../errors.js';
import type { Outcome } from '../model/outcome.js';
import type { Notice } from '../model/result.js';
import type { Task } from '../model/task.js';
import type { CheckData } from './check-data.js';
import type { TaskCollector } from './collect.js';
import type { Collected } from './collected.js';
import type { ExecuteOptions } from './contract.js';
import type { RunEnd } from './executor.js';
import { mayBeKnown, PassAnswers } from './pass-answers.js';
import type { PassFiles } from './pass-files.js';
import { Questions } from './questions.js';
import type { Waiting } from './queue.js';

type Outcomes = ReadonlyMap<Collected, Outcome>;

/** The tasks of a scan whose answers earlier scans may have given, and what this one keeps for later ones. */
export class KnownTasks {
  readonly #passes: PassAnswers;
  readonly #questions: Questions;
  readonly #files: PassFiles;
  readonly #notice: (notice: Notice) => void;
  #isBroken = false;

  constructor(
    { registry, source, plan: { tasks } }: ExecuteOptions,
    answers: NonNullable<ExecuteOptions['answers']>,
    data: CheckData,
    files: PassFiles,
    changed: () => void,
  ) {
    this.#passes = new PassAnswers({ answers: answers.of, tasks, registry, data });
    this.#questions = new Questions({ answers, registry, source, data, changed });
    this.#files = files;
    this.#notice = answers.notice;
    files.recall = (task, entries) =>
      mayBeKnown(task) ? this.#guarded(() => this.#passes.recall(task, entries)) : undefined;
    files.narrow = (task, visits, entries) =>
      mayBeKnown(task) ? this.#guarded(() => this.#passes.narrow(task, visits, entries)) : undefined;
  }

  /** True for a task whose answer may be known. */
  mayBeKnown(task: Task): boolean {
    return mayBeKnown(task) || this.#questions.mayBeKnown(task);
  }

  /** What is known of a task's answer; `asking` where that will be told. */
  state(task: Task): 'asking' | 'known' | 'unknown' {
    if (mayBeKnown(task)) return this.#files.isKnown(task) ? 'known' : 'unknown';
    return this.#questions.mayBeKnown(task) ? this.#questions.state(task) : 'unknown';
  }

  /** Tells a collector what is known. */
  tell(task: Task, collector: TaskCollector): void {
    const answer = this.#questions.answer(task);
    for (const [index, { id }] of task.checks.entries()) {
      const known = this.#files.knownOf(task)?.[index];
      if (known !== undefined) collector.know(id, known, known.files, this.#files.isDone(task, index));
      else if (answer !== undefined) collector.know(id, answer, 0, true);
    }
  }

  /** What hears of all that a task's check learns. */
  listener(task: Task): ((access: Access) => void) | undefined {
    return this.#questions.listener(task);
  }

  /** Keeps what the checks of a task said, and gives their outcomes. */
  learn({ task, lost }: Waiting, outcomes: Outcomes, end: RunEnd): Outcomes {
    if (end.kind !== 'ended') return outcomes;
    if (mayBeKnown(task)) {
      // What a lost thread had said last may not have arrived.
      const visits = this.#files.visitsOf(task);
      if (lost === undefined) this.#guarded(() => this.#passes.keep(task, visits, [...outcomes.keys()], end.checks));
      return outcomes;
    }
    if (!this.#questions.mayBeKnown(task)) return outcomes;
    return new Map(
      [...outcomes].map(([collected, outcome]) => [collected, this.#questions.learn(task, collected, outcome)]),
    );
  }

  /** A scan needs no cache: what goes wrong with it is told once, and nothing is found or kept from then on. */
  #guarded<T>(work: () => T): T | undefined {
    if (this.#isBroken) return undefined;
    try {
      return work();
    } catch (error) {
      this.#isBroken = true;
      this.#notice({
        code: 'cache-unread',
        level: 'warning',
        message: `The cache of what files were found to hold could not be used, so all are visited: ${messageOf(error)}`,
      });
      return undefined;
    }
  }

  /** Ends what was started to find an answer. */
  close(): void {
    this.#questions.close();
  }

  /** Ends it at once. */
  kill(): void {
    this.#questions.kill();
  }
}

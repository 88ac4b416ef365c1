import type { JsonValue } from '../model/json.js';
import { isConclusive, type Outcome, worstOutcome } from '../model/outcome.js';
import type { TaskAttempt, TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import { Alarms } from './alarms.js';
import { type Collected, TaskCollector } from './collect.js';
import type { CheckOutcome, Executed, ExecuteOptions } from './contract.js';
import type { RunEnd, RunListener, Running } from './executor.js';
import { startInline } from './inline.js';
import { makeOrder } from './order.js';
import { type Again, decideAgain } from './policy/again.js';
import type { CheckEnd, RunOrder } from './protocol.js';
import { deadlineReached, endedEarly, interrupted, lost, needFailed, type Over, timedOut } from './reasons.js';
import { makeAttempt, makeRecord, type StartTimes } from './record.js';
import { TaskRequests } from './requests.js';

/** Runs a plan to its end. Every task ends exactly once, whatever it does. */
export async function execute(options: ExecuteOptions): Promise<Executed> {
  const needsThread = options.plan.tasks.some((task) => !options.inline.has(task.id));
  if (needsThread) await options.pool.open();
  return new Execution(options).run();
}

interface ActiveTask {
  readonly task: Task;
  readonly running: Running;
  readonly requests: TaskRequests;
  /** Why it was told to stop; its outcome whatever it says afterwards. */
  stopped: Outcome | undefined;
}

interface Waiting {
  readonly task: Task;
  readonly attempts: readonly TaskAttempt[];
  /** True runs it on a thread that nobody shares. */
  readonly alone: boolean;
  /** What a task that failed because a resource did has come to. */
  readonly again?: Again;
}

/** One execution of a plan: what waits, what runs, what ended. */
class Execution {
  readonly #options: ExecuteOptions;
  readonly #startedAt: number;
  /** When the scan ends, on the scan's own time; a scan that was taken up again gets its whole time anew. */
  readonly #deadlineMs: number;
  readonly #waiting: Waiting[];
  readonly #active = new Map<string, ActiveTask>();
  readonly #ended = new Map<string, Outcome>();
  readonly #endedAtMs = new Map<string, number>();
  readonly #data = new Map<string, JsonValue | undefined>();
  readonly #records: TaskRecord[] = [];
  readonly #checks: CheckOutcome[] = [];
  /** Set once the scan is over before its tasks are: what becomes of those that wait. */
  #over: { readonly queued: Outcome } | undefined;
  /** The times at which tasks run again. */
  readonly #alarms: Alarms;
  #finish: () => void = () => {};

  constructor(options: ExecuteOptions) {
    this.#options = options;
    const earlierMs = options.earlier?.atMs ?? 0;
    this.#startedAt = options.clock.now() - earlierMs;
    this.#deadlineMs = earlierMs + options.limits.deadlineMs;
    this.#alarms = new Alarms(options.clock, () => this.#advance());
    for (const { record, checks } of options.earlier?.tasks.values() ?? []) this.#recall(record, checks);
    this.#waiting = options.plan.tasks
      .filter(({ id }) => !this.#ended.has(id))
      .map((task) => ({ task, attempts: [], alone: false }));
  }

  /** Takes over what an earlier process did. */
  #recall(record: TaskRecord, checks: readonly CheckOutcome[]): void {
    this.#ended.set(record.id, record.outcome);
    this.#endedAtMs.set(record.id, record.timing.endedAtMs);
    this.#records.push(record);
    for (const check of checks) this.#data.set(check.check.id, check.data);
    this.#checks.push(...checks);
  }

  async run(): Promise<Executed> {
    const { clock, limits, pool, signal } = this.#options;
    const cancelDeadline = clock.after(limits.deadlineMs, () => this.#stopAll(deadlineReached(limits.deadlineMs)));
    const unsubscribe = pool.onChange(() => this.#advance());
    const keep = this.#options.onKill(() => {
      for (const active of this.#active.values()) active.requests.kill();
    });
    const cancel = (): void => this.#stopAll(interrupted(signal.reason));
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await new Promise<void>((resolve) => {
        this.#finish = resolve;
        if (signal.aborted) cancel();
        this.#advance();
      });
    } finally {
      cancelDeadline();
      this.#alarms.clear();
      unsubscribe();
      keep();
      signal.removeEventListener('abort', cancel);
    }
    return { records: this.#records, checks: this.#checks, wallMs: this.#now() };
  }

  #now(): number {
    return this.#options.clock.now() - this.#startedAt;
  }

  /** Starts what may start; ends when nothing is left. */
  #advance(): void {
    for (let index = 0; index < this.#waiting.length; ) {
      const waiting = this.#waiting[index] as Waiting;
      const verdict = this.#mayStart(waiting);
      if (verdict === 'full') break;
      if (verdict === 'wait' || !this.#settleOrStart(waiting, verdict)) index += 1;
      // A task that ended or started at once may have changed the queue before this place.
      else index = 0;
    }
    if (this.#waiting.length === 0 && this.#active.size === 0) this.#finish();
  }

  /** Whether a task may start now, must wait, or ends without having run. */
  #mayStart({ task, again }: Waiting): 'start' | 'wait' | 'full' | Outcome {
    if (this.#over) return this.#over.queued;
    if (again !== undefined && again.notBeforeMs > this.#now()) return 'wait';
    for (const id of task.after) {
      const outcome = this.#ended.get(id);
      if (outcome === undefined) return 'wait';
      if (!isConclusive(outcome) && outcome.status !== 'degraded') return needFailed(id, outcome);
    }
    const { parallel, concurrency } = this.#options.limits;
    return this.#active.size >= (parallel ? concurrency : 1) ? 'full' : 'start';
  }

  /** Ends a task that will not run, or starts it where there is a place; false when it stays in the queue. */
  #settleOrStart(waiting: Waiting, verdict: 'start' | Outcome): boolean {
    if (verdict !== 'start') {
      this.#remove(waiting);
      this.#settle(waiting, undefined, verdict, this.#collector(waiting.task).close({ outcome: verdict }), undefined);
      return true;
    }
    const { task } = waiting;
    const inline = this.#options.inline.has(task.id);
    const place = inline ? undefined : this.#options.pool.place(task.lane, waiting.alone);
    // The main thread computes one thing at a time: two at once would only seem to.
    if (inline ? task.lane === 'cpu' && this.#computing() : place === undefined) return false;
    this.#remove(waiting);
    this.#start(
      waiting,
      (order, listener) =>
        place?.start(order, listener) ?? startInline(order, listener, this.#options.clock, this.#options.loader),
    );
    return true;
  }

  /** True while the main thread runs a task that computes. */
  #computing(): boolean {
    return [...this.#active.values()].some(({ task }) => task.lane === 'cpu' && this.#options.inline.has(task.id));
  }

  #remove(waiting: Waiting): void {
    this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
  }

  #start(waiting: Waiting, start: (order: RunOrder, listener: RunListener) => Running): void {
    const { clock, source, listener } = this.#options;
    const { task } = waiting;
    const startedAtMs = this.#now();
    const collector = this.#collector(task);
    const untilMs = waiting.again?.untilMs ?? startedAtMs + task.timeoutMs;
    const requests = new TaskRequests(source, () => Math.min(untilMs, this.#deadlineMs) - this.#now(), task.id);
    const running = start(makeOrder(this.#options, task, this.#data, waiting.again?.left ?? task.retries ?? 0), {
      message: (message) => collector.message(message),
      request: (call) => requests.answer(call),
      stray: (error) => listener.stray(error),
    });
    const active: ActiveTask = { task, running, requests, stopped: undefined };
    this.#active.set(task.id, active);
    listener.taskStarted(task, running.worker);
    const cancelTimeout = clock.after(untilMs - startedAtMs, () => this.#stop(active, timedOut(task)));
    void running.ended.then((end) => {
      cancelTimeout();
      requests.close();
      this.#active.delete(task.id);
      const loadMs = end.kind === 'ended' ? end.loadMs : undefined;
      this.#end(waiting, active, collector, end, {
        startedAtMs,
        ...(loadMs === undefined ? {} : { loadedAtMs: startedAtMs + loadMs }),
        use: end.kind === 'ended' ? end.use : undefined,
      });
      this.#advance();
    });
  }

  #collector(task: Task): TaskCollector {
    const { registry, redactor, listener } = this.#options;
    return new TaskCollector(task, registry, redactor, {
      finding: (finding) => listener.finding(task, finding),
      measure: (checkId, measurement) => listener.measure(task, checkId, measurement),
      log: (message) => listener.log(task, message),
    });
  }

  #end(waiting: Waiting, active: ActiveTask, collector: TaskCollector, end: RunEnd, times: StartTimes): void {
    if (end.kind === 'lost' && end.shared && active.stopped === undefined && !this.#over) {
      // Nobody knows which of the thread's tasks killed it: each runs once more, alone, and only the culprit dies again.
      const outcome: Outcome = { status: 'errored', reason: lost(end) };
      this.#discard(waiting, active, collector, outcome, times, { alone: true });
      return;
    }
    const ended = end.kind === 'ended' && active.stopped === undefined && !this.#over ? end.checks : [];
    const again = this.#again(waiting, ended, times.startedAtMs);
    if (again !== undefined) {
      const outcome = worstOutcome([...collector.close({ ended }).values()]);
      this.#discard(waiting, active, collector, outcome, times, { again });
      return;
    }
    const outcomes = collector.close(
      active.stopped
        ? { outcome: active.stopped }
        : end.kind === 'ended'
          ? { ended: end.checks }
          : { outcome: { status: 'errored', reason: lost(end) } },
    );
    this.#settle(waiting, active.running.worker, worstOutcome([...outcomes.values()]), outcomes, times);
  }

  /** Drops what an attempt has said and puts the task back in the queue. */
  #discard(
    waiting: Waiting,
    active: ActiveTask,
    collector: TaskCollector,
    outcome: Outcome,
    times: StartTimes,
    next: Partial<Waiting>,
  ): void {
    this.#options.listener.attemptDiscarded(waiting.task, collector.findingCount);
    collector.close({ outcome });
    const attempt = makeAttempt(waiting.task, active.running.worker, outcome, times, this.#now());
    this.#waiting.unshift({
      ...waiting,
      ...next,
      task: { ...waiting.task, attempt: waiting.task.attempt + 1 },
      attempts: [...waiting.attempts, attempt],
    });
  }

  /** When a task whose check failed because a resource did runs again; undefined when it does not. */
  #again({ task, again }: Waiting, ends: readonly CheckEnd[], startedAtMs: number): Again | undefined {
    const { random = Math.random } = this.#options;
    const nowMs = this.#now();
    const untilMs = again?.untilMs ?? startedAtMs + task.timeoutMs;
    const retries = task.retries ?? 0;
    const next = decideAgain({ before: again, retries, ends, nowMs, untilMs, deadlineMs: this.#deadlineMs, random });
    if (next !== undefined && next.notBeforeMs > nowMs) this.#alarms.at(this.#startedAt + next.notBeforeMs);
    return next;
  }

  #settle(
    waiting: Waiting,
    worker: string | undefined,
    outcome: Outcome,
    outcomes: ReadonlyMap<Collected, Outcome>,
    times: StartTimes | undefined,
  ): void {
    const { task } = waiting;
    const queuedAtMs = Math.max(0, ...task.after.map((id) => this.#endedAtMs.get(id) ?? 0));
    const endedAtMs = this.#now();
    const record = makeRecord(task, { worker, outcome, queuedAtMs, times, endedAtMs, attempts: waiting.attempts });
    this.#ended.set(task.id, outcome);
    this.#endedAtMs.set(task.id, endedAtMs);
    this.#records.push(record);
    const timeMs = times === undefined ? 0 : endedAtMs - times.startedAtMs;
    const checks = [...outcomes].map(([collected, own]): CheckOutcome => ({ ...collected, outcome: own, timeMs }));
    for (const { check, data } of checks) this.#data.set(check.id, data);
    this.#checks.push(...checks);
    this.#options.listener.taskEnded(record, checks);
    if (task.critical && outcome.status !== 'passed')
      this.#stopAll(endedEarly(`the critical check ${record.checkIds.join(', ')} ended ${outcome.status}`));
  }

  #stop(active: ActiveTask, outcome: Outcome): void {
    if (active.stopped !== undefined) return;
    active.stopped = outcome;
    active.requests.stop();
    active.running.stop('reason' in outcome ? outcome.reason.message : outcome.status);
  }

  #stopAll({ running, queued }: Over): void {
    if (this.#over) return;
    this.#over = { queued };
    for (const active of this.#active.values()) this.#stop(active, running);
    this.#advance();
  }
}

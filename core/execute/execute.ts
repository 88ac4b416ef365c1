import type { JsonValue } from '../model/json.js';
import { type Outcome, worstOutcome } from '../model/outcome.js';
import type { TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import { Alarms } from './alarms.js';
import { type Collected, TaskCollector } from './collect.js';
import type { CheckOutcome, Executed, ExecuteOptions } from './contract.js';
import type { RunEnd, Running } from './executor.js';
import { startInline } from './inline.js';
import { makeOrder } from './order.js';
import { type Again, decideAgain } from './policy/again.js';
import type { Place } from './pool.js';
import type { CheckEnd } from './protocol.js';
import { TaskQueue, type Waiting } from './queue.js';
import { deadlineReached, endedEarly, interrupted, lost, type Over, timedOut } from './reasons.js';
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

/** One execution of a plan: what waits, what runs, what ended. */
class Execution {
  readonly #options: ExecuteOptions;
  readonly #startedAt: number;
  /** When the scan ends, on the scan's own time; a scan that was taken up again gets its whole time anew. */
  readonly #deadlineMs: number;
  readonly #queue: TaskQueue;
  readonly #active = new Map<string, ActiveTask>();
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
    const { limits, pool, plan } = options;
    this.#queue = new TaskQueue({
      tasks: plan.tasks,
      kindOf: (waiting) => this.#kindOf(waiting),
      heavyFirst: limits.parallel && limits.concurrency > pool.cores,
      ended: new Map(this.#records.map(({ id, outcome }) => [id, outcome])),
    });
  }

  /** Takes over what an earlier process did. */
  #recall(record: TaskRecord, checks: readonly CheckOutcome[]): void {
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
    for (const waiting of this.#over ? this.#queue.drain() : [])
      this.#settleUnrun(waiting, (this.#over as Over).queued);
    while (this.#active.size < this.#limit) {
      let place: Place | undefined;
      const taken = this.#queue.take(this.#now(), (waiting) => {
        place = this.#place(waiting);
        return place !== undefined;
      });
      if (taken === undefined) break;
      if (taken.instead) this.#settleUnrun(taken.waiting, taken.instead);
      else this.#start(taken.waiting, place as Place);
    }
    if (this.#queue.size === 0 && this.#active.size === 0) this.#finish();
  }

  /** Tasks that may be in flight now. */
  get #limit(): number {
    const { parallel, concurrency } = this.#options.limits;
    return parallel ? Math.min(concurrency, this.#options.governor?.allowed ?? concurrency) : 1;
  }

  #isInline({ id }: Task): boolean {
    return this.#options.inline.has(id);
  }

  #kindOf({ task, alone }: Waiting): string {
    return `${this.#isInline(task) ? 'inline' : alone ? 'alone' : 'thread'} ${task.lane}`;
  }

  /** A place for a task; undefined when there is none. */
  #place({ task, alone }: Waiting): Place | undefined {
    if (!this.#isInline(task)) return this.#options.pool.place(task.lane, alone);
    const { clock, loader } = this.#options;
    // The main thread computes one thing at a time: two at once would only seem to.
    const computing = [...this.#active.values()].some(
      (active) => active.task.lane === 'cpu' && this.#isInline(active.task),
    );
    if (task.lane === 'cpu' && computing) return undefined;
    return { start: (order, listener) => startInline(order, listener, clock, loader) };
  }

  /** Ends a task that will not run. */
  #settleUnrun(waiting: Waiting, outcome: Outcome): void {
    this.#settle(waiting, undefined, outcome, this.#collector(waiting.task).close({ outcome }), undefined);
  }

  #start(waiting: Waiting, place: Place): void {
    const { clock, source, listener } = this.#options;
    const { task } = waiting;
    const startedAtMs = this.#now();
    const collector = this.#collector(task);
    const untilMs = waiting.again?.untilMs ?? startedAtMs + task.timeoutMs;
    const requests = new TaskRequests(source, () => Math.min(untilMs, this.#deadlineMs) - this.#now(), task.id);
    const order = makeOrder(this.#options, task, this.#data, waiting.again?.left ?? task.retries ?? 0);
    const running = place.start(order, {
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
      directives: (path, directives) => listener.directives?.(path, directives),
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
    const task = { ...waiting.task, attempt: waiting.task.attempt + 1 };
    this.#queue.again({ ...waiting, ...next, task, attempts: [...waiting.attempts, attempt] }, this.#now());
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
    this.#queue.ended(task, outcome);
    this.#endedAtMs.set(task.id, endedAtMs);
    this.#records.push(record);
    const timeMs = times === undefined ? 0 : endedAtMs - times.startedAtMs;
    const checks = [...outcomes].map(([collected, own]): CheckOutcome => ({ ...collected, outcome: own, timeMs }));
    for (const { check, data } of checks) this.#data.set(check.id, data);
    this.#checks.push(...checks);
    this.#options.listener.taskEnded(record, checks);
    const critical = task.critical && outcome.status !== 'passed';
    const why = critical
      ? `the critical check ${record.checkIds.join(', ')} ended ${outcome.status}`
      : this.#options.failFast?.(checks);
    if (why !== undefined) this.#stopAll(endedEarly(why));
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

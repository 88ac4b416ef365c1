import { type Outcome, worstOutcome } from '../model/outcome.js';
import type { TaskRecord } from '../model/result.js';
import type { Task } from '../model/task.js';
import { ActiveTask } from './active-task.js';
import { Ahead } from './ahead.js';
import { Alarms } from './alarms.js';
import { CheckData } from './check-data.js';
import { TaskCollector } from './collect.js';
import type { Collected } from './collected.js';
import { type CheckOutcome, checkOutcome, collectListener, type Executed, type ExecuteOptions } from './contract.js';
import type { RunEnd } from './executor.js';
import { KnownTasks } from './known-tasks.js';
import { PassFiles } from './pass-files.js';
import { PassWatch } from './pass-watch.js';
import { Places } from './places.js';
import { type Again, decideAgain } from './policy/again.js';
import type { Place } from './pool.js';
import type { CheckEnd } from './protocol.js';
import { TaskQueue, type Waiting } from './queue.js';
import { criticalEnd, deadlineReached, endedEarly, interrupted, lost, lostVisit, type Over } from './reasons.js';
import { makeAttempt, makeRecord, type StartTimes } from './record.js';
import { TaskRequests } from './requests.js';

/** Runs a plan to its end. Every task ends exactly once, whatever it does. */
export async function execute(options: ExecuteOptions): Promise<Executed> {
  return new Execution(options).run();
}

/** One execution of a plan: what waits, what runs, what ended. */
class Execution {
  readonly #options: ExecuteOptions;
  readonly #startedAt: number;
  /** When the scan ends, on the scan's own time; a scan that was taken up again gets its whole time anew. */
  readonly #deadlineMs: number;
  readonly #queue: TaskQueue;
  readonly #files: PassFiles;
  readonly #known: KnownTasks | undefined;
  readonly #places: Places;
  readonly #ahead: Ahead;
  readonly #active = new Map<string, ActiveTask>();
  readonly #endedAtMs = new Map<string, number>();
  readonly #data = new CheckData();
  readonly #records: TaskRecord[] = [];
  readonly #checks: CheckOutcome[] = [];
  /** Set once the scan is over before its tasks are: what becomes of those that wait. */
  #over: { readonly queued: Outcome } | undefined;
  /** The times at which tasks run again. */
  readonly #alarms: Alarms;
  /** What happened and nobody was told yet, in order: a thread need not wait for those who listen. */
  readonly #untold: (() => void)[] = [];
  #finish: () => void = () => {};

  constructor(options: ExecuteOptions) {
    this.#options = options;
    const earlierMs = options.earlier?.atMs ?? 0;
    this.#startedAt = options.clock.now() - earlierMs;
    this.#deadlineMs = earlierMs + options.limits.deadlineMs;
    this.#alarms = new Alarms(options.clock, () => this.#advance());
    if (options.earlier !== undefined) this.#recall(options);
    const { answers, limits, pool, plan, source } = options;
    this.#files = new PassFiles(source);
    this.#known = answers && new KnownTasks(options, answers, this.#data, this.#files, () => this.#advance());
    this.#places = new Places(options, this.#active, this.#known, this.#files);
    this.#queue = new TaskQueue({
      tasks: plan.tasks,
      kindOf: (waiting) => this.#places.kindOf(waiting),
      heavyFirst: limits.parallel && limits.concurrency > pool.cores,
      ended: [...(options.earlier?.tasks ?? [])],
    });
    this.#ahead = new Ahead(options, this.#queue, this.#places, this.#data);
  }

  /** Takes over what an earlier process did. */
  #recall({ earlier, plan }: ExecuteOptions): void {
    for (const task of plan.tasks) {
      const done = earlier?.tasks.get(task.id);
      if (done === undefined) continue;
      this.#endedAtMs.set(task.id, done.record.timing.endedAtMs);
      this.#records.push(done.record);
      for (const { check, data } of done.checks) this.#data.keep(task, check.id, data);
      this.#checks.push(...done.checks);
    }
  }

  async run(): Promise<Executed> {
    const { clock, limits, plan, pool, signal } = this.#options;
    if (plan.tasks.some((task) => this.#places.mayNeedThread(task))) await pool.open();
    const cancelDeadline = clock.after(limits.deadlineMs, () => this.#stopAll(deadlineReached(limits.deadlineMs)));
    const unsubscribe = pool.onChange(() => this.#advance());
    const keep = this.#options.onKill(() => {
      for (const active of this.#active.values()) active.kill();
      this.#known?.kill();
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
      this.#known?.close();
      unsubscribe();
      keep();
      signal.removeEventListener('abort', cancel);
    }
    return { records: this.#records, checks: this.#checks, wallMs: this.#now() };
  }

  #now(): number {
    return this.#options.clock.now() - this.#startedAt;
  }

  /** Starts what may start, then tells of it and of what ended; ends when nothing is left. */
  #advance(): void {
    for (const waiting of this.#over ? this.#queue.drain() : [])
      this.#settleUnrun(waiting, (this.#over as Over).queued);
    while (this.#active.size < this.#limit) {
      let place: Place | 'known' | undefined;
      const taken = this.#queue.take(this.#now(), (waiting) => {
        place = this.#places.of(waiting);
        return place !== undefined;
      });
      if (taken === undefined) break;
      if (taken.instead) this.#settleUnrun(taken.waiting, taken.instead);
      else if (place === 'known') this.#settleKnown(taken.waiting);
      else this.#start(taken.waiting, place as Place);
    }
    for (let tell = this.#untold.shift(); tell !== undefined; tell = this.#untold.shift()) tell();
    if (this.#queue.size === 0 && this.#active.size === 0) this.#finish();
  }

  /** Tasks that may be in flight now. */
  get #limit(): number {
    const { parallel, concurrency } = this.#options.limits;
    return parallel ? Math.min(concurrency, this.#options.governor?.allowed ?? concurrency) : 1;
  }

  /** Ends a task that will not run. */
  #settleUnrun(waiting: Waiting, outcome: Outcome): void {
    this.#settle({ waiting }, outcome, this.#collector(waiting.task).close({ outcome }), undefined);
  }

  /** Ends a task whose answer is known: it needs no thread. */
  #settleKnown(waiting: Waiting): void {
    const { task } = waiting;
    const collector = this.#collector(task);
    this.#open(task, collector);
    const outcomes = collector.close({ ended: task.checks.map(({ id }) => ({ checkId: id, end: 'done' })) });
    this.#settle({ waiting }, worstOutcome([...outcomes.values()]), outcomes, undefined);
  }

  /** Tells a collector what is known before anything runs. */
  #open(task: Task, collector: TaskCollector): void {
    for (const message of this.#files.unreadOf(task)) collector.message(message);
    this.#known?.tell(task, collector);
  }

  #start(waiting: Waiting, place: Place): void {
    const { clock, source, listener } = this.#options;
    const { task, lost: before } = waiting;
    const nowMs = this.#now();
    const collector = before?.collector ?? this.#collector(task);
    const watch = before?.watch ?? (task.part === undefined ? undefined : new PassWatch(task));
    const startedAtMs = before?.startedAtMs ?? nowMs;
    const untilMs = waiting.again?.untilMs ?? startedAtMs + task.timeoutMs;
    const remainingMs = (): number => Math.min(untilMs, this.#deadlineMs) - this.#now();
    const asks = { task, visits: () => this.#files.visitsOf(task), learns: this.#known?.listener(task) };
    const requests = new TaskRequests(source, remainingMs, asks);
    const order = this.#ahead.orderOf(waiting, place);
    const running = place.start(watch === undefined ? order : { ...order, pass: watch.order }, {
      message: (message) => collector.message(message),
      request: (call) => requests.answer(call),
      stray: listener.stray,
    });
    const active = new ActiveTask({ waiting, running, requests, collector, watch, clock, startedAtMs, nowMs, untilMs });
    this.#active.set(task.id, active);
    this.#ahead.tell(place);
    if (before === undefined) {
      this.#untold.push(() => {
        listener.taskStarted(task, running.worker);
        this.#open(task, collector);
      });
    }
    void active.ended().then((end) => {
      this.#active.delete(task.id);
      this.#end(active, end, active.times(end));
      this.#advance();
    });
  }

  #collector(task: Task): TaskCollector {
    const { registry, redactor, listener, source } = this.#options;
    return new TaskCollector(task, registry, redactor, collectListener(listener, task), source.staged?.stored);
  }

  #end(active: ActiveTask, end: RunEnd, times: StartTimes): void {
    const { waiting, collector, stopped } = active;
    const over = stopped !== undefined || this.#over !== undefined;
    if (!over && end.kind !== 'ended' && this.#goOnAfter(active, end, times)) return;
    if (!over && end.kind === 'lost' && end.shared) {
      // Nobody knows which of the thread's tasks killed it: each runs once more, alone, and only the culprit dies again.
      this.#discard(active, { status: 'errored', reason: lost(end) }, times, { alone: true });
      return;
    }
    const ended = end.kind === 'ended' && !over ? end.checks : [];
    const again = this.#again(waiting, ended, times.startedAtMs);
    if (again !== undefined) {
      this.#discard(active, worstOutcome([...collector.close({ ended }).values()]), times, { again });
      return;
    }
    const outcomes = collector.close(
      stopped
        ? { outcome: stopped }
        : end.kind === 'ended'
          ? { ended: end.checks }
          : { outcome: { status: 'errored', reason: lost(end) } },
    );
    const learned = over ? outcomes : (this.#known?.learn(waiting, outcomes, end) ?? outcomes);
    this.#settle(active, worstOutcome([...learned.values()]), learned, times);
  }

  /** A visit cost a part of a pass its thread: that visit is lost, and the part goes on after it. False when no visit is to blame. */
  #goOnAfter(
    { waiting, watch, collector, task }: ActiveTask,
    end: Exclude<RunEnd, { readonly kind: 'ended' }>,
    { startedAtMs }: StartTimes,
  ): boolean {
    const place = watch?.lose();
    const path = place && this.#files.visitsOf(task).entries[place.entry]?.path;
    const check = place && task.checks[place.check];
    if (watch === undefined || path === undefined || check === undefined) return false;
    const reason = lostVisit(end, task.part?.checkTimeoutMs ?? task.timeoutMs);
    collector.message({ type: 'visitFailed', checkId: check.id, path, end: { end: 'errored', reason } });
    this.#queue.again({ ...waiting, lost: { collector, watch, startedAtMs } }, this.#now());
    return true;
  }

  /** Drops what an attempt has said and puts the task back in the queue. */
  #discard(
    { waiting, collector, worker }: ActiveTask,
    outcome: Outcome,
    times: StartTimes,
    next: Partial<Waiting>,
  ): void {
    this.#options.listener.attemptDiscarded(waiting.task, collector.findingCount);
    collector.close({ outcome });
    const { lost: _thread, ...kept } = waiting;
    const attempts = [...waiting.attempts, makeAttempt(waiting.task, worker, outcome, times, this.#now())];
    const task = { ...waiting.task, attempt: waiting.task.attempt + 1 };
    this.#queue.again({ ...kept, ...next, task, attempts }, this.#now());
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
    from: Pick<ActiveTask, 'waiting'> & Partial<Pick<ActiveTask, 'worker' | 'watch'>>,
    outcome: Outcome,
    outcomes: ReadonlyMap<Collected, Outcome>,
    times: StartTimes | undefined,
  ): void {
    const { waiting, worker, watch } = from;
    const { task, attempts } = waiting;
    const queuedAtMs = task.after.reduce((latest, id) => Math.max(latest, this.#endedAtMs.get(id) ?? 0), 0);
    const endedAtMs = this.#now();
    const record = makeRecord(task, { worker, outcome, queuedAtMs, times, endedAtMs, attempts });
    const checks = [...outcomes].map(([collected, own], index) =>
      checkOutcome(collected, own, watch?.spentMs(index) ?? (times === undefined ? 0 : endedAtMs - times.startedAtMs)),
    );
    this.#queue.ended(task, checks);
    this.#files.forget(task);
    this.#endedAtMs.set(task.id, endedAtMs);
    this.#records.push(record);
    for (const { check, data } of checks) this.#data.keep(task, check.id, data);
    this.#checks.push(...checks);
    this.#untold.push(() => this.#options.listener.taskEnded(record, checks));
    const why = criticalEnd(task, checks) ?? this.#options.failFast?.(checks);
    if (why !== undefined) this.#stopAll(endedEarly(why));
  }

  #stopAll({ running, queued }: Over): void {
    if (this.#over) return;
    this.#over = { queued };
    for (const active of this.#active.values()) active.stop(running);
    this.#advance();
  }
}

// The thread's side of a pass over files: every file is read once and shown to each check that wants it.

import { findDirectives } from '../check/directives.js';
import { codeOf, messageOf } from '../errors.js';
import { monotonicMs } from '../model/clock.js';
import { type End, endOf, notLoaded, Skip } from './check-end.js';
import type { Channel, CheckRunner } from './check-runner.js';
import { FileReader } from './file-content.js';
import { type PackedVisits, unpackFile } from './packed-files.js';
import { PassProgress } from './pass-progress.js';
import type { CheckEnd, PassOrder, RunOrder, VisitEnd } from './protocol.js';
import { timedOutOn, visitLimitMs } from './reasons.js';
import { type OpenedFile, SharedFile } from './visit.js';

/** How often a pass lets messages and signals through. */
const YIELD_MS = 25;

/** A check of a pass. */
interface Visitor {
  readonly id: string;
  readonly index: number;
  readonly runner: CheckRunner;
  /** What it threw, while all of it may be a resource's fault. */
  readonly errors: unknown[];
  /** Set once it visits no more. */
  end: End | undefined;
}

/** Asks for the files of a part. May be awaited later. */
export function askVisits(channel: Channel): Promise<PackedVisits> {
  const visits = channel.request({ name: 'visits' }) as Promise<PackedVisits>;
  visits.catch(() => {});
  return visits;
}

/** Runs one part of a pass. */
export async function runPass(
  order: RunOrder,
  runners: readonly (CheckRunner | Error)[],
  visits: PackedVisits,
  channel: Channel,
  signal: AbortSignal,
): Promise<CheckEnd[]> {
  const pass = new FilePass(order, runners, visits, channel, signal);
  await pass.run();
  return Promise.all(
    order.task.checks.map(async ({ id }, index) => ({
      checkId: id,
      ...(runners[index] instanceof Error ? notLoaded(runners[index]) : await pass.endOf(index)),
    })),
  );
}

class FilePass {
  readonly #root: string;
  readonly #visits: PackedVisits;
  readonly #reader = new FileReader();
  readonly #channel: Channel;
  readonly #signal: AbortSignal;
  readonly #visitors: (Visitor | undefined)[];
  readonly #progress: PassProgress;
  readonly #order: PassOrder | undefined;
  readonly #checkTimeoutMs: number;

  constructor(
    order: RunOrder,
    runners: readonly (CheckRunner | Error)[],
    visits: PackedVisits,
    channel: Channel,
    signal: AbortSignal,
  ) {
    const { task, pass } = order;
    this.#root = task.target.root;
    this.#visits = visits;
    this.#channel = channel;
    this.#signal = signal;
    this.#order = pass;
    this.#progress = new PassProgress(pass?.progress ?? task.checks.length);
    this.#checkTimeoutMs = task.part?.checkTimeoutMs ?? task.timeoutMs;
    this.#visitors = runners.map((runner, index) =>
      runner instanceof Error
        ? undefined
        : { id: task.checks[index]?.id ?? '', index, runner, errors: [], end: undefined },
    );
  }

  /** Visits every file, from where an earlier thread was lost. */
  async run(): Promise<void> {
    const { sets, setOf } = this.#visits;
    const after = this.#order?.after;
    let yielded = monotonicMs();
    for (let index = after?.entry ?? 0; index < setOf.length; index += 1) {
      if (monotonicMs() - yielded > YIELD_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        yielded = monotonicMs();
      }
      if (this.#signal.aborted) break;
      const file = new SharedFile(this.#root, unpackFile(this.#visits, index), this.#reader);
      for (const check of sets[setOf[index] ?? 0] ?? []) {
        if (index === after?.entry && check <= after.check) continue;
        const visitor = this.#visitors[check];
        if (visitor === undefined || visitor.end !== undefined) continue;
        const waiting = this.#visit(visitor, file, index);
        if (waiting !== undefined) await waiting;
      }
      this.#tellDirectives(file);
    }
    this.#progress.leave();
  }

  /** The comments that say which findings do not count, while the text is at hand. */
  #tellDirectives({ path, knownText }: SharedFile): void {
    if (knownText === undefined) return;
    const directives = findDirectives(knownText, path);
    if (directives.length > 0) this.#channel.send({ type: 'directives', path, directives });
  }

  /** How a check ended. */
  async endOf(index: number): Promise<End> {
    const visitor = this.#visitors[index] as Visitor;
    if (visitor.end !== undefined) return visitor.end;
    const { errors, runner } = visitor;
    const [first] = errors;
    if (first === undefined) return { end: 'done' };
    // One answer for all files: the fallback is for when a resource is to blame for each that failed.
    if (runner.hasFallback && errors.every((error) => runner.fallsBack(error))) return runner.end(first);
    // A mistake of the check is not hidden behind a resource that was down.
    const ends = errors.map(endOf);
    const mistake = ends.find((end) => end.end === 'errored' && !end.transient);
    return mistake ?? ends.find((end) => end.end === 'errored') ?? (ends[0] as End);
  }

  #visit(visitor: Visitor, file: SharedFile, index: number): Promise<void> | undefined {
    const opened = this.#open(visitor, file);
    if (opened === undefined) return undefined;
    this.#progress.enter(index, visitor.index);
    const started = monotonicMs();
    try {
      const waiting = visitor.runner.visit(opened);
      if (waiting !== undefined) return this.#wait(visitor, file.path, waiting, started);
    } catch (error) {
      return this.#failed(visitor, file.path, error, started);
    }
    this.#leave(visitor, file.path, started);
    return undefined;
  }

  /** Waits for a visit that takes its time, but not for ever. */
  async #wait(visitor: Visitor, path: string, waiting: Promise<void>, started: number): Promise<void> {
    const limitMs = visitLimitMs(this.#checkTimeoutMs);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new LateVisit(limitMs)), limitMs);
    });
    try {
      await Promise.race([waiting, late]);
      this.#leave(visitor, path, started);
    } catch (error) {
      await this.#failed(visitor, path, error, started);
    } finally {
      clearTimeout(timer);
    }
  }

  async #failed(visitor: Visitor, path: string, error: unknown, started: number): Promise<void> {
    this.#leave(visitor, path, started);
    if (error instanceof Skip) {
      visitor.end = await visitor.runner.end(error);
      return;
    }
    visitor.errors.push(error);
    const end = error instanceof LateVisit ? error.end : endOf(error);
    if (end.end === 'errored') this.#channel.send({ type: 'visitFailed', checkId: visitor.id, path, end });
  }

  #leave(visitor: Visitor, path: string, started: number): void {
    const { spentMs } = this.#progress;
    spentMs[visitor.index] = (spentMs[visitor.index] ?? 0) + monotonicMs() - started;
    if (visitor.runner.takeImpure()) this.#channel.send({ type: 'impure', checkId: visitor.id, path });
    if ((spentMs[visitor.index] ?? 0) > this.#checkTimeoutMs)
      visitor.end = { end: 'timed-out', reason: timedOutOn(this.#checkTimeoutMs, path) };
  }

  #open(visitor: Visitor, file: SharedFile): OpenedFile | undefined {
    try {
      const opened = file.open(visitor.runner.reads);
      if ('file' in opened) return opened.file;
      if (opened.left === 'too-large') this.#unread(visitor, file.path, `too large: ${file.sizeBytes} bytes`);
    } catch (error) {
      this.#unread(visitor, file.path, codeOf(error) ?? messageOf(error));
    }
    return undefined;
  }

  #unread({ id }: Visitor, path: string, why: string): void {
    this.#channel.send({ type: 'unread', checkId: id, path, why });
  }
}

/** A visit that did not end in time. */
class LateVisit extends Error {
  readonly end: VisitEnd;

  constructor(limitMs: number) {
    super(`The visit did not end within ${limitMs / 1_000} s.`);
    this.end = { end: 'errored', reason: { code: 'timeout', message: this.message } };
  }
}

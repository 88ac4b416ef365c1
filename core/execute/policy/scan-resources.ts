import { compileGlobs } from '../../check/glob.js';
import type { ScanEvent } from '../../model/event.js';
import {
  applySettings,
  type BreakerState,
  DEFAULT_POLICY,
  type PolicySettings,
  type ResourcePolicy,
} from '../../model/resource.js';
import type { ResourceRecord, ResourceTransition } from '../../model/result.js';
import { backoffMs } from './backoff.js';
import type { Attempt } from './breaker.js';
import type { Verdict } from './classify.js';
import { type Resource, rateLimited, type Try } from './resource.js';
import type { ResourceStore } from './store.js';

type Without<E, K extends string> = E extends unknown ? Omit<E, K> : never;

/** What happens to resources, as events without their time. */
export type ResourceEvent = Without<Extract<ScanEvent, { type: 'resourceChanged' | 'requestRetried' }>, 'at'>;

/** A request of a check, as the policies see it. */
export interface PolicyCall<T> {
  /** The name of the resource: a host, or what the check calls it. */
  readonly resource: string;
  /** The task that asks. */
  readonly taskId: string;
  /** Ends with the task. */
  readonly signal: AbortSignal;
  /** What is left of the task's and the scan's time. */
  remainingMs(): number;
  /** Milliseconds of one try; none is the task's time. */
  timeoutMs(policy: ResourcePolicy): number | undefined;
  /** Makes one try; the signal says when to give it up. */
  attempt(signal: AbortSignal): Promise<T>;
  /** What came of a try says of the resource. */
  judge(end: Attempt<T>['end']): Verdict;
}

/** A resource in this scan, with what it has counted. */
interface Used {
  readonly resource: Resource;
  readonly policy: ResourcePolicy;
  calls: number;
  failures: number;
  retries: number;
  refused: number;
  rateLimitedMs: number;
  readonly transitions: ResourceTransition[];
}

/** The policies of one scan, over the resources that it shares with the other scans of its runtime. */
export class ScanResources {
  readonly #store: ResourceStore;
  readonly #settings: ReadonlyMap<string, PolicySettings>;
  readonly #startedAtMs: number;
  readonly #emit: (event: ResourceEvent) => void;
  readonly #used = new Map<string, Promise<Used>>();
  readonly #known: Used[] = [];
  readonly #leave: (() => void)[] = [];

  constructor(
    store: ResourceStore,
    settings: ReadonlyMap<string, PolicySettings>,
    startedAtMs: number,
    emit: (event: ResourceEvent) => void,
  ) {
    this.#store = store;
    this.#settings = settings;
    this.#startedAtMs = startedAtMs;
    this.#emit = emit;
  }

  /** Makes a request under the policy of its resource: retry( breaker( place, rate limit, timeout( try ) ) ). */
  async call<T>(call: PolicyCall<T>): Promise<T> {
    const used = await this.#use(call.resource.toLowerCase());
    const { retry, handleWhenResult } = await this.#store.library();
    const state: CallState = { retries: 0, waitMs: 0, asked: false };
    // The library counts the tries and decides by our word; it would wait on the machine's clock and not notice an abort, so we wait.
    const policy = retry(
      handleWhenResult((attempt) => this.#again(used, call, state, attempt as Attempt<T>)),
      { maxAttempts: used.policy.retries },
    );
    const attempt = await policy.execute(async () => {
      if (state.waitMs > 0) await this.#wait(state.waitMs, call.signal);
      return this.#try(used, call);
    });
    // It asked to be left alone for longer than there is time: its answer is that, not the status.
    if (state.asked) throw rateLimited(used.resource.name, call.remainingMs());
    if ('error' in attempt.end) throw attempt.end.error;
    return attempt.end.value;
  }

  /** Stops listening; for the end of the scan. */
  close(): void {
    for (const leave of this.#leave.splice(0)) leave();
  }

  /** What the scan used, by name. */
  report(): ResourceRecord[] {
    return this.#known
      .map(({ resource, policy: _, ...counts }) => ({
        name: resource.name,
        state: resource.state,
        ...counts,
        rateLimitedMs: Math.round(counts.rateLimitedMs),
        concurrency: resource.concurrency,
        lowestConcurrency: resource.lowestConcurrency,
        transitions: [...counts.transitions],
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Whether a try is made again, and after what wait. */
  #again<T>(used: Used, call: PolicyCall<T>, state: CallState, { verdict }: Attempt<T>): boolean {
    const { policy, resource } = used;
    if (!verdict.failed || !verdict.retry || state.retries >= policy.retries || call.signal.aborted) return false;
    const waitMs = Math.max(
      verdict.retryAfterMs ?? 0,
      backoffMs(state.retries + 1, policy.backoff, this.#store.random),
    );
    if (waitMs >= call.remainingMs()) {
      state.asked = verdict.retryAfterMs !== undefined;
      return false;
    }
    state.retries += 1;
    state.waitMs = waitMs;
    used.retries += 1;
    const { cause } = verdict;
    this.#emit({
      type: 'requestRetried',
      taskId: call.taskId,
      resource: resource.name,
      retry: state.retries,
      waitMs,
      cause,
    });
    return true;
  }

  async #try<T>(used: Used, call: PolicyCall<T>): Promise<Attempt<T>> {
    const one: Try<T> = {
      signal: call.signal,
      remainingMs: () => call.remainingMs(),
      waited: (ms) => {
        used.rateLimitedMs += ms;
      },
      sent: () => {
        used.calls += 1;
      },
      send: () => this.#send(used, call),
    };
    try {
      return await used.resource.run(one);
    } catch (error) {
      if ((error as { readonly code?: unknown } | undefined)?.code === 'SR_BREAKER_OPEN') used.refused += 1;
      throw error;
    }
  }

  async #send<T>(used: Used, call: PolicyCall<T>): Promise<Attempt<T>> {
    const wanted = call.timeoutMs(used.policy);
    const timeout = new AbortController();
    const cancel =
      wanted === undefined
        ? undefined
        : this.#store.clock.after(Math.max(1, Math.min(wanted, call.remainingMs())), () =>
            timeout.abort(new DOMException(`There was no answer within ${wanted} ms.`, 'TimeoutError')),
          );
    const end = await call.attempt(AbortSignal.any([call.signal, timeout.signal])).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    cancel?.();
    // The task ended, which says nothing of the resource.
    if (call.signal.aborted && 'error' in end) throw end.error;
    const verdict = call.judge(end);
    if (verdict.failed) used.failures += 1;
    return { end, verdict };
  }

  #wait(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        cancel();
        reject(signal.reason);
      };
      const cancel = this.#store.clock.after(ms, () => {
        signal.removeEventListener('abort', leave);
        resolve();
      });
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }

  #use(name: string): Promise<Used> {
    const found = this.#used.get(name);
    if (found !== undefined) return found;
    const opened = this.#open(name);
    this.#used.set(name, opened);
    opened.catch(() => this.#used.delete(name));
    return opened;
  }

  async #open(name: string): Promise<Used> {
    const policy = policyFor(name, this.#settings);
    const resource = await this.#store.get(name, policy);
    const used: Used = {
      resource,
      policy,
      calls: 0,
      failures: 0,
      retries: 0,
      refused: 0,
      rateLimitedMs: 0,
      transitions: [],
    };
    const changed = (from: BreakerState, to: BreakerState): void => {
      used.transitions.push({ at: this.#store.clock.now() - this.#startedAtMs, from, to });
      this.#emit({ type: 'resourceChanged', resource: name, from, to });
    };
    this.#leave.push(resource.onChange(({ from, to }) => changed(from, to)));
    resource.configure(policy);
    this.#known.push(used);
    return used;
  }
}

/** What one call has come to. */
interface CallState {
  retries: number;
  waitMs: number;
  /** True when the resource asked for more time than there is. */
  asked: boolean;
}

/** The policy of a resource: the defaults, then every pattern that matches its name from the vaguest to the most exact, then its own entry. A host with a port also answers to the host alone. */
export function policyFor(name: string, settings: ReadonlyMap<string, PolicySettings>): ResourcePolicy {
  const names = [name.replace(/:\d+$/, ''), name];
  const rank = (pattern: string): number =>
    names.includes(pattern) ? 1_000 + pattern.length : pattern.replaceAll(/[*?]/g, '').length;
  return [...settings]
    .filter(([pattern]) => names.includes(pattern) || names.some(compileGlobs([pattern === '*' ? '**' : pattern])))
    .sort(([a], [b]) => rank(a) - rank(b))
    .reduce((policy, [, own]) => applySettings(policy, own), DEFAULT_POLICY);
}

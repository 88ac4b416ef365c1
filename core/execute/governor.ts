import type { Clock } from '../model/clock.js';
import type { ConcurrencyChange, MachineState, PressureKind, PressureLimits } from '../model/pressure.js';

/** How often it looks. Shorter would take a burst for a state, longer would let memory run out unseen. */
const SAMPLE_MS = 500;

/** How far below its limit everything must be before tasks are added again: without it the number would swing. */
const CALM = 0.9;

/** Calm samples in a row before one more task is allowed. */
const CALM_SAMPLES = 2;

/** What a governor must know. */
export interface GovernorOptions {
  readonly clock: Clock;
  readonly machine: MachineState;
  readonly limits: PressureLimits;
  /** Tasks that may be in flight on a machine at ease. */
  readonly concurrency: number;
  /** Told of each change. */
  readonly changed: (change: ConcurrencyChange) => void;
}

/**
 * Holds a scan's concurrency against the state of the machine: halves it under pressure, adds one task at a time when
 * it is calm again. It never stops a task that runs, and never goes below one.
 */
export class Governor {
  readonly #options: GovernorOptions;
  #allowed: number;
  #calm = 0;
  #stalledMs: number | undefined;
  #sampledAt: number;
  #cancel: (() => void) | undefined;

  constructor(options: GovernorOptions) {
    this.#options = options;
    this.#allowed = options.concurrency;
    this.#sampledAt = options.clock.now();
    this.#wait();
  }

  /** Tasks that may be in flight now, 1 to the configured number. */
  get allowed(): number {
    return this.#allowed;
  }

  /** Ends its watch. */
  close(): void {
    this.#cancel?.();
  }

  #wait(): void {
    const { clock, machine } = this.#options;
    this.#stalledMs ??= machine.cpuStalledMs();
    this.#cancel = clock.after(SAMPLE_MS, () => this.#sample());
  }

  #sample(): void {
    const readings = this.#read();
    const { concurrency, limits } = this.#options;
    const limitOf: Readonly<Record<PressureKind, number>> = {
      cpu: limits.cpu,
      memory: limits.memory,
      'event-loop': limits.eventLoopDelayMs,
    };
    const loads = readings.map(({ kind, value }) => ({ kind, value, load: value / limitOf[kind] }));
    const worst = loads.sort((a, b) => b.load - a.load)[0];
    if (worst !== undefined && worst.load >= 1) {
      this.#calm = 0;
      this.#change(Math.ceil(this.#allowed / 2), { cause: worst.kind, value: worst.value });
    } else if (worst === undefined || worst.load < CALM) {
      this.#calm += 1;
      if (this.#calm >= CALM_SAMPLES) this.#change(Math.min(concurrency, this.#allowed + 1), { cause: 'calm' });
    } else this.#calm = 0;
    this.#wait();
  }

  #read(): { readonly kind: PressureKind; readonly value: number }[] {
    const { clock, machine } = this.#options;
    const now = clock.now();
    const elapsedMs = now - this.#sampledAt;
    this.#sampledAt = now;
    const stalledMs = machine.cpuStalledMs();
    const waitedMs = stalledMs === undefined ? undefined : stalledMs - (this.#stalledMs ?? stalledMs);
    this.#stalledMs = stalledMs;
    const memory = machine.memoryUse();
    return [
      ...(waitedMs === undefined || elapsedMs <= 0 ? [] : [{ kind: 'cpu' as const, value: waitedMs / elapsedMs }]),
      ...(memory === undefined ? [] : [{ kind: 'memory' as const, value: memory }]),
      { kind: 'event-loop' as const, value: Math.max(0, elapsedMs - SAMPLE_MS) },
    ];
  }

  #change(to: number, why: Pick<ConcurrencyChange, 'cause' | 'value'>): void {
    const from = this.#allowed;
    if (to === from) return;
    this.#allowed = to;
    this.#options.changed({ from, to, ...why });
  }
}

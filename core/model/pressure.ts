/** What the governor watches. */
export type PressureKind = 'cpu' | 'memory' | 'event-loop';

/** From where on the machine counts as under pressure. */
export interface PressureLimits {
  /** Share of the time in which work waited for a core, 0 to 1. */
  readonly cpu: number;
  /** Share of the memory that is in use, 0 to 1. */
  readonly memory: number;
  /** How late the main thread's timers may be, in milliseconds. */
  readonly eventLoopDelayMs: number;
}

/** The thresholds of S0.1's successor: CPU 85 %, memory 90 %; a quarter of a second is when progress visibly sticks. */
export const PRESSURE_DEFAULTS: PressureLimits = { cpu: 0.85, memory: 0.9, eventLoopDelayMs: 250 };

/** The number of tasks in flight was changed for the machine's sake. */
export interface ConcurrencyChange {
  /** Tasks that were allowed before. */
  readonly from: number;
  /** Tasks that are allowed now. */
  readonly to: number;
  /** What was too high; `calm` when nothing is any more. */
  readonly cause: PressureKind | 'calm';
  /** What was measured: a share of 1, or milliseconds for `event-loop`; absent for `calm`. */
  readonly value?: number;
}

/** A change of concurrency and its time. */
export interface TimedConcurrencyChange extends ConcurrencyChange {
  /** Milliseconds since the scan began. */
  readonly atMs: number;
}

/** What a machine tells of its state. A reading that it cannot give is undefined: nothing is concluded from it. */
export interface MachineState {
  /** Milliseconds, since some moment, in which at least one process waited for a core. */
  cpuStalledMs(): number | undefined;
  /** Share of the memory in use, 0 to 1; of the container's where it has a limit. */
  memoryUse(): number | undefined;
}

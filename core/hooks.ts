import type { AsyncSeriesHook, SyncHook } from 'tapable';
import { messageOf, ScanError } from './errors.js';
import type { Clock } from './model/clock.js';
import type { Finding } from './model/finding.js';
import { freeze } from './model/freeze.js';
import type { Notice, ReportedFile, RunResult, TaskRecord } from './model/result.js';
import type { Plan, Task } from './model/task.js';
import type { HookTime } from './model/telemetry.js';

/**
 * How long a scan waits for a tap: enough to send a result to a slow server, and less than a person or a CI job waits
 * before they believe that it hangs. What a tap began goes on; only nobody waits for it any more.
 */
const HOOK_LIMIT_MS = 30_000;

/** What each hook is given. */
export interface HookArguments {
  /** The plan is made; nothing has run. */
  plan: [Plan];
  /** A task was given to a worker. */
  taskStart: [Task];
  /** A finding arrived; a later attempt of its task may discard it. */
  finding: [Finding, Task];
  /** A task ended. */
  taskEnd: [TaskRecord];
  /** The result is complete; no report is written yet. */
  result: [RunResult];
  /** The reports are written. */
  reported: [readonly ReportedFile[]];
  /** The scan is over; the last call. */
  close: [];
}

/** Hooks whose taps cannot wait: they are called while tasks run. */
export type SyncHookName = 'taskStart' | 'finding' | 'taskEnd';

/** Hooks whose taps the scan waits for. */
export type AsyncHookName = Exclude<keyof HookArguments, SyncHookName>;

/** The hooks of one scan. What they are given is frozen: they observe. */
export type ScanHooks = { readonly [Name in SyncHookName]: SyncHook<HookArguments[Name]> } & {
  readonly [Name in AsyncHookName]: AsyncSeriesHook<HookArguments[Name]>;
};

/** The name of a hook. */
export type HookName = keyof ScanHooks;

/** What a plugin that can be applied brings. */
interface Tapper {
  readonly name: string;
  apply?(hooks: ScanHooks): void;
}

/** The hooks of a scan with every tap attributed, timed and kept from breaking it. */
export interface HookRunner {
  /** Calls a hook whose taps cannot wait. A tap that throws becomes a notice; the other taps still run. */
  call<Name extends SyncHookName>(name: Name, ...args: HookArguments[Name]): void;
  /** True when a plugin listens to a hook: what nobody hears need not be made. */
  heard(name: SyncHookName): boolean;
  /** Calls a hook and waits for its taps. A tap that throws, rejects or takes too long becomes a notice; the other taps still run. */
  promise<Name extends AsyncHookName>(name: Name, ...args: HookArguments[Name]): Promise<void>;
  /** Time spent, by plugin and hook. */
  times(): readonly HookTime[];
}

const SILENT: HookRunner = { call: () => {}, heard: () => false, promise: () => Promise.resolve(), times: () => [] };

/**
 * Creates the hooks of one scan and lets each plugin tap them.
 * @param clock measures the taps and ends the wait for one that takes longer than 30 s.
 * @param fail is told of every tap that throws or takes too long, and the scan goes on.
 * @throws ScanError `SR_PLUGIN_TAP` when a plugin's `apply` throws or taps with something that is not a function.
 */
export async function createHooks(
  plugins: readonly Tapper[],
  clock: Clock,
  fail: (notice: Notice) => void,
): Promise<HookRunner> {
  const tappers = plugins.filter((plugin) => plugin.apply !== undefined);
  if (tappers.length === 0) return SILENT;
  const { AsyncSeriesHook, SyncHook } = await import('tapable');
  const hooks: ScanHooks = Object.freeze({
    plan: new AsyncSeriesHook<[Plan]>(['plan'], 'plan'),
    taskStart: new SyncHook<[Task]>(['task'], 'taskStart'),
    finding: new SyncHook<[Finding, Task]>(['finding', 'task'], 'finding'),
    taskEnd: new SyncHook<[TaskRecord]>(['record'], 'taskEnd'),
    result: new AsyncSeriesHook<[RunResult]>(['result'], 'result'),
    reported: new AsyncSeriesHook<[readonly ReportedFile[]]>(['reports'], 'reported'),
    close: new AsyncSeriesHook<[]>([], 'close'),
  });
  const taps = new TapClock(clock, fail);
  for (const [name, hook] of Object.entries(hooks) as [HookName, ScanHooks[HookName]][]) intercept(name, hook, taps);
  for (const plugin of tappers) {
    taps.plugin = plugin.name;
    try {
      plugin.apply?.(hooks);
    } catch (error) {
      throw new ScanError(
        'SR_PLUGIN_TAP',
        `The plugin '${plugin.name}' failed while tapping hooks: ${messageOf(error)}`,
        { cause: error },
      );
    }
  }
  taps.plugin = undefined;
  return {
    call: (name, ...args) => (hooks[name] as unknown as SyncHook<unknown[]>).call(...freeze(args)),
    heard: (name) => hooks[name].taps.length > 0,
    promise: (name, ...args) => (hooks[name] as unknown as AsyncSeriesHook<unknown[]>).promise(...freeze(args)),
    times: () => taps.times(),
  };
}

/** Wraps each tap as it is registered, so that its plugin answers for its time and its failures. */
function intercept(name: HookName, hook: ScanHooks[HookName], clock: TapClock): void {
  (hook as unknown as SyncHook<unknown[]>).intercept({
    register: (tap) => {
      const plugin = clock.plugin;
      if (plugin === undefined)
        throw new ScanError(
          'SR_PLUGIN_TAP',
          `'${tap.name}' tapped the hook '${name}' after apply returned; tap hooks inside apply.`,
        );
      if (typeof tap.fn !== 'function')
        throw new ScanError(
          'SR_PLUGIN_TAP',
          `The plugin '${plugin}' tapped the hook '${name}' with something that is not a function.`,
        );
      return { ...tap, name: plugin, fn: guard(tap.type, tap.fn as Tap, { plugin, hook: name }, clock) };
    },
  });
}

type Tap = (...args: unknown[]) => unknown;
type Place = { readonly plugin: string; readonly hook: HookName };

function guard(type: string, tap: Tap, place: Place, clock: TapClock): Tap {
  if (type === 'promise') {
    return (...args) =>
      new Promise<void>((resolve) => {
        const turn = clock.turn(place, resolve);
        turn.run(() => Promise.resolve(tap(...args)).then(turn.end, turn.fail));
      });
  }
  if (type === 'async') {
    return (...args) => {
      const turn = clock.turn(place, args.pop() as () => void);
      turn.run(() => tap(...args, (error?: unknown) => (error ? turn.fail(error) : turn.end())));
    };
  }
  return (...args) => {
    const started = clock.now();
    try {
      tap(...args);
    } catch (error) {
      clock.failed(place, error);
    }
    clock.add(place, clock.now() - started);
  };
}

/** The turn of a tap that the scan waits for. */
interface Turn {
  /** Starts it; a throw ends it. */
  run(tap: () => unknown): void;
  /** Ends it; a second end would run the taps that follow a second time, and does nothing. */
  readonly end: () => void;
  /** Ends it by a failure, which is told whenever it comes. */
  readonly fail: (error: unknown) => void;
}

/** Who taps now, how long taps took, and where their failures go. */
class TapClock {
  plugin: string | undefined;
  readonly #clock: Clock;
  readonly #fail: (notice: Notice) => void;
  readonly #times = new Map<string, { plugin: string; hook: HookName; calls: number; timeMs: number }>();

  constructor(clock: Clock, fail: (notice: Notice) => void) {
    this.#clock = clock;
    this.#fail = fail;
  }

  now(): number {
    return this.#clock.now();
  }

  /**
   * The turn of a tap, which ends by itself when it takes too long.
   * @param over is called once, at its end.
   */
  turn(place: Place, over: () => void): Turn {
    const started = this.now();
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      cancel();
      this.add(place, this.now() - started);
      over();
    };
    const cancel = this.#clock.after(HOOK_LIMIT_MS, () => {
      const { plugin, hook } = place;
      this.#tell(place, `The plugin '${plugin}' did not end in the hook '${hook}' within ${HOOK_LIMIT_MS / 1_000} s`);
      end();
    });
    const fail = (error: unknown): void => {
      this.failed(place, error);
      end();
    };
    const run = (tap: () => unknown): void => {
      try {
        tap();
      } catch (error) {
        fail(error);
      }
    };
    return { run, end, fail };
  }

  add({ plugin, hook }: Place, timeMs: number): void {
    const key = `${plugin}\0${hook}`;
    const entry = this.#times.get(key) ?? { plugin, hook, calls: 0, timeMs: 0 };
    entry.calls += 1;
    entry.timeMs += timeMs;
    this.#times.set(key, entry);
  }

  failed(place: Place, error: unknown): void {
    this.#tell(place, `The plugin '${place.plugin}' failed in the hook '${place.hook}': ${messageOf(error)}`);
  }

  #tell({ plugin }: Place, message: string): void {
    this.#fail({ code: 'SR_HOOK_FAILED', level: 'error', plugin, message });
  }

  times(): HookTime[] {
    return [...this.#times.values()];
  }
}

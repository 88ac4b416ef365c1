// Scans in this process, with everything they said.
import type { Config } from '../../core/config/define.js';
import type { ScanEvent } from '../../core/model/event.js';
import type { Outcome } from '../../core/model/outcome.js';
import type { CheckResult, ReportedFile, RunResult } from '../../core/model/result.js';
import type { Runtime } from '../../core/runtime.js';
import { type ScanHandle, type ScanOptions, scan } from '../../core/scan.js';

/** A scan that is over. */
export interface Scanned {
  readonly result: RunResult;
  readonly events: readonly ScanEvent[];
  readonly reports: readonly ReportedFile[];
  /** What went to standard output. */
  readonly stdout: string;
}

/** What a test says of a scan; the project's own plugin is the configuration's only one unless it says otherwise. */
export interface ScanSettings extends Partial<Omit<ScanOptions, 'config'>> {
  readonly config?: Config;
  readonly runtime?: Runtime;
  /** Called when the scan has begun. */
  readonly started?: (handle: ScanHandle) => void;
}

/** Scans a folder and waits for its end. */
export async function runScan(root: string, settings: ScanSettings = {}): Promise<Scanned> {
  const { config, runtime, started, ...options } = settings;
  let stdout = '';
  const handle = scan(
    {
      cwd: root,
      config: { plugins: ['./plugin.mjs'], reporters: [], ...config } as Config,
      output: {
        stdout: async (chunk) => {
          stdout += Buffer.from(chunk as string).toString('utf8');
        },
        color: false,
        columns: 80,
        verbosity: 'normal',
      },
      ...options,
    },
    runtime,
  );
  const events: ScanEvent[] = [];
  const reading = (async () => {
    for await (const event of handle.events) events.push(event);
  })();
  started?.(handle);
  const result = await handle.result;
  const reports = await handle.reports;
  await reading;
  return { result, events, reports, stdout };
}

/** A check's result by its id. */
export function checkOf(result: RunResult, id: string): CheckResult {
  const found = result.checks.find(({ checkId }) => checkId === id);
  if (found === undefined) throw new Error(`no check ${id} among ${result.checks.map(({ checkId }) => checkId)}`);
  return found;
}

/** `passed`, or a status with its reason's code: `errored threw`. */
export function endOf(result: RunResult, id: string): string {
  return shortly(checkOf(result, id).outcome);
}

/** An outcome in two words. */
export function shortly(outcome: Outcome): string {
  return 'reason' in outcome ? `${outcome.status} ${outcome.reason.code}` : outcome.status;
}

/** Every check's end by its key. */
export function ends(result: RunResult): Record<string, string> {
  return Object.fromEntries(
    result.checks.map(({ checkId, outcome }) => [checkId.replace(/^local\//, ''), shortly(outcome)]),
  );
}

/** Notices of what the machine did meanwhile, not of what was scanned. */
const OF_THE_MACHINE = ['concurrency-lowered'];

/** A result as one text, without what differs from run to run of one plan: times, workers, ids. Equal results give equal bytes. */
export function canonical(result: RunResult): string {
  const parts = result.checks.map(({ checkId, parts: all }) => [checkId, all.map(({ timeMs: _, ...part }) => part)]);
  const tasks = result.tasks.map(({ id, checkIds, outcome }) => ({ id, checkIds, outcome }));
  return text({ ...answerOf(result), parts, tasks: tasks.sort((a, b) => (a.id < b.id ? -1 : 1)) });
}

/** The same without tasks and parts, whose number depends on how many there may be at once. */
export function canonicalAnswer(result: RunResult): string {
  return text(answerOf(result));
}

function answerOf({ verdict, checks, notPlanned, notices }: RunResult): object {
  return {
    verdict,
    checks: checks.map(({ timeMs: _, parts: __, ...check }) => check),
    notPlanned,
    notices: notices.filter(({ code }) => !OF_THE_MACHINE.includes(code)),
  };
}

function text(value: unknown): string {
  return JSON.stringify(sorted(value), undefined, 1);
}

/** A value with the keys of its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

import { messageOf, ScanError } from '../errors.js';
import type { JsonValue } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import { firstNonJson } from './json-check.js';
import { failureKind } from './policy/classify.js';
import type { CheckEnd } from './protocol.js';

/** How a check ended, without its id. */
export type End = CheckEnd extends infer E ? (E extends unknown ? Omit<E, 'checkId'> : never) : never;

/** How many names of files an outcome lists; the rest is counted. */
const NAMES_SHOWN = 5;

/** A check said that it cannot run here. */
export class Skip extends Error {
  readonly reason: Reason;

  constructor(reason: Reason) {
    super(reason.message);
    this.reason = reason;
  }
}

/** The end of a check that could not be loaded. */
export function notLoaded(error: Error): End {
  return {
    end: 'errored',
    reason: { code: 'load-failed', message: `The check could not be loaded: ${messageOf(error)}` },
  };
}

/** The end of a check that threw. */
export function endOf(error: unknown): End {
  if (error instanceof Skip) return { end: 'skipped', reason: error.reason };
  const kind = failureKind(error);
  if (kind === 'rate-limit' || kind === 'breaker-open')
    return { end: 'skipped', reason: { code: kind, message: messageOf(error) } };
  const known = error instanceof ScanError && error.code === 'SR_CHECK_INVALID';
  const exited = error instanceof Error && 'code' in error && error.code === 'SR_PROCESS_EXIT';
  const stack = error instanceof Error && error.stack ? { data: { stack: error.stack } } : {};
  return {
    end: 'errored',
    reason: { code: known ? 'invalid-report' : exited ? 'exited' : 'threw', message: messageOf(error), ...stack },
    ...(kind === 'transient' ? { transient: true } : {}),
  };
}

/** The end of a check that returned something. */
export function endWith(data: unknown): End {
  if (data === undefined) return { end: 'done' };
  const place = firstNonJson(data);
  if (place === undefined) return { end: 'done', data: data as JsonValue };
  return {
    end: 'errored',
    reason: {
      code: 'uncloneable',
      message: `The check returned something that is not JSON: ${place}. Return plain objects, arrays, text, numbers and booleans.`,
    },
  };
}

/** The end of a file check that threw for some files. */
export function failedVisits(failed: readonly { readonly path: string; readonly error: unknown }[]): End {
  const all = failed.map(({ error }) => endOf(error));
  // A mistake of the check is not hidden behind a resource that was down.
  const end = all.find((one) => one.end === 'errored' && !one.transient) ?? all.find((one) => one.end === 'errored');
  if (end?.end !== 'errored') return all[0] as End;
  const paths = failed.map(({ path }) => path);
  return {
    ...end,
    reason: {
      ...end.reason,
      message: `Visiting ${someOf(paths)} failed: ${end.reason.message}`,
      data: { ...end.reason.data, files: paths },
    },
  };
}

/** The first names of a list, and how many more there are. */
export function someOf(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

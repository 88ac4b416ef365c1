import { messageOf, ScanError } from '../errors.js';
import { compareText } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import { firstNonJson } from './json-check.js';
import { failureKind } from './policy/classify.js';
import type { CheckEnd, VisitEnd } from './protocol.js';

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

/** Why a file check has no answer that failed for some files; undefined when it failed for none. */
export function failedVisits(failed: readonly { readonly path: string; readonly end: VisitEnd }[]): Reason | undefined {
  // The order in which threads came to the files says nothing.
  const sorted = [...failed].sort((a, b) => compareText(a.path, b.path));
  // A mistake of the check is not hidden behind a resource that was down.
  const worst = sorted.find(({ end }) => !end.transient) ?? sorted[0];
  if (worst === undefined) return undefined;
  const { reason } = worst.end;
  const paths = sorted.map(({ path }) => path);
  return {
    ...reason,
    message: `Visiting ${someOf(paths)} failed: ${reason.message}`,
    data: { ...reason.data, files: paths },
  };
}

/** Says that a file check could not be shown some files; nothing when it saw all. */
export function unreadReason(unread: readonly { readonly path: string; readonly why: string }[]): Reason[] {
  if (unread.length === 0) return [];
  const names = unread.map(({ path, why }) => `${path} (${why})`).sort(compareText);
  return [{ code: 'unreadable', message: `${someOf(names)} could not be read.`, data: { files: names } }];
}

/** The first names of a list, and how many more there are. */
function someOf(names: readonly string[]): string {
  const rest = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

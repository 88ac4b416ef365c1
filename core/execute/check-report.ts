import type { Report } from '../check/context.js';
import type { Messages } from '../check/define.js';
import { fillMessage } from '../check/messages.js';
import { suggest } from '../check/nearest.js';
import { ScanError } from '../errors.js';
import type { Location } from '../model/finding.js';
import type { JsonObject } from '../model/json.js';
import { firstNonJson } from './json-check.js';

const COUNTED = ['startLine', 'startColumn', 'endLine', 'endColumn'] as const;

/**
 * Checks what a check reports, where it can still be told who is to blame.
 * @throws ScanError `SR_CHECK_INVALID` for an unknown message, data that is not JSON or lacks a placeholder, a location outside of the target.
 */
export function checkReport(
  report: Report,
  messages: Messages,
  visited: string | undefined,
): { readonly data: JsonObject; readonly location: Location } {
  const template = Object.hasOwn(messages, report.messageId) ? messages[report.messageId] : undefined;
  if (template === undefined) {
    throw invalid(
      `the message '${report.messageId}', which its meta does not have: ${suggest(report.messageId, Object.keys(messages))}`,
    );
  }
  const data: JsonObject = report.data ?? {};
  const place = firstNonJson(data);
  if (place !== undefined) throw invalid(`${place}; a finding's data must be JSON`);
  const { missing } = fillMessage(template, data);
  if (missing.length > 0) throw invalid(`'${report.messageId}' without ${missing.join(', ')} in its data`);
  return { data, location: checkLocation(report, visited) };
}

function checkLocation(report: Report, visited: string | undefined): Location {
  const path = report.location?.path ?? visited;
  if (path === undefined || path === '')
    throw invalid(`'${report.messageId}' without a path; a finding needs a location`);
  if (leavesTarget(path)) {
    throw invalid(
      `the path ${JSON.stringify(path)}; a location's path is relative to the target's root and stays inside it`,
    );
  }
  const location: Location = { ...report.location, path };
  for (const key of COUNTED) {
    const value = location[key];
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw invalid(`${key} ${value}; lines and columns are whole numbers from 1`);
    }
  }
  return location;
}

/** True for a path that is not relative to the target's root, or leaves it. */
export function leavesTarget(path: string): boolean {
  return path.startsWith('/') || path.split('/').includes('..');
}

/** What a check reported is not well formed. */
export function invalid(what: string): ScanError {
  return new ScanError('SR_CHECK_INVALID', `The check reported ${what}.`);
}

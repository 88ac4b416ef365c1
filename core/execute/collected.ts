// What one check of one task has said so far.

import type { FindingOrigin } from '../answers/kept-finding.js';
import type { Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { Reason } from '../model/outcome.js';
import type { Measurement } from '../model/result.js';
import type { TaskCheck } from '../model/task.js';
import type { VisitEnd } from './protocol.js';

/** What one check of one task has said, in the attempt that counts. */
export interface Collected {
  readonly taskId: string;
  readonly check: TaskCheck;
  readonly findings: Finding[];
  readonly degraded: Reason[];
  readonly measurements: Measurement[];
  data: JsonValue | undefined;
  /** True when it named a value that must be masked. */
  masked: boolean;
  /** In a pass: files that it could not be shown, with the reason. */
  readonly unread: { readonly path: string; readonly why: string }[];
  /** In a pass: visits that failed. */
  readonly failed: { readonly path: string; readonly end: VisitEnd }[];
  /** In a pass: files whose answer depends on more than the file. */
  impure: ReadonlySet<string>;
  /** In a pass: what was said while visiting a file. */
  byFile: ReadonlyMap<string, Said>;
  /** What it reported when it looked at no single file, with what is known of each finding besides. */
  readonly origins: (FindingOrigin & { readonly finding: Finding })[];
  /** In a pass: files whose answer an earlier scan had given; the number of them. */
  knownFiles: number;
  /** True when its whole answer is an earlier scan's. */
  isKnown: boolean;
}

/** What a check said while it visited a file. */
export interface Said {
  readonly findings: (FindingOrigin & { readonly finding: Finding })[];
  readonly measurements: Measurement[];
}

/** What most tasks never put anything into is one for all until they do: five tables of each task are a third of its garbage. */
const NO_FILES: ReadonlySet<string> = new Set();
const NOTHING_SAID: ReadonlyMap<string, Said> = new Map();

/** A check of a task that has said nothing yet. */
export function newCollected(taskId: string, check: TaskCheck): Collected {
  return {
    taskId,
    check,
    findings: [],
    degraded: [],
    measurements: [],
    data: undefined,
    masked: false,
    unread: [],
    failed: [],
    impure: NO_FILES,
    byFile: NOTHING_SAID,
    origins: [],
    knownFiles: 0,
    isKnown: false,
  };
}

/** Where to put what a check says while it visits a file. */
export function saidOf(check: Collected, path: string): Said {
  const known = check.byFile.get(path);
  if (known !== undefined) return known;
  const said: Said = { findings: [], measurements: [] };
  if (check.byFile === NOTHING_SAID) check.byFile = new Map();
  (check.byFile as Map<string, Said>).set(path, said);
  return said;
}

/** A file's answer depends on more than the file. */
export function addImpure(check: Collected, path: string): void {
  if (check.impure === NO_FILES) check.impure = new Set();
  (check.impure as Set<string>).add(path);
}

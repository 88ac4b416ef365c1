import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fingerprint, identity } from '../check/fingerprint.js';
import { fillMessage } from '../check/messages.js';
import type { Registry } from '../check/registry.js';
import { compareFindings, type Finding, type Snippet } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import { type Outcome, type Reason, worstOutcome } from '../model/outcome.js';
import type { Measurement } from '../model/result.js';
import type { Task, TaskCheck } from '../model/task.js';
import type { Redactor } from '../redact.js';
import { failedVisits, unreadReason } from './check-end.js';
import type { CheckEnd, CheckMessage, RawReport, VisitEnd } from './protocol.js';
import { decode, LineIndex, MAX_READ_BYTES } from './visit.js';

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
  readonly impure: Set<string>;
  /** In a pass: what was found while visiting a file. */
  readonly byFile: Map<string, Finding[]>;
}

/** What the collector tells of. Everything is redacted. */
export interface CollectListener {
  finding(finding: Finding): void;
  measure(checkId: string, measurement: Measurement): void;
  log(message: Extract<CheckMessage, { type: 'log' }>): void;
}

/** Turns what a task's checks say into findings and outcomes. One for each attempt. */
export class TaskCollector {
  readonly #task: Task;
  readonly #registry: Registry;
  readonly #redactor: Redactor;
  readonly #listener: CollectListener;
  readonly #checks = new Map<string, Collected>();
  readonly #stored: ReadonlyMap<string, string>;
  readonly #occurrences = new Map<string, number>();
  readonly #files = new Map<string, LineIndex | undefined>();
  #closed = false;

  /** @param stored where files lie that are not at their path. */
  constructor(
    task: Task,
    registry: Registry,
    redactor: Redactor,
    listener: CollectListener,
    stored: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#stored = stored;
    this.#task = task;
    this.#registry = registry;
    this.#redactor = redactor;
    this.#listener = listener;
    for (const check of task.checks) {
      this.#checks.set(check.id, {
        taskId: task.id,
        check,
        findings: [],
        degraded: [],
        measurements: [],
        data: undefined,
        masked: false,
        unread: [],
        failed: [],
        impure: new Set(),
        byFile: new Map(),
      });
    }
  }

  /** Findings so far. */
  get findingCount(): number {
    return [...this.#checks.values()].reduce((sum, check) => sum + check.findings.length, 0);
  }

  /** Takes what a check said; nothing after the attempt was closed. */
  message(message: CheckMessage): void {
    if (this.#closed) return;
    if (message.type === 'redact') this.#mask(message.value);
    else if (message.type === 'log') this.#listener.log(this.#redactor.json(message));
    else this.#said(message);
  }

  /** A value is masked for all; which check of several named it does not matter. */
  #mask(value: string): void {
    this.#redactor.add(value);
    for (const check of this.#checks.values()) check.masked = true;
  }

  #said(message: Exclude<CheckMessage, { type: 'redact' | 'log' }>): void {
    const check = this.#checks.get(message.checkId);
    if (check === undefined) return;
    if (message.type === 'finding') {
      const finding = this.#finding(check.check, message.report);
      check.findings.push(finding);
      if (message.visited !== undefined) addTo(check.byFile, message.visited, finding);
      this.#listener.finding(finding);
    } else if (message.type === 'degraded') {
      check.degraded.push(this.#redactor.json(message.reason));
    } else if (message.type === 'measure') {
      const measurement = { name: message.name, value: message.value, unit: message.unit };
      check.measurements.push(measurement);
      this.#listener.measure(message.checkId, measurement);
    } else if (message.type === 'unread') {
      check.unread.push({ path: message.path, why: message.why });
    } else if (message.type === 'visitFailed') {
      check.failed.push({ path: message.path, end: message.end });
    } else {
      check.impure.add(message.path);
    }
  }

  /** Ends the attempt: each check's outcome by how the task ended. */
  close(end: { readonly ended: readonly CheckEnd[] } | { readonly outcome: Outcome }): Map<Collected, Outcome> {
    this.#closed = true;
    this.#files.clear();
    const outcomes = new Map<Collected, Outcome>();
    for (const [id, collected] of this.#checks) {
      collected.findings.sort(compareFindings);
      const own =
        'outcome' in end
          ? end.outcome
          : this.#outcomeOf(
              collected,
              end.ended.find(({ checkId }) => checkId === id),
            );
      outcomes.set(collected, this.#redactor.json(own));
    }
    return outcomes;
  }

  #outcomeOf(collected: Collected, end: CheckEnd | undefined): Outcome {
    if (end === undefined)
      return { status: 'errored', reason: { code: 'crashed', message: 'The thread did not say how the check ended.' } };
    const failed = end.end === 'done' || end.end === 'errored' ? failedVisits(collected.failed) : undefined;
    if (failed !== undefined) return { status: 'errored', reason: failed };
    if (end.end === 'errored') return { status: 'errored', reason: end.reason };
    if (end.end === 'timed-out') return { status: 'timed-out', reason: end.reason };
    if (end.end === 'skipped') return { status: 'skipped', reason: end.reason };
    if (end.data !== undefined) collected.data = this.#redactor.json(end.data);
    if (end.end === 'fallback') return { status: 'degraded', reason: end.reason };
    const reasons = [...collected.degraded, ...unreadReason(collected.unread)];
    const degraded: Outcome[] = reasons
      .slice(0, 1)
      .map((reason) => ({ status: 'degraded', reason: joined(reason, reasons) }));
    return worstOutcome([...degraded, { status: collected.findings.length > 0 ? 'failed' : 'passed' }]);
  }

  #finding(check: TaskCheck, report: RawReport): Finding {
    const meta = this.#registry.get(check.id)?.check.meta;
    const snippet = report.snippet ?? this.#snippet(report);
    const clean = this.#redactor.json(snippet === undefined ? report : { ...report, snippet });
    const data = clean.data ?? {};
    const message = fillMessage(meta?.messages[report.messageId] ?? report.messageId, data).text;
    const parts = {
      checkId: check.id,
      messageId: report.messageId,
      path: clean.location.path,
      package: clean.package,
      context: contextOf(clean, message),
    };
    const key = identity(parts);
    const occurrence = this.#occurrences.get(key) ?? 0;
    this.#occurrences.set(key, occurrence + 1);
    return {
      checkId: check.id,
      messageId: report.messageId,
      message: this.#redactor.text(message),
      data,
      severity: check.severity ?? report.severity ?? meta?.severity ?? 'error',
      location: clean.location,
      ...(clean.snippet === undefined ? {} : { snippet: shown(clean.snippet) }),
      ...(clean.package === undefined ? {} : { package: clean.package }),
      fingerprint: fingerprint({ ...parts, occurrence }),
    };
  }

  /** The lines around a finding of a check that did not read the file itself. */
  #snippet({ location }: RawReport): RawReport['snippet'] {
    if (location.startLine === undefined) return undefined;
    if (!this.#files.has(location.path))
      this.#files.set(location.path, readLines(this.#task.target.root, location.path, this.#stored.get(location.path)));
    return this.#files.get(location.path)?.snippet(location.startLine);
  }
}

/** The width to which a code frame's lines are cut. */
const SHOWN_LENGTH = 240;

function shown({ startLine, lines }: Snippet): Snippet {
  return { startLine, lines: lines.map((line) => line.slice(0, SHOWN_LENGTH)) };
}

function contextOf(report: RawReport, message: string): string {
  const { snippet, location } = report;
  const line =
    snippet === undefined || location.startLine === undefined
      ? undefined
      : snippet.lines[location.startLine - snippet.startLine];
  // Numbers in a message (sizes, counts) change while the problem stays.
  return line ?? message.replace(/\d+/g, '#');
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function joined(first: Reason, all: readonly Reason[]): Reason {
  return all.length === 1 ? first : { ...first, message: all.map(({ message }) => message).join(' ') };
}

/** A file's lines for a code frame; a frame is a courtesy, so a file that cannot be read, or lies outside the target, has none. */
function readLines(root: string, path: string, stored: string | undefined): LineIndex | undefined {
  try {
    const real = stored ?? realpathSync(join(root, path));
    if (stored === undefined && !real.startsWith(root + sep)) return undefined;
    const bytes = readFileSync(real);
    const text = bytes.length > MAX_READ_BYTES ? undefined : decode(bytes);
    return text === undefined ? undefined : new LineIndex(text);
  } catch {
    return undefined;
  }
}

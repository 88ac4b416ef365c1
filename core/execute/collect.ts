import type { FindingOrigin, RestoredFinding } from '../answers/kept-finding.js';
import type { Directive } from '../check/directives.js';
import { fingerprintBase, numberFindings } from '../check/fingerprint.js';
import { fillMessage } from '../check/messages.js';
import type { Registry } from '../check/registry.js';
import { compareFindings, compareText, type Finding, type Snippet } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import { type Outcome, type Reason, worstOutcome } from '../model/outcome.js';
import type { Measurement } from '../model/result.js';
import type { Task, TaskCheck } from '../model/task.js';
import { redactRecord } from '../redact/record.js';
import type { Redactor } from '../redact.js';
import { failedVisits, unreadReason } from './check-end.js';
import { addImpure, type Collected, newCollected, saidOf } from './collected.js';
import type { LineIndex } from './lines.js';
import type { CheckEnd, CheckMessage, RawReport } from './protocol.js';
import { readLines } from './read-text.js';

/** What an earlier scan said. */
export interface KnownAnswers {
  readonly findings: readonly RestoredFinding[];
  /** What it measured, each with the file that it was then visiting. */
  readonly measurements: readonly (Measurement & { readonly path?: string })[];
  readonly data?: JsonValue | undefined;
}

/** What the collector tells of. Everything is redacted. */
export interface CollectListener {
  finding(finding: Finding): void;
  measure(checkId: string, measurement: Measurement): void;
  log(message: Extract<CheckMessage, { type: 'log' }>): void;
  /** The `scanrun-ignore` comments of a file; told by each check that read it. */
  directives?(path: string, directives: readonly Directive[]): void;
}

const NOT_STORED: ReadonlyMap<string, string> = new Map();

/** Turns what a task's checks say into findings and outcomes. One for each attempt. */
export class TaskCollector {
  readonly #task: Task;
  readonly #registry: Registry;
  readonly #redactor: Redactor;
  readonly #listener: CollectListener;
  readonly #checks = new Map<string, Collected>();
  /** How many findings have arrived by fingerprint, without its number. */
  #equal: Map<string, number> | undefined;
  readonly #stored: ReadonlyMap<string, string>;
  /** The package that the task looks at, by name. */
  readonly #package: string | undefined;
  #files: Map<string, LineIndex | undefined> | undefined;
  /** The file that was visited when something was measured. */
  #measuredIn: Map<Measurement, string> | undefined;
  #closed = false;

  /** @param stored where files lie that are not at their path. */
  constructor(
    task: Task,
    registry: Registry,
    redactor: Redactor,
    listener: CollectListener,
    stored: ReadonlyMap<string, string> = NOT_STORED,
  ) {
    this.#stored = stored;
    this.#package = task.package === undefined ? undefined : redactor.text(task.package.name);
    this.#task = task;
    this.#registry = registry;
    this.#redactor = redactor;
    this.#listener = listener;
    for (const check of task.checks) {
      this.#checks.set(check.id, newCollected(task.id, check));
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
    else if (message.type === 'log') this.#listener.log(redactRecord(this.#redactor, message));
    else if (message.type === 'directives') this.#directives(message.path, message.directives);
    else this.#said(message);
  }

  /** Takes what earlier scans said to a check: of so many files, and whether that is all that it has to say. */
  know(checkId: string, { findings, measurements, data }: KnownAnswers, files: number, isAll: boolean): void {
    const check = this.#checks.get(checkId);
    if (check === undefined) return;
    check.isKnown = isAll;
    check.knownFiles = files;
    // What must be masked may have become known since.
    for (const known of findings) {
      const finding = this.#numbered(this.#redactor.json(known));
      check.findings.push(finding);
      this.#listener.finding(finding);
    }
    for (const { path, ...measurement } of measurements) {
      check.measurements.push(measurement);
      if (path !== undefined) this.#measured(measurement, path);
      this.#listener.measure(checkId, measurement);
    }
    if (data !== undefined) check.data = this.#redactor.json(data);
  }

  /** A file with comments of ours is read by each scan: one that is about nothing any more must be told by each. */
  #directives(path: string, directives: readonly Directive[]): void {
    for (const check of this.#checks.values()) addImpure(check, path);
    this.#listener.directives?.(path, directives);
  }

  /** A value is masked for all; which check of several named it does not matter. */
  #mask(value: string): void {
    this.#redactor.add(value);
    for (const check of this.#checks.values()) check.masked = true;
  }

  #said(message: Exclude<CheckMessage, { type: 'redact' | 'log' | 'directives' }>): void {
    const check = this.#checks.get(message.checkId);
    if (check === undefined) return;
    if (message.type === 'finding') {
      const found = this.#finding(check.check, message.report);
      check.findings.push(found.finding);
      if (message.visited === undefined) check.origins.push(found);
      else saidOf(check, message.visited).findings.push(found);
      this.#listener.finding(found.finding);
    } else if (message.type === 'degraded') {
      check.degraded.push(redactRecord(this.#redactor, message.reason));
    } else if (message.type === 'measure') {
      const measurement = { name: message.name, value: message.value, unit: message.unit };
      check.measurements.push(measurement);
      if (message.visited !== undefined) {
        saidOf(check, message.visited).measurements.push(measurement);
        this.#measured(measurement, message.visited);
      }
      this.#listener.measure(message.checkId, measurement);
    } else if (message.type === 'unread') {
      check.unread.push({ path: message.path, why: message.why });
    } else if (message.type === 'visitFailed') {
      check.failed.push({ path: message.path, end: message.end });
    } else {
      addImpure(check, message.path);
    }
  }

  /** Ends the attempt: each check's outcome by how the task ended. */
  close(end: { readonly ended: readonly CheckEnd[] } | { readonly outcome: Outcome }): Map<Collected, Outcome> {
    this.#closed = true;
    this.#files = undefined;
    const outcomes = new Map<Collected, Outcome>();
    for (const [id, collected] of this.#checks) {
      if (collected.findings.length > 0) {
        const numbered = numberFindings(collected.findings.sort(compareFindings));
        for (const [index, finding] of numbered.entries()) collected.findings[index] = finding;
      }
      // In the order of the visits, as if all had been made now.
      if (collected.knownFiles > 0 && this.#measuredIn !== undefined)
        collected.measurements.sort((a, b) => compareText(this.#placeOf(a), this.#placeOf(b)));
      const own =
        'outcome' in end
          ? end.outcome
          : this.#outcomeOf(
              collected,
              end.ended.find(({ checkId }) => checkId === id),
            );
      outcomes.set(collected, 'reason' in own ? redactRecord(this.#redactor, own) : own);
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

  #measured(measurement: Measurement, path: string): void {
    this.#measuredIn ??= new Map();
    this.#measuredIn.set(measurement, path);
  }

  #placeOf(measurement: Measurement): string {
    return this.#measuredIn?.get(measurement) ?? '';
  }

  #finding(check: TaskCheck, report: RawReport): FindingOrigin & { readonly finding: Finding } {
    const meta = this.#registry.get(check.id)?.check.meta;
    const snippet = report.snippet ?? this.#snippet(report);
    const clean = this.#redactor.json(snippet === undefined ? report : { ...report, snippet });
    const data = clean.data ?? {};
    const owner = this.#package ?? clean.package;
    const message = fillMessage(meta?.messages[report.messageId] ?? report.messageId, data).text;
    const finding = {
      checkId: check.id,
      messageId: report.messageId,
      message: this.#redactor.text(message),
      data,
      severity: check.severity ?? report.severity ?? meta?.severity ?? 'error',
      location: clean.location,
      ...(clean.snippet === undefined ? {} : { snippet: shown(clean.snippet) }),
      ...(owner === undefined ? {} : { package: owner }),
      ...(clean.fix === undefined ? {} : { fix: clean.fix }),
      ...(clean.fixWithheld === undefined ? {} : { fixWithheld: clean.fixWithheld }),
    };
    return { finding: this.#numbered(finding), severity: report.severity };
  }

  /** A finding with its fingerprint: made of what is shown, and numbered as it arrives. */
  #numbered(finding: RestoredFinding): Finding {
    const base = fingerprintBase(finding);
    this.#equal ??= new Map();
    const number = (this.#equal.get(base) ?? 0) + 1;
    this.#equal.set(base, number);
    return { ...finding, fingerprint: `${base}:${number}` };
  }

  /** The lines around a finding of a check that did not read the file itself. */
  #snippet({ location }: RawReport): RawReport['snippet'] {
    if (location.startLine === undefined) return undefined;
    this.#files ??= new Map();
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

function joined(first: Reason, all: readonly Reason[]): Reason {
  return all.length === 1 ? first : { ...first, message: all.map(({ message }) => message).join(' ') };
}

import {
  type CheckResult,
  compareText,
  type Finding,
  plural,
  type RunResult,
  SEVERITIES,
  type Severity,
} from 'scanrun';
import { byGravity, gravest, placeOf, severityText } from '../summary.js';
import { clip, visible } from '../visible.js';
import { type FrameLine, frameLines, frameOf } from './frame.js';
import { MESSAGE_LIMIT, nameText, number, pathText } from './text.js';

/** A finding as the template and the client show it; every text is safe to show. */
export interface FindingView {
  readonly severity: Severity;
  readonly severityWord: string;
  readonly message: string;
  readonly place: string;
  readonly check: number;
  readonly checkId: string;
  readonly package?: string;
  readonly suppressed?: string;
  readonly frame?: readonly FrameLine[];
}

/** A check's findings in the page itself. */
export interface GroupView {
  readonly check: number;
  readonly title: string;
  readonly checkId: string;
  readonly counts: string;
  readonly findings: readonly FindingView[];
}

/** An entry of a filter's list. */
export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** The section of findings. */
export interface FindingsView {
  readonly total: number;
  readonly suppressed: number;
  /** Findings that count: all but the suppressed, with the thousands set apart. */
  readonly counted: string;
  readonly groups: readonly GroupView[];
  /** How many findings only the client shows; empty when there are none. */
  readonly rest: string;
  readonly severities: readonly { readonly value: Severity; readonly word: string; readonly count: string }[];
  readonly checks: readonly Choice[];
  readonly categories: readonly Choice[];
  readonly payload: Payload;
  /** What the client clones for each finding: all parts are there. */
  readonly skeleton: FindingView;
}

/**
 * All findings for the client. Every text is an index into `strings`, where each stands once; checks are
 * `[id, title, category, index of the row]`, findings `[check, severity, message, path, line, column, package,
 * suppressed, frame]` with -1 (0 for line, column, frame) for what is absent, frames `[first line, first marked,
 * last marked, from, to, ...lines]`.
 */
export interface Payload {
  readonly strings: readonly string[];
  readonly checks: readonly (readonly number[])[];
  readonly findings: readonly (readonly (number | readonly number[])[])[];
}

const WORDS: Readonly<Record<Severity, string>> = { error: 'Error', warning: 'Warning', note: 'Note' };

/** Builds the section; `limit` findings are in the page itself. */
export function findingsView(result: RunResult, rows: ReadonlyMap<CheckResult, number>, limit: number): FindingsView {
  const found = byGravity(result.checks).filter((check) => check.findings.length > 0);
  // The gravest findings first: here the outcome matters less than what was found.
  found.sort((a, b) => gravest(a.findings) - gravest(b.findings) || compareText(a.checkId, b.checkId));
  const all = found.flatMap((check) => check.findings);
  const counted = all.filter((finding) => !finding.suppressedBy);
  const hidden = Math.max(0, all.length - limit);
  return {
    total: all.length,
    suppressed: all.length - counted.length,
    counted: number(counted.length),
    groups: groupsOf(found, rows, limit),
    rest:
      hidden > 0
        ? `${plural(hidden, 'more finding')} ${hidden === 1 ? 'is' : 'are'} listed where JavaScript runs, and in the json report.`
        : '',
    severities: SEVERITIES.map((value) => ({
      value,
      word: `${WORDS[value]}s`,
      count: counted.filter((finding) => finding.severity === value).length.toLocaleString('en-US'),
    })),
    checks: found.map((check) => ({ value: String(rows.get(check) ?? 0), label: clip(visible(check.checkId), 80) })),
    categories: [...new Set(found.map((check) => check.meta.category))]
      .sort(compareText)
      .map((category) => ({ value: nameText(category), label: clip(visible(category), 80) })),
    payload: payloadOf(found, rows),
    skeleton: {
      severity: 'note',
      severityWord: WORDS.note,
      message: '',
      place: '',
      check: 0,
      checkId: '',
      package: '-',
      suppressed: '-',
      frame: [{ number: 0, marked: true, before: '', mark: '-', after: '' }],
    },
  };
}

function groupsOf(found: readonly CheckResult[], rows: ReadonlyMap<CheckResult, number>, limit: number): GroupView[] {
  let left = limit;
  return found.flatMap((check) => {
    const shown = check.findings.slice(0, Math.max(0, left));
    left -= shown.length;
    if (shown.length === 0) return [];
    const row = rows.get(check) ?? 0;
    return [
      {
        check: row,
        title: nameText(check.meta.title),
        checkId: nameText(check.checkId),
        counts: countsOf(check.findings),
        findings: shown.map((finding) => findingView(finding, row)),
      },
    ];
  });
}

function countsOf(findings: readonly Finding[]): string {
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  for (const finding of findings) if (!finding.suppressedBy) counts[finding.severity] += 1;
  const suppressed = findings.filter((finding) => finding.suppressedBy).length;
  const text = severityText(counts);
  if (suppressed === 0) return text;
  return text === 'none' ? `${suppressed} suppressed` : `${text}, ${suppressed} suppressed`;
}

function findingView(finding: Finding, row: number): FindingView {
  const frame = frameOf(finding);
  return {
    severity: finding.severity,
    severityWord: WORDS[finding.severity],
    message: messageText(finding),
    place: placeOf({ ...finding.location, path: pathText(finding.location.path) }),
    check: row,
    checkId: nameText(finding.checkId),
    ...(finding.package === undefined ? {} : { package: nameText(finding.package) }),
    ...(finding.suppressedBy ? { suppressed: suppressedText(finding.suppressedBy) } : {}),
    ...(frame ? { frame: frameLines(frame) } : {}),
  };
}

function suppressedText({ kind, reason }: NonNullable<Finding['suppressedBy']>): string {
  return `Suppressed by ${visible(kind)}${reason === undefined ? '' : `: ${nameText(reason)}`}`;
}

function messageText(finding: Finding): string {
  return clip(visible(finding.message), MESSAGE_LIMIT);
}

function payloadOf(found: readonly CheckResult[], rows: ReadonlyMap<CheckResult, number>): Payload {
  const strings: string[] = [];
  const places = new Map<string, number>();
  const intern = (text: string): number => {
    const known = places.get(text);
    if (known !== undefined) return known;
    places.set(text, strings.length);
    return strings.push(text) - 1;
  };
  const checks = found.map((check) => [
    intern(nameText(check.checkId)),
    intern(nameText(check.meta.title)),
    intern(nameText(check.meta.category)),
    rows.get(check) ?? 0,
  ]);
  const findings = found.flatMap((check, index) =>
    check.findings.map((finding) => {
      const { path, startLine = 0, startColumn = 0 } = finding.location;
      const frame = frameOf(finding);
      return [
        index,
        SEVERITIES.indexOf(finding.severity),
        intern(messageText(finding)),
        intern(pathText(path)),
        startLine,
        startColumn,
        finding.package === undefined ? -1 : intern(nameText(finding.package)),
        finding.suppressedBy ? intern(suppressedText(finding.suppressedBy)) : -1,
        frame ? [frame.start, frame.first, frame.last, frame.from, frame.to, ...frame.lines.map(intern)] : 0,
      ];
    }),
  );
  return { strings, checks, findings };
}

import type { CheckResult, RunResult } from 'scanrun';
import { gravestFirst, outcomeText, type Reported, unanswered } from '../findings.js';
import { visible } from '../visible.js';

/** The options of the reporter. */
export interface CsvOptions {
  readonly bom: boolean;
  readonly delimiter: string;
  readonly suppressed: boolean;
}

/** The columns; new ones are added at the end, so that scripts may count. */
const COLUMNS = [
  'kind',
  'severity',
  'check',
  'category',
  'path',
  'startLine',
  'startColumn',
  'endLine',
  'endColumn',
  'message',
  'messageId',
  'package',
  'suppressedBy',
  'suppressionReason',
  'outcome',
  'fingerprint',
  'state',
  'suppressionOwner',
  'suppressionExpires',
] as const;

type Row = Readonly<Partial<Record<(typeof COLUMNS)[number], string | number | undefined>>>;

const DELIMITERS: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t' };

/** The table, a row a chunk. */
export function* renderTable(result: RunResult, options: CsvOptions): Generator<string> {
  const { bom, suppressed } = options;
  const delimiter = DELIMITERS[options.delimiter] ?? ',';
  yield `${bom ? '\ufeff' : ''}${COLUMNS.join(delimiter)}\r\n`;
  for (const row of rowsOf(result, suppressed))
    yield `${COLUMNS.map((column) => cell(row[column])).join(delimiter)}\r\n`;
}

function* rowsOf({ checks }: RunResult, suppressed: boolean): Generator<Row> {
  for (const check of unanswered(checks)) yield checkRow(check);
  for (const reported of gravestFirst(checks))
    if (suppressed || reported.finding.suppressedBy === undefined) yield findingRow(reported);
}

function checkRow(check: CheckResult): Row {
  return {
    kind: 'check',
    check: check.checkId,
    category: check.meta.category,
    message: outcomeText(check),
    ...('reason' in check.outcome ? { messageId: check.outcome.reason.code } : {}),
    outcome: check.outcome.status,
  };
}

function findingRow({ check, finding }: Reported): Row {
  const { location, suppressedBy } = finding;
  return {
    kind: 'finding',
    severity: finding.severity,
    check: finding.checkId,
    category: check.meta.category,
    ...location,
    message: finding.message,
    messageId: finding.messageId,
    package: finding.package,
    suppressedBy: suppressedBy?.kind,
    suppressionReason: suppressedBy?.reason,
    outcome: check.outcome.status,
    fingerprint: finding.fingerprint,
    state: finding.state,
    suppressionOwner: suppressedBy?.owner,
    suppressionExpires: suppressedBy?.expires,
  };
}

/** What a spreadsheet takes for the beginning of a formula, also behind spaces and in full width. Source: OWASP, "CSV Injection". */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠|%]/u;

/** A cell: numbers as they are, text quoted, on one line and without a formula. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  const text = visible(value);
  const safe = FORMULA.test(value) || FORMULA.test(text) ? `'${text}` : text;
  return /^[\w ./:-]*$/.test(safe) ? safe : `"${safe.replaceAll('"', '""')}"`;
}

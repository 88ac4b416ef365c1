import { type CheckResult, compareText, type Finding, formatCount, plural, type RunResult } from 'scanrun';
import { gravestFirst, newTo, oneLine, outcomeText } from '../findings.js';
import { comparisonText, countSeverities, isAnswered, placeOf, severityText } from '../summary.js';
import { clip } from '../visible.js';
import { attributes, content } from './xml.js';

/** Characters of a message at most. */
const MESSAGE_LIMIT = 4_000;
/** Characters of a name at most. */
const NAME_LIMIT = 200;

/** The options of the reporter. */
export interface JunitOptions {
  readonly name: string;
  readonly maxFindings: number;
}

/** What a check is to a test server. */
type CaseKind = 'error' | 'failure' | 'skipped' | 'passed';

/** The suites, a chunk for each case. */
export function* renderSuites(result: RunResult, { name, maxFindings }: JunitOptions): Generator<string> {
  const { checks, statistics } = result;
  const totals = countKinds(checks);
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({
    name,
    time: seconds(statistics.wallMs),
    tests: checks.length,
    failures: totals.failure,
    errors: totals.error,
  })}>\n`;
  for (const [category, list] of byCategory(checks)) {
    const { failure, error, skipped } = countKinds(list);
    yield `  <testsuite${attributes({
      name: clip(category, NAME_LIMIT),
      tests: list.length,
      failures: failure,
      errors: error,
      skipped,
      time: seconds(list.reduce((sum, { timeMs }) => sum + timeMs, 0)),
      timestamp: timestamp(result.run.startedAt),
      id: result.run.id,
      package: name,
    })}>\n`;
    yield propertiesOf(result);
    for (const check of list) yield* caseOf(check, { name, maxFindings, isNew: newTo(result) });
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
}

function byCategory(checks: readonly CheckResult[]): (readonly [string, CheckResult[]])[] {
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) groups.set(check.meta.category, [...(groups.get(check.meta.category) ?? []), check]);
  return [...groups].sort(([a], [b]) => compareText(a, b));
}

function countKinds(checks: readonly CheckResult[]): Record<CaseKind, number> {
  const counts = { error: 0, failure: 0, skipped: 0, passed: 0 };
  for (const check of checks) counts[kindOf(check)] += 1;
  return counts;
}

/** Breaking is graver than what was found until then, where an answer is expected; a check without one never passes. */
function kindOf(check: CheckResult): CaseKind {
  const { status } = check.outcome;
  if (!check.optional && (status === 'errored' || status === 'timed-out' || status === 'cancelled')) return 'error';
  if (check.findings.some(({ suppressedBy }) => suppressedBy === undefined)) return 'failure';
  return isAnswered(check) ? 'passed' : 'skipped';
}

interface CaseSettings extends JunitOptions {
  readonly isNew: (finding: Finding) => boolean;
}

function* caseOf(check: CheckResult, settings: CaseSettings): Generator<string> {
  const { name } = settings;
  const kind = kindOf(check);
  const head = attributes({
    name: clip(check.checkId, NAME_LIMIT),
    classname: `${name}.${clip(check.meta.category, NAME_LIMIT).replaceAll('.', '_')}`,
    time: seconds(check.timeMs),
  });
  const suppressed = check.findings.filter(({ suppressedBy }) => suppressedBy !== undefined).length;
  if (kind === 'passed' && suppressed === 0) {
    yield `    <testcase${head}/>\n`;
    return;
  }
  yield `    <testcase${head}>\n`;
  if (kind !== 'passed') {
    const type = 'reason' in check.outcome ? check.outcome.reason.code : check.meta.severity;
    yield `      <${kind}${attributes({ type, message: clip(oneLine(headline(check)), MESSAGE_LIMIT) })}>`;
    yield* bodyOf(check, settings);
    yield `</${kind}>\n`;
  }
  if (suppressed > 0) yield `      <system-out>${plural(suppressed, 'suppressed finding')}</system-out>\n`;
  yield '    </testcase>\n';
}

/** What a server shows in its list. */
function headline(check: CheckResult): string {
  const found = severityText(countSeverities(check.findings));
  return [
    check.meta.title,
    ...(isAnswered(check) ? [] : [outcomeText(check)]),
    ...(found === 'none' ? [] : [found]),
  ].join(': ');
}

/** The reason, each finding on a line of its own, and how to fix them. */
function* bodyOf(check: CheckResult, { maxFindings, isNew }: CaseSettings): Generator<string> {
  if (!isAnswered(check)) yield content(`${clip(outcomeText(check), MESSAGE_LIMIT)}\n`);
  let count = 0;
  let rest = 0;
  for (const { finding } of gravestFirst([check])) {
    if (finding.suppressedBy !== undefined) continue;
    if (count < maxFindings) yield content(`${lineOf(finding, isNew(finding))}\n`);
    else rest += 1;
    count += 1;
  }
  if (rest > 0) yield content(`and ${plural(rest, 'more finding')} of ${formatCount(count)}\n`);
  const { help, docsUrl } = check.meta;
  if (count > 0 && help !== undefined) yield content(`\nHow to fix:\n${clip(help, MESSAGE_LIMIT)}\n`);
  if (docsUrl !== undefined) yield content(`${docsUrl}\n`);
}

function lineOf({ severity, location, message }: Finding, isNew: boolean): string {
  return `${severity}${isNew ? ' (new)' : ''} ${clip(placeOf(location), 2 * NAME_LIMIT)}: ${clip(oneLine(message), MESSAGE_LIMIT)}`;
}

/** What was scanned and by what; the schema has a place for it in a suite only. */
function propertiesOf(result: RunResult): string {
  const { run, target, verdict } = result;
  const values = {
    tier: run.tier,
    verdict: verdict.summary,
    changes: comparisonText(result),
    target: target.name,
    commit: target.commit,
    branch: target.branch,
    ...Object.fromEntries(Object.entries(run.versions).map(([name, version]) => [`version.${name}`, version])),
  };
  const lines = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`      <property${attributes({ name, value: clip(value, MESSAGE_LIMIT) })}/>\n`],
  );
  return `    <properties>\n${lines.join('')}    </properties>\n`;
}

/** Milliseconds as the schema's seconds: `12.345`. */
function seconds(ms: number): string {
  return (Number.isFinite(ms) && ms > 0 ? ms / 1_000 : 0).toFixed(3);
}

/** A time without a zone, as servers expect it; it is UTC. */
function timestamp(iso: string): string | undefined {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().slice(0, 19);
}

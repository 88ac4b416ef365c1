import {
  type CheckResult,
  type Finding,
  formatCount,
  plural,
  type RunResult,
  SEVERITIES,
  type Severity,
} from 'scanrun';
import { suppressionText } from '../findings.js';
import { gravest, placeOf, severityText } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';
import { codeFrame } from './frame.js';
import type { FindingSettings, Settings } from './settings.js';
import { SEVERITY_SIGNS } from './style.js';
import { textWidth, wrap } from './width.js';

/** Characters of a path that are shown at most; longer ones are attacks or accidents, and would fill the screen. */
const PATH_LIMIT = 400;
/** Characters of a message that are shown at most. */
const MESSAGE_LIMIT = 2_000;

/** The findings by check, the gravest check last so that it stands next to the summary, up to the caps. */
export function* findingLines(result: RunResult, settings: FindingSettings): Generator<string> {
  const groups = result.checks
    .map((check) => ({ check, shown: shownOf(check, settings) }))
    .filter(({ shown }) => shown.length > 0);
  // What is left of the cap goes to the gravest first; printing then runs the other way round.
  groups.sort((a, b) => gravest(a.shown) - gravest(b.shown));
  let left = settings.verbosity === 'verbose' ? Number.POSITIVE_INFINITY : settings.maxFindings;
  const planned = groups.map(({ check, shown }) => {
    const limit = settings.verbosity === 'verbose' ? shown.length : Math.min(left, settings.maxPerCheck);
    const findings = limit >= shown.length ? shown : bySeverity(shown).slice(0, limit);
    left -= findings.length;
    return { check, shown, findings };
  });
  const hidden = planned.reduce((sum, { shown, findings }) => sum + shown.length - findings.length, 0);
  for (const { check, shown, findings } of planned.reverse()) {
    if (findings.length > 0)
      yield* settings.verbosity === 'quiet' ? quietGroup(findings, settings) : group(check, shown, findings, settings);
  }
  if (hidden > 0) {
    yield settings.style.dim(
      `… and ${plural(hidden, 'more finding')}: --verbose lists them all, and so do the html and json reports.`,
    );
    if (settings.verbosity !== 'quiet') yield '';
  }
}

function shownOf(check: CheckResult, { verbosity }: Settings): readonly Finding[] {
  if (verbosity === 'verbose') return check.findings;
  return check.findings.filter(
    (finding) => !finding.suppressedBy && (verbosity === 'normal' || finding.severity === 'error'),
  );
}

function bySeverity(findings: readonly Finding[]): Finding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
}

function* group(
  check: CheckResult,
  shown: readonly Finding[],
  findings: readonly Finding[],
  settings: FindingSettings,
): Generator<string> {
  const { style } = settings;
  const counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  for (const finding of shown) if (!finding.suppressedBy) counts[finding.severity] += 1;
  const suppressed = shown.filter((finding) => finding.suppressedBy).length;
  const numbers = [severityText(counts), ...(suppressed > 0 ? [`${suppressed} suppressed`] : [])].filter(
    (text) => text !== 'none' || suppressed === 0,
  );
  const title = clip(visible(check.meta.title), 200);
  yield* wrap(title, settings.columns).map((line) => style.bold(line));
  yield style.dim(`${clip(visible(check.checkId), 200)} · ${numbers.join(', ')}`);
  yield '';
  for (const finding of findings) yield* findingBlock(finding, settings);
  const hidden = shown.length - findings.length;
  if (hidden > 0) yield* [style.dim(`  … and ${formatCount(hidden)} more of ${clip(visible(check.checkId), 200)}`), ''];
}

/** One finding: sign and place, the message beside or below them, and the code frame. */
function* findingBlock(finding: Finding, settings: FindingSettings): Generator<string> {
  const { style, columns } = settings;
  const place = placeText(finding);
  const mark = markText(finding, settings);
  const head = `  ${sign(finding, settings)} ${style.path(place)}${style.bold(mark)}`;
  const message = messageText(finding);
  const beside = columns - textWidth(place) - textWidth(mark) - 6;
  if (!message.includes('\n') && textWidth(message) <= beside) yield `${head}  ${message}`;
  else {
    yield head;
    for (const line of wrap(message, columns - 4)) yield `    ${line}`.trimEnd();
  }
  if (finding.suppressedBy) yield style.dim(`    suppressed by ${suppressionText(finding.suppressedBy)}`);
  if (settings.codeFrames) for (const line of codeFrame(finding, columns - 4, style)) yield `    ${line}`;
  yield '';
}

function* quietGroup(findings: readonly Finding[], settings: FindingSettings): Generator<string> {
  for (const finding of findings) {
    const mark = settings.style.bold(markText(finding, settings));
    yield `${sign(finding, settings)} ${settings.style.path(placeText(finding))}${mark}  ${messageText(finding).replaceAll('\n', ' ')} ${settings.style.dim(clip(visible(finding.checkId), 200))}`;
  }
}

/** What stands behind the place of a finding that the run before did not have. */
function markText(finding: Finding, { isNew }: FindingSettings): string {
  return isNew(finding) ? '  new' : '';
}

function sign(finding: Finding, { style }: Settings): string {
  return finding.suppressedBy ? style.dim('◌') : style.severity[finding.severity](SEVERITY_SIGNS[finding.severity]);
}

function placeText(finding: Finding): string {
  const { path, ...place } = finding.location;
  return placeOf({ ...place, path: clip(visible(path), PATH_LIMIT) });
}

function messageText(finding: Finding): string {
  return clip(visibleLines(finding.message), MESSAGE_LIMIT);
}

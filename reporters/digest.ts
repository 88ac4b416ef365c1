// A result as Markdown for a comment or a summary: the verdict, what has no answer, and as many findings as there is room for.

import {
  type CheckResult,
  type Finding,
  formatCount,
  formatDuration,
  plural,
  type RunResult,
  type Target,
} from 'scanrun';
import { codeText, htmlText, plainText } from './commonmark.js';
import { newTo, oneLine, outcomeText, regionOf, repositoryPath, safeUrl, unanswered } from './findings.js';
import {
  budgetText,
  byGravity,
  comparisonText,
  countResult,
  countSeverities,
  countText,
  gravest,
  NOT_PLANNED_WORDS,
  OUTCOME_WORDS,
  percent,
  placeOf,
  severityText,
  tierText,
  VERDICT_WORDS,
  verdictSentence,
} from './summary.js';
import { clip } from './visible.js';

/** Characters of a message, a name and a path at most. */
const MESSAGE_LIMIT = 500;
const NAME_LIMIT = 120;
const PATH_LIMIT = 300;
/** Characters of a name at the end, which must fit in what is reserved however it is escaped. */
const FOOT_LIMIT = 40;
/** Checks without an answer and notices that are listed at most; the rest is counted. */
const LISTED = 25;

/** How much fits, and how it is measured. */
export interface DigestOptions {
  /** The heading; the target's name when empty. */
  readonly title: string;
  /** Findings listed at most over all checks. */
  readonly maxFindings: number;
  /** The most that the whole may measure. */
  readonly limit: number;
  /** Measures a text: its characters or its bytes. */
  readonly measure: (text: string) => number;
}

/** Room for what is said at the end: what was left out, and the run. */
const RESERVE = 1_000;

/** The digest; never larger than the limit, unless that is below some 2,000. */
export function digestOf(result: RunResult, options: DigestOptions): string {
  const room = new Room(options);
  const checks = byGravity(result.checks);
  if (!room.add(headOf(result, options.title)))
    room.force(`## scanrun\n\n**${VERDICT_WORDS[result.verdict.status]}.**\n`);
  addList(room, 'Without an answer', unanswered(checks).map(unansweredLine));
  addList(room, 'Notices', result.notices.filter(({ level }) => level !== 'info').map(noticeLine));
  const shown = addFindings(room, checks, result, options.maxFindings);
  const { total } = countResult(result);
  if (shown < total)
    room.force(
      `\n${plural(total - shown, 'more finding')} of ${formatCount(total)}: the html and json reports have all.\n`,
    );
  addFixed(room, result);
  room.force(footOf(result));
  return room.text();
}

/** Text that is gathered as long as there is room. */
class Room {
  readonly #parts: string[] = [];
  readonly #measure: (text: string) => number;
  #left: number;

  constructor({ limit, measure }: DigestOptions) {
    this.#left = limit - RESERVE;
    this.#measure = measure;
  }

  /** Adds a text if it fits together with what `closing` will take; says whether it did. */
  add(text: string, closing = ''): boolean {
    const size = this.#measure(text);
    if (size + this.#measure(closing) > this.#left) return false;
    this.#left -= size;
    this.#parts.push(text);
    return true;
  }

  /** Adds a text for which there is a reserve. */
  force(text: string): void {
    this.#parts.push(text);
  }

  text(): string {
    return this.#parts.join('');
  }
}

function headOf(result: RunResult, title: string): string {
  const { verdict, target, run, statistics } = result;
  const counts = countResult(result);
  const suppressed = counts.suppressed > 0 ? `; ${formatCount(counts.suppressed)} suppressed` : '';
  const notPlanned = countText(counts.notPlanned, NOT_PLANNED_WORDS);
  const commit = target.commit === undefined ? '' : `, commit ${plainText(target.commit.slice(0, 12))}`;
  const branch = target.branch === undefined ? '' : `, branch ${plainText(clip(target.branch, NAME_LIMIT))}`;
  const changes = comparisonText(result);
  const rows: readonly (readonly [string, string])[] = [
    ['Findings', `${severityText(counts.findings)}${suppressed}`],
    ...(changes === undefined ? [] : [['Changes', plainText(clip(changes, PATH_LIMIT))] as const]),
    [
      'Checks',
      `${formatCount(result.checks.length)} planned${result.checks.length > 0 ? `: ${countText(counts.outcomes, OUTCOME_WORDS)}` : ''}`,
    ],
    ...(notPlanned === '' ? [] : [['Not planned', notPlanned] as const]),
    ['Coverage', `${percent(verdict.coverage)} (${counts.conclusive} of ${plural(counts.required, 'check')} answered)`],
    ['Target', `${plainText(clip(target.name, NAME_LIMIT))}${commit}${branch}`],
    ['Time', `${formatDuration(statistics.wallMs)} in the tier ${plainText(tierText(run))}, ${budgetText(statistics)}`],
  ];
  const heading = plainText(clip(title === '' ? `scanrun: ${target.name}` : title, NAME_LIMIT));
  return [
    `## ${heading}`,
    '',
    `**${VERDICT_WORDS[verdict.status]}.** ${plainText(clip(verdictSentence(verdict), MESSAGE_LIMIT))}`,
    '',
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, text]) => `| ${name} | ${text} |`),
    '',
  ].join('\n');
}

function addList(room: Room, heading: string, lines: readonly string[]): void {
  if (lines.length === 0 || !room.add(`\n### ${heading}: ${formatCount(lines.length)}\n\n`)) return;
  let shown = 0;
  for (const line of lines.slice(0, LISTED)) if (room.add(`${line}\n`, ' '.repeat(80))) shown += 1;
  if (shown < lines.length) room.add(`- and ${formatCount(lines.length - shown)} more\n`);
}

function unansweredLine(check: CheckResult): string {
  const optional = check.optional ? ' (optional)' : '';
  return `- ${codeText(clip(check.checkId, NAME_LIMIT))}${optional} ${messageText(outcomeText(check))}`;
}

function messageText(text: string): string {
  return plainText(clip(oneLine(text), MESSAGE_LIMIT));
}

function noticeLine({ level, code, message }: RunResult['notices'][number]): string {
  return `- **${level}** ${messageText(message)} (${codeText(clip(code, NAME_LIMIT))})`;
}

/** Adds what is there no more since the baseline or the run before. */
function addFixed(room: Room, { comparison, target }: RunResult): void {
  if (comparison === undefined || comparison.fixed === 0) return;
  if (!room.add(`\n### Fixed: ${formatCount(comparison.fixed)}\n\n`)) return;
  let shown = 0;
  for (const { checkId, path, count } of comparison.fixedFindings.slice(0, LISTED)) {
    const place = codeText(clip(repositoryPath(target, path), PATH_LIMIT));
    const times = count > 1 ? `, ${formatCount(count)} times` : '';
    if (room.add(`- ${place} ${codeText(clip(checkId, NAME_LIMIT))}${times}\n`, ' '.repeat(80))) shown += count;
  }
  if (shown < comparison.fixed) room.add(`- and ${formatCount(comparison.fixed - shown)} more\n`);
}

/** Adds the findings that count, by check, the gravest checks first; gives how many. */
function addFindings(room: Room, checks: readonly CheckResult[], result: RunResult, most: number): number {
  const isNew = newTo(result);
  const withFindings = [...checks].sort((a, b) => gravest(a.findings) - gravest(b.findings));
  let shown = 0;
  let headed = false;
  for (const check of withFindings) {
    const counted = check.findings.filter(({ suppressedBy }) => suppressedBy === undefined);
    if (counted.length === 0 || shown >= most) continue;
    const opening = `${headed ? '' : '\n### Findings\n'}\n${openingOf(check)}`;
    const closing = closingOf(check);
    const [first, ...rest] = counted
      .slice(0, most - shown)
      .map((finding) => findingLine(finding, result.target, isNew(finding)));
    if (first === undefined || !room.add(`${opening}${first}\n`, closing)) return shown;
    headed = true;
    shown += 1;
    let complete = true;
    for (const line of rest) {
      complete = room.add(`${line}\n`, closing);
      if (!complete) break;
      shown += 1;
    }
    room.add(closing);
    if (!complete) return shown;
  }
  return shown;
}

/** Folded, so that a comment with many findings is still one that can be read past. */
function openingOf({ meta, checkId, findings }: CheckResult): string {
  const bySeverity = countSeverities(findings);
  const title = htmlText(clip(meta.title, NAME_LIMIT));
  return `<details><summary><b>${title}</b> <code>${htmlText(clip(checkId, NAME_LIMIT))}</code>: ${severityText(bySeverity)}</summary>\n\n`;
}

function closingOf({ meta }: CheckResult): string {
  const url = safeUrl(meta.docsUrl);
  const link = url === undefined ? '' : `\n[How to fix](<${url.replaceAll(/[<>\\]/g, encodeURIComponent)}>)\n`;
  return `${link}\n</details>\n`;
}

function findingLine({ severity, location, message }: Finding, target: Target, isNew: boolean): string {
  const place = clip(repositoryPath(target, placeOf(location)), PATH_LIMIT);
  const url = linkTo(target, location);
  const shown = url === undefined ? codeText(place) : `[${codeText(place)}](<${url}>)`;
  return `- **${severity}**${isNew ? ' (new)' : ''} ${shown} ${messageText(message)}`;
}

/** The file on its forge, at the commit that was scanned, where the forge is one whose addresses are known. */
function linkTo(target: Target, location: Finding['location']): string | undefined {
  const { repositoryUrl, commit } = target;
  const url = safeUrl(repositoryUrl);
  if (url === undefined || commit === undefined || !/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  const { hostname } = new URL(url);
  const blob = /(^|\.)github\./.test(hostname) ? 'blob' : /(^|\.)gitlab\./.test(hostname) ? '-/blob' : undefined;
  if (blob === undefined) return undefined;
  const path = repositoryPath(target, location.path).split('/').map(encodePart).join('/');
  const line = regionOf(location)?.startLine;
  return `${url.replace(/\/$/, '')}/${blob}/${commit}/${path}${line === undefined ? '' : `#L${line}`}`;
}

/** Also what encodeURIComponent leaves alone and Markdown does not. */
function encodePart(part: string): string {
  return encodeURIComponent(Buffer.from(part).toString()).replace(
    /[()'*!~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function footOf({ run }: RunResult): string {
  const version = run.versions.scanrun === undefined ? '' : ` ${htmlText(clip(run.versions.scanrun, FOOT_LIMIT))}`;
  return `\n<sub>scanrun${version}, run ${htmlText(clip(run.id, FOOT_LIMIT))}</sub>\n`;
}

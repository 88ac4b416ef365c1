// What `fix` says of what it did or would do, and what it ends with.

import type { ScanError } from '../errors.js';
import { markOf } from '../files/text.js';
import type { FileEdit, LeftFix, LeftWhy } from '../fix/choose.js';
import type { OpenFile } from '../fix/file-states.js';
import { patchOf } from '../fix/patch.js';
import { isConclusive } from '../model/outcome.js';
import type { CheckResult, Notice } from '../model/result.js';
import { SEVERITIES } from '../model/severity.js';
import { formatCount, plural } from '../model/text.js';
import { type Colors, colorsFor, oneLine, print, printJson, stdoutSink } from './terminal.js';

/** A file that was fixed, or would be. */
export interface FixedFile {
  readonly path: string;
  /** How many findings. */
  readonly findings: number;
  /** Whose. */
  readonly checkIds: readonly string[];
}

/** What came of the command. */
export interface FixDone {
  readonly root: string;
  /** True where fixes were to be made, false where they were to be shown. */
  readonly written: boolean;
  readonly interrupted: boolean;
  /** Rounds in which something was written. */
  readonly rounds: number;
  /** Findings that were fixed, or would be in the first round. */
  readonly fixed: number;
  readonly files: readonly FixedFile[];
  /** What would be changed; only where fixes are shown. */
  readonly edits: readonly FileEdit<OpenFile>[];
  /** The fixes that were not made. */
  readonly left: readonly LeftFix[];
  /** The newest answer of each check. */
  readonly checks: readonly CheckResult[];
  /** Findings that were not there before the first fix. */
  readonly introduced: number;
  readonly notices: readonly Notice[];
  /** What ended it early. */
  readonly busy?: ScanError;
  /** Masks what must not be shown. */
  readonly redact: <T>(value: T) => T;
}

/** Flags that say how it is told. */
interface TellFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** What is the machine's fault and may be otherwise in a moment. */
const FAILED: readonly LeftWhy[] = ['changed', 'read-only', 'unwritable'];

/** Fixes that are left and listed; more are counted. */
const LISTED = 20;

/** Tells what was done, and gives the exit code: the diff or the summary on standard output, everything else on standard error. */
export async function tellFixes(done: FixDone, flags: TellFlags): Promise<number> {
  const code = exitCodeOf(done);
  if (flags.json) await printJson(jsonOf(done, code));
  else {
    const colors = colorsFor(flags.color);
    if (done.written) await print(summary(done, colors));
    else await showPatches(done, colors);
    const said = [...warnings(done), ...(done.written || flags.quiet ? [] : [wouldBe(done)])];
    for (const line of said) process.stderr.write(`scanrun: ${oneLine(done.redact(line))}\n`);
  }
  return code;
}

/** 130 interrupted; 3 something failed or has no answer; 1 there is something left to fix; else 0. */
function exitCodeOf(done: FixDone): number {
  if (done.interrupted) return 130;
  if (done.busy !== undefined || open(done).length > 0 || done.left.some(({ why }) => FAILED.includes(why))) return 3;
  const left = done.left.some(({ why }) => why !== 'unsafe');
  return left || (!done.written && done.fixed > 0) ? 1 : 0;
}

/** Checks without an answer: what they would offer is not known. */
function open({ checks }: FixDone): CheckResult[] {
  return checks.filter(({ outcome, optional }) => !optional && !isConclusive(outcome));
}

async function showPatches({ edits, redact }: FixDone, colors: Colors): Promise<void> {
  const sink = stdoutSink();
  const show = process.stdout.isTTY === true ? (patch: string) => forTerminal(patch, colors) : (patch: string) => patch;
  for (const edit of edits) {
    const patch = maskedPatch(edit, redact);
    if (patch === undefined) process.stderr.write(`scanrun: ${notShown(edit.path)}\n`);
    else await sink(show(patch));
  }
}

/** The diff of what may be shown of both texts: a file may hold a secret beside what is fixed. */
function maskedPatch({ path, before, after, file }: FileEdit<OpenFile>, redact: FixDone['redact']): string | undefined {
  const [from, to] = [redact(before), redact(after)];
  if (from === to) return undefined;
  // To git a byte order mark is a part of the first line.
  const mark = markOf(file.bytes);
  return patchOf({ path, before: mark + from, after: mark + to });
}

function notShown(path: string): string {
  return `The change of ${oneLine(path)} is not shown: it is in a masked value.`;
}

/** A diff with colours, and with everything that a terminal would obey as its code. */
function forTerminal(patch: string, { green, red, cyan, bold }: Colors): string {
  return patch
    .split('\n')
    .map((line) => {
      const text = line
        .replace(/\r$/, '')
        .split('\t')
        .map((part) => oneLine(part))
        .join('\t');
      if (/^(?:diff --git|---|\+\+\+) /.test(text)) return bold(text);
      if (text.startsWith('@@')) return cyan(text);
      return text.startsWith('+') ? green(text) : text.startsWith('-') ? red(text) : text;
    })
    .join('\n');
}

function wouldBe(done: FixDone): string {
  if (done.fixed === 0) return `nothing to fix${moreText(done).replaceAll(' more ', ' ')}`;
  return `${plural(done.fixed, 'finding')} in ${plural(done.files.length, 'file')} can be fixed: scanrun fix --write${moreText(done)}`;
}

/** What becomes of the fixes that this round leaves. */
function moreText({ left }: FixDone): string {
  const count = (why: LeftWhy): number => left.filter((one) => one.why === why).length;
  const parts = [
    ...(count('overlap') > 0 ? [`${formatCount(count('overlap'))} more in a later round`] : []),
    ...(count('unsafe') > 0 ? [`${formatCount(count('unsafe'))} more with --unsafe`] : []),
  ];
  return parts.length > 0 ? ` (${parts.join(', ')})` : '';
}

function summary(done: FixDone, colors: Colors): string {
  const { files, fixed, rounds, introduced, redact } = done;
  const head =
    fixed === 0
      ? 'Nothing was fixed'
      : `Fixed ${plural(fixed, 'finding')} in ${plural(files.length, 'file')}${rounds > 1 ? `, in ${rounds} rounds` : ''}`;
  const lines = [
    colors.bold(`${head}${moreText(done)}`),
    ...files.map(({ path, findings, checkIds }) => {
      return `  ${oneLine(path)}  ${colors.dim(`${plural(findings, 'finding')}: ${checkIds.join(', ')}`)}`;
    }),
    leftText(done),
    ...(introduced > 0 ? [colors.yellow(`${plural(introduced, 'finding')} of them came with the fixes`)] : []),
  ];
  return redact(lines.join('\n'));
}

/** What the checks find now that they have run again. */
function leftText(done: FixDone): string {
  const counts = countsOf(done).filter(([, count]) => count > 0);
  if (counts.length === 0) return 'No finding is left';
  return `Left: ${counts.map(([severity, count]) => plural(count, severity)).join(', ')}; scanrun lists them`;
}

function countsOf({ checks }: FixDone): [string, number][] {
  const findings = checks.flatMap((check) => check.findings.filter(({ suppressedBy }) => suppressedBy === undefined));
  return SEVERITIES.map((severity) => [severity, findings.filter((finding) => finding.severity === severity).length]);
}

/** What went wrong, or could not be done; one line each. */
function* warnings(done: FixDone): Generator<string> {
  for (const { level, code, message } of done.notices) if (level !== 'info') yield `${code} ${message}`;
  if (done.interrupted)
    yield done.rounds === 0 ? 'interrupted; nothing was written' : 'interrupted; what is written is whole';
  const told = done.left.filter(({ why }) => why !== 'unsafe' && (why !== 'overlap' || done.written));
  for (const { finding, why, message } of told.slice(0, LISTED)) {
    const { path, startLine } = finding.location;
    const place = startLine === undefined ? path : `${path}:${startLine}`;
    yield `${FAILED.includes(why) ? 'SR_FIX_FAILED ' : ''}${place} ${finding.checkId} was not fixed: ${message}`;
  }
  if (told.length > LISTED) yield `and ${formatCount(told.length - LISTED)} more were not fixed: --json lists all`;
  if (done.busy !== undefined) yield `${done.busy.code} ${done.busy.message} ${done.busy.next}`;
  for (const { checkId, outcome } of open(done))
    yield `${checkId} has no answer (${outcome.status}): what it would fix is not known`;
}

function jsonOf(done: FixDone, exitCode: number): object {
  const { root, written, rounds, fixed, files, edits, left, introduced, busy, redact } = done;
  const patches = new Map(edits.map((edit) => [edit.path, maskedPatch(edit, redact)]));
  return redact({
    target: root,
    written,
    rounds,
    fixed,
    files: files.map((file) => ({ ...file, ...(written ? {} : { diff: patches.get(file.path) ?? null }) })),
    left: left.map(({ finding, why, message }) => ({
      checkId: finding.checkId,
      location: finding.location,
      why,
      message,
    })),
    remaining: Object.fromEntries(countsOf(done)),
    introduced,
    withoutAnswer: open(done).map(({ checkId, outcome }) => ({ checkId, outcome: outcome.status })),
    ...(busy === undefined ? {} : { error: { code: busy.code, message: busy.message } }),
    exitCode,
  });
}

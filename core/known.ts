// What a scan's findings are held against: comments, waivers, the baseline, the run before.

import { isFileCheck } from './check/define.js';
import { type Directive, findDirectives } from './check/directives.js';
import { messageOf } from './errors.js';
import { readText } from './execute/read-text.js';
import { readKeptResult } from './journal/kept.js';
import type { Finding } from './model/finding.js';
import { pathsIn } from './model/package.js';
import type { CheckResult, Notice } from './model/result.js';
import type { NotPlanned, Plan } from './model/task.js';
import type { Prepared } from './prepare.js';
import type { KnownFindings, Within } from './suppress/known.js';
import { knownFromReport } from './suppress/report.js';
import { type MarkInput, marker, type Suppressed, suppress } from './suppress/suppress.js';
import { hasSameSelection, type PastRun, USUAL } from './telemetry/history.js';
import { isFiltered } from './telemetry/kept-run.js';

/** The `scanrun-ignore` comments that the checks met, by file. */
export type Directives = ReadonlyMap<string, readonly Directive[]>;

/** Marks a finding while the scan still runs. */
export function markEarly(prepared: Prepared, startedAt: Date): (finding: Finding) => Finding {
  return marker(markInput(prepared, new Map(), prepared.baseline, startedAt));
}

/** Marks the findings of a scan and says what changed since the baseline or, without one, since the run before. */
export function suppressKnown(
  prepared: Prepared,
  checks: readonly CheckResult[],
  directives: Directives,
  startedAt: Date,
  notice: (notice: Notice) => void,
): Suppressed {
  const compare = prepared.baseline ?? lastRun(prepared, notice);
  const planned = prepared.plan.tasks.flatMap((task) => task.checks);
  const marked = markInput(prepared, directives, compare, startedAt);
  const suppressed = suppress({ ...marked, checks, planned, within: withinOf(prepared) });
  for (const item of suppressed.notices) notice(item);
  return suppressed;
}

/**
 * A scan of what changed shows only that to its file checks; its other checks look at everything. One for which there was
 * no time on some packages did not look at these.
 */
function withinOf({ files: { changes }, registry, plan }: Prepared): Within | undefined {
  const short = new Set(plan.notPlanned.flatMap((item) => (isCut(item) ? [item.checkId] : [])));
  if (changes === undefined && short.size === 0) return undefined;
  const seen = new Map([...short].map((checkId) => [checkId, seenBy(plan, checkId)]));
  return (checkId, path) => {
    const check = registry.get(checkId)?.check;
    const isProject = check !== undefined && !isFileCheck(check);
    return (changes === undefined || changes.paths.has(path) || isProject) && (seen.get(checkId)?.(path) ?? true);
  };
}

function isCut({ code, packages }: NotPlanned): boolean {
  return code === 'within' && packages !== undefined;
}

/** Whether a check of packages looks at the package of a file. */
function seenBy({ tasks }: Plan, checkId: string): (path: string) => boolean {
  const own = tasks.filter(({ checks }) => checks.some(({ id }) => id === checkId));
  const finders = own.flatMap(({ package: one }) => (one === undefined ? [] : [pathsIn(one)]));
  return (path) => finders.some((find) => find(path) !== undefined);
}

function markInput(
  { config, files }: Prepared,
  directives: Directives,
  compare: KnownFindings | undefined,
  startedAt: Date,
): MarkInput {
  const { root } = files.target;
  const find = (path: string): readonly Directive[] =>
    findDirectives(readText(root, path, files.staged?.stored.get(path)) ?? '', path);
  return {
    known: [...config.checks.values()],
    waivers: config.waivers,
    comments: config.inlineIgnores ? { read: directives, find } : undefined,
    compare,
    today: startedAt.toISOString().slice(0, 10),
  };
}

/** The findings of the last run of the same tier and selection of checks, as far as they are kept. */
function lastRun(
  { config, files, history, plan }: Prepared,
  notice: (notice: Notice) => void,
): KnownFindings | undefined {
  const selection = {
    filtered: isFiltered(plan.notPlanned),
    ...(plan.profile === undefined ? {} : { profile: plan.profile }),
  };
  const last = history.runs.findLast(
    (run) => run.tier === config.tier && hasSameSelection(run, selection) && run.verdict !== 'interrupted',
  );
  if (last === undefined) return undefined;
  if (last.found === 0) return nothingKnown(last);
  const cannot = (why: string): undefined => {
    const message = `What changed since the run ${last.runId} is not known: its result cannot be read, since ${why}.`;
    notice({ code: 'not-compared', level: 'info', message });
    return undefined;
  };
  try {
    const kept = readKeptResult(files.target.root, last.runId);
    return kept === undefined ? undefined : (knownFromReport(kept) ?? cannot('it is no result of this version'));
  } catch (error) {
    return cannot(messageOf(error));
  }
}

/** A run that found nothing: the history says all of it that a comparison needs, and a large result is not read for that. */
function nothingKnown({ runId, startedAt, commit, checks }: PastRun): KnownFindings {
  // Without findings, who had an answer passed.
  const answered = Object.entries(checks).filter(
    ([, check]) => check !== null && (check.outcome ?? USUAL.outcome) === 'passed',
  );
  return {
    from: { kind: 'run', name: runId, startedAt, ...(commit === undefined ? {} : { commit }) },
    findings: [],
    answered: new Set(answered.map(([checkId]) => checkId)),
  };
}

import type { NotKept } from '../answers/check-parts.js';
import type { ScanAnswers } from '../answers/scan-answers.js';
import type { MissReason } from '../cache/file-identity.js';
import type { PartChange } from '../cache/parts.js';
import { type AnyCheck, isFileCheck } from '../check/define.js';
import { toolVersion } from '../execute/tool-version.js';
import { wantedFiles } from '../execute/visits.js';
import type { Task, TaskCheck } from '../model/task.js';
import { formatCount, plural } from '../model/text.js';
import { answersOf } from '../open-answers.js';
import type { Prepared } from '../prepare.js';
import type { ScanOptions } from '../scan-options.js';
import { type Colors, table } from './terminal.js';

/** What the cache knows of a check. */
export interface CacheExplained {
  /** `hit`: nothing would run; `partial`: some files would be visited; `miss`: all would, or the check would run; `none`: no answer of it is kept. */
  readonly state: 'hit' | 'partial' | 'miss' | 'none';
  /** The same in words. */
  readonly summary: string;
  /** What is different about the check and what it depends on since it last answered; empty where nothing is, null where it never did. */
  readonly changes: readonly PartChange[] | null;
  /** A check that visits files: how many are known, and why the others are not. */
  readonly files?: FilesExplained;
}

interface FilesExplained {
  readonly wanted: number;
  readonly known: number;
  /** How many must be visited by reason, with some of them. */
  readonly missing: readonly {
    readonly reason: MissReason;
    readonly files: number;
    readonly examples: readonly string[];
  }[];
}

/** Files that are named for each reason. */
const EXAMPLES = 3;

const NOT_KEPT: Readonly<Record<NotKept, string>> = {
  'not-cacheable': 'the check does not have its answers kept (`meta.cache`)',
  'unknown-code': 'what code it consists of cannot be told: it is too much, or imports what cannot be followed',
  'unknown-needs': 'it depends on the data of other checks, which are known once they have run',
  'unidentified-file': 'one of its input files cannot be read',
  'unknown-tool': 'a command in `meta.inputs.tools` that prints a version failed',
  staged: 'what is staged is scanned',
};

const REASONS: Readonly<Record<MissReason, string>> = {
  new: 'never seen',
  content: 'changed',
  mode: 'another mode',
  tracked: 'tracked otherwise than before',
  attributes: 'Git LFS stores it since, or no longer',
  unanswered: 'known, but not to this check as it is now',
  unidentified: 'cannot be read',
};

/** What the cache knows of a check of the plan; undefined for a check that does not run or a scan without a cache. */
export async function explainCache(
  prepared: Prepared,
  options: ScanOptions,
  id: string,
): Promise<CacheExplained | undefined> {
  const tasks = prepared.plan.tasks.filter(({ checks }) => checks.some((check) => check.id === id));
  const planned = tasks[0]?.checks.find((check) => check.id === id);
  const check = prepared.registry.get(id)?.check;
  if (planned === undefined || check === undefined) return undefined;
  const answers = answersOf(prepared, options, () => {});
  if (answers === undefined) return none('there is no cache: it is off, or cannot be used here');
  return isFileCheck(check)
    ? ofFiles(answers, check, planned, prepared)
    : ofPackages(answers, check, planned, tasks, prepared, options);
}

function none(why: string): CacheExplained {
  return { state: 'none', summary: `No answer is kept: ${why}.`, changes: null };
}

function ofFiles(answers: ScanAnswers, check: AnyCheck, planned: TaskCheck, { files }: Prepared): CacheExplained {
  const pass = answers.files([{ check, planned }]);
  const [notKept] = pass.notKept;
  if (notKept !== undefined) return none(NOT_KEPT[notKept]);
  const { entries } = wantedFiles(files.entries, [planned]);
  const missing = new Map<MissReason, string[]>();
  for (const entry of entries) {
    const reason = pass.whyMissing(entry, 0);
    if (reason === undefined) continue;
    const same = missing.get(reason);
    if (same) same.push(entry.path);
    else missing.set(reason, [entry.path]);
  }
  const left = [...missing.values()].reduce((sum, paths) => sum + paths.length, 0);
  const known = entries.length - left;
  const changes = pass.changesOf(0);
  return {
    state: left === 0 ? 'hit' : known === 0 ? 'miss' : 'partial',
    summary: `${formatCount(known)} of ${plural(entries.length, 'file')} known, ${formatCount(left)} to visit.${changesText(changes)}`,
    changes: changes ?? null,
    files: {
      wanted: entries.length,
      known,
      missing: [...missing].map(([reason, paths]) => ({
        reason,
        files: paths.length,
        examples: paths.slice(0, EXAMPLES),
      })),
    },
  };
}

/** What is known of a project check; of one that looks at several packages how much, and what changed in the first that is not known. */
async function ofPackages(
  answers: ScanAnswers,
  check: AnyCheck,
  planned: TaskCheck,
  tasks: readonly Task[],
  prepared: Prepared,
  options: ScanOptions,
): Promise<CacheExplained> {
  const all: CacheExplained[] = [];
  for (const task of tasks) all.push(await ofProject(answers, check, planned, task, prepared, options));
  const [first] = all as [CacheExplained, ...CacheExplained[]];
  if (all.length === 1 || first.state === 'none') return first;
  const known = all.filter(({ state }) => state === 'hit').length;
  const open = all.find(({ state }) => state !== 'hit');
  if (open === undefined) return { ...first, summary: `Its answers on ${plural(known, 'package')} are known.` };
  const summary = `${formatCount(known)} of ${plural(all.length, 'package')} known, ${formatCount(all.length - known)} to look at.`;
  return { state: known === 0 ? 'miss' : 'partial', summary, changes: open.changes };
}

async function ofProject(
  answers: ScanAnswers,
  check: AnyCheck,
  planned: TaskCheck,
  { package: one }: Task,
  { files }: Prepared,
  { environment }: ScanOptions,
): Promise<CacheExplained> {
  const source = { root: files.target.root, entries: files.entries, environment };
  const asked = { check, planned, ...(one === undefined ? {} : { package: one }) };
  const question = await answers.ask(asked, (argv) => toolVersion(source, argv));
  if (typeof question === 'string') return none(NOT_KEPT[question]);
  const changes = question.changes();
  const isHit = question.answer() !== undefined;
  return {
    state: isHit ? 'hit' : 'miss',
    summary: isHit ? 'Its answer is known.' : `It would run.${changesText(changes)}`,
    changes: changes ?? null,
  };
}

function changesText(changes: readonly PartChange[] | undefined): string {
  if (changes === undefined) return ' It has not answered yet.';
  return changes.length === 0 ? '' : ' Since its last answer:';
}

/** What the cache knows of a check, for people. */
export function cacheText({ state, summary, changes, files }: CacheExplained, colors: Colors): string[] {
  const color = state === 'hit' ? colors.green : state === 'none' ? colors.dim : colors.yellow;
  const changed = (changes ?? []).map(({ kind, name, change, from, to }) => [
    name === undefined ? kind : `${kind} ${name}`,
    change,
    from !== undefined && to !== undefined ? `${from} -> ${to}` : '',
  ]);
  const missing = (files?.missing ?? []).map(({ reason, files: count, examples }) => [
    plural(count, 'file'),
    REASONS[reason],
    `${examples.join(', ')}${count > examples.length ? ', ...' : ''}`,
  ]);
  const rows = [...changed, ...missing];
  return [
    `${color(`cache: ${state}`)}  ${summary}`,
    ...(rows.length === 0 ? [] : ['', table([['WHAT', 'WHY', ''], ...rows], colors), '']),
  ];
}

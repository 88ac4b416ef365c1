import { ScanError } from '../errors.js';
import { indexFiles } from '../files/file-index.js';
import { chooseFixes, type FileEdit, type LeftFix, type LeftWhy, type Round } from '../fix/choose.js';
import { FileStates, type OpenFile } from '../fix/file-states.js';
import { opener } from '../fix/open.js';
import { type Written, writeFixes } from '../fix/write.js';
import { baseFingerprint, type Finding } from '../model/finding.js';
import type { CheckResult } from '../model/result.js';
import { createRuntime, type Runtime } from '../runtime.js';
import type { ScanOptions } from '../scan.js';
import type { FixDone, FixedFile } from './fix-report.js';
import type { RunFlags } from './flags.js';
import { scanOptions } from './options.js';
import { type Completed, scanOnce } from './run.js';
import { rootOf } from './target.js';

/** Flags of `fix`. */
export interface FixFlags extends RunFlags {
  readonly write?: boolean;
  readonly unsafe?: boolean;
}

/** Rounds at most, each a scan and what it lets be fixed: fixes that undo each other would go on for ever. ESLint's number. */
const MAX_ROUNDS = 10;

/** Fixes that no further round would make. */
const NEVER: readonly LeftWhy[] = ['unsafe', 'secret', 'size'];

/** Scans, and shows or makes the fixes that checks offer. Gives the exit code. */
export async function fix(target: string, flags: FixFlags): Promise<number> {
  if (flags.staged)
    throw new ScanError('SR_USAGE', '--staged looks at what is staged, and fixes are made in the work tree.', {
      next: 'Use `--since HEAD` for the files that are not as committed.',
    });
  const root = rootOf(target);
  const options = await scanOptions(target, flags);
  const runtime = createRuntime();
  process.on('uncaughtExceptionMonitor', () => runtime.kill());
  try {
    const run = new FixRun(root, options, flags, runtime);
    const done = flags.write ? await run.write() : await run.show();
    const { tellFixes } = await import('./fix-report.js');
    return await tellFixes(done, flags);
  } finally {
    await runtime.close();
  }
}

/** The rounds of one command. */
class FixRun {
  readonly #root: string;
  readonly #options: ScanOptions;
  readonly #flags: FixFlags;
  readonly #runtime: Runtime;
  /** The newest answer of each check. */
  readonly #checks = new Map<string, CheckResult>();
  readonly #files = new Map<string, FixedFile>();
  #states: FileStates | undefined;
  #last: Completed | undefined;

  constructor(root: string, options: ScanOptions, flags: FixFlags, runtime: Runtime) {
    this.#root = root;
    this.#options = options;
    this.#flags = flags;
    this.#runtime = runtime;
  }

  /** What would be fixed; nothing is written. */
  async show(): Promise<FixDone> {
    await this.#scan();
    const { edits, fixed, left } = this.#choose();
    this.#note(edits);
    return this.#done({ fixed: fixed.length, left, rounds: 0, edits });
  }

  /** Fixes round by round, until nothing is left that could be. */
  async write(): Promise<FixDone> {
    await this.#scan();
    const known = countsOf(this.#findings);
    let fixed = 0;
    for (let rounds = 0; ; rounds += 1) {
      const common = { fixed, rounds, introduced: introduced(this.#findings, known) };
      if (this.#interrupted) return this.#done({ ...common, left: [] });
      if (rounds === MAX_ROUNDS) return this.#done({ ...common, left: this.#endless() });
      const written = this.#writeRound(rounds > 0);
      if ('busy' in written) return this.#done({ ...common, ...written, left: [] });
      if (written.edits.length === 0) return this.#done({ ...common, left: written.left });
      fixed += written.fixed.length;
      this.#note(written.edits);
      // Whatever could be fixed next is asked for anew: where it stands is known of the files before only.
      const open = written.left.filter(({ why }) => !NEVER.includes(why)).map(({ finding }) => finding);
      await this.#scan([...new Set([...written.fixed, ...open].map(({ checkId }) => checkId))].sort());
    }
  }

  /** What is left when there were rounds enough. */
  #endless(): LeftFix[] {
    const { fixed, left } = this.#choose();
    const message = `after ${MAX_ROUNDS} rounds there is still something to fix: fixes may undo each other`;
    return [...left, ...fixed.map((finding) => ({ finding, why: 'rounds' as const, message }))];
  }

  #choose(): Round<OpenFile> {
    const open = opener(this.#root, this.#before);
    return chooseFixes(this.#offers, { unsafe: this.#flags.unsafe === true, open });
  }

  /** One round; what was fixed before another process came is told all the same. */
  #writeRound(hasWritten: boolean): Written | { readonly busy: ScanError } {
    const input = {
      root: this.#root,
      findings: this.#offers,
      unsafe: this.#flags.unsafe === true,
      states: this.#before,
    };
    // Without an offer nothing is prepared: a target that cannot be written has none to make.
    if (input.findings.length === 0) return { edits: [], fixed: [], left: [] };
    try {
      return writeFixes(input);
    } catch (error) {
      if (hasWritten && error instanceof ScanError) return { busy: error };
      throw error;
    }
  }

  /** Scans, all that was asked for or some checks, and keeps what the files were before. */
  async #scan(checks?: readonly string[]): Promise<void> {
    const { cwd, environment } = this.#options;
    const { entries, close } = await indexFiles(this.#root, { cwd, environment });
    close();
    this.#states = new FileStates(this.#root, entries);
    const overrides = { ...this.#options.overrides, reporter: [], ...(checks === undefined ? {} : { check: checks }) };
    this.#last = await scanOnce({ ...this.#options, overrides }, this.#flags, this.#runtime);
    for (const id of checks ?? []) this.#checks.delete(id);
    for (const check of this.#last.result.checks) {
      // What others need runs along with them, and its answer is as new.
      this.#checks.set(check.checkId, check);
    }
  }

  get #before(): FileStates {
    return this.#states as FileStates;
  }

  get #interrupted(): boolean {
    return this.#last?.result.verdict.status === 'interrupted';
  }

  /** What counts of what is found. */
  get #findings(): Finding[] {
    return [...this.#checks.values()].flatMap(({ findings }) =>
      findings.filter(({ suppressedBy }) => suppressedBy === undefined),
    );
  }

  /** The findings with a fix, or with one that is withheld. */
  get #offers(): Finding[] {
    return this.#findings.filter(({ fix: own, fixWithheld }) => own !== undefined || fixWithheld !== undefined);
  }

  #note(edits: readonly FileEdit<unknown>[]): void {
    for (const { path, findings } of edits) {
      const before = this.#files.get(path) ?? { path, findings: 0, checkIds: [] };
      const checkIds = [...new Set([...before.checkIds, ...findings.map(({ checkId }) => checkId)])].sort();
      this.#files.set(path, { path, findings: before.findings + findings.length, checkIds });
    }
  }

  #done(part: Pick<FixDone, 'fixed' | 'left' | 'rounds'> & Partial<FixDone>): FixDone {
    const { result, redact } = this.#last as Completed;
    return {
      root: this.#root,
      written: this.#flags.write === true,
      interrupted: this.#interrupted,
      files: [...this.#files.values()],
      checks: [...this.#checks.values()],
      notices: result.notices,
      edits: [],
      introduced: 0,
      redact,
      ...part,
    };
  }
}

/** How often each finding is there, wherever it stands. */
function countsOf(findings: readonly Finding[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fingerprint } of findings) {
    const base = baseFingerprint(fingerprint);
    counts.set(base, (counts.get(base) ?? 0) + 1);
  }
  return counts;
}

/** Findings that were not there before: a fix may bring another problem to light, or make one. */
function introduced(findings: readonly Finding[], known: ReadonlyMap<string, number>): number {
  return [...countsOf(findings)].reduce((sum, [base, count]) => sum + Math.max(0, count - (known.get(base) ?? 0)), 0);
}

import { readFileSync } from 'node:fs';
import { pathOfUrl } from '../check/file-url.js';
import { hashTexts } from '../model/hash.js';
import type { JsonObject } from '../model/json.js';
import type { CheckResult } from '../model/result.js';
import type { FileEntry, Target } from '../model/target.js';
import type { Task } from '../model/task.js';
import type { TierName } from '../model/tier.js';

/** What a run depends on besides its plan, as hashes: with another one it cannot be resumed. */
export interface RunInputs {
  /** The configuration and its file. */
  readonly configuration: string;
  /** The modules of the checks. */
  readonly plugins: string;
  /** Every file of the target by path, size, kind and time of its last change, and to which of them the scan is restricted. */
  readonly content: string;
}

/** Hashes what a run depends on. */
export function runInputs(
  config: { readonly printable: JsonObject; readonly file?: string },
  { entries, changes }: { readonly entries: readonly FileEntry[]; readonly changes?: Changed },
  tasks: readonly Task[],
): RunInputs {
  const modules = [...new Set(tasks.flatMap(({ checks }) => checks.map(({ module }) => module)))].sort();
  return {
    configuration: hashTexts([
      JSON.stringify(config.printable),
      ...(config.file === undefined ? [] : [read(config.file)]),
    ]),
    plugins: hashTexts(
      modules.flatMap((module) => [module, module.startsWith('file:') ? read(pathOfUrl(module)) : '']),
    ),
    content: hashTexts([...entries.map(entryText), ...changedTexts(changes)]),
  };
}

/** What a scan is restricted to. */
interface Changed {
  readonly kind: string;
  readonly paths: ReadonlySet<string>;
}

function changedTexts(changes: Changed | undefined): string[] {
  return changes === undefined ? [] : [changes.kind, ...[...changes.paths].sort()];
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A module that cannot be read fails when it runs, and says why there.
    return '';
  }
}

function entryText({ path, sizeBytes, modifiedMs, type, executable, linkTarget = '' }: FileEntry): string {
  return `${path}\0${sizeBytes}\0${type}\0${executable}\0${linkTarget}\0${modifiedMs}`;
}

/** What the answers of a scan should depend on. */
export interface ScanInputs {
  readonly target: Target;
  /** The hash of the target's files. */
  readonly content: string;
  readonly tier: TierName;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Gives the hash of a check's inputs: every file by path, size and time of its last change, the commit, the tier,
 * the versions of what ran, the check's options. Unlike "the commit, if the tree is clean" it needs no git, which in
 * a hostile repository could run a filter, and it knows two scans of the same changed files as the same.
 */
export function inputHashes(scan: ScanInputs, tasks: readonly Task[]): (checkId: string) => string {
  const { target, tier, versions, content } = scan;
  const common = hashTexts([JSON.stringify([target.commit, target.branch, tier, versions]), content]);
  const checks = new Map(tasks.flatMap((task) => task.checks).map((check) => [check.id, check]));
  return (checkId) => {
    const { options, severity, files, exclude } = checks.get(checkId) ?? {};
    return hashTexts([common, JSON.stringify([checkId, options, severity, files, exclude])]);
  };
}

/** The hash of what a check said: its outcome and which findings. */
export function answerHash({ outcome, findings }: CheckResult): string {
  return hashTexts([outcome.status, ...findings.map(({ fingerprint }) => fingerprint).sort()]);
}

import { type AnyCheck, isFileCheck } from '../check/define.js';
import { compileSelection } from '../check/glob.js';
import { missedBy } from '../check/missed.js';
import type { FileEntry, Unlisted } from '../model/target.js';
import type { NotPlanned } from '../model/task.js';
import type { NeedsById } from './needs.js';

/** A check, and the files that it may see. */
interface Candidate {
  readonly id: string;
  readonly check: AnyCheck;
  readonly files: readonly string[];
  readonly exclude: readonly string[];
}

/** What changed in a target, and what could be looked at. */
interface Input {
  readonly checks: readonly Candidate[];
  readonly exclude: readonly string[];
  readonly entries: readonly FileEntry[];
  readonly changes?: Changes | undefined;
}

interface Changes {
  readonly paths: ReadonlySet<string>;
  readonly unlisted: readonly Unlisted[];
}

/**
 * Leaves out the checks that what changed does not touch. A file check is touched by a changed file that it would
 * visit, a project check by a change below its `files`, one that names none by any change, and every check by one whose
 * data it needs. What a touched check needs runs with it.
 */
export function leaveOutUnchanged(input: Input, needs: NeedsById, reasons: Map<string, NotPlanned>): void {
  const { changes } = input;
  if (changes === undefined) return;
  const candidates = input.checks.filter(({ id }) => !reasons.has(id));
  const needsOf = (id: string): string[] => Object.values(needs.get(id) ?? {});
  const touched = new Set(candidates.filter(touchedBy(input, changes)).map(({ id }) => id));
  const byNeeds = candidates.map(({ id }) => [id, needsOf(id)] as const);
  for (let before = -1; before !== touched.size; ) {
    before = touched.size;
    for (const [id, own] of byNeeds) if (own.some((need) => touched.has(need))) touched.add(id);
  }
  const kept = new Set(touched);
  // A set that grows while it is gone through: what is added is gone through too.
  for (const id of kept) for (const need of needsOf(id)) kept.add(need);
  const message = changes.paths.size === 0 ? 'Nothing changed.' : 'No changed file is one that it looks at.';
  for (const { id } of candidates) if (!kept.has(id)) reasons.set(id, { checkId: id, code: 'unchanged', message });
}

/** Says whether a check looks at anything that changed. */
function touchedBy({ entries, exclude }: Input, { paths, unlisted }: Changes): (item: Candidate) => boolean {
  const all = [...paths];
  // A file that is gone can be visited no more, but a project may miss it.
  const there = entries.map(({ path }) => path).filter((path) => paths.has(path));
  return (item) => {
    const unwanted = [...exclude, ...item.exclude];
    if (missedBy(unlisted, item.files, unwanted).length > 0) return true;
    return (isFileCheck(item.check) ? there : all).some(compileSelection(item.files, unwanted));
  };
}

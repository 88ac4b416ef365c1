import type { CheckResult } from '../model/result.js';
import type { FileEntry, Target } from '../model/target.js';
import type { Task } from '../model/task.js';
import type { TierName } from '../model/tier.js';

/** What the answers of a scan should depend on. */
export interface ScanInputs {
  readonly target: Target;
  readonly entries: readonly FileEntry[];
  readonly tier: TierName;
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Gives the hash of a check's inputs: every file by path, size and time of its last change, the commit, the tier,
 * the versions of what ran, the check's options. Unlike "the commit, if the tree is clean" it needs no git, which in
 * a hostile repository could run a filter, and it knows two scans of the same changed files as the same.
 */
export function inputHashes(scan: ScanInputs, tasks: readonly Task[]): (checkId: string) => string {
  const files = scan.entries.map((entry) => {
    const { path, sizeBytes, modifiedMs, type, executable, linkTarget = '' } = entry;
    return `${path}\0${sizeBytes}\0${type}\0${executable}\0${linkTarget}\0${modifiedMs}`;
  });
  const common = hashText(
    JSON.stringify([scan.target.commit, scan.target.branch, scan.tier, scan.versions]) + files.join('\n'),
  );
  const checks = new Map(tasks.flatMap((task) => task.checks).map((check) => [check.id, check]));
  return (checkId) => {
    const { options, severity, files: seen, exclude } = checks.get(checkId) ?? {};
    return hashText(`${common}${JSON.stringify([checkId, options, severity, seen, exclude])}`);
  };
}

/** The hash of what a check said: its outcome and which findings. */
export function answerHash({ outcome, findings }: CheckResult): string {
  return hashText([outcome.status, ...findings.map(({ fingerprint }) => fingerprint).sort()].join('\n'));
}

/** A hash of 53 bits in base 36 (cyrb53, public domain). It tells runs apart and guards nothing; node:crypto would cost a start 10 ms. */
export function hashText(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = Math.imul(a ^ code, 2_654_435_761);
    b = Math.imul(b ^ code, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return (4_294_967_296 * (2_097_151 & b) + (a >>> 0)).toString(36).padStart(11, '0');
}

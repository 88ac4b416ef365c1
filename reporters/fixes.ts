import { type Finding, formatCount, type RunResult } from 'scanrun';

/** The command that makes the fix of a finding; undefined where it has none, or does not count. */
export function fixCommand({ fix, suppressedBy }: Finding): string | undefined {
  if (fix === undefined || suppressedBy !== undefined) return undefined;
  return fix.unsafe ? 'scanrun fix --unsafe' : 'scanrun fix';
}

/** `3 of 12 can be fixed: scanrun fix (2 more with --unsafe)`, of the findings that count; undefined where none can. */
export function fixesText({ checks }: RunResult, total: number): string | undefined {
  let safe = 0;
  let unsafe = 0;
  for (const { findings } of checks) {
    for (const finding of findings) {
      if (fixCommand(finding) === undefined) continue;
      if (finding.fix?.unsafe) unsafe += 1;
      else safe += 1;
    }
  }
  const text = (count: number, flag: string): string =>
    `${formatCount(count)} of ${formatCount(total)} can be fixed: scanrun fix${flag}`;
  if (safe > 0) return `${text(safe, '')}${unsafe > 0 ? ` (${formatCount(unsafe)} more with --unsafe)` : ''}`;
  return unsafe > 0 ? text(unsafe, ' --unsafe') : undefined;
}

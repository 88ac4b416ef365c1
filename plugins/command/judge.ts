import { type ExecResult, formatBytes, plural } from 'scanrun';
import { tail } from './display.js';
import type { ParserError, ToolFinding } from './parsers/parser.js';

/** What a parser made of the output. */
export interface Parsed {
  /** What it found. */
  readonly findings: readonly ToolFinding[];
  /** Why it could not read all; absent where it could. */
  readonly error?: ParserError;
}

/** What a run of a command means. */
export interface Verdict {
  /** What the tool found. */
  readonly findings: readonly ToolFinding[];
  /** True where the exit code alone says that something was found. */
  readonly failed: boolean;
  /** Why the tool's answer does not count; the check ends with it as an error. */
  readonly error?: string;
  /** Why the answer is partial. */
  readonly degraded?: string;
}

/** What the exit codes of a command mean. */
export interface Codes {
  readonly passCodes: readonly number[];
  readonly findingCodes: readonly number[];
  /** Bytes kept of each stream. */
  readonly maxBytes: number;
}

/**
 * Judges how a command ended. An answer of a tool that failed is never taken for "nothing found".
 * @param command the command for people.
 * @param parsed undefined where no parser reads the output.
 */
export function judge(command: string, result: ExecResult, parsed: Parsed | undefined, codes: Codes): Verdict {
  const findings = parsed?.findings ?? [];
  const fail = (what: string): Verdict => ({ findings, failed: false, error: `${command} ${what}${reasonIn(result)}` });
  if (result.timedOut) return fail('was stopped when its time was over.');
  if (result.code === null) return fail(`was ended by ${result.signal ?? 'a signal'}.`);
  const passes = codes.passCodes.includes(result.code);
  const finds = codes.findingCodes.includes(result.code);
  const unknownCode = `ended with exit code ${result.code}, which is neither in passCodes nor in findingCodes.`;
  if (parsed === undefined) return passes || finds ? { findings, failed: !passes } : fail(unknownCode);
  const cut = result.truncated
    ? `The output of ${command} is longer than ${formatBytes(codes.maxBytes)} (maxBytes)`
    : undefined;
  if (parsed.error !== undefined) {
    if (cut !== undefined && (passes || finds))
      return { findings, failed: false, degraded: `${cut} and could not be read: ${parsed.error.message}.` };
    return fail(passes || finds ? `ended with exit code ${result.code}, but ${parsed.error.message}.` : unknownCode);
  }
  if (findings.length === 0 && !passes)
    return fail(
      finds
        ? `ended with exit code ${result.code}, which stands for findings, and the output has none: the tool itself failed.`
        : unknownCode,
    );
  return {
    findings,
    failed: false,
    ...(cut === undefined
      ? {}
      : { degraded: `${cut}; the ${plural(findings.length, 'finding')} in its beginning may not be all.` }),
  };
}

/** What the tool says of its failure: the last lines of standard error, else of standard output. */
function reasonIn({ stdout, stderr }: ExecResult): string {
  const said = tail(stderr, 8) || tail(stdout, 8);
  return said === '' ? ' It printed nothing.' : `\n${said}`;
}

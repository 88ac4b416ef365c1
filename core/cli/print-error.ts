import { createColors } from 'picocolors';
import { ScanError } from '../errors.js';
import { environmentRedactor } from './redactor.js';
import { wantsColor } from './terminal.js';

/** Prints what went wrong, where and what to do, and gives the exit code. */
export function printError(error: unknown, to: NodeJS.WriteStream): number {
  const redactor = environmentRedactor();
  // An error may quote what a tool or a file said.
  const stderr = { write: (text: string) => to.write(redactor.text(text)) };
  const { red, bold, dim, cyan } = createColors(wantsColor(true, to, process.env));
  if (!(error instanceof ScanError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    stderr.write(`${red(bold('SR_INTERNAL'))} scanrun itself broke. Please report this:\n${detail}\n`);
    return 3;
  }
  const { problems } = error;
  if (problems.length === 0) {
    stderr.write(`${red(bold(error.code))} ${error.message}\n`);
  } else {
    stderr.write(
      `${red(bold(error.code))} ${problems.length === 1 ? 'One problem' : `${problems.length} problems`}:\n`,
    );
    for (const { where, what, next } of problems)
      stderr.write(`  ${bold(where)}: ${what}${next === undefined ? '' : `; ${next}`}\n`);
  }
  if (error.cause instanceof Error && !error.message.includes(error.cause.message))
    stderr.write(`${dim(`  cause: ${error.cause.message}`)}\n`);
  stderr.write(`${cyan('next:')} ${error.next}\n`);
  return error.exitCode;
}

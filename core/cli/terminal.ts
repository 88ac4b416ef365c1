import { fstatSync } from 'node:fs';
import { createColors } from 'picocolors';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { writeAll } from '../files/write-file.js';
import type { Sink } from '../report/write.js';

/** The file descriptor. */
const STDOUT = 1;

/** Whether a stream wants colours: the flag, then NO_COLOR (no-color.org), then FORCE_COLOR, then whether it is a terminal. */
export function wantsColor(flag: boolean, stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv): boolean {
  if (!flag || (environment.NO_COLOR ?? '') !== '') return false;
  if ((environment.FORCE_COLOR ?? '') !== '') return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** The colours of a stream. */
export type Colors = ReturnType<typeof createColors>;

/** Colours for standard output. */
export function colorsFor(flag: boolean): Colors {
  return createColors(wantsColor(flag, process.stdout, process.env));
}

/**
 * Writes to standard output and waits until it is taken. A reader that went away (`| head`) ends the output, not the scan.
 * What it gives rejects with ScanError `SR_REPORT_WRITE` when standard output cannot be written, for instance because the disk is full.
 */
export function stdoutSink(): Sink {
  // Node's stream takes a short write to a file for a whole one: on a disk that is nearly full, half a report.
  if (fstatSync(STDOUT).isFile()) return async (chunk) => toFile(Buffer.from(chunk as string));
  let closed = false;
  // Whoever waits for the write hears of the error too; without a listener it would end the process.
  process.stdout.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') closed = true;
  });
  return (chunk) =>
    new Promise((resolve, reject) => {
      if (closed) return resolve();
      process.stdout.write(chunk, (error) =>
        error && codeOf(error) !== 'EPIPE' ? reject(unwritten(error)) : resolve(),
      );
    });
}

function toFile(bytes: Uint8Array): void {
  try {
    writeAll(STDOUT, bytes);
  } catch (error) {
    throw unwritten(error);
  }
}

function unwritten(error: unknown): ScanError {
  return new ScanError('SR_REPORT_WRITE', `Standard output could not be written: ${messageOf(error)}`, {
    cause: error,
    next: 'Check that where it goes has space, and run the command again.',
  });
}

/** Prints text and waits until it is taken. */
export async function print(text: string): Promise<void> {
  await stdoutSink()(text.endsWith('\n') ? text : `${text}\n`);
}

/** Prints a value as JSON. */
export async function printJson(value: unknown): Promise<void> {
  await print(JSON.stringify(value, undefined, 2));
}

/** Rows as columns of equal width; the last column is as long as it is. */
export function table(rows: readonly (readonly string[])[], colors: Colors): string {
  const [head = []] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0))).join('  ');
  return rows.map((row, index) => (index === 0 ? colors.bold(line(row)) : line(row))).join('\n');
}

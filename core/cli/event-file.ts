import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { describeError, messageOf, ScanError } from '../errors.js';
import { writeAll } from '../files/write-file.js';
import type { ScanEvent } from '../model/event.js';
import { stdoutSink } from './terminal.js';

/** Takes a scan's events, one JSON object a line. */
export interface EventFile {
  /** Writes an event's line. */
  write(event: ScanEvent): void;
  /** Waits until everything is written. */
  close(): Promise<void>;
}

/**
 * Opens where events go: a file, or `-` for standard output.
 * @param fail is told once when it cannot be written any more; the scan goes on without.
 * @throws ScanError `SR_REPORT_WRITE` when the file cannot be opened.
 */
export function openEvents(path: string, fail: (message: string) => void): EventFile {
  if (path === '-') return onStdout(fail);
  const file = resolve(path);
  let handle: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    handle = openSync(file, 'w');
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `The events file ${file} could not be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const close = (): Promise<void> => {
    if (handle !== undefined) closeSync(handle);
    handle = undefined;
    return Promise.resolve();
  };
  return {
    write(event) {
      if (handle === undefined) return;
      try {
        writeAll(handle, Buffer.from(`${JSON.stringify(event)}\n`));
      } catch (error) {
        void close();
        fail(unwritten(file, error));
      }
    },
    close,
  };
}

/** What is told when a file cannot be written any more. */
export function unwritten(file: string, error: unknown): string {
  return describeError(
    new ScanError('SR_REPORT_WRITE', `${file} could not be written: ${messageOf(error)}`),
    'SR_REPORT_WRITE',
  );
}

function onStdout(fail: (message: string) => void): EventFile {
  const sink = stdoutSink();
  let broken = false;
  let last = Promise.resolve();
  return {
    write(event) {
      last = last
        .then(() => (broken ? undefined : sink(`${JSON.stringify(event)}\n`)))
        .catch((error: unknown) => {
          broken = true;
          fail(describeError(error, 'SR_REPORT_WRITE'));
        });
    },
    close: () => last,
  };
}

import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, ScanError } from '../errors.js';
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
 * @throws ScanError `SR_REPORT_WRITE` when the file cannot be opened; a later failure is thrown by `close`.
 */
export function openEvents(path: string): EventFile {
  if (path === '-') return onStdout();
  const file = resolve(path);
  let handle: number;
  try {
    mkdirSync(dirname(file), { recursive: true });
    handle = openSync(file, 'w');
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `The events file ${file} could not be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
  let failure: unknown;
  return {
    write(event) {
      if (failure !== undefined) return;
      try {
        writeSync(handle, `${JSON.stringify(event)}\n`);
      } catch (error) {
        failure = error;
      }
    },
    close() {
      closeSync(handle);
      if (failure === undefined) return Promise.resolve();
      return Promise.reject(
        new ScanError('SR_REPORT_WRITE', `The events file ${file} broke off: ${messageOf(failure)}`, {
          cause: failure,
        }),
      );
    },
  };
}

function onStdout(): EventFile {
  const sink = stdoutSink();
  let last = Promise.resolve();
  return {
    write(event) {
      last = last.then(() => sink(`${JSON.stringify(event)}\n`));
    },
    close: () => last,
  };
}

import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Logger } from 'pino';
import { messageOf, ScanError } from '../errors.js';
import type { ScanEvent } from '../model/event.js';
import { type EventFile, unwritten } from './event-file.js';

/**
 * Opens a log file: pino's NDJSON, with the run's and the task's id on each line.
 * @param fail is told once when it cannot be written any more; the scan goes on without.
 * @throws ScanError `SR_REPORT_WRITE` when it cannot be opened.
 */
export async function openLog(path: string, fail: (message: string) => void): Promise<EventFile> {
  const file = resolve(path);
  const { default: pino } = await import('pino');
  try {
    mkdirSync(dirname(file), { recursive: true });
    const destination = pino.destination({ dest: file, sync: true });
    const root = pino({ base: null, level: 'debug' }, destination);
    let log = root;
    let open = true;
    const stop = (error: unknown): void => {
      if (!open) return;
      open = false;
      destination.destroy();
      fail(unwritten(file, error));
    };
    destination.on('error', stop);
    return {
      write(event) {
        if (event.type === 'scanStarted') log = root.child({ runId: event.runId });
        try {
          if (open) writeLine(log, event);
        } catch (error) {
          stop(error);
        }
      },
      close: () =>
        new Promise((done) => {
          if (!open) return done();
          destination.once('close', done);
          destination.end();
        }),
    };
  } catch (error) {
    throw new ScanError('SR_REPORT_WRITE', `The log file ${file} could not be opened: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function writeLine(log: Logger, event: ScanEvent): void {
  if (event.type === 'log') {
    // Level and message are pino's: a line would have them twice.
    const { level, message, ...fields } = event;
    log[level](fields, message);
  } else if (event.type === 'result' || event.type === 'planned') log.info({ type: event.type, at: event.at });
  else log.info(event);
}

import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, ScanError } from '../errors.js';
import type { EventFile } from './event-file.js';

/**
 * Opens a log file: pino's NDJSON, with the run's and the task's id on each line.
 * @throws ScanError `SR_REPORT_WRITE` when it cannot be opened.
 */
export async function openLog(path: string): Promise<EventFile> {
  const file = resolve(path);
  const { default: pino } = await import('pino');
  try {
    mkdirSync(dirname(file), { recursive: true });
    const destination = pino.destination({ dest: file, sync: true });
    const root = pino({ base: null, level: 'debug' }, destination);
    let log = root;
    return {
      write(event) {
        if (event.type === 'scanStarted') log = root.child({ runId: event.runId });
        const { type, ...fields } =
          event.type === 'result' || event.type === 'planned' ? { type: event.type, at: event.at } : event;
        if (event.type === 'log') log[event.level]({ type, ...fields }, event.message);
        else log.info({ type, ...fields });
      },
      close: () =>
        new Promise((done) => {
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

// The process that scans for `run --watch`: one runtime for all its scans, so that the second one starts no thread.

import { realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { type FileIndex, indexFiles } from '../files/file-index.js';
import type { ChangeRequest } from '../model/changes.js';
import type { ReportedFile } from '../model/result.js';
import { plural } from '../model/text.js';
import { createRuntime } from '../runtime.js';
import type { ScanOptions } from '../scan.js';
import { keyFileOf } from '../scan-options.js';
import { END_SIGNALS, endAfter, endOnCrash, watchForLeaks } from './ending.js';
import { scanOptions } from './options.js';
import { printError } from './print-error.js';
import { exitCodeOf, scanOnce } from './run.js';
import type { WatchRequest, WatchRestart } from './watch.js';
import { Loaded } from './watch-loaded.js';
import { openWatch, type Watch } from './watch-paths.js';

/** Changed files that are named; more are counted. */
const NAMED = 3;

/** What changed, with the files of the target as they are now. */
interface Change {
  readonly paths: readonly string[];
  readonly files: FileIndex;
}

/** What ended a session. */
type End = { readonly kind: 'signal' } | { readonly kind: 'restart'; readonly path: string };

/** Scans until a signal comes, or until what was loaded has changed. */
async function session({ target, flags }: WatchRequest): Promise<{ readonly restart: boolean; readonly code: number }> {
  const given = await scanOptions(target, flags);
  const root = await realpath(resolve(given.cwd, target));
  const loaded = new Loaded(given);
  const runtime = createRuntime();
  process.on('uncaughtExceptionMonitor', () => runtime.kill());
  // Whoever started it is gone, and with it the terminal that this would write to.
  process.on('disconnect', () => {
    runtime.kill();
    process.exit(3);
  });
  const written = new Set<string>();
  const signal = signalled();
  const settings = { root, environment: given.environment, written, keyFile: keyFileOf(given) };
  const watch = await openWatch([root, ...loaded.files()], settings);
  // At once: they may lie outside of the target, or in a folder of it that git ignores.
  const options: ScanOptions = { ...given, loads: (url) => watch.add(loaded.module(url)) };
  const scan = async (change?: Change): Promise<number> => {
    loaded.begin();
    try {
      const done = await scanOnce(change === undefined ? options : again(options, change), flags, runtime, {
        event: (event) => loaded.event(event),
        reported: (reports) => note(written, reports),
      });
      loaded.ended();
      return exitCodeOf(done);
    } catch (error) {
      return printError(error, process.stderr);
    }
  };
  try {
    signal.listen();
    let code = await scan();
    for (;;) {
      if (code === 130) return { restart: false, code };
      say(`watching ${root}; Ctrl-C ends`);
      const next = await Promise.race([signal.came, nextChange(watch, loaded, root, options)]);
      if ('kind' in next) {
        if (next.kind === 'signal') return { restart: false, code: 130 };
        say(`${nameOf(root, next.path)} changed, which is loaded once a process: starting again`);
        return { restart: true, code };
      }
      say(`${changedText(next.paths.map((path) => nameOf(root, path)))} changed`);
      code = await scan(next);
    }
  } finally {
    signal.mute();
    await watch.close();
    await runtime.close();
  }
}

/** The options of a scan of what changed: its reports go to the terminal, since those of files are of the whole target. */
function again(options: ScanOptions, { paths, files }: Change): ScanOptions {
  return { ...options, changes: changesOf(paths), files, overrides: { ...options.overrides, reporter: ['terminal'] } };
}

/** Waits for changes of files of the target, or of what was loaded. Others, such as of ignored files, are passed over. */
async function nextChange(
  watch: Watch,
  loaded: Loaded,
  root: string,
  { environment, cwd }: ScanOptions,
): Promise<End | Change> {
  for (;;) {
    const paths = await watch.next();
    const own = paths.find((path) => loaded.has(path));
    if (own !== undefined) return { kind: 'restart', path: own };
    try {
      const files = await indexFiles(root, { environment, cwd, changes: changesOf(paths) });
      const found = [...(files.changes?.paths ?? [])].map((path) => resolve(root, path));
      if (found.length > 0) return { paths: found, files };
      files.close();
    } catch (error) {
      printError(error, process.stderr);
    }
  }
}

function changesOf(paths: readonly string[]): ChangeRequest {
  return { kind: 'files', paths, seen: true };
}

function note(written: Set<string>, reports: readonly ReportedFile[]): void {
  for (const { file } of reports) if (file !== undefined) written.add(file);
}

/** Signals, also those that come when a scan is too far to be cancelled by them: the session ends after it. */
function signalled(): { readonly came: Promise<End>; mute(): void; listen(): void } {
  let tell: (end: End) => void = () => {};
  const came = new Promise<End>((resolve) => {
    tell = resolve;
  });
  const listener = (): void => tell({ kind: 'signal' });
  const listen = (): void => {
    for (const signal of END_SIGNALS) process.on(signal, listener);
  };
  const mute = (): void => {
    for (const signal of END_SIGNALS) process.off(signal, listener);
  };
  return { came, mute, listen };
}

function nameOf(root: string, path: string): string {
  return relative(root, path).split(sep).join('/');
}

function changedText(names: readonly string[]): string {
  const more = names.length - NAMED;
  return `${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${plural(more, 'more file')}` : ''}`;
}

function say(text: string): void {
  process.stderr.write(`scanrun: ${text}\n`);
}

endOnCrash();
process.once('message', (request: WatchRequest) => {
  session(request).then(
    ({ restart, code }) => {
      process.exitCode = code;
      if (restart) process.send?.({ restart } satisfies WatchRestart);
      process.removeAllListeners('disconnect');
      process.disconnect();
      // The next process starts when this one has ended.
      watchForLeaks();
    },
    (error: unknown) => endAfter(printError(error, process.stderr)),
  );
});

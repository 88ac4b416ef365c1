#!/usr/bin/env node
// The entry. What takes longest begins before the command line is read: a thread takes as long to be ready as all that.

import { existsSync } from 'node:fs';
import { startAhead } from '../execute/thread-ahead.js';

const thread = needsThread(process.argv.slice(2)) ? startAhead() : Promise.resolve(undefined);
try {
  const { main } = await import('./program.js');
  await main(thread);
} catch (error) {
  // Not even what prints errors could be loaded, for instance because no file can be opened any more.
  process.stderr.on('error', () => {});
  process.stderr.write(`scanrun: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 3;
} finally {
  (await thread)?.dismiss();
}

/** True for what looks like a scan by a TypeScript configuration of this folder: it has checks of one's own, and those run in a thread. */
function needsThread(args: readonly string[]): boolean {
  const [first = '-'] = args;
  const isOther = args.some((arg) => /^(?:-h|--help|-V|--version|--watch|--config(?:=.*)?)$/.test(arg));
  return (first.startsWith('-') || first === 'run') && !isOther && existsSync('scan.config.ts');
}

import type { CacheStats } from '../answers/stored.js';
import { CACHE_DEFAULTS } from '../cache/settings.js';
import { formatBytes, formatCount, plural } from '../model/text.js';
import { storedAnswersOf } from '../open-answers.js';
import { configure } from '../prepare.js';
import { createRuntime } from '../runtime.js';
import { scanOptions } from './options.js';
import { rootOf } from './target.js';
import { type Colors, colorsFor, print, printJson, table } from './terminal.js';

/** Flags of `cache` and its actions. */
export interface CacheFlags {
  readonly target: string;
  /** Of `prune` alone. */
  readonly config?: string;
  readonly json?: boolean;
  readonly color: boolean;
}

/** What can be done with a cache. */
export type CacheAction = 'stats' | 'prune' | 'clear';

/** Shows what a target's cache holds, or makes it smaller. */
export async function cache(action: CacheAction, flags: CacheFlags): Promise<number> {
  const root = rootOf(flags.target);
  const options = await scanOptions(flags.target, flags);
  const settings = action === 'prune' ? await settingsOf(options) : CACHE_DEFAULTS;
  const stored = storedAnswersOf(root, settings, options);
  const before = stored.stats();
  if (action === 'stats') {
    if (flags.json) await printJson(before);
    else await print(text(before, colorsFor(flags.color)));
    return 0;
  }
  if (action === 'prune') stored.prune();
  else stored.clear();
  const after = stored.stats();
  if (flags.json) await printJson({ before, after });
  else await print(change(action, before, after));
  return 0;
}

/** The limits that the configuration sets. */
async function settingsOf(options: Parameters<typeof configure>[0]): Promise<typeof CACHE_DEFAULTS> {
  const runtime = createRuntime();
  try {
    return (await configure(options, runtime)).config.cache;
  } finally {
    await runtime.close();
  }
}

function change(action: CacheAction, before: CacheStats, after: CacheStats): string {
  const gone = before.files.entries + before.project.entries - after.files.entries - after.project.entries;
  const what = action === 'clear' ? 'Cleared' : 'Pruned';
  return `${what}: ${plural(gone, 'entry', 'entries')} and ${formatBytes(before.sizeBytes - after.sizeBytes)} removed, ${formatBytes(after.sizeBytes)} left in ${after.folder}`;
}

function text(stats: CacheStats, colors: Colors): string {
  const { files, project, transpiled, foreign, lastScan, damaged } = stats;
  const entries = (count: number): string => formatCount(count);
  const rows = [
    ['WHAT', 'ENTRIES', 'SIZE', 'OLDEST USE'],
    ['answers by file', entries(files.entries), formatBytes(files.sizeBytes), files.oldest ?? '-'],
    ['answers by project', entries(project.entries), formatBytes(project.sizeBytes), project.oldest ?? '-'],
    ['transpiled modules', '-', formatBytes(transpiled.sizeBytes), '-'],
    ['answers of other keys', plural(foreign.keys, 'key'), formatBytes(foreign.sizeBytes), '-'],
  ];
  const notes = [
    lastScan === undefined ? 'No scan has used it yet.' : lastLine(lastScan),
    ...(damaged === 0 ? [] : [colors.yellow(`${plural(damaged, 'part')} not as written: computed again when needed.`)]),
  ];
  return [`${colors.bold(stats.folder)}  ${formatBytes(stats.sizeBytes)}`, '', table(rows, colors), '', ...notes].join(
    '\n',
  );
}

function lastLine({ endedAt, hits, misses, kept }: NonNullable<CacheStats['lastScan']>): string {
  const all = hits + misses;
  const share = all === 0 ? 0 : Math.floor((hits / all) * 100);
  const when = endedAt.slice(0, 19).replace('T', ' ');
  return `The last scan ended ${when}: ${formatCount(hits)} of ${plural(all, 'answer')} known (${share} %), ${formatCount(kept)} kept.`;
}

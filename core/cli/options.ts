import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Overrides } from '../config/overrides.js';
import type { ScanOptions } from '../scan.js';
import type { ConfigFlags, PlanFlags, RunFlags } from './flags.js';

/** A scan's options from the command line: the one place where flags, working folder and environment become options. */
export async function scanOptions(target: string, flags: ConfigFlags | PlanFlags | RunFlags): Promise<ScanOptions> {
  const { loadUserConfig } = await import('../config/load.js');
  const folder = process.env.XDG_CONFIG_HOME || join(homedir(), '.config');
  const userConfig = await loadUserConfig(join(folder, 'scanrun'));
  const { since, staged, filesFrom } = flags as Partial<PlanFlags>;
  const restricts = since !== undefined || staged === true || filesFrom !== undefined;
  const changes = restricts
    ? await (await import('./changes.js')).changeRequest({ since, staged, filesFrom })
    : undefined;
  return {
    target,
    cwd: process.cwd(),
    environment: process.env,
    userCache: join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'scanrun'),
    overrides: overrides(flags),
    ...(flags.config === undefined ? {} : { configFile: flags.config }),
    ...(userConfig === undefined ? {} : { userConfig }),
    ...(changes === undefined ? {} : { changes }),
  };
}

function overrides(flags: ConfigFlags | RunFlags): Overrides {
  const { tier, profile, check, skip, plugin, concurrency, parallel, within } = flags;
  const run = flags as Partial<RunFlags>;
  const set = {
    tier,
    profile,
    check,
    skip,
    plugin,
    concurrency,
    parallel,
    cache: run.cache === false ? false : undefined,
    refreshCache: run.refreshCache,
    strict: run.strict,
    within,
    failFast: run.failFast,
    failOn: run.failOn,
    minCoverage: run.minCoverage,
    baseline: run.baseline,
    reporter: run.reporter,
  };
  return Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
}

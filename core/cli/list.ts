import { isFileCheck } from '../check/define.js';
import { compileFilters } from '../check/filter.js';
import type { ResolvedConfig } from '../config/resolve.js';
import { configure } from '../prepare.js';
import { createRuntime } from '../runtime.js';
import type { ConfigFlags } from './flags.js';
import { scanOptions } from './options.js';
import { profileText } from './profile-text.js';
import { type Colors, colorsFor, print, printJson, table } from './terminal.js';

/** Lists the checks of the configured plugins. */
export async function list(flags: ConfigFlags): Promise<number> {
  const runtime = createRuntime();
  try {
    const { config } = await configure(await scanOptions('.', flags), runtime);
    const all = [...config.checks.values()];
    const { check, skip } = config.select;
    const wanted = check.length === 0 ? () => true : compileFilters(check, '--check', all);
    const skipped = skip.length === 0 ? () => false : compileFilters(skip, '--skip', all);
    const checks = all
      .filter((item) => wanted(item) && !skipped(item))
      .map(({ id, check: { meta, ...rest }, enabled, severity }) => ({
        id,
        title: meta.title,
        description: meta.description,
        category: meta.category,
        tier: meta.tier,
        severity: severity ?? meta.severity,
        enabled,
        ...(config.profile === undefined ? {} : { inProfile: !config.profile.leftOut.has(id) }),
        kind: isFileCheck({ meta, ...rest }) ? 'file' : 'project',
        lane: meta.lane,
        tags: meta.tags,
      }));
    if (flags.json) await printJson(checks);
    else await print(listText(checks, config, colorsFor(flags.color)));
    return 0;
  } finally {
    await runtime.close();
  }
}

/** A check as it is listed. */
interface Listed {
  readonly id: string;
  readonly title: string;
  readonly category: string;
  readonly tier: string;
  readonly severity: string;
  readonly enabled: boolean;
  /** Whether the chosen profile has it; absent without one. */
  readonly inProfile?: boolean;
}

function listText(checks: readonly Listed[], { profile, tier, origins }: ResolvedConfig, colors: Colors): string {
  const head = ['CHECK', 'TIER', 'SEVERITY', ...(profile === undefined ? [] : ['PROFILE']), 'CATEGORY', 'TITLE'];
  const rows = checks.map(({ id, title, category, tier, severity, enabled, inProfile }) => [
    id,
    tier,
    enabled ? severity : 'off',
    ...(inProfile === undefined ? [] : [inProfile ? 'yes' : 'left out']),
    category,
    title,
  ]);
  const text = table([head, ...rows], colors);
  return profile === undefined ? text : `${profileText(profile, tier, origins)}\n\n${text}`;
}

import { isFileCheck } from '../check/define.js';
import { compileFilters } from '../check/filter.js';
import { configure } from '../prepare.js';
import { createRuntime } from '../runtime.js';
import type { ConfigFlags } from './flags.js';
import { scanOptions } from './options.js';
import { colorsFor, print, printJson, table } from './terminal.js';

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
        kind: isFileCheck({ meta, ...rest }) ? 'file' : 'project',
        scope: meta.scope,
        lane: meta.lane,
        tags: meta.tags,
      }));
    if (flags.json) await printJson(checks);
    else
      await print(
        table(
          [
            ['CHECK', 'TIER', 'SEVERITY', 'CATEGORY', 'TITLE'],
            ...checks.map((item) => [
              item.id,
              item.tier,
              item.enabled ? item.severity : 'off',
              item.category,
              item.title,
            ]),
          ],
          colorsFor(flags.color),
        ),
      );
    return 0;
  } finally {
    await runtime.close();
  }
}

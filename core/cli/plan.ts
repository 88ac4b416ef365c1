import type { Registry } from '../check/registry.js';
import { formatDuration } from '../model/duration.js';
import type { Task } from '../model/task.js';
import { plural } from '../model/text.js';
import { prepare } from '../prepare.js';
import { redactRecord } from '../redact/record.js';
import { createRuntime } from '../runtime.js';
import type { PlanFlags } from './flags.js';
import { scanOptions } from './options.js';
import { profileText } from './profile-text.js';
import { colorsFor, print, printJson, table } from './terminal.js';

/** What a task is about: its check's title, or the checks of one pass over the files. */
function titleOf({ checks, part }: Task, registry: Registry): string {
  if (part !== undefined || checks.length > 1) return checks.map(({ id }) => id).join(', ');
  return registry.get(checks[0]?.id ?? '')?.check.meta.title ?? '';
}

/** Shows what a scan would run. */
export async function plan(target: string, flags: PlanFlags): Promise<number> {
  const runtime = createRuntime();
  try {
    const prepared = await prepare(await scanOptions(target, flags), runtime, () => {});
    const { plan: made, config, registry, redactor, files } = prepared;
    files.close();
    if (flags.json) {
      await printJson(redactRecord(redactor, made));
      return 0;
    }
    const colors = colorsFor(flags.color);
    const rows = made.tasks.map((task, index) => {
      return [
        String(index + 1),
        task.id,
        task.lane,
        String(task.priority),
        `${task.timeoutMs / 1_000} s`,
        task.expectedMs === undefined ? '-' : formatDuration(task.expectedMs),
        task.after.join(', ') || '-',
        titleOf(task, registry),
      ];
    });
    const { limits, profile, tier, origins } = config;
    if (profile !== undefined) await print(profileText(profile, tier, origins));
    await print(
      `${plural(made.tasks.length, 'task')} in the tier ${config.tier}: ${limits.parallel ? `${limits.concurrency} at once` : 'one at a time'}, budget ${limits.budgetMs / 1_000} s, deadline ${limits.deadlineMs / 1_000} s`,
    );
    if (rows.length > 0)
      await print(
        table([['#', 'CHECK', 'LANE', 'PRIORITY', 'TIMEOUT', 'EXPECTED', 'AFTER', 'TITLE'], ...rows], colors),
      );
    if (made.notPlanned.length > 0) {
      await print(`\n${plural(made.notPlanned.length, 'check')} not planned`);
      await print(
        table(
          [['CHECK', 'WHY', ''], ...made.notPlanned.map(({ checkId, code, message }) => [checkId, code, message])],
          colors,
        ),
      );
    }
    return 0;
  } finally {
    await runtime.close();
  }
}

import { isFileCheck } from '../check/define.js';
import { suggest } from '../check/nearest.js';
import { defaultOptions } from '../check/options.js';
import { ScanError } from '../errors.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { type Prepared, prepare } from '../prepare.js';
import { maskNamed } from '../redact/named.js';
import { MASK } from '../redact.js';
import { createRuntime } from '../runtime.js';
import { type CacheExplained, cacheText, explainCache } from './explain-cache.js';
import type { ConfigFlags } from './flags.js';
import { scanOptions } from './options.js';
import { type Colors, colorsFor, print, printJson, table } from './terminal.js';

/** A value and the layer that set it. */
interface Explained {
  readonly name: string;
  readonly value: JsonValue;
  readonly layer: string;
  readonly about: string;
}

/** Says what a check does, what it is set to and by whom, and why it will or will not run. */
export async function explain(id: string, flags: ConfigFlags): Promise<number> {
  const runtime = createRuntime();
  try {
    const scan = await scanOptions('.', flags);
    const prepared = await prepare(scan, runtime, () => {});
    const item = prepared.config.checks.get(id);
    if (item === undefined) {
      throw new ScanError('SR_USAGE', `There is no check '${id}': ${suggest(id, [...prepared.config.checks.keys()])}`, {
        next: 'List the checks with `scanrun list`.',
      });
    }
    const { meta, module, needs } = item.check;
    const explained = {
      id,
      title: meta.title,
      description: meta.description,
      help: meta.help ?? null,
      category: meta.category,
      tier: meta.tier,
      tags: meta.tags,
      kind: isFileCheck(item.check) ? 'file' : 'project',
      lane: meta.lane,
      module,
      plugin: item.plugin.name,
      needs: Object.keys(needs),
      messages: meta.messages,
      settings: settings(prepared, id),
      options: options(prepared, id),
      ...willRun(prepared, id),
      cache: (await explainCache(prepared, scan, id)) ?? null,
    };
    const shown = prepared.redactor.json(explained);
    if (flags.json) await printJson(shown);
    else await print(text(shown, colorsFor(flags.color)));
    return 0;
  } finally {
    await runtime.close();
  }
}

function settings({ config }: Prepared, id: string): Explained[] {
  const item = config.checks.get(id);
  if (item === undefined) return [];
  const origin = (name: string): string => config.origins.get(`checks['${id}'].${name}`) ?? 'check';
  const timeoutMs = item.timeoutMs ?? config.limits.timeoutMs;
  const row = (name: string, value: JsonValue, about: string): Explained => ({
    name,
    value,
    layer: origin(name),
    about,
  });
  return [
    ...profileRow(config, id),
    row('severity', item.enabled ? (item.severity ?? item.check.meta.severity) : 'off', 'how much its findings matter'),
    {
      ...row('timeout', timeoutMs, 'milliseconds'),
      layer: item.timeoutMs === undefined ? `tier ${config.tier}` : origin('timeout'),
    },
    row('priority', item.priority, 'higher starts earlier'),
    row('optional', item.optional, 'outside of coverage'),
    row('critical', item.critical, 'ends the scan when it does not pass'),
    row('retries', item.retries, 'runs again when a resource failed it'),
    row('resource', item.resource ?? null, 'what its requests count against; null: each host'),
    row('estimate', item.check.meta.estimate ?? null, 'how long it takes until it has a history'),
    row('exclusive', item.check.meta.exclusive, 'what it must have for itself'),
    row('changesTree', item.check.meta.changesTree, 'runs alone, after what does not need it'),
    row('files', item.files, 'globs of files it may see'),
    row('exclude', [...config.exclude, ...item.exclude], 'globs of files it may not see'),
  ];
}

/** Whether the chosen profile has a check, and who chose it; nothing without a profile. */
function profileRow({ profile, origins }: Prepared['config'], id: string): Explained[] {
  if (profile === undefined) return [];
  const about = { excluded: 'leaves it out', 'not-included': 'does not name it' };
  const left = profile.leftOut.get(id);
  const layer = origins.get('profile') ?? 'flag';
  return [{ name: 'profile', value: profile.name, layer, about: left === undefined ? 'has it' : about[left] }];
}

function options({ config }: Prepared, id: string): Explained[] {
  const item = config.checks.get(id);
  if (item === undefined) return [];
  const preset: JsonObject = defaultOptions(item.check);
  const shown = maskNamed(item.options, MASK) as JsonObject;
  return Object.entries(item.check.meta.options).map(([name, schema]) => ({
    name,
    value: shown[name] ?? null,
    layer:
      config.origins.get(`checks['${id}'].options.${name}`) ??
      (preset[name] === undefined ? 'unset' : name in item.check.preset ? 'instance' : 'default'),
    about: schema.description ?? (typeof schema.type === 'string' ? schema.type : ''),
  }));
}

function willRun({ plan }: Prepared, id: string): { readonly runs: boolean; readonly why: string } {
  const place = plan.tasks.findIndex((task) => task.checks.some((check) => check.id === id));
  if (place >= 0) return { runs: true, why: `It is number ${place + 1} of ${plan.tasks.length} in the plan.` };
  return {
    runs: false,
    why: plan.notPlanned.find(({ checkId }) => checkId === id)?.message ?? 'It is not in the plan.',
  };
}

type Explanation =
  ReturnType<typeof settings> extends infer S
    ? {
        readonly id: string;
        readonly title: string;
        readonly description: string;
        readonly help: string | null;
        readonly category: string;
        readonly tier: string;
        readonly kind: string;
        readonly lane: string;
        readonly module: string;
        readonly needs: readonly string[];
        readonly settings: S;
        readonly options: S;
        readonly runs: boolean;
        readonly why: string;
        readonly cache: CacheExplained | null;
      }
    : never;

function text(item: Explanation, colors: Colors): string {
  const rows = (list: readonly Explained[]): string[][] =>
    list.map(({ name, value, layer, about }) => [name, JSON.stringify(value), layer, about]);
  const parts = [
    `${colors.bold(item.id)}  ${item.title}`,
    item.description,
    '',
    `${item.runs ? colors.green('runs') : colors.yellow('does not run')}  ${item.why}`,
    ...(item.cache === null ? [] : cacheText(item.cache, colors)),
    `${item.kind} check, category ${item.category}, tier ${item.tier}, lane ${item.lane}${item.needs.length > 0 ? `, needs ${item.needs.join(', ')}` : ''}`,
    '',
    table([['SETTING', 'VALUE', 'SET BY', ''], ...rows(item.settings)], colors),
  ];
  if (item.options.length > 0)
    parts.push('', table([['OPTION', 'VALUE', 'SET BY', ''], ...rows(item.options)], colors));
  if (item.help !== null) parts.push('', colors.bold('How to fix'), item.help);
  parts.push('', colors.dim(item.module));
  return parts.join('\n');
}

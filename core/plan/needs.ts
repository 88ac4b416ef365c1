import type { AnyCheck } from '../check/define.js';
import { isOwnModule } from '../check/load-module.js';
import { type Problem, ScanError } from '../errors.js';

/** A check with an id. */
interface Registered {
  readonly id: string;
  readonly check: AnyCheck;
  /** False for one that will not run, so that nothing it needs has to be there. Default true. */
  readonly enabled?: boolean;
}

/** The ids that each check needs, by the names it gives them. */
export type NeedsById = ReadonlyMap<string, Readonly<Record<string, string>>>;

/**
 * Finds the id of every need: the very check, else the only one from its module.
 * @throws ScanError `SR_NEED_MISSING` listing the needs that no plugin brings, `SR_NEED_CYCLE` naming a circle.
 */
export function resolveNeeds(checks: readonly Registered[]): NeedsById {
  const problems: Problem[] = [];
  const needs = new Map<string, Readonly<Record<string, string>>>();
  for (const { id, check, enabled = true } of checks) {
    const own: Record<string, string> = {};
    for (const [name, need] of Object.entries(check.needs)) {
      const found = find(need, checks);
      if ('check' in found) own[name] = found.id;
      else if (enabled) problems.push({ where: `${id} needs '${name}'`, ...found });
    }
    needs.set(id, own);
  }
  if (problems.length > 0) {
    const texts = problems.map(({ where, what, next }) => `${where}: ${what}${next === undefined ? '' : `; ${next}`}`);
    throw new ScanError('SR_NEED_MISSING', `${[...new Set(texts)].join('. ')}.`, { problems });
  }
  const circle = findCircle(needs);
  if (circle) throw new ScanError('SR_NEED_CYCLE', `These checks need each other in a circle: ${circle.join(' -> ')}.`);
  return needs;
}

function find(need: AnyCheck, checks: readonly Registered[]): Registered | Omit<Problem, 'where'> {
  const same = checks.find(({ check }) => check === need);
  if (same) return same;
  const sameModule = checks.filter(({ check }) => check.module === need.module);
  if (sameModule.length === 1 && sameModule[0]) return sameModule[0];
  if (sameModule.length > 0)
    return {
      what: `several checks come from ${need.module}: ${sameModule.map(({ id }) => id).join(', ')}`,
      next: 'need one of these instances itself',
    };
  const [, plugin, key] = isOwnModule(need.module) ? (OWN_CHECK.exec(need.module) ?? []) : [];
  if (plugin === undefined || key === undefined) return { what: `no plugin brings the check of ${need.module}` };
  return {
    what: `${plugin}/${key} is not there, as the plugin '${plugin}' is not listed`,
    next: `add '${plugin}' to plugins, or \`--plugin ${plugin}\``,
  };
}

/** The module of a check of ours, by its plugin and key. */
const OWN_CHECK = /\/plugins\/([\w-]+)\/checks\/([\w-]+)\.[jt]s$/;

function findCircle(needs: NeedsById): string[] | undefined {
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id];
    if (done.has(id)) return undefined;
    for (const need of Object.values(needs.get(id) ?? {})) {
      const circle = visit(need, [...path, id]);
      if (circle) return circle;
    }
    done.add(id);
    return undefined;
  };
  for (const id of needs.keys()) {
    const circle = visit(id, []);
    if (circle) return circle;
  }
  return undefined;
}

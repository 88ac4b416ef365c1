import type { AnyCheck } from '../check/define.js';
import { type Problem, ScanError } from '../errors.js';

/** A check with an id. */
interface Registered {
  readonly id: string;
  readonly check: AnyCheck;
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
  for (const { id, check } of checks) {
    const own: Record<string, string> = {};
    for (const [name, need] of Object.entries(check.needs)) {
      const found = find(need, checks);
      if (typeof found === 'string') problems.push({ where: `${id} needs '${name}'`, what: found });
      else own[name] = found.id;
    }
    needs.set(id, own);
  }
  if (problems.length > 0) {
    throw new ScanError('SR_NEED_MISSING', `${problems.map(({ where, what }) => `${where}: ${what}`).join('; ')}.`, {
      problems,
    });
  }
  const circle = findCircle(needs);
  if (circle) throw new ScanError('SR_NEED_CYCLE', `These checks need each other in a circle: ${circle.join(' -> ')}.`);
  return needs;
}

function find(need: AnyCheck, checks: readonly Registered[]): Registered | string {
  const same = checks.find(({ check }) => check === need);
  if (same) return same;
  const sameModule = checks.filter(({ check }) => check.module === need.module);
  if (sameModule.length === 1 && sameModule[0]) return sameModule[0];
  if (sameModule.length === 0) return `no plugin brings the check of ${need.module}`;
  return `several checks come from ${need.module}: ${sameModule.map(({ id }) => id).join(', ')}; need one of these instances itself`;
}

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

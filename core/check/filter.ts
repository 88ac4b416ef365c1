import type { AnyCheck } from '../check/define.js';
import { compileGlobs } from '../check/glob.js';
import { suggest } from '../check/nearest.js';
import { type Problem, ScanError } from '../errors.js';
import { SEVERITIES, type Severity } from '../model/severity.js';

/** What a filter may look at. */
export interface Filterable {
  readonly id: string;
  readonly check: AnyCheck;
  /** The configured severity, when it overrides the check's. */
  readonly severity?: Severity;
}

/** Says whether a check is meant. */
export type Filter = (item: Filterable) => boolean;

const FIELDS = ['category', 'tag', 'severity'];

/**
 * Compiles filters: an id or glob over ids (`secrets/*`), a plugin's name, `category:x`, `tag:x` or `severity:x`,
 * with globs after the colon. Several mean any of them.
 * @throws ScanError `SR_FILTER_INVALID` or `SR_FILTER_NO_MATCH`, naming all filters that are wrong and the nearest names.
 */
export function compileFilters(filters: readonly string[], flag: string, items: readonly Filterable[]): Filter {
  const invalid: Problem[] = [];
  const unmatched: Problem[] = [];
  const compiled = filters.map((text) => {
    const { filter, problem, valid } = tryFilter(text, items);
    if (problem !== undefined) (valid ? unmatched : invalid).push({ where: `${flag} ${text}`, ...problem });
    return filter;
  });
  fail('SR_FILTER_INVALID', invalid);
  fail('SR_FILTER_NO_MATCH', unmatched);
  return (item) => compiled.some((filter) => filter(item));
}

/** A filter, and what is wrong with it; one that is wrong matches nothing. */
export interface TriedFilter {
  readonly filter: Filter;
  /** What is wrong, and the nearest name. */
  readonly problem?: Omit<Problem, 'where'>;
  /** False for one that is not well formed. */
  readonly valid: boolean;
}

/** Compiles one filter without throwing. */
export function tryFilter(text: string, items: readonly Filterable[]): TriedFilter {
  const filter = compileFilter(text);
  if (typeof filter === 'string') return { filter: () => false, problem: { what: filter }, valid: false };
  if (items.some(filter)) return { filter, valid: true };
  return { filter, problem: { what: 'matches no check', next: nearestNames(text, items) }, valid: true };
}

function fail(code: 'SR_FILTER_INVALID' | 'SR_FILTER_NO_MATCH', problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const text = problems
    .map(({ where, what, next }) => `${where}: ${what}${next === undefined ? '' : `; ${next}`}`)
    .join('. ');
  throw new ScanError(code, `${text}.`, { problems });
}

function compileFilter(text: string): Filter | string {
  const colon = text.indexOf(':');
  if (colon >= 0) {
    const field = text.slice(0, colon);
    const value = text.slice(colon + 1);
    if (!FIELDS.includes(field)) return `'${field}' is not a field to filter by; ${suggest(field, FIELDS)}`;
    if (value === '') return 'says nothing after the colon';
    if (field === 'severity') {
      if (!(SEVERITIES as readonly string[]).includes(value))
        return `'${value}' is not a severity; ${suggest(value, SEVERITIES)}`;
      return ({ check, severity }) => (severity ?? check.meta.severity) === value;
    }
    const matches = compileGlobs([value]);
    return field === 'category'
      ? ({ check }) => matches(check.meta.category)
      : ({ check }) => check.meta.tags.some(matches);
  }
  if (text.trim() === '') return 'is empty';
  if (!text.includes('/') && !/[*?[{!]/.test(text)) return ({ id }) => id.startsWith(`${text}/`);
  const matches = compileGlobs([text]);
  return ({ id }) => matches(id);
}

function nearestNames(text: string, items: readonly Filterable[]): string {
  const colon = text.indexOf(':');
  if (colon < 0)
    return suggest(
      text,
      text.includes('/') ? items.map(({ id }) => id) : [...new Set(items.map(({ id }) => id.split('/')[0] ?? id))],
    );
  const field = text.slice(0, colon);
  const values = items.flatMap(({ check }) =>
    field === 'category' ? [check.meta.category] : field === 'tag' ? check.meta.tags : [check.meta.severity],
  );
  return suggest(text.slice(colon + 1), [...new Set(values)]);
}

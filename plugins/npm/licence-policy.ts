import { expressionTest, MAX_LICENCE, saysNone } from '../licences.js';
import { textEntries } from '../text.js';

/** What a policy says of a licence. */
export type Judgement =
  | { readonly verdict: 'allowed' }
  /** `expression` is the licence as SPDX has it. */
  | { readonly verdict: 'denied'; readonly expression: string }
  | { readonly verdict: 'unknown'; readonly why: string };

/** What a policy is made of. */
export interface PolicyOptions {
  /** Licences that are allowed; all that are not denied when empty. */
  readonly allow: readonly string[];
  /** Licences that are not. */
  readonly deny: readonly string[];
}

/** Judges the text of a licence field. */
export type Policy = (text: string) => Judgement;

/** A policy's entries that are no licences of SPDX. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';
}

/**
 * Compiles a policy. A package may be used when some way through its expression needs no licence that is denied and
 * only such that are allowed: `MIT OR GPL-3.0-only` passes where GPL is denied, `MIT AND GPL-3.0-only` does not.
 * @throws PolicyError naming the entries that are no licences.
 */
export async function compilePolicy({ allow, deny }: PolicyOptions): Promise<Policy> {
  const [{ default: satisfies }, { default: correct }, { default: parse }, isExpression] = await Promise.all([
    import('spdx-satisfies'),
    import('spdx-correct'),
    import('spdx-expression-parse'),
    expressionTest(),
  ]);
  const bad = [...allow, ...deny].filter((entry) => !isExpression(entry) || /\s(?:AND|OR)\s/.test(entry));
  if (bad.length > 0) throw new PolicyError(`no licence of SPDX: ${bad.join(', ')}`);
  const isPermitted = (leaf: string): boolean => {
    if (deny.length > 0 && satisfies(leaf, [...deny])) return false;
    // An exception only gives more than the licence does.
    const [base = leaf] = leaf.split(' WITH ');
    return allow.length === 0 || satisfies(leaf, [...allow]) || satisfies(base, [...allow]);
  };
  return (text) => {
    if (text.length > MAX_LICENCE) return { verdict: 'unknown', why: 'it is longer than any licence expression' };
    const expression = isExpression(text) ? text : corrected(text, correct);
    if (expression === undefined || !isExpression(expression)) return { verdict: 'unknown', why: whyUnknown(text) };
    const permitted = leavesOf(parse(expression)).filter(isPermitted);
    return permitted.length > 0 && satisfies(expression, permitted)
      ? { verdict: 'allowed' }
      : { verdict: 'denied', expression };
  };
}

type Correct = (text: string, options: { upgrade: boolean }) => string | null;

/** The licence that somebody meant: `Apache 2.0` is `Apache-2.0`. Whatever is no licence by itself is not guessed at. */
function corrected(text: string, correct: Correct): string | undefined {
  if (saysNone(text)) return undefined;
  // Part by part: of a whole expression with one bad name the guess would be one licence.
  const parts = text.trim().split(/(\(|\)|\s+(?:and|or)\s+)/i);
  const mended = parts.map((part) =>
    part.trim() === '' || /^(?:\(|\)|and|or)$/i.test(part.trim()) ? part.toUpperCase() : mendedId(part, correct),
  );
  return mended.includes(undefined) ? undefined : mended.join('');
}

function mendedId(part: string, correct: Correct): string | undefined {
  try {
    return correct(part, { upgrade: true }) ?? undefined;
  } catch (error) {
    // It stumbles over texts of signs alone, such as `+`, which are no licence either.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function whyUnknown(text: string): string {
  if (/^UNLICENSED$/i.test(text.trim())) return 'it says UNLICENSED: nobody may use it without an agreement';
  const file = /^SEE LICEN[CS]E IN (.+)$/i.exec(text.trim())?.[1];
  if (file !== undefined) return `it refers to the file ${file}, which somebody must read`;
  return `'${text}' is no licence of SPDX`;
}

/** A node of a parsed expression. */
type Expression =
  | { readonly license: string; readonly plus?: true; readonly exception?: string }
  | { readonly left: Expression; readonly right: Expression };

/** The licences of an expression, each once. */
function leavesOf(expression: unknown): string[] {
  const leaves = new Set<string>();
  const queue = [expression as Expression];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if ('left' in at) queue.push(at.left, at.right);
    else leaves.add(`${at.license}${at.plus ? '+' : ''}${at.exception === undefined ? '' : ` WITH ${at.exception}`}`);
  }
  return [...leaves];
}

/** The names that the option `packages` clarifies, with or without a version, as `name` or `name@version`. */
export function clarification(
  clarified: unknown,
  { name, version }: { readonly name: string; readonly version: string },
): string | undefined {
  const known = new Map(textEntries(clarified));
  return known.get(`${name}@${version}`) ?? known.get(name);
}

/** The entries of a list of denied licences that a project does not have itself: what it demands of others it may use. */
export async function withoutOwn(deny: readonly string[], licence: string | undefined): Promise<string[]> {
  const { default: parse } = await import('spdx-expression-parse');
  const family = (id: string): string => id.replace(/(?:\+|-only|-or-later)$/, '');
  try {
    const own = new Set(leavesOf(parse(licence ?? '')).map(family));
    return deny.filter((id) => !own.has(family(id)));
  } catch {
    // No expression of SPDX: then it is none of those that are denied.
    return [...deny];
  }
}

import { asText, own } from '../text.js';

/** A range of a file. */
export interface Fragment {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Two places with the same code, in order of path and line. */
export interface Copy {
  readonly first: Fragment;
  readonly second: Fragment;
  readonly lines: number;
  /** The code. */
  readonly fragment: string;
}

/** What jscpd found. */
export interface CopyReport {
  readonly copies: readonly Copy[];
  /** How many files it compared. */
  readonly sources: number;
  readonly duplicatedLines: number;
  /** The share of lines that are copies, 0 to 100. */
  readonly percentage: number;
}

/** Settings of the project's own that say what a copy is. */
const SETTINGS = [
  'minTokens',
  'minLines',
  'maxLines',
  'mode',
  'ignore',
  'ignorePattern',
  'skipLocal',
  'ignoreCase',
  'crossFormats',
] as const;

/**
 * The settings of a `.jscpd.json` that count here.
 * @throws Error where it is no JSON object: then nobody knows what was meant.
 */
export function jscpdSettings(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`.jscpd.json is not JSON: ${(error as Error).message}`);
  }
  return Object.fromEntries(SETTINGS.map((key) => [key, own(json, key)]).filter(([, value]) => value !== undefined));
}

/**
 * Reads jscpd's JSON report, of version 5.
 * @throws Error for anything else.
 */
export function readCopies(text: string): CopyReport {
  const json: unknown = JSON.parse(text);
  const duplicates = own(json, 'duplicates');
  const total = own(own(json, 'statistics'), 'total');
  if (!Array.isArray(duplicates) || total === undefined)
    throw new Error("jscpd's report has no duplicates or no statistics.");
  return {
    copies: duplicates.map(copyOf).sort(inOrder),
    sources: numberIn(total, 'sources'),
    duplicatedLines: numberIn(total, 'duplicatedLines'),
    percentage: numberIn(total, 'percentage'),
  };
}

function copyOf(item: unknown): Copy {
  const fragments = [fragmentOf(own(item, 'firstFile')), fragmentOf(own(item, 'secondFile'))] as const;
  const [first, second] = [...fragments].sort(byPlace) as [Fragment, Fragment];
  return { first, second, lines: numberIn(item, 'lines'), fragment: asText(own(item, 'fragment')) ?? '' };
}

function fragmentOf(value: unknown): Fragment {
  // A part of a file in another language is named after both, such as `App.vue:html`.
  const path = asText(own(value, 'name'))?.replace(/(\.(?:vue|svelte|astro)):\w+$/, '$1');
  if (path === undefined) throw new Error("A file in jscpd's report has no name.");
  const startLine = Math.max(1, numberIn(value, 'start'));
  return { path, startLine, endLine: Math.max(startLine, numberIn(value, 'end')) };
}

function numberIn(value: unknown, key: string): number {
  const number = own(value, key);
  if (typeof number !== 'number' || !Number.isFinite(number)) throw new Error(`jscpd's report has no number '${key}'.`);
  return number;
}

function byPlace(a: Fragment, b: Fragment): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : a.startLine - b.startLine;
}

function inOrder(a: Copy, b: Copy): number {
  return byPlace(a.first, b.first) || byPlace(a.second, b.second);
}

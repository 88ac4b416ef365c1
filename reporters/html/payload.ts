// What the client knows of the findings: all of them by place, in columns. A string stands once; code frames, which are
// most of the text, are compressed in parts that the client opens when it shows them: neighbours have lines in common.

import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { type CheckResult, compareText, type Finding, SEVERITIES } from 'scanrun';
import { fixableText, messageText, STATES, stateOf, suppressedText } from '../page/finding.js';
import { frameOf } from '../page/frame.js';
import { nameText, pathText, safeUrl, titleText } from '../page/text.js';

/** Findings whose frames are compressed together: small enough to open in a few milliseconds, large enough to have much in common. */
const FRAMES_EACH = 500;
/** Parts that are compressed ahead, on Node's threads. */
const AHEAD = 6;
/** Strings and numbers written at once. */
const SLICE = 4_096;

/** Writes the JSON of all findings in chunks, safe to stand in a script element. */
export async function* payloadChunks(
  found: readonly CheckResult[],
  rows: ReadonlyMap<CheckResult, number>,
): AsyncGenerator<string> {
  const strings = new Strings();
  const checks = found.map((check) => [
    strings.add(nameText(check.checkId)),
    strings.add(titleText(check)),
    strings.add(nameText(check.meta.category)),
    rows.get(check) ?? 0,
    strings.optional(safeUrl(check.meta.docsUrl)),
  ]);
  const files = byPlace(found);
  const all = files.flatMap(([, placed]) => placed);
  yield `{"checks":${scriptJson(checks)}`;
  yield `,"paths":${scriptJson(files.flatMap(([path, placed]) => [strings.add(pathText(path)), placed.length]))}`;
  yield* column('checkOf', all, ({ check }) => check);
  yield* column('lines', all, ({ line }) => line);
  yield* column('columns', all, ({ column: start }) => start);
  yield* column('severities', all, ({ finding }) => SEVERITIES.indexOf(finding.severity));
  yield* column('states', all, ({ finding }) => STATES.indexOf(stateOf(finding)));
  yield* column('messages', all, ({ finding }) => strings.add(messageText(finding)));
  yield* column('packages', all, ({ finding }) => strings.optional(finding.package && nameText(finding.package)));
  yield* column('suppressed', all, ({ finding: { suppressedBy } }) =>
    strings.optional(suppressedBy && suppressedText(suppressedBy)),
  );
  yield* column('fixable', all, ({ finding }) => strings.optional(fixableText(finding)));
  yield* column('heights', all, ({ finding }) => finding.snippet?.lines.length ?? 0);
  yield `,"framesEach":${FRAMES_EACH},"frames":[`;
  yield* frameParts(all);
  yield `],"strings":[`;
  yield* strings.chunks();
  yield ']}';
}

/** A finding, the number of its check, and its line and column or 0. */
interface Placed {
  readonly finding: Finding;
  readonly check: number;
  readonly line: number;
  readonly column: number;
}

/** The findings of each file in the order of their places, the files by name. */
function byPlace(found: readonly CheckResult[]): [string, Placed[]][] {
  const files = new Map<string, Placed[]>();
  found.forEach((each, check) => {
    for (const finding of each.findings) {
      const { path, startLine = 0, startColumn = 0 } = finding.location;
      const placed = { finding, check, line: startLine, column: startColumn };
      const own = files.get(path);
      if (own === undefined) files.set(path, [placed]);
      else own.push(placed);
    }
  });
  // A sort keeps the order of what is alike: that of the checks.
  for (const own of files.values()) own.sort((a, b) => a.line - b.line || a.column - b.column);
  return [...files].sort(([a], [b]) => compareText(a, b));
}

/** One number of each finding; nothing where all are the same, which is then said once. */
function* column(name: string, all: readonly Placed[], numberOf: (placed: Placed) => number): Generator<string> {
  const values = new Int32Array(all.length);
  all.forEach((placed, index) => {
    values[index] = numberOf(placed);
  });
  const first = values[0] ?? 0;
  if (values.every((value) => value === first)) {
    yield `,"${name}":${first}`;
    return;
  }
  yield `,"${name}":[`;
  for (let at = 0; at < values.length; at += SLICE)
    yield `${at === 0 ? '' : ','}${values.subarray(at, at + SLICE).join(',')}`;
  yield ']';
}

/** The frames of all findings in compressed parts, each a string of JSON. */
async function* frameParts(all: readonly Placed[]): AsyncGenerator<string> {
  const ahead: Promise<string>[] = [];
  for (let at = 0; at < all.length || ahead.length > 0; ) {
    for (; at < all.length && ahead.length < AHEAD; at += FRAMES_EACH) {
      const part = packed(all.slice(at, at + FRAMES_EACH));
      // A failure is heard of when its turn comes.
      part.catch(() => {});
      ahead.push(part);
    }
    const text = JSON.stringify(await ahead.shift());
    yield ahead.length === 0 && at >= all.length ? text : `${text},`;
  }
}

/** The frames of some findings, compressed: five numbers each, and the lines of each. Empty when none has one. */
async function packed(all: readonly Placed[]): Promise<string> {
  const numbers: number[] = [];
  const texts = all.map(({ finding }) => {
    const frame = frameOf(finding);
    if (frame === undefined) numbers.push(0, 0, 0, 0, 0);
    else numbers.push(frame.start, frame.first, frame.last, frame.from, frame.to);
    return frame?.lines ?? 0;
  });
  if (texts.every((lines) => lines === 0)) return '';
  const bytes = await promisify(deflateRaw)(JSON.stringify([numbers, texts]), { level: 4 });
  return bytes.toString('base64');
}

/** Strings by the order in which they came, each once. */
class Strings {
  readonly #places = new Map<string, number>();

  add(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.#places.size);
    return this.#places.size - 1;
  }

  /** -1 for none. */
  optional(text: string | undefined): number {
    return text === undefined || text === '' ? -1 : this.add(text);
  }

  /** The strings as the inside of a JSON array. */
  *chunks(): Generator<string> {
    let slice: string[] = [];
    let separator = '';
    for (const text of this.#places.keys()) {
      slice.push(text);
      if (slice.length < SLICE) continue;
      yield separator + scriptJson(slice).slice(1, -1);
      separator = ',';
      slice = [];
    }
    if (slice.length > 0) yield separator + scriptJson(slice).slice(1, -1);
  }
}

const UNSAFE_IN_SCRIPT = /[<\u2028\u2029]/g;

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE_IN_SCRIPT,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

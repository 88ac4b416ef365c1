import type { JsonValue } from './model/json.js';

/** What stands for a masked value. */
export const MASK = '[redacted]';

/** A value shorter than this is not masked: it would blot out ordinary words. */
const SHORTEST = 4;

/** A longer value is masked in pieces of this length. */
const LONGEST = 2_048;

/** Shapes of credentials that must not leave the coordinator whoever prints them. Anchored on fixed words, so that they cost little. */
const PATTERNS: readonly RegExp[] = [
  /\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{30,255}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{22,255}\b/g,
  /\bglpat-[\w-]{20,}\b/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bsk-(?:ant-|proj-|live-)?[A-Za-z0-9_-]{20,}\b/g,
  /\bAIza[\w-]{35}\b/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?/g,
];

/** Credentials that stand behind a name, which stays: `user:password@` in a URL, an authorisation header, `--token=x`. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{0,200}):[^\s/@'"]{1,200}@/gi, `$1:${MASK}@`],
  [/(\bauthorization['"]?\s*[:=]\s*['"]?(?:bearer|basic|token)\s+)[\w.~+/=-]{4,}/gi, `$1${MASK}`],
  [/((?:^|\s)--?(?:password|passwd|token|secret|api-?key|auth-?token)(?:=|\s+))[^\s'"]{4,}/gi, `$1${MASK}`],
  [/(_authToken\s*=\s*)[^\s$'"]{4,}/g, `$1${MASK}`],
];

/** What a text must have for any of the above to match: one look at it instead of fourteen. An address without a user or a word such as `task-list` is none of it. */
const ANY =
  /gh[pousr]_|github_pat_|glpat-|npm_|AKIA|ASIA|xox[abeoprs]-|\bsk-|AIza|eyJ|PRIVATE KEY|:\/\/[^\s/'"]*@|authorization|_authToken|(?:^|\s)--?(?:pass|token|secret|api|auth)/i;

/** Values in one regular expression, and their length together: V8 refuses one that is much larger. */
const BATCH_VALUES = 500;
const BATCH_LENGTH = 16_384;

/** Masks secrets in everything that leaves a scan. One for each scan. */
export class Redactor {
  readonly #values = new Set<string>();
  readonly #extra: readonly RegExp[];
  #valuePatterns: readonly RegExp[] | undefined;

  /**
   * @param extra regular expressions of the user (`SCANRUN_REDACT`), tried on every text.
   * @throws SyntaxError when one of them is not a regular expression.
   */
  constructor(extra: readonly string[] = []) {
    this.#extra = extra.map((source) => new RegExp(source, 'g'));
  }

  /** Masks a value from now on, also each line of it and its usual encodings. */
  add(value: string): void {
    const lines = value.includes('\n')
      ? value
          .split(/\r?\n/)
          .map((line) => line.trim())
          .filter((line) => line.length >= 16)
      : [];
    for (const part of [value, value.trim(), ...lines]) {
      for (const form of [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(Buffer.from(part).toString())]) {
        for (const piece of pieces(form)) if (piece.length >= SHORTEST) this.#values.add(piece);
      }
    }
    this.#valuePatterns = undefined;
  }

  /** The text with every secret masked. */
  text(text: string): string {
    let masked = text;
    for (const pattern of this.#compiled()) masked = masked.replace(pattern, MASK);
    for (const pattern of this.#extra) masked = masked.replace(pattern, MASK);
    if (masked.length < 8 || !ANY.test(masked)) return masked;
    for (const pattern of PATTERNS) masked = masked.replace(pattern, MASK);
    for (const [pattern, replacement] of NAMED) masked = masked.replace(pattern, replacement);
    return masked;
  }

  /** A JSON value with every secret in its strings and keys masked; the very value when there is none. */
  json<T>(value: T): T {
    // Nearly every value is clean, and is not worth a copy.
    return this.#isClean(value as JsonValue) ? value : (this.#walk(value as JsonValue) as T);
  }

  #isClean(value: JsonValue | undefined): boolean {
    if (typeof value === 'string') return this.text(value) === value;
    if (typeof value !== 'object' || value === null) return true;
    const object = value as { readonly [key: string]: JsonValue };
    for (const key of Object.keys(object)) if (!this.#isClean(key) || !this.#isClean(object[key])) return false;
    return true;
  }

  #walk(value: JsonValue | undefined): JsonValue | undefined {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const copy = value.map((item: JsonValue) => this.#walk(item) as JsonValue);
      return copy.some((item, index) => item !== value[index]) ? copy : value;
    }
    let changed = false;
    // Entries, not assignment: a key may be `__proto__`.
    const copy: [string, JsonValue][] = [];
    for (const [key, item] of Object.entries(value)) {
      const maskedKey = this.text(key);
      const masked = this.#walk(item);
      if (masked !== item || maskedKey !== key) changed = true;
      if (masked !== undefined) copy.push([maskedKey, masked]);
    }
    return changed ? Object.fromEntries(copy) : value;
  }

  #compiled(): readonly RegExp[] {
    // The longest first, or a value that begins with another would keep its end.
    this.#valuePatterns ??= batches([...this.#values].sort((a, b) => b.length - a.length).map(escapePattern)).map(
      (batch) => new RegExp(batch.join('|'), 'g'),
    );
    return this.#valuePatterns;
  }
}

/** Splits sources into groups that one regular expression can hold. */
function batches(sources: readonly string[]): string[][] {
  const groups: string[][] = [];
  let length = 0;
  for (const source of sources) {
    const last = groups.at(-1);
    if (last === undefined || last.length >= BATCH_VALUES || length + source.length > BATCH_LENGTH) {
      groups.push([source]);
      length = source.length;
    } else {
      last.push(source);
      length += source.length;
    }
  }
  return groups;
}

/** A very long value in parts that a regular expression can hold; masked part by part, none of it is left. */
function pieces(value: string): string[] {
  return Array.from({ length: Math.ceil(value.length / LONGEST) }, (_, index) =>
    value.slice(index * LONGEST, (index + 1) * LONGEST),
  );
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

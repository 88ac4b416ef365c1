import type { JsonValue } from './model/json.js';

/** What stands for a masked value. */
export const MASK = '[redacted]';

/** A value shorter than this is not masked: it would blot out ordinary words. */
const SHORTEST = 4;

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

/** Masks secrets in everything that leaves a scan. One for each scan. */
export class Redactor {
  readonly #values = new Set<string>();
  readonly #extra: readonly RegExp[];
  #valuePattern: RegExp | undefined;

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
        if (form.length >= SHORTEST) this.#values.add(form);
      }
    }
    this.#valuePattern = undefined;
  }

  /** The text with every secret masked. */
  text(text: string): string {
    let masked = text;
    if (this.#values.size > 0) masked = masked.replace(this.#compiled(), MASK);
    if (masked.length < 8) return masked;
    for (const pattern of PATTERNS) masked = masked.replace(pattern, MASK);
    for (const [pattern, replacement] of NAMED) masked = masked.replace(pattern, replacement);
    for (const pattern of this.#extra) masked = masked.replace(pattern, MASK);
    return masked;
  }

  /** A JSON value with every secret in its strings and keys masked; the very value when there is none. */
  json<T>(value: T): T {
    return this.#walk(value as JsonValue) as T;
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

  #compiled(): RegExp {
    // The longest first, or a value that begins with another would keep its end.
    this.#valuePattern ??= new RegExp(
      [...this.#values]
        .sort((a, b) => b.length - a.length)
        .map(escapePattern)
        .join('|'),
      'g',
    );
    return this.#valuePattern;
  }
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

import type { JsonValue } from './model/json.js';
import { isSuspect, isSuspectJson } from './redact/suspects.js';

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
  /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[\w-]{20,}\b/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\bsk-(?:ant-|proj-|live-)?[A-Za-z0-9_-]{20,}\b/g,
  /\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}\b/g,
  /\bSG\.[\w-]{16,64}\.[\w-]{16,64}\b/g,
  /\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}\b/g,
  /\b(?:lin_api|hf|dckr_pat|dop_v1)_[\w-]{20,}\b/g,
  /\bpypi-[\w-]{50,}\b/g,
  /\bya29\.[\w-]{20,}/g,
  /\bops_eyJ[\w-]{20,}/g,
  /\bhooks\.slack\.com\/[\w/-]{20,}/g,
  /\bAIza[\w-]{35}\b/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY(?: BLOCK)?-----)?/g,
];

/** Credentials that stand behind a name, which stays: `user:password@` in a URL, a header, `--token=x`, `NPM_TOKEN=x`. */
const NAMED: readonly (readonly [RegExp, string])[] = [
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"]{0,200}):[^\s/@'"]{1,200}@/gi, `$1:${MASK}@`],
  // A user name this long, without a password, is a token.
  [/(\b[a-z][a-z0-9+.-]{1,20}:\/\/)[\w~+=-]{20,200}@/gi, `$1${MASK}@`],
  [
    /([?&#](?:(?:access|auth|id|refresh)_?token|api_?key|client_secret|key|passw(?:or)?d|secret|sig|signature|token|x-amz-(?:signature|security-token))=)[^\s&#'"<>]{4,}/gi,
    `$1${MASK}`,
  ],
  [/(\bauthorization['"]?\s*[:=]\s*['"]?(?:bearer|basic|token|digest)\s+)[\w.~+/=-]{4,}/gi, `$1${MASK}`],
  [
    /(\b(?:x-(?:api-key|auth-token|vault-token)|private-token|job-token)['"]?\s*[:=]\s*['"]?)[\w.~+/=-]{4,}/gi,
    `$1${MASK}`,
  ],
  [/(\b(?:set-)?cookie['"]?\s*:\s*['"]?)[\w.-]+=[^\r\n'"]+/gi, `$1${MASK}`],
  [
    /((?:^|\s)--?(?:[\w-]{0,40}-)?(?:password|passwd|token|secret|(?:api|access|secret)-?key)(?:=|\s+(?!-)))(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s'"]{4,})/gi,
    `$1${MASK}`,
  ],
  // curl's user and password; not docker's `-u 1000:1000`.
  [/((?:^|\s)(?:-u|--user)(?:=|\s+)['"]?(?!\d+:\d)[^\s:'"/]{1,100}):[^\s'"]{2,}/g, `$1:${MASK}`],
  [
    /(\b[A-Z0-9_]{0,60}(?:TOKEN|SECRET|PASSWORD|PASSWD|(?:API|ACCESS|SECRET|PRIVATE)_?KEY)=)(?:"[^"\n]{1,200}"|'[^'\n]{1,200}'|[^\s'"$]{4,})/g,
    `$1${MASK}`,
  ],
  [/(_(?:authToken|auth|password)\s*=\s*)[^\s$'"]{4,}/g, `$1${MASK}`],
  [/(\baws_secret_access_key['"]?\s*[=:]\s*['"]?)[A-Za-z0-9/+=]{40}/gi, `$1${MASK}`],
  [/(\b(?:Account|SharedAccess)Key=)[A-Za-z0-9+/=]{20,}/g, `$1${MASK}`],
];

/** Values in one regular expression, and their length together: V8 refuses one that is much larger. */
const BATCH_VALUES = 500;
const BATCH_LENGTH = 16_384;

/** What is longer is not made JSON of in one piece. */
const LONG_LIST = 1_000;

/** Masks secrets in everything that leaves a scan. One for each scan. */
export class Redactor {
  readonly #values = new Set<string>();
  readonly #extra: readonly RegExp[];
  readonly #home: RegExp | undefined;
  #valuePatterns: readonly RegExp[] | undefined;
  #learned = 0;

  /**
   * @param extra regular expressions of the user (`SCANRUN_REDACT`), tried on every text.
   * @param known values that are secret from the start.
   * @param home what home directories look like; they are shown as `~`.
   * @throws SyntaxError when one of them is not a regular expression.
   */
  constructor(extra: readonly string[] = [], known: readonly string[] = [], home?: RegExp) {
    this.#extra = extra.map((source) => new RegExp(source, 'g'));
    this.#home = home;
    for (const value of known) this.add(value);
    this.#learned = 0;
  }

  /** How many values it was told of since it was made: what left before may hold them. */
  get learned(): number {
    return this.#learned;
  }

  /** Masks a value from now on, also each line of it and its usual encodings. */
  add(value: string): void {
    const before = this.#values.size;
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
    if (this.#values.size === before) return;
    this.#valuePatterns = undefined;
    this.#learned += 1;
  }

  /** The text with every secret masked. */
  text(text: string): string {
    let masked = text;
    for (const pattern of this.#compiled()) masked = masked.replace(pattern, MASK);
    for (const pattern of this.#extra) masked = masked.replace(pattern, MASK);
    if (this.#home !== undefined) masked = masked.replace(this.#home, '~');
    if (masked.length < 8 || !isSuspect(masked)) return masked;
    for (const pattern of PATTERNS) masked = masked.replace(pattern, MASK);
    for (const [pattern, replacement] of NAMED) masked = masked.replace(pattern, replacement);
    return masked;
  }

  /** A JSON value with every secret in its strings and keys masked; the very value when there is none. */
  json<T>(value: T): T {
    // Nearly every value is clean, and is not worth a copy.
    return this.isClean(value) ? value : (this.#walk(value as JsonValue) as T);
  }

  /**
   * True when nothing in a value can be a secret: one look at its JSON. What may be one is then looked at string by string.
   * @param unless what makes a value worth a closer look besides.
   * @param json the value's JSON, where it is there already.
   */
  isClean(value: unknown, unless?: RegExp, json?: string): boolean {
    if (this.#extra.length > 0 || this.#home !== undefined) return false;
    // In parts, since the JSON of a whole result may be longer than a string can be.
    const text = json ?? (isLarge(value) ? undefined : jsonOf(value));
    if (text === undefined)
      return Object.entries(value as object).every((entry) => entry.every((part) => this.isClean(part, unless)));
    if (isSuspectJson(text) || unless?.test(text)) return false;
    return this.#compiled().every((pattern) => text.search(pattern) < 0);
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

/** A value's JSON; undefined where it is longer than a string can be. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? '';
  } catch (error) {
    if (error instanceof RangeError && typeof value === 'object') return undefined;
    throw error;
  }
}

/** True for what has a long list in it, not far down. */
function isLarge(value: unknown, depth = 2): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  if (Array.isArray(value) && value.length > LONG_LIST) return true;
  return Object.values(value).some((part) => isLarge(part, depth - 1));
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

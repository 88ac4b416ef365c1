// What a failure says about trying again. Pure: no clock, no state.

/** How an error ends a check that let it through. */
export type FailureKind = 'transient' | 'breaker-open' | 'rate-limit';

/** Codes of errors that may be gone a moment later: the connection broke, was refused or took too long, or the name server was busy. */
const TRANSIENT_CODES = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  // undici's names of a socket hang up and of its own time limits.
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_SOCKET',
]);

/** Statuses that say "not now": timeout, too early, too many, and the server's own trouble. Every other 4xx stays what it is. */
const TRANSIENT_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/** Statuses that ask for less. */
const OVERLOAD_STATUSES = new Set([429, 503]);

/** Codes of errors after which a request cannot have been carried out. */
const UNSENT_CODES = new Set(['EAI_AGAIN', 'ECONNREFUSED']);

/** Codes of errors that are not the resource's: an answer longer than the asker wanted, and what never became a request. */
const OWN_FAULT_CODES = new Set(['EFBIG', 'ENETWORK', 'SR_REQUEST_FAILED']);

/** Methods that may be repeated without harm (RFC 9110, 9.2.2). */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);

/** Causes are followed this far: an error may be its own cause. */
const MAX_DEPTH = 8;

/** What came of one try. */
export type Verdict =
  | { readonly failed: false }
  | {
      readonly failed: true;
      /** True when another try may end better and does no harm. */
      readonly retry: boolean;
      /** True when the resource should be asked less: 429, 503, or no answer in time. */
      readonly overload: boolean;
      /** How long the resource asked to be left alone. */
      readonly retryAfterMs?: number;
      /** What happened, in a word: an error's code, `HTTP 503`, `signal SIGKILL`. */
      readonly cause: string;
    };

/** True for a status that may be another one a moment later. */
export function isTransientStatus(status: number): boolean {
  return TRANSIENT_STATUSES.has(status);
}

/** The code of an error that may be gone a moment later, its own or of one of its causes; undefined for any other. */
export function transientCode(error: unknown): string | undefined {
  for (const one of chain(error)) {
    if (typeof one.code === 'string' && TRANSIENT_CODES.has(one.code)) return one.code;
    if (/socket hang up/i.test(String(one.message))) return 'ECONNRESET';
    const status = one.status ?? one.statusCode;
    if (typeof status === 'number' && isTransientStatus(status)) return `HTTP ${status}`;
  }
  return undefined;
}

/** How an error that a check let through ends it; undefined for one that is not about a resource. */
export function failureKind(error: unknown): FailureKind | undefined {
  for (const { code } of chain(error)) {
    if (code === 'SR_RATE_LIMIT') return 'rate-limit';
    if (code === 'SR_BREAKER_OPEN') return 'breaker-open';
  }
  return transientCode(error) === undefined ? undefined : 'transient';
}

/** What an answer of a server says. `repeatable` is true when the caller vouches for a method that is not safe to repeat by itself, false when it wants no other try. */
export function judgeStatus(
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  method: string,
  repeatable: boolean | undefined,
  now: number,
): Verdict {
  const { status, headers } = answer;
  if (!isTransientStatus(status)) return { failed: false };
  const overload = OVERLOAD_STATUSES.has(status);
  const asked = headers['retry-after'];
  const after = overload && asked !== undefined ? retryAfterMs(asked, headers.date, now) : undefined;
  return {
    failed: true,
    // A 429 was turned away at the door, whatever its method.
    retry: repeatable ?? (isIdempotent(method) || status === 429),
    overload,
    ...(after === undefined ? {} : { retryAfterMs: after }),
    cause: `HTTP ${status}`,
  };
}

/** What an error of a request says. An error that is the asker's own, such as a header that is none, is no failure of the resource. */
export function judgeError(error: unknown, method: string, repeatable: boolean | undefined): Verdict {
  const code = transientCode(error);
  if (code === undefined) {
    const cause = ownCode(error);
    return cause === undefined || OWN_FAULT_CODES.has(cause)
      ? { failed: false }
      : { failed: true, retry: false, overload: false, cause };
  }
  return {
    failed: true,
    retry: repeatable ?? (isIdempotent(method) || UNSENT_CODES.has(code)),
    overload: /TIMEDOUT|TIMEOUT/.test(code),
    cause: code,
  };
}

/**
 * Milliseconds that a `Retry-After` header asks for: seconds, or an HTTP date. The date is held against the server's own
 * clock where it tells it. Undefined for what is neither.
 */
export function retryAfterMs(header: string, serverDate: string | undefined, now: number): number | undefined {
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  // Date.parse reads much that is no date, such as '-5'; an HTTP date begins with the day's name.
  if (!/^[A-Za-z]{3,9},? /.test(text) || Number.isNaN(at)) return undefined;
  const there = serverDate === undefined ? Number.NaN : Date.parse(serverDate);
  return Math.max(0, at - (Number.isNaN(there) ? now : there));
}

function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method.toUpperCase());
}

function ownCode(error: unknown): string | undefined {
  for (const { code } of chain(error)) if (typeof code === 'string') return code;
  return undefined;
}

interface Fields {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly status?: unknown;
  readonly statusCode?: unknown;
}

/** An error and its causes. */
function* chain(error: unknown): Generator<Fields> {
  let one = error;
  for (let depth = 0; depth < MAX_DEPTH && typeof one === 'object' && one !== null; depth += 1) {
    yield one as Fields;
    one = (one as { readonly cause?: unknown }).cause;
  }
}

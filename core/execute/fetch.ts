import type { FetchOptions } from '../check/context.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import type { FetchedBody } from './protocol.js';

/** Bytes kept of an answer when the asker does not say. */
export const DEFAULT_BYTES = 10_485_760;
/** The most bytes kept of an answer. */
export const MAX_BYTES = 268_435_456;

/**
 * Makes one HTTP request and reads its answer; the signal gives both up.
 * @throws Error with the system's code, `ETIMEDOUT` when the signal aborted with a `TimeoutError`, `EFBIG` for an answer that is too long, `ENETWORK` otherwise.
 */
export async function fetchOnce(url: string, options: FetchOptions, signal: AbortSignal): Promise<FetchedBody> {
  const response = await fetch(url, {
    signal,
    method: options.method ?? 'GET',
    ...(options.headers === undefined ? {} : { headers: options.headers }),
    ...(options.body === undefined ? {} : { body: options.body }),
  }).catch((error: unknown) => {
    throw networkError(url, error);
  });
  const maxBytes = Math.min(options.maxBytes ?? DEFAULT_BYTES, MAX_BYTES);
  const body = await readBody(response, maxBytes, url).catch((error: unknown) => {
    throw codeOf(error) === 'EFBIG' ? error : networkError(url, error);
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), url: response.url, body };
}

/** The URL of a request. @throws ScanError for one that is not of the web. */
export function webAddress(url: string): URL {
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:')
    throw new ScanError('SR_REQUEST_FAILED', `fetch speaks http and https, not ${parsed.protocol}`);
  return parsed;
}

async function readBody(response: Response, maxBytes: number, url: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      throw Object.assign(new Error(`The answer of ${url} is longer than ${maxBytes} bytes.`), { code: 'EFBIG' });
    }
    chunks.push(next.value);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** undici hides the system's error as a cause; the check wants its code. */
function networkError(url: string, error: unknown): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  const timedOut = error instanceof Error && error.name === 'TimeoutError';
  const code = timedOut ? 'ETIMEDOUT' : (codeOf(cause) ?? codeOf(error) ?? 'ENETWORK');
  return Object.assign(
    new Error(`${url} could not be fetched: ${messageOf(cause ?? error)} (${code})`, { cause: error }),
    { code },
  );
}

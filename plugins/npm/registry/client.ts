import type { CheckContext, FetchResult } from 'scanrun';
import { codeOf, messageOf } from '../../text.js';
import type { RegistryOf } from './access.js';

/** What came of asking a registry for a package. */
export type RegistryReply =
  | { readonly kind: 'found'; readonly json: unknown }
  /** The registry does not know it. */
  | { readonly kind: 'missing'; readonly host: string }
  | { readonly kind: 'failed'; readonly host: string; readonly why: string };

/** A packument without readmes: https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md */
const ABBREVIATED = 'application/vnd.npm.install-v1+json, application/json;q=0.9';

/** The largest packuments have some 40 MB. */
const MAX_BYTES = 100_000_000;

/**
 * Asks registries for packages. The first request to a host goes alone, and once one has failed no other is made: a
 * registry that hangs costs its time once, not once a package, and not once a try.
 */
export class RegistryClient {
  readonly #fetch: CheckContext['fetch'];
  readonly #registryOf: RegistryOf;
  /** Hosts that do not answer, and why. */
  readonly #down = new Map<string, string>();
  /** The first request to each host. */
  readonly #first = new Map<string, Promise<unknown>>();

  constructor({ fetch }: Pick<CheckContext, 'fetch'>, registryOf: RegistryOf) {
    this.#fetch = fetch;
    this.#registryOf = registryOf;
  }

  /** Asks for all versions of a package, or for one. */
  async ask(name: string, version?: string): Promise<RegistryReply> {
    const { url, headers } = this.#registryOf(name);
    const { host } = new URL(url);
    const path = `${name.replace('/', '%2f')}${version === undefined ? '' : `/${encodeURIComponent(version)}`}`;
    const accept = version === undefined ? ABBREVIATED : 'application/json';
    const request = (): Promise<RegistryReply> => this.#request(new URL(path, url).href, host, { ...headers, accept });
    const first = this.#first.get(host);
    if (first === undefined) {
      const reply = request();
      this.#first.set(host, reply);
      return reply;
    }
    await first;
    const why = this.#down.get(host);
    return why === undefined ? request() : { kind: 'failed', host, why };
  }

  async #request(url: string, host: string, headers: Readonly<Record<string, string>>): Promise<RegistryReply> {
    try {
      const answer = await this.#answer(url, headers);
      if (answer.status === 200) return { kind: 'found', json: answer.json() };
      if (answer.status === 404) return { kind: 'missing', host };
      return { kind: 'failed', host, why: String(answer.status) };
    } catch (error) {
      if (error instanceof SyntaxError) return { kind: 'failed', host, why: 'no JSON in the answer' };
      const why = whyNoAnswer(error);
      // One answer that is too long says nothing of the next.
      if (why !== 'EFBIG') this.#down.set(host, why);
      return { kind: 'failed', host, why };
    }
  }

  /** What a registry answers. What may be gone a moment later is tried again, but for silence: whoever hangs, hangs. */
  async #answer(url: string, headers: Readonly<Record<string, string>>): Promise<FetchResult> {
    const options = { headers, maxBytes: MAX_BYTES };
    try {
      const answer = await this.#fetch(url, { ...options, repeatable: false });
      return answer.status >= 500 || answer.status === 429 ? await this.#fetch(url, options) : answer;
    } catch (error) {
      if (!['ECONNRESET', 'ECONNABORTED', 'ECONNREFUSED', 'EPIPE', 'EAI_AGAIN'].includes(codeOf(error) ?? ''))
        throw error;
      return this.#fetch(url, options);
    }
  }
}

/** Codes of errors on the way to a host: mostly there is no network. */
const NO_WAY = /^(?:EAI_AGAIN|ENOTFOUND|ENETUNREACH|ENETDOWN|EHOSTUNREACH)$/;

/** Why a registry did not answer, in a few words: a code, and what it mostly means. */
export function whyNoAnswer(error: unknown): string {
  const code = codeOf(error) ?? messageOf(error);
  return NO_WAY.test(code) ? `${code}: is there a network?` : code;
}

/** Calls a function for each item, so many at once, in order; ends early when the signal aborts. */
export async function forEachOf<T>(
  items: readonly T[],
  { signal }: Pick<CheckContext, 'signal'>,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items];
  const next = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 16 }, next));
}

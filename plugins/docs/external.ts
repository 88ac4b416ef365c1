import type { CheckContext, FetchResult } from 'scanrun';
import { codeOf, messageOf } from './text.js';

/** What came of asking for a page of the web. */
export type Answer =
  | { readonly is: 'there' }
  /** It is gone, or its host does not exist. */
  | { readonly is: 'dead'; readonly why: string }
  /** It was not told: the host refused, failed, or did not answer. */
  | { readonly is: 'unknown'; readonly why: string };

type Fetching = Pick<CheckContext, 'fetch' | 'signal'>;

/** Pages asked for at once, over all hosts; each host has its own limit in `resources`. */
const AT_ONCE = 12;

/** Statuses that say that there is nothing. */
const GONE = new Set([404, 410]);

/** Statuses of a host that does not answer HEAD as it answers GET. */
const NOT_BY_HEAD = new Set([400, 401, 403, 404, 405, 406, 409, 410, 415, 418, 429, 500, 501, 502, 503, 520, 999]);

/** What the network says when a host or its certificate is wrong, and will be tomorrow. */
const WRONG_CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER)/;

/** A body of this size is a page that is there; more of it is not read. */
const MAX_BYTES = 2_000_000;

/**
 * Asks for each address once, under the rate limit and breaker of its host. A host that does not answer is not asked for
 * its other pages: it costs its time once.
 */
export async function askAll(
  urls: readonly string[],
  timeoutMs: number,
  context: Fetching,
): Promise<ReadonlyMap<string, Answer>> {
  const answers = new Map<string, Answer>();
  const hosts = new Map<string, { readonly queue: string[]; down?: Answer }>();
  for (const url of urls) {
    const host = hostOf(url);
    if (host === undefined) answers.set(url, NO_ADDRESS);
    else hosts.set(host, { queue: [...(hosts.get(host)?.queue ?? []), url] });
  }
  const queues = [...hosts.values()];
  const work = async (): Promise<void> => {
    for (let host = queues.shift(); host !== undefined; host = queues.shift())
      for (const url of host.queue) {
        if (context.signal.aborted) return;
        if (host.down !== undefined) {
          answers.set(url, host.down);
          continue;
        }
        const { answer, down } = await ask(url, timeoutMs, context);
        if (down !== undefined) host.down = down;
        answers.set(url, answer);
      }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return withoutNetwork(answers);
}

interface Asked {
  readonly answer: Answer;
  /** Set where the host itself does not answer: the answer for its other pages. */
  readonly down?: Answer;
}

async function ask(url: string, timeoutMs: number, context: Fetching): Promise<Asked> {
  try {
    const head = await context.fetch(url, { method: 'HEAD', timeout: timeoutMs });
    if (!NOT_BY_HEAD.has(head.status) || head.status === 429) return { answer: answerOf(head) };
    return { answer: answerOf(await context.fetch(url, { timeout: timeoutMs, maxBytes: MAX_BYTES })) };
  } catch (error) {
    return failed(error);
  }
}

function answerOf({ status }: Pick<FetchResult, 'status'>): Answer {
  if (status < 400) return { is: 'there' };
  if (GONE.has(status)) return { is: 'dead', why: `HTTP ${status}` };
  return { is: 'unknown', why: `HTTP ${status}` };
}

function failed(error: unknown): Asked {
  const code = codeOf(error) ?? 'ENETWORK';
  // The answer was longer than what is read of it, so there was one.
  if (code === 'EFBIG') return { answer: { is: 'there' } };
  if (code === 'ENOTFOUND') return { answer: NO_HOST, down: NO_HOST };
  if (WRONG_CERTIFICATE.test(code)) return { answer: { is: 'dead', why: `its certificate is not valid: ${code}` } };
  const why = code === 'ENETWORK' ? messageOf(error) : code;
  return { answer: { is: 'unknown', why }, down: { is: 'unknown', why: `its host did not answer before: ${why}` } };
}

const NO_HOST: Answer = { is: 'dead', why: 'there is no such host' };

const NO_ADDRESS: Answer = { is: 'dead', why: 'it is no address' };

/** Where no host at all is found, it is the network that is missing. */
function withoutNetwork(answers: Map<string, Answer>): ReadonlyMap<string, Answer> {
  const all = [...answers.values()].filter((answer) => answer !== NO_ADDRESS);
  const isOffline = all.includes(NO_HOST) && all.every((answer) => answer === NO_HOST || answer.is === 'unknown');
  if (!isOffline) return answers;
  const offline: Answer = { is: 'unknown', why: 'no host was found: is there a network?' };
  return new Map([...answers].map(([url, answer]) => [url, answer === NO_HOST ? offline : answer]));
}

function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    return undefined;
  }
}

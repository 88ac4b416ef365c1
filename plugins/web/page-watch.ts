import type { CDPSession, HTTPRequest, Page } from 'puppeteer-core';
import type { Asked, PageError } from './page-record.js';
import { SITE_HOST } from './site-server.js';

/** What a page may ask, and how it is told. */
export interface WatchSettings {
  /** The origin of the site. */
  readonly origin: string;
  /** True lets requests to other hosts through. */
  readonly network: boolean;
}

/** Characters of a text from the page that are kept. */
const MAX_TEXT = 500;

/** How many errors and dialogs of a page are kept: one in a loop would fill the memory. */
const MAX_KEPT = 100;

/** How many requests of a page are kept. */
const MAX_REQUESTS = 5_000;

interface Entry {
  status: number;
  outcome: Asked['outcome'];
  error: string;
}

/** Watches a page while it loads: what it asks for, what it complains of, what it opens. */
export class PageWatch {
  readonly #settings: WatchSettings;
  readonly #entries = new Map<HTTPRequest, Entry>();
  /** The address of each request, by the browser's name for it. */
  readonly #urls = new Map<string, string>();
  readonly #bytes = new Map<string, number>();
  readonly #errors = new Map<string, PageError>();
  readonly #dialogs: string[] = [];
  /** Why the page is gone; undefined while it is there. */
  crash: string | undefined;
  /** True once the page became a download. */
  download = false;

  constructor(settings: WatchSettings) {
    this.#settings = settings;
  }

  /** Begins to watch. Requests wait for its word from then on. */
  async attach(page: Page, session: CDPSession): Promise<void> {
    page.on('request', (request) => this.#asked(request));
    page.on('response', (response) => {
      const entry = this.#entries.get(response.request());
      if (entry === undefined) return;
      entry.status = response.status();
      if (response.status() >= 400) {
        entry.outcome = 'failed';
        entry.error = `HTTP ${response.status()}`;
      }
    });
    page.on('requestfailed', (request) => this.#failed(request));
    page.on('console', (message) => {
      // What failed to load is told by the request, with its reason.
      if (message.type() !== 'error' || message.text().startsWith('Failed to load resource')) return;
      const { url, lineNumber } = message.location();
      this.#error('console', message.text(), url, lineNumber);
    });
    page.on('pageerror', (error) => this.#error('uncaught', error instanceof Error ? error.message : String(error)));
    page.on('error', (error) => {
      this.crash ??= error.message;
    });
    page.on('dialog', (dialog) => {
      if (this.#dialogs.length < MAX_KEPT && dialog.type() !== 'beforeunload')
        this.#dialogs.push(`${dialog.type()}: ${cut(dialog.message())}`);
      // One that stays open stops the page for ever.
      (dialog.type() === 'beforeunload' ? dialog.accept() : dialog.dismiss()).catch(() => {});
    });
    page.on('popup', (popup) => void popup?.close().catch(() => {}));
    session.on('Network.requestWillBeSent', ({ requestId, request: { url } }) => this.#urls.set(requestId, url));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const url = this.#urls.get(requestId) ?? '';
      this.#bytes.set(url, (this.#bytes.get(url) ?? 0) + encodedDataLength);
    });
    session.on('Page.downloadWillBegin', () => {
      this.download = true;
    });
    await session.send('Network.enable');
    await session.send('Page.enable');
    await page.setBypassServiceWorker(true);
    await page.setRequestInterception(true);
  }

  /** The requests, in the order in which they were made. */
  requests(): Asked[] {
    const bytes = new Map(this.#bytes);
    return [...this.#entries].map(([request, { status, outcome, error }]) => ({
      url: shown(request.url()),
      host: hostOf(request.url()),
      type: request.resourceType(),
      status,
      bytes: taken(bytes, request.url()),
      thirdParty: this.#isThirdParty(request.url()),
      outcome,
      error,
    }));
  }

  /** The errors, each once. */
  errors(): PageError[] {
    return [...this.#errors.values()];
  }

  /** The dialogs. */
  dialogs(): readonly string[] {
    return this.#dialogs;
  }

  #asked(request: HTTPRequest): void {
    const blocked = this.#isThirdParty(request.url()) && !this.#settings.network;
    if (/^https?:/.test(request.url()) && !isFavicon(request) && this.#entries.size < MAX_REQUESTS)
      this.#entries.set(request, { status: 0, outcome: blocked ? 'blocked' : 'ok', error: '' });
    // A request that is over, because the page is, needs no answer.
    (blocked ? request.abort('blockedbyclient') : request.continue()).catch(() => {});
  }

  #failed(request: HTTPRequest): void {
    const entry = this.#entries.get(request);
    if (entry === undefined || entry.outcome !== 'ok') return;
    const why = request.failure()?.errorText ?? 'it failed';
    // What the page itself gave up, such as a video that it only wanted the size of, did not fail.
    if (why === 'net::ERR_ABORTED') return;
    entry.outcome = 'failed';
    entry.error = why;
  }

  #error(kind: PageError['kind'], text: string, url?: string, line?: number): void {
    if (this.#errors.size >= MAX_KEPT) return;
    const source = url ? `${shown(url)}${line === undefined ? '' : `:${line + 1}`}` : '';
    const error = { kind, text: cut(text), source };
    this.#errors.set(JSON.stringify(error), error);
  }

  #isThirdParty(url: string): boolean {
    return /^(https?|wss?):/.test(url) && new URL(url).origin !== this.#settings.origin;
  }
}

/** What the browser asks for by itself, and not always: no page said that it is there. */
function isFavicon(request: HTTPRequest): boolean {
  return request.resourceType() === 'other' && new URL(request.url()).pathname === '/favicon.ico';
}

/** The bytes of an address; of several requests for it the first has them all. */
function taken(bytes: Map<string, number>, url: string): number {
  const found = bytes.get(url) ?? 0;
  bytes.delete(url);
  return found;
}

/** An address without the made-up host of a folder that is served, and without the content of a `data:` URL. */
function shown(url: string): string {
  const prefix = `http://${SITE_HOST}/`;
  return cut(url.startsWith(prefix) ? url.slice(prefix.length - 1) : url);
}

function hostOf(url: string): string {
  return new URL(url).host;
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line;
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'puppeteer-core';
import type { CheckContext } from 'scanrun';
import {
  endBrowser,
  type FoundBrowser,
  findBrowser,
  HOW_TO_GET_A_BROWSER,
  quietArguments,
  sandboxArguments,
} from 'scanrun/browser';

type Puppeteer = Pick<typeof import('puppeteer-core'), 'launch'>;

/** Milliseconds that a browser has to start. */
const START_MS = 30_000;

/** How a browser is started. */
export interface BrowserSettings {
  /** The path that the option names; empty for none. */
  readonly browser: string;
  readonly sandbox: boolean;
  /** Rules by which it finds hosts; empty for those of the system. */
  readonly hostRules: string;
}

/** One browser for all pages of a scan. One that ended, or had to be, is followed by another. */
export class BrowserSession {
  readonly #puppeteer: Puppeteer;
  readonly #found: FoundBrowser;
  readonly #settings: BrowserSettings;
  readonly #signal: AbortSignal;
  #browser: Browser | undefined;
  #profile: string | undefined;
  /** Settles when all that was to end has ended: whoever ends it last waits for the others. */
  #ended: Promise<unknown> = Promise.resolve();

  constructor(puppeteer: Puppeteer, found: FoundBrowser, settings: BrowserSettings, signal: AbortSignal) {
    this.#puppeteer = puppeteer;
    this.#found = found;
    this.#settings = settings;
    this.#signal = signal;
    // A check that is to stop has a second: a browser that is asked to end may take longer.
    signal.addEventListener('abort', () => void this.end(0), { once: true });
  }

  /** The browser; started where there is none. Throws what to do where this machine allows no sandbox. */
  async open(): Promise<Browser> {
    this.#signal.throwIfAborted();
    if (this.#browser?.connected === true) return this.#browser;
    await this.end(0);
    const profile = await mkdtemp(join(tmpdir(), 'scanrun-web-'));
    try {
      this.#browser = await this.#puppeteer.launch({
        executablePath: this.#found.path,
        args: [
          ...quietArguments(),
          '--mute-audio',
          ...sandboxArguments(this.#settings.sandbox),
          ...(this.#settings.hostRules === '' ? [] : [`--host-resolver-rules=${this.#settings.hostRules}`]),
        ],
        headless: this.#found.shell ? 'shell' : true,
        // Over a pipe: when this process is killed, the browser sees its end and ends too.
        pipe: true,
        userDataDir: profile,
        // What it puts beside its profile goes with it. Elsewhere the path of a socket in it could be too long.
        env: process.platform === 'linux' ? { ...process.env, TMPDIR: profile } : process.env,
        handleSIGINT: false,
        handleSIGTERM: false,
        handleSIGHUP: false,
        timeout: START_MS,
        protocolTimeout: START_MS * 2,
        signal: this.#signal,
      });
      // Together with the browser: one that is still starting would write into a profile that is gone.
      this.#profile = profile;
    } catch (error) {
      await remove(profile);
      throw this.#failure(error);
    }
    if (this.#signal.aborted) await this.end(0);
    return this.#browser;
  }

  /** Ends the browser and all its processes, at once with 0, and removes its profile. */
  async end(graceMs?: number): Promise<void> {
    const [browser, profile] = [this.#browser, this.#profile];
    this.#browser = undefined;
    this.#profile = undefined;
    this.#ended = Promise.all([this.#ended, endOne(browser, profile, graceMs)]);
    await this.#ended;
  }

  #failure(error: unknown): Error {
    const why = error instanceof Error ? error.message : String(error);
    const sandbox = /sandbox|setuid|namespace/i.test(why)
      ? " This machine allows no sandbox: allow user namespaces, or set the option 'sandbox' of web/pages to false."
      : '';
    const which = `${this.#found.path} (from ${this.#found.from})`;
    return new Error(`${which} could not be started: ${why.slice(0, 2_000)}${sandbox}`, { cause: error });
  }
}

async function endOne(browser: Browser | undefined, profile: string | undefined, graceMs?: number): Promise<void> {
  if (browser !== undefined) await endBrowser(browser, graceMs);
  if (profile !== undefined) await remove(profile);
}

/** Removes a profile; what is still written into it is removed with it. */
async function remove(profile: string): Promise<void> {
  await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

/** Finds puppeteer-core and a browser. Ends the check as skipped where one is missing, with how to get it. */
export async function openSession(
  settings: BrowserSettings,
  context: Pick<CheckContext, 'skip' | 'signal' | 'target'>,
): Promise<BrowserSession> {
  const puppeteer = await loadPuppeteer();
  if (puppeteer === undefined) return context.skip('not-installed', 'not installed: npm i -D puppeteer-core');
  const found = await findBrowser({
    named: settings.browser,
    environment: process.env,
    cwd: context.target.root,
  });
  if (found === undefined) return context.skip('not-installed', `No browser was found. ${HOW_TO_GET_A_BROWSER}`);
  return new BrowserSession(puppeteer, found, settings, context.signal);
}

async function loadPuppeteer(): Promise<Puppeteer | undefined> {
  try {
    return await import('puppeteer-core');
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
    if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

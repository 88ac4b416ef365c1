import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { ScanError } from 'scanrun';
import { quietArguments, sandboxArguments } from 'scanrun/browser';
import type { PrintBrowser } from './browser-path.js';
import { BrowserProcess } from './browser-process.js';

/** How to print. */
export interface PrintOptions {
  readonly browser: PrintBrowser;
  /** The folder from which puppeteer-core is resolved where it does not lie beside scanrun. */
  readonly cwd: string;
  readonly signal: AbortSignal;
  readonly sandbox: boolean;
  /** Milliseconds after which the browser is ended, whatever it does. */
  readonly timeoutMs: number;
}

/** The address of the document in the browser. Nobody can have it, and nothing is ever asked there. */
const ADDRESS = 'https://scanrun.invalid/report';

/** The first Chromium that writes page numbers from a style sheet. */
const OLDEST = 131;

/** What a browser of people does and a printing one need not: each is a process, or a request to somewhere. */
const ARGUMENTS = [
  ...quietArguments(
    'SpareRendererForSitePerProcess',
    'WebUIOmniboxPopup',
    'WebUIOmniboxAimPopup',
    'WebUIOmniboxFullPopup',
  ),
  '--enable-features=NetworkServiceInProcess2',
  '--in-process-gpu',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--no-startup-window',
  '--no-unsandboxed-zygote',
  '--remote-debugging-pipe',
  '--renderer-process-limit=1',
];

/**
 * Prints a document that needs nothing else. The browser runs none of its scripts, can ask nobody, and is gone with all
 * its processes when this returns, however it ends.
 * @throws ScanError `SR_PACKAGE_MISSING` without puppeteer-core, `SR_BROWSER_FAILED` when the browser does not print.
 */
export async function print(html: string, options: PrintOptions): Promise<Uint8Array> {
  const puppeteer = await loadPuppeteer(options.cwd);
  const stop = new Stop(options);
  const profile = await mkdtemp(join(tmpdir(), 'scanrun-pdf-'));
  let child: BrowserProcess | undefined;
  try {
    stop.throwIfStopped();
    child = new BrowserProcess(options.browser.path, argumentsOf(puppeteer, options, profile));
    // The time limit ends it; puppeteer's own comes later.
    const connection = puppeteer.connect({ transport: child.transport, protocolTimeout: options.timeoutMs * 2 });
    const browser = await stop.race(connection);
    const pdf = await stop.race(printWith(browser, html));
    await child.end(() => browser.close());
    return pdf;
  } catch (error) {
    if (error instanceof ScanError) throw error;
    throw failure(options, stop.reason, (stop.reason === undefined ? await child?.died() : undefined) ?? error);
  } finally {
    stop.close();
    await child?.end();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function argumentsOf({ defaultArgs }: Puppeteer, { browser, sandbox }: PrintOptions, userDataDir: string): string[] {
  const args = [...browser.args, ...ARGUMENTS, ...sandboxArguments(sandbox)];
  return defaultArgs({ args, userDataDir, headless: browser.shell ? 'shell' : true });
}

type Puppeteer = Pick<typeof import('puppeteer-core'), 'connect' | 'defaultArgs'>;

async function loadPuppeteer(cwd: string): Promise<Puppeteer> {
  try {
    return await import('puppeteer-core');
  } catch (error) {
    // Where scanrun is installed for all projects, the package is the project's.
    const entry = resolveFrom(cwd);
    if (entry !== undefined) return (await import(pathToFileURL(entry).href)) as Puppeteer;
    throw new ScanError(
      'SR_PACKAGE_MISSING',
      'The pdf reporter needs puppeteer-core. Run `npm install --save-dev puppeteer-core`.',
      { cause: error },
    );
  }
}

function resolveFrom(cwd: string): string | undefined {
  try {
    return createRequire(join(cwd, 'package.json')).resolve('puppeteer-core');
  } catch {
    return undefined;
  }
}

async function printWith(browser: Browser, html: string): Promise<Uint8Array> {
  const version = await browser.version();
  const major = Number(/\/(\d+)\./.exec(version)?.[1] ?? 0);
  if (major < OLDEST)
    throw new ScanError('SR_BROWSER_FAILED', `The PDF needs Chromium ${OLDEST} or later; this is ${version}.`);
  const page = await browser.newPage();
  await page.setJavaScriptEnabled(false);
  await answerOnly(page, html);
  await page.goto(ADDRESS, { waitUntil: 'load', timeout: 0 });
  return page.pdf({
    preferCSSPageSize: true,
    printBackground: true,
    tagged: true,
    outline: true,
    waitForFonts: false,
    timeout: 0,
  });
}

/** Answers the one request with the document. Nothing else is loaded, and the page goes nowhere: to an empty answer nobody goes. */
async function answerOnly(page: Page, html: string): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const answer =
      request.url() === ADDRESS
        ? request.respond({ contentType: 'text/html; charset=utf-8', body: html })
        : request.isNavigationRequest()
          ? request.respond({ status: 204 })
          : request.abort('blockedbyclient');
    // A request that is over, because the page is, needs no answer.
    answer.catch(() => {});
  });
}

/** Why printing stops before it is done: somebody cancelled, or it takes too long. */
class Stop {
  /** In words; undefined while nothing stops it. */
  reason: string | undefined;
  readonly #stopped: Promise<never>;
  readonly #signal: AbortSignal;
  readonly #timer: NodeJS.Timeout;
  #reject: (error: Error) => void = () => {};
  readonly #cancel = (): void => this.#stop('Printing was cancelled.');

  constructor({ browser, signal, timeoutMs }: PrintOptions) {
    this.#stopped = new Promise<never>((_, reject) => {
      this.#reject = reject;
    });
    this.#stopped.catch(() => {});
    this.#signal = signal;
    signal.addEventListener('abort', this.#cancel, { once: true });
    if (signal.aborted) this.#cancel();
    // Not AbortSignal.timeout: joined with another signal it may be collected, and then never fires.
    this.#timer = setTimeout(
      () => this.#stop(`${nameOf(browser)} did not print within ${timeoutMs / 1_000} s.`),
      timeoutMs,
    );
  }

  throwIfStopped(): void {
    if (this.reason !== undefined) throw new Error(this.reason);
  }

  /** The answer, unless printing stops before. */
  race<T>(work: Promise<T>): Promise<T> {
    // What is left alone may fail later, when the browser is gone.
    work.catch(() => {});
    return Promise.race([work, this.#stopped]);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#cancel);
  }

  #stop(reason: string): void {
    this.reason ??= reason;
    this.#reject(new Error(reason));
  }
}

function nameOf({ path, from }: PrintBrowser): string {
  return `${path} (from ${from})`;
}

/** `why` is the reason in words, or what was thrown. */
function failure({ browser }: PrintOptions, stopped: string | undefined, why: unknown): ScanError {
  const details = { cause: why };
  if (stopped !== undefined) return new ScanError('SR_BROWSER_FAILED', stopped, details);
  const text = why instanceof Error ? why.message : String(why);
  const sandbox = /sandbox|setuid|namespace/i.test(text)
    ? " This machine allows no sandbox: allow user namespaces, or set the reporter's option 'sandbox' to false."
    : '';
  return new ScanError(
    'SR_BROWSER_FAILED',
    `${nameOf(browser)} could not print: ${text.slice(0, 2_000)}${sandbox}`,
    details,
  );
}

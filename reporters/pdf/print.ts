import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'puppeteer-core';
import { ScanError } from 'scanrun';
import type { FoundBrowser } from './browser-path.js';
import { endBrowser } from './end-browser.js';

/** How to print. */
export interface PrintOptions {
  readonly browser: FoundBrowser;
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
const FEATURES_OFF = [
  'SpareRendererForSitePerProcess',
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'WebUIOmniboxFullPopup',
  'MediaRouter',
  'OptimizationHints',
  'Translate',
];
const ARGUMENTS = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  `--disable-features=${FEATURES_OFF.join(',')}`,
  '--enable-features=NetworkServiceInProcess2',
  '--in-process-gpu',
  '--host-resolver-rules=MAP * ~NOTFOUND',
  '--metrics-recording-only',
  '--no-first-run',
  '--no-unsandboxed-zygote',
  '--renderer-process-limit=1',
];

/**
 * Prints a document that needs nothing else. The browser runs none of its scripts, can ask nobody, and is gone with all
 * its processes when this returns, however it ends.
 * @throws ScanError `SR_PACKAGE_MISSING` without puppeteer-core, `SR_BROWSER_FAILED` when the browser does not print.
 */
export async function print(html: string, options: PrintOptions): Promise<Uint8Array> {
  const { browser: found, timeoutMs } = options;
  const { launch } = await loadPuppeteer(options.cwd);
  const stop = AbortSignal.any([options.signal, AbortSignal.timeout(timeoutMs)]);
  const profile = await mkdtemp(join(tmpdir(), 'scanrun-pdf-'));
  let browser: Browser | undefined;
  try {
    stop.throwIfAborted();
    browser = await launch({
      executablePath: found.path,
      args: [...found.args, ...ARGUMENTS, ...sandboxArguments(options.sandbox)],
      headless: found.shell ? 'shell' : true,
      // Over a pipe: when this process is killed, the browser sees its end and ends too.
      pipe: true,
      userDataDir: profile,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      // The signal ends it; puppeteer's own limits come later.
      timeout: timeoutMs * 2,
      protocolTimeout: timeoutMs * 2,
      signal: stop,
    });
    return await unlessStopped(printWith(browser, html), stop);
  } catch (error) {
    if (error instanceof ScanError) throw error;
    throw failure(error, options, stop);
  } finally {
    if (browser !== undefined) await endBrowser(browser);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Chromium refuses its sandbox to root; without one a forked helper for it is only a cost. */
function sandboxArguments(wanted: boolean): string[] {
  return wanted && process.getuid?.() !== 0 ? [] : ['--no-sandbox'];
}

type Puppeteer = Pick<typeof import('puppeteer-core'), 'launch'>;

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
  const page = (await browser.pages())[0] ?? (await browser.newPage());
  await page.setJavaScriptEnabled(false);
  await answerOnly(page, html);
  await page.goto(ADDRESS, { waitUntil: 'load', timeout: 0 });
  return page.pdf({ preferCSSPageSize: true, printBackground: true, tagged: true, outline: true, timeout: 0 });
}

/** Answers the one request with the document and refuses all others. */
async function answerOnly(page: Page, html: string): Promise<void> {
  await page.setRequestInterception(true);
  page.on('request', (request) => {
    const answer =
      request.url() === ADDRESS
        ? request.respond({ contentType: 'text/html; charset=utf-8', body: html })
        : request.abort('blockedbyclient');
    // A request that is over, because the page is, needs no answer.
    answer.catch(() => {});
  });
}

/** The answer, or the reason of the signal, whichever comes first. */
async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function failure(error: unknown, { browser, signal, timeoutMs }: PrintOptions, stop: AbortSignal): ScanError {
  const details = { cause: error };
  const which = `${browser.path} (from ${browser.from})`;
  if (signal.aborted) return new ScanError('SR_BROWSER_FAILED', 'Printing was cancelled.', details);
  if (stop.aborted)
    return new ScanError('SR_BROWSER_FAILED', `${which} did not print within ${timeoutMs / 1_000} s.`, details);
  const why = error instanceof Error ? error.message : String(error);
  const sandbox = /sandbox|setuid|namespace/i.test(why)
    ? " This machine allows no sandbox: allow user namespaces, or set the reporter's option 'sandbox' to false."
    : '';
  return new ScanError('SR_BROWSER_FAILED', `${which} could not print: ${why.slice(0, 2_000)}${sandbox}`, details);
}

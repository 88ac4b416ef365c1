import type { BrowserContext, CDPSession, Page } from 'puppeteer-core';
import type { BrowserSession } from './browser.js';
import { AXE_EXPRESSION, METADATA_EXPRESSION } from './in-page.js';
import type { Asked, Metadata, PageRecord, Violation } from './page-record.js';
import { PageWatch, type WatchSettings } from './page-watch.js';
import type { PageAddress } from './site.js';

/** How a page is loaded. */
export interface LoadSettings extends WatchSettings {
  /** Milliseconds until a page that does not load is given up. */
  readonly pageTimeoutMs: number;
  readonly width: number;
  readonly height: number;
  /** The source of axe-core; undefined where it is not wanted or not installed. */
  readonly axe: string | undefined;
  /** The rules that axe looks at, by their tags. */
  readonly standards: readonly string[];
}

/** Milliseconds after the load in which a page may go on asking. */
const SETTLE_MS = 5_000;

/** Milliseconds that closing a page may take; a browser that does not close it is ended. */
const CLOSE_MS = 3_000;

type End = Pick<PageRecord, 'state' | 'why'>;

/**
 * Loads a page in a context of its own, without cookies and cache of another, and asks it what the checks want to know.
 * A page that hangs, crashes or is none is an answer, not an error.
 * @throws Error where no browser can be started.
 */
export async function loadPage(
  session: BrowserSession,
  address: PageAddress,
  settings: LoadSettings,
): Promise<PageRecord> {
  const watch = new PageWatch(settings);
  const browser = await session.open();
  let context: BrowserContext | undefined;
  let seen: Seen = { end: { state: 'crashed', why: 'the browser ended' }, metadata: null, violations: null };
  try {
    context = await browser.createBrowserContext({ downloadBehavior: { policy: 'deny' } });
    const page = await context.newPage();
    seen = await look(page, watch, address, settings);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    seen = {
      end: { state: 'crashed', why: browser.connected ? why : 'the browser ended' },
      metadata: null,
      violations: null,
    };
  } finally {
    // A page that hangs may not let itself be closed.
    const closed = await inTime(context?.close().then(() => true) ?? Promise.resolve(true), CLOSE_MS).catch(
      () => undefined,
    );
    if (closed === undefined) await session.end(0);
  }
  return {
    url: address.url,
    path: address.path,
    ...seen.end,
    requests: seen.end.state === 'loaded' ? watch.requests() : watch.requests().map(unweighed),
    errors: watch.errors(),
    dialogs: watch.dialogs(),
    metadata: seen.metadata,
    violations: seen.violations,
  };
}

/** How much of an answer had come when a page hung or crashed is chance. */
function unweighed(asked: Asked): Asked {
  return { ...asked, bytes: 0 };
}

interface Seen {
  readonly end: End;
  readonly metadata: Metadata | null;
  readonly violations: readonly Violation[] | null;
}

async function look(page: Page, watch: PageWatch, { address }: PageAddress, settings: LoadSettings): Promise<Seen> {
  await page.setViewport({ width: settings.width, height: settings.height });
  const session = await page.createCDPSession();
  await watch.attach(page, session);
  const end = await open(page, watch, address, settings.pageTimeoutMs);
  if (end.state !== 'loaded') return { end, metadata: null, violations: null };
  const answers = await inTime(ask(session, settings), settings.pageTimeoutMs);
  if (watch.crash !== undefined)
    return { end: { state: 'crashed', why: watch.crash }, metadata: null, violations: null };
  if (answers === undefined)
    return {
      end: { state: 'hung', why: `it did not answer within ${settings.pageTimeoutMs} ms` },
      metadata: null,
      violations: null,
    };
  return { end, ...answers };
}

async function open(page: Page, watch: PageWatch, address: string, timeout: number): Promise<End> {
  const crashed = new Promise<never>((_, fail) => page.once('error', fail));
  // Where the load ends first, nobody waits for a crash.
  crashed.catch(() => {});
  try {
    const response = await Promise.race([page.goto(address, { waitUntil: 'load', timeout }), crashed]);
    if (response !== null && response.status() >= 400) return { state: 'failed', why: `HTTP ${response.status()}` };
    // A page that asks for ever has loaded all the same.
    await Promise.race([page.waitForNetworkIdle({ idleTime: 500, timeout: SETTLE_MS }).catch(() => {}), crashed]);
    return { state: 'loaded', why: '' };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (watch.crash !== undefined) return { state: 'crashed', why: watch.crash };
    if (error instanceof Error && error.name === 'TimeoutError')
      return { state: 'hung', why: `it did not load within ${timeout} ms` };
    if (watch.download || why.includes('net::ERR_ABORTED')) return { state: 'download', why: 'it is a download' };
    if (!page.browser().connected) return { state: 'crashed', why: 'the browser ended' };
    if (why.includes('net::ERR_BLOCKED_BY_CLIENT'))
      return { state: 'failed', why: 'it leads to another host, which is asked only with `network: true`' };
    return { state: 'failed', why: why.replace(/ at https?:.*$/s, '') };
  }
}

/** Asks in a world of its own: what scripts of the page did to its objects is not seen there. */
async function ask(session: CDPSession, { axe, standards }: LoadSettings): Promise<Omit<Seen, 'end'>> {
  const { frameTree } = await session.send('Page.getFrameTree');
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
    worldName: 'scanrun',
  });
  const evaluate = async (expression: string): Promise<unknown> => {
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      expression,
      contextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const metadata = (await evaluate(METADATA_EXPRESSION)) as Metadata;
  if (axe === undefined) return { metadata, violations: null };
  await evaluate(`${axe};undefined`);
  const violations = (await evaluate(AXE_EXPRESSION(standards))) as Violation[];
  return { metadata, violations };
}

/** What came of work, or undefined when it takes too long. */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((settle) => {
    timer = setTimeout(() => settle(undefined), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

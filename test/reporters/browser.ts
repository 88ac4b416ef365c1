import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, ElementHandle, Page } from 'puppeteer-core';
import { isExecutable } from '../support/processes.js';

/** The browser of this machine: SCANRUN_CHROMIUM, or the first on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  if (process.env.SCANRUN_CHROMIUM) return process.env.SCANRUN_CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
    .find(isExecutable);
}

/** Starts the browser; undefined, and a line that says so, where there is none. */
export async function launch(): Promise<Browser | undefined> {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.warn(
      'The browser tests did NOT run: there is no chromium on this machine. Install it, or name one with SCANRUN_CHROMIUM.',
    );
    return undefined;
  }
  const { launch: start } = await import('puppeteer-core');
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return start({
    executablePath,
    args: [...root, '--disable-gpu', '--disable-background-networking', '--no-first-run'],
  });
}

/** A page opened from a file, and everything that it should not have done. */
export interface Opened {
  readonly page: Page;
  /** Console output, errors and violations of the content security policy. */
  readonly complaints: string[];
  /** Requests for anything but the file and data in it. */
  readonly requests: string[];
}

/** Opens the page as a user does, from a file. */
export async function open(browser: Browser, html: string, prepare?: (page: Page) => Promise<void>): Promise<Opened> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${String(error)}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!/^(file|data):/.test(request.url())) requests.push(request.url());
  });
  await page.evaluateOnNewDocument(
    `addEventListener('securitypolicyviolation', (event) => console.error('CSP', event.violatedDirective, event.blockedURI), true)`,
  );
  await prepare?.(page);
  const folder = await mkdtemp(join(tmpdir(), 'scanrun-page-'));
  const file = join(folder, 'scan.html');
  await writeFile(file, html);
  await page.goto(pathToFileURL(file).href, { waitUntil: 'load' });
  await rm(folder, { recursive: true });
  return { page, complaints, requests };
}

/** Runs in the page; text, because the tests are compiled without the browser's types. */
export const evaluate = <T>(page: Page, code: string): Promise<T> => page.evaluate(code) as Promise<T>;
export const amount = (page: Page, selector: string): Promise<number> =>
  evaluate(page, `document.querySelectorAll(${JSON.stringify(selector)}).length`);
export const text = (page: Page, selector: string): Promise<string> =>
  evaluate(page, `document.querySelector(${JSON.stringify(selector)}).textContent.trim()`);

export async function element(page: Page, selector: string): Promise<ElementHandle> {
  const found = await page.$(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}

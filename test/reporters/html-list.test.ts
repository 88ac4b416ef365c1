// The list of findings in a browser: grouping, states, and what it does with a hundred thousand.
import type { Browser, Page } from 'puppeteer-core';
import type { RunResult } from 'scanrun';
import html from 'scanrun/reporters/html';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { amount, element, evaluate, launch, open, text } from './browser.js';
import { render } from './render.js';
import { full } from './sample-full.js';
import { many } from './sample-many.js';
import { findings } from './sample-result.js';

/** Milliseconds in which a keystroke in the search is answered, drawing included. */
const KEYSTROKE_MS = 200;

let browser: Browser | undefined;
let large: string;

beforeAll(async () => {
  browser = await launch();
  if (browser) large = await render(html, many(100_000));
}, 120_000);
afterAll(async () => {
  await browser?.close();
});

async function show(ctx: TestContext, result: RunResult | string): Promise<Page> {
  if (!browser) return ctx.skip('no chromium on this machine');
  const page = typeof result === 'string' ? result : await render(html, result);
  const opened = await open(browser, page);
  await opened.page.setViewport({ width: 1_280, height: 900 });
  ctx.onTestFinished(async () => {
    expect([...opened.complaints, ...opened.requests]).toEqual([]);
    await opened.page.close();
  });
  return opened.page;
}

/** Sets a field as a reader does. */
const set = (page: Page, id: string, value: string): Promise<unknown> =>
  evaluate(
    page,
    `{ const field = document.getElementById(${JSON.stringify(id)}); field.value = ${JSON.stringify(value)}; field.dispatchEvent(new Event('input', { bubbles: true })); }`,
  );

/** The messages that are there, in the order of the page. */
const places = (page: Page): Promise<string[]> =>
  evaluate(page, `[...document.querySelectorAll('#list .place')].map((each) => each.textContent)`);

describe('the list of findings', () => {
  it('filters by what the baseline or the run before knows', async (ctx) => {
    const page = await show(ctx, full());
    expect(
      await evaluate(page, `[...document.querySelectorAll('#by-state option')].map((each) => each.textContent)`),
    ).toEqual(['All that count', 'New (4)', 'Unchanged (3)', 'Suppressed (2)', 'All, suppressed too']);
    for (const [state, shown] of [
      ['new', 4],
      ['unchanged', 3],
      ['suppressed', 2],
      ['all', 9],
      ['counted', 7],
    ] as const) {
      await set(page, 'by-state', state);
      expect(await amount(page, '#list .finding'), state).toBe(shown);
    }
    expect(await amount(page, '#list .fresh')).toBe(4);
    await set(page, 'by-state', 'unchanged');
    await set(page, 'search', 'left-pad');
    expect(await text(page, '#list')).toBe('No finding matches these filters.');
  });

  it('searches in places, with their lines and columns', async (ctx) => {
    const page = await show(ctx, findings());
    for (const [words, shown] of [
      ['config.ts:14', ['src/server/config.ts:14:22']],
      ['CONFIG.TS:14:22', ['src/server/config.ts:14:22']],
      [':14:2', ['src/server/config.ts:14:22']],
      ['package.json unused moment', ['package.json:22:5']],
      ['npm/unused 23:5', ['package.json:23:5']],
      ['日本語', ['docs/日本語.md:3:6']],
    ] as const) {
      await set(page, 'search', words);
      expect(await places(page), words).toEqual(shown);
    }
  });

  it('opens and closes groups, by mouse and keyboard, and keeps the focus', async (ctx) => {
    const page = await show(ctx, findings());
    await page.focus('#list .group-toggle');
    await page.keyboard.press('Enter');
    expect(await amount(page, '#list .finding')).toBe(5);
    const focused = `(({ className, ariaExpanded, dataset }) => [className, ariaExpanded, dataset.key])(document.activeElement)`;
    expect(await evaluate(page, focused)).toEqual(['group-toggle', 'false', 'check-0']);
    await (await element(page, '#list .group-head h3')).click();
    expect(await amount(page, '#list .finding')).toBe(7);
    expect(await evaluate(page, focused)).toEqual(['group-toggle', 'true', 'check-0']);
    await page.click('#fold-all');
    expect(await amount(page, '#list .finding')).toBe(0);
    expect(await amount(page, '#list .group-head.closed')).toBe(4);
    expect(await text(page, '#fold-all')).toBe('Expand all');
    await page.click('#fold-all');
    expect(await amount(page, '#list .finding')).toBe(7);
  });

  it('hides code when asked, and says how to fix', async (ctx) => {
    const page = await show(ctx, findings());
    await page.click('#frames');
    expect(await evaluate(page, `document.querySelector('#list .frame').checkVisibility()`)).toBe(false);
    await page.click('#list .fix summary');
    expect(await text(page, '#list .fix')).toContain('revoke it');
    const docs = `document.querySelector('#list .group-docs').href`;
    expect(await evaluate(page, docs)).toBe('https://example.com/scanrun/secrets-credentials');
  });
});

describe('a hundred thousand findings', () => {
  it('are in a file below 15 MB', (ctx) => {
    if (!browser) return ctx.skip('no chromium on this machine');
    expect(Buffer.byteLength(large)).toBeLessThan(15_000_000);
  });

  it('are there as far as they are seen, each where it belongs', async (ctx) => {
    const page = await show(ctx, large);
    expect(await text(page, '#shown')).toBe('100,000 findings in 24 groups');
    expect(await amount(page, '*')).toBeLessThan(8_000);
    await page.click('#fold-all');
    await page.click('#fold-all');
    expect(await amount(page, '#list .finding')).toBeLessThan(200);
    // Anywhere in the list, the rows of that place come within a moment.
    for (const share of [0.5, 0.93, 0.1]) {
      await evaluate(page, `scrollTo({ top: document.documentElement.scrollHeight * ${share}, behavior: 'instant' })`);
      await page.waitForFunction(
        `(() => { const list = document.getElementById('list').getBoundingClientRect(); const at = document.elementFromPoint(640, Math.min(500, list.bottom - 5)); return at?.closest('.finding, .group-head, .fix'); })()`,
      );
    }
    const sizes = `[...new Set([...document.querySelectorAll('#list .finding')].map((each) => each.ariaSetSize))]`;
    expect((await evaluate<string[]>(page, sizes)).every((size) => Number(size) > 1_000)).toBe(true);
    expect(await amount(page, '#list .finding')).toBeLessThan(400);
  });

  it('show their code when it comes into view', async (ctx) => {
    const page = await show(ctx, large);
    expect(await evaluate(page, `document.getElementById('frames').checked`)).toBe(false);
    await set(page, 'search', 'checkout/src/invoice');
    await set(page, 'group', 'file');
    await page.click('#frames');
    await page.waitForFunction(
      `[...document.querySelectorAll('#list .frame')].filter((each) => each.getBoundingClientRect().top < innerHeight).every((each) => each.textContent.trim() && each.querySelector('mark'))`,
    );
    // What is marked is what the message is about; an empty line has no name.
    const told = await evaluate<[string, string][]>(
      page,
      `[...document.querySelectorAll('#list .finding')].slice(0, 20).map((each) => [each.querySelector('.finding-message').textContent, each.querySelector('mark').textContent])`,
    );
    const named = told.filter(([message]) => !message.includes("'value'"));
    expect(named.length).toBeGreaterThan(5);
    for (const [message, marked] of named) expect(message).toContain(`'${marked}'`);
  });

  it('are searched within a moment at each keystroke, and grouped anew', async (ctx) => {
    const page = await show(ctx, large);
    const times: number[] = [];
    for (const key of 'refund-serv') {
      times.push(
        await evaluate<number>(
          page,
          `new Promise((done) => {
            const search = document.getElementById('search');
            const at = performance.now();
            search.value += ${JSON.stringify(key)};
            search.dispatchEvent(new Event('input', { bubbles: true }));
            // The second frame begins when the first is drawn.
            requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - at)));
          })`,
        ),
      );
    }
    const median = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
    expect(median, times.join(' ')).toBeLessThan(KEYSTROKE_MS);
    expect(await text(page, '#shown')).toMatch(/^[\d,]+ findings of 100,000 in 24 groups$/);
    const found = await places(page);
    expect(found.length).toBeGreaterThan(10);
    for (const place of found) expect(place).toContain('refund-serv');
    await set(page, 'search', '');
    for (const [by, groups] of [
      ['file', '4,000'],
      ['severity', '3'],
      ['check', '24'],
    ] as const) {
      await set(page, 'group', by);
      expect(await text(page, '#shown')).toBe(`100,000 findings in ${groups} groups`);
    }
  });

  it('keep what has the focus while it is out of sight', async (ctx) => {
    const page = await show(ctx, large);
    for (let press = 0; press < 2; press += 1) await page.click('#fold-all');
    await page.waitForSelector('#list .copy');
    await page.focus('#list .copy');
    await evaluate(page, `document.activeElement.dataset.mine = 'yes'`);
    await evaluate(page, `scrollTo({ top: 400_000, behavior: 'instant' })`);
    await page.waitForFunction(
      `document.elementFromPoint(640, 450)?.closest('.finding') && !document.querySelector('#list .block:nth-child(3)').hasChildNodes()`,
    );
    expect(await evaluate(page, `document.activeElement.dataset.mine`)).toBe('yes');
  });

  it('print the first of them whole, and count the rest', async (ctx) => {
    const page = await show(ctx, large);
    await evaluate(page, `dispatchEvent(new Event('beforeprint'))`);
    expect(await amount(page, '#list .finding')).toBe(500);
    expect(await text(page, '#list .rest')).toBe('99,500 more findings in the page itself and in the json report.');
    await evaluate(page, `dispatchEvent(new Event('afterprint'))`);
    expect(await text(page, '#shown')).toBe('100,000 findings in 24 groups');
    expect(await amount(page, '#list .finding')).toBeLessThan(400);
  });
});

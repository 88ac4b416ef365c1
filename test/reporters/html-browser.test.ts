import type { Browser, Page } from 'puppeteer-core';
import type { RunResult } from 'scanrun';
import html from 'scanrun/reporters/html';
import { afterAll, afterEach, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { clip, visible } from '../../reporters/visible.js';
import { amount, element, evaluate, launch, type Opened, open, text } from './browser.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { hostile } from './sample-extremes.js';
import { kinds } from './sample-kinds.js';
import { clean, findings, incomplete } from './sample-result.js';
import { rich } from './sample-rich.js';

let browser: Browser | undefined;
const pages: Page[] = [];

beforeAll(async () => {
  browser = await launch();
}, 60_000);
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.close()));
});
afterAll(async () => {
  await browser?.close();
});

async function show(
  ctx: TestContext,
  result: RunResult,
  prepare?: (page: Page) => Promise<void>,
  options: Readonly<Record<string, unknown>> = {},
): Promise<Opened> {
  if (!browser) return ctx.skip('no chromium on this machine');
  const opened = await open(browser, await render(html, result, { options }), prepare);
  pages.push(opened.page);
  return opened;
}

const samples = kinds(600);

describe('html in a browser', () => {
  for (const [name, make] of Object.entries(samples)) {
    it(`opens without a complaint or a request, in every width: ${name}`, async (ctx) => {
      const { page, complaints, requests } = await show(ctx, make());
      for (const width of [1_280, 640, 360]) {
        await page.setViewport({ width, height: 900 });
        expect(await evaluate(page, 'document.documentElement.scrollWidth'), `${width} px`).toBe(width);
      }
      expect(complaints).toEqual([]);
      expect(requests).toEqual([]);
    });
  }

  it.for(Object.entries({ hostile, naughty }))('runs nothing that comes from the target: %s', async ([, make], ctx) => {
    const { page, complaints, requests } = await show(ctx, make());
    for (const by of ['file', 'severity', 'check']) await page.select('#group', by);
    await page.select('#by-state', 'all');
    await evaluate(page, `document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    await evaluate(
      page,
      `document.querySelectorAll('[data-slot=check], .copy, a[href^="https"]').forEach((each) => each.dispatchEvent(new MouseEvent('mouseover', { bubbles: true })))`,
    );
    expect(await evaluate(page, 'String(globalThis.pwned)')).toBe('undefined');
    expect(
      await amount(page, '#list script, #list img, #list iframe, main [onload], main [onclick], main [onerror]'),
    ).toBe(0);
    expect(
      await evaluate(
        page,
        `[...document.links].filter((each) => !/^(https:|file:)/.test(each.href)).map((each) => each.href)`,
      ),
    ).toEqual([]);
    const { name } = make().target;
    expect(await text(page, '.eyebrow')).toBe(`Scan of ${name}`);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([]);
  });

  it('shows every hostile text as it is, and finds it', async (ctx) => {
    const { page } = await show(ctx, naughty());
    await page.select('#by-state', 'all');
    const shown = await evaluate<string[]>(
      page,
      `[...document.querySelectorAll('#list .finding-message')].map((each) => each.textContent)`,
    );
    for (const text of NAUGHTY) expect(shown).toContain(clip(visible(`${text} again`), 2_000));
    await page.type('#search', '</script><svg');
    expect(await amount(page, '#list .finding')).toBeGreaterThan(0);
  });

  it('forbids what would be put into it', async (ctx) => {
    const { page, complaints } = await show(ctx, clean());
    await evaluate(
      page,
      `{ const script = document.createElement('script'); script.textContent = 'globalThis.pwned = 1'; document.body.append(script); document.body.insertAdjacentHTML('beforeend', '<p id="x" style="color: red" onclick="globalThis.pwned = 2">x</p>'); document.getElementById('x').click(); }`,
    );
    expect(await evaluate(page, 'String(globalThis.pwned)')).toBe('undefined');
    expect(complaints.length).toBeGreaterThanOrEqual(3);
  });

  it('shows the same findings with JavaScript as without', async (ctx) => {
    const read = `[...document.querySelectorAll('#list .finding')].map((each) => ['.finding-severity', '.finding-message', '.place', '.frame', '.tag'].map((part) => each.querySelector(part)?.textContent.trim() ?? ''))`;
    const off = await show(ctx, findings(), (page) => page.setJavaScriptEnabled(false));
    const on = await show(ctx, findings());
    expect(await evaluate(off.page, 'document.getElementById("filters").checkVisibility()')).toBe(false);
    await on.page.select('#by-state', 'all');
    await on.page.waitForFunction(
      `[...document.querySelectorAll('#list .frame')].every((each) => each.textContent.trim())`,
    );
    const [without, withIt] = [await evaluate<string[][]>(off.page, read), await evaluate<string[][]>(on.page, read)];
    expect(withIt).toHaveLength(9);
    expect(without).toEqual(withIt);
  });

  it('filters by severity, check, category and text', async (ctx) => {
    const { page } = await show(ctx, findings());
    expect(await amount(page, '#list .finding')).toBe(7);
    expect(await text(page, '#shown')).toBe('7 findings in 4 groups');
    await page.click('[name=severity][value=warning]');
    expect(await amount(page, '#list .finding')).toBe(3);
    await page.click('#reset');
    expect(await amount(page, '#list .finding')).toBe(7);
    expect(await evaluate(page, 'document.activeElement.id')).toBe('search');
    await page.select('#by-category', 'dependencies');
    expect(await amount(page, '#list .finding')).toBe(3);
    await page.select('#by-category', '');
    const value = await evaluate<string>(
      page,
      `[...document.querySelectorAll('#by-check option')].find((each) => each.textContent === 'secrets/credentials').value`,
    );
    await page.select('#by-check', value);
    expect(await amount(page, '#list .finding')).toBe(2);
    await page.type('#search', 'KEY deploy');
    expect(await amount(page, '#list .finding')).toBe(1);
    expect(await text(page, '#list .place')).toBe('deploy/id_ed25519:1:1');
    expect(await text(page, '#shown')).toBe('1 finding of 7 in 1 group');
    await page.type('#search', ' nowhere');
    expect(await text(page, '#list')).toBe('No finding matches these filters.');
    await page.click('#reset');
    await page.select('#by-state', 'suppressed');
    expect(await amount(page, '#list .finding.suppressed')).toBe(2);
    expect(await amount(page, '#list .finding')).toBe(2);
    expect(await text(page, '#list')).toContain('Suppressed by inline: An example in a comment');
    await page.select('#by-state', 'all');
    expect(await text(page, '#shown')).toBe('9 findings in 4 groups');
    await page.click('#frames');
    expect(await evaluate(page, `document.querySelector('#list .frame').checkVisibility()`)).toBe(false);
  });

  it('marks what can be fixed, and finds it', async (ctx) => {
    const { page } = await show(ctx, rich());
    const marks = `[...document.querySelectorAll('#list [data-slot=fixable]')].map((each) => each.textContent)`;
    const both = ['Fixable with scanrun fix', 'Fixable with scanrun fix --unsafe'];
    expect((await evaluate<string[]>(page, marks)).sort()).toEqual(both);
    await page.type('#search', 'fixable');
    expect(await amount(page, '#list .finding')).toBe(2);
    await page.type('#search', ' --unsafe');
    expect(await evaluate<string[]>(page, marks)).toEqual(both.slice(1));
  });

  it('groups by check, file and severity', async (ctx) => {
    const { page } = await show(ctx, findings());
    const heads = () =>
      evaluate<string[]>(page, `[...document.querySelectorAll('#list h3')].map((each) => each.textContent)`);
    expect((await heads())[0]).toBe('No secret is committed');
    expect(await text(page, '#list .fix')).toContain('Remove the value from the code and revoke it');
    await page.select('#group', 'file');
    expect(await heads()).toEqual([
      'assets/intro.mp4',
      'deploy/id_ed25519',
      'docs/日本語.md',
      'package.json',
      'src/server/config.ts',
    ]);
    await page.select('#group', 'severity');
    expect(await heads()).toEqual(['Errors', 'Warnings', 'Notes']);
    expect(await text(page, '#list .group-meta')).toBe('2 errors');
  });

  it('can be used with the keyboard alone', async (ctx) => {
    const { page } = await show(ctx, findings());
    const reached: string[] = [];
    for (let press = 0; press < 120; press += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        await evaluate<string>(
          page,
          `(({ id, tagName, className }) => id || tagName + '.' + className)(document.activeElement)`,
        ),
      );
      // After the last the focus leaves the page.
      if (reached.at(-1)?.startsWith('BODY')) break;
      const outline = await evaluate<string>(
        page,
        `(() => { const at = document.activeElement; const pill = at.closest('.pill'); return getComputedStyle(pill ?? at).outlineStyle; })()`,
      );
      expect(outline, reached.at(-1)).not.toBe('none');
    }
    expect(reached[0]).toBe('A.skip');
    for (const id of ['theme', 'search', 'by-check', 'by-category', 'by-state', 'group', 'frames', 'fold-all'])
      expect(reached).toContain(id);
    expect(reached).toEqual(expect.arrayContaining(['SUMMARY.', 'BUTTON.copy', 'BUTTON.sort']));
    await page.focus('.skip');
    await page.keyboard.press('Enter');
    expect(await evaluate(page, 'document.activeElement.id')).toBe('main');
    await page.focus('#list .group-check');
    await page.keyboard.press('Enter');
    await page.waitForFunction(`document.activeElement.tagName === 'TR'`);
    expect(await evaluate(page, `document.activeElement.querySelector('details').open`)).toBe(true);
  });

  it('names its parts for those who hear it', async (ctx) => {
    const { page } = await show(ctx, incomplete());
    const unnamed = await evaluate<string[]>(
      page,
      `[...document.querySelectorAll('input, select, button, summary, a')].filter((each) => !(each.labels?.length || each.textContent.trim() || each.getAttribute('aria-label'))).map((each) => each.outerHTML)`,
    );
    expect(unnamed).toEqual([]);
    expect(await amount(page, 'header.top, main, footer, nav[aria-label]')).toBe(4);
    expect(await amount(page, 'h1')).toBe(1);
    const levels = await evaluate<number[]>(
      page,
      `[...document.querySelectorAll('h1, h2, h3, h4')].filter((each) => !each.closest('template')).map((each) => Number(each.tagName[1]))`,
    );
    levels.forEach((level, index) => {
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
    expect(
      await evaluate(
        page,
        `[...document.querySelectorAll('table')].every((each) => each.caption && [...each.querySelectorAll('th')].every((th) => th.scope))`,
      ),
    ).toBe(true);
    const ids = await evaluate<string[]>(page, `[...document.querySelectorAll('[id]')].map((each) => each.id)`);
    expect(new Set(ids).size).toBe(ids.length);
    const dead = await evaluate<string[]>(
      page,
      `[...document.querySelectorAll('a[href^="#"], use')].map((each) => each.getAttribute('href')).filter((each) => !document.getElementById(each.slice(1)))`,
    );
    expect(dead).toEqual([]);
  });

  it('follows the system, and the reader who chooses otherwise', async (ctx) => {
    const { page } = await show(ctx, clean(), (each) =>
      each.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]),
    );
    const ground = () => evaluate<string>(page, 'getComputedStyle(document.body).backgroundColor');
    const dark = await ground();
    expect(await text(page, '#theme')).toBe('Theme: auto');
    await page.click('#theme');
    expect(await text(page, '#theme')).toBe('Theme: light');
    expect(await ground()).not.toBe(dark);
    await page.click('#theme');
    expect([await text(page, '#theme'), await ground()]).toEqual(['Theme: dark', dark]);
  });

  it('sorts the checks, and goes back to the first order', async (ctx) => {
    const { page } = await show(ctx, incomplete());
    const times = () =>
      evaluate<number[]>(
        page,
        `[...document.querySelectorAll('#checks-table .cell-time')].map((each) => Number(each.dataset.value))`,
      );
    const first = await times();
    const button = await element(page, '#checks-table th:last-child .sort');
    await button.click();
    expect(await times()).toEqual([...first].sort((a, b) => a - b));
    await button.click();
    expect(await times()).toEqual([...first].sort((a, b) => b - a));
    expect(await evaluate(page, `document.querySelector('#checks-table th:last-child').ariaSort`)).toBe('descending');
    await button.click();
    expect(await times()).toEqual(first);
  });

  it('copies a place', async (ctx) => {
    const { page } = await show(ctx, findings());
    await (await element(page, '#list .copy')).click();
    await page.waitForFunction(`['Copied', 'Selected'].includes(document.querySelector('#list .copy').textContent)`);
    expect(await text(page, '#announcer')).toMatch(/^Copied deploy\/id_ed25519:1:1$|^The place is selected/);
  });

  it('prints everything that is folded, on light paper', async (ctx) => {
    const { page } = await show(ctx, incomplete(), undefined, { theme: 'dark' });
    const pdf = await page.pdf({ format: 'A4', printBackground: true });
    expect(Buffer.from(pdf.subarray(0, 5)).toString()).toBe('%PDF-');
    await page.emulateMediaType('print');
    expect(await evaluate(page, 'getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await evaluate(page, `document.querySelector('.top').checkVisibility()`)).toBe(false);
    await evaluate(page, `dispatchEvent(new Event('beforeprint'))`);
    expect(await amount(page, 'details:not([open], .about-check)')).toBe(0);
    await evaluate(page, `dispatchEvent(new Event('afterprint'))`);
    expect(await amount(page, 'details[open]')).toBe(0);
  });
});

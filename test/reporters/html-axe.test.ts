import axe from 'axe-core';
import type { Browser } from 'puppeteer-core';
import html from 'scanrun/reporters/html';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluate, launch, open } from './browser.js';
import { render } from './render.js';
import { full } from './sample-full.js';
import { many } from './sample-many.js';
import { clean, empty, incomplete, interrupted } from './sample-result.js';

interface Found {
  readonly id: string;
  readonly nodes: readonly string[];
}

const samples = { full, incomplete, interrupted, clean, empty, many: () => many(900) };

/** Every violation that axe knows: WCAG 2.2 A and AA and its best practices. */
const RUN = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => html.slice(0, 200) + ' ' + failureSummary) })))`;

let browser: Browser | undefined;

beforeAll(async () => {
  browser = await launch();
}, 60_000);
afterAll(async () => {
  await browser?.close();
});

describe('accessibility of the html report, by axe', () => {
  for (const scheme of ['light', 'dark'] as const) {
    for (const [name, make] of Object.entries(samples)) {
      it(`has no violation: ${name}, ${scheme}`, async (ctx) => {
        if (!browser) return ctx.skip('no chromium on this machine');
        const { page } = await open(browser, await render(html, make()), (each) =>
          each.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]),
        );
        await page.evaluate(axe.source);
        await page.setViewport({ width: 390, height: 900 });
        expect(await evaluate<Found[]>(page, RUN), 'folded, narrow').toEqual([]);
        await page.setViewport({ width: 1_280, height: 900 });
        await evaluate(page, `document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
        expect(await evaluate<Found[]>(page, RUN), 'unfolded, wide').toEqual([]);
        await page.close();
      }, 90_000);
    }
  }

  it('would notice: a button without a name, and grey on white', async (ctx) => {
    if (!browser) return ctx.skip('no chromium on this machine');
    const { page } = await open(browser, await render(html, clean()));
    await page.evaluate(axe.source);
    await evaluate(
      page,
      `{ const button = document.createElement('button'); document.querySelector('main').append(button); const p = document.querySelector('.lead'); p.style.color = '#aaa'; }`,
    );
    const found = await evaluate<Found[]>(page, RUN);
    expect(found.map(({ id }) => id).sort()).toEqual(['button-name', 'color-contrast']);
    await page.close();
  });
});

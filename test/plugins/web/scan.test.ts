// Whole scans of a site in a real browser: what each check says of the same pages, and that nothing is left behind.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from 'scanrun';
import web from 'scanrun/plugins/web';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { folder } from '../../support/folders.js';
import { checkOf, endOf, runScan } from '../../support/run-scan.js';
import { serve } from '../../support/server.js';
import { BROWSER, goodPage, WITHOUT } from './browser.js';

const FIXTURE = fileURLToPath(new URL('../../../fixtures/web/site', import.meta.url));

afterEach(() => vi.unstubAllEnvs());

const config = (options: JsonObject) => ({
  plugins: [web],
  reporters: [],
  tier: 'deep' as const,
  checks: { 'web/pages': { options } },
});

/** The processes of browsers whose profile lies in a folder. */
function browsersOf(temporary: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'latin1').includes(temporary);
      } catch {
        return false;
      }
    });
}

it('brings its checks under the names of their files, each with a command or text that helps', () => {
  for (const [key, check] of Object.entries(web.checks)) {
    expect(check.module).toMatch(new RegExp(`/checks/${key}\\.ts$`));
    expect(check.meta.help, key).toMatch(/```(sh|text)\n.+\n```/s);
  }
});

it('says how to name a site where none is', async () => {
  const { result } = await runScan(folder({ a: '' }), { config: { plugins: [web], reporters: [], tier: 'deep' } });
  expect(endOf(result, 'web/pages')).toBe('skipped not-applicable');
  expect(endOf(result, 'web/metadata')).toBe('skipped need-failed');
});

describe.skipIf(BROWSER === undefined)(`in a browser${WITHOUT}`, { timeout: 240_000 }, () => {
  it('finds what is wrong with a built site, and nothing else', async () => {
    const root = folder();
    cpSync(FIXTURE, join(root, 'dist'), { recursive: true });
    const { result } = await runScan(root, { config: config({ site: 'dist' }) });
    const messagesOf = (id: string) => checkOf(result, id).findings.map(({ message }) => message);
    expect(endOf(result, 'web/pages')).toBe('passed');
    expect(endOf(result, 'web/page-weight')).toBe('passed');
    expect(messagesOf('web/requests')).toEqual([
      '/assets/missing.css failed on /broken.html: HTTP 404.',
      'Another host is asked on /broken.html: counter.example.net (1 request: fetch).',
      'Another host is asked on /broken.html: fonts.example.com (1 request: stylesheet).',
    ]);
    expect(messagesOf('web/console-errors')).toEqual([
      expect.stringMatching(/^An error is caught by nobody on \/broken\.html: .*null/),
      'An error is caught by nobody on /broken.html: nobody waits for this',
      'The console has an error on /broken.html (/broken.html:17): The basket is empty',
    ]);
    expect(
      checkOf(result, 'web/accessibility')
        .findings.map(({ data }) => data.rule)
        .sort(),
    ).toEqual(['color-contrast', 'document-title', 'html-has-lang', 'image-alt', 'meta-viewport']);
    expect(
      checkOf(result, 'web/metadata').findings.map(({ data, location }) => [data.name ?? 'zoom', location.path]),
    ).toEqual(
      ['lang', 'canonical', 'description', 'og:image', 'og:title', 'title', 'zoom'].map((name) => [
        name,
        'dist/broken.html',
      ]),
    );
  });

  it('looks at a site that runs, and asks no other host', async () => {
    const other = await serve((_, response) => response.end('1'));
    const { url } = await serve((_, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        goodPage(`<img alt="" src="${other.url}pixel"><script>new WebSocket('ws://${other.host}/')</script>`),
      );
    });
    const { result } = await runScan(folder({ a: '' }), { config: config({ url }) });
    expect(endOf(result, 'web/pages')).toBe('passed');
    expect(checkOf(result, 'web/requests').findings.map(({ data }) => data.host)).toEqual([other.host]);
    expect(other.askedAt).toEqual([]);
    const allowed = await runScan(folder({ a: '' }), { config: config({ url, network: true }) });
    expect(endOf(allowed.result, 'web/pages')).toBe('passed');
    expect(other.askedAt.length).toBeGreaterThan(0);
  });

  it('leaves no browser and no profile behind, also when it is cancelled', async () => {
    const temporary = folder();
    const root = folder({ 'dist/index.html': goodPage('<script>for (;;);</script>') });
    vi.stubEnv('TMPDIR', temporary);
    let begun = false;
    const { result } = await runScan(root, {
      config: config({ site: 'dist', pageTimeout: 60_000 }),
      started: (handle) => {
        const look = setInterval(() => {
          if (browsersOf(temporary).length < 3) return;
          begun = true;
          clearInterval(look);
          handle.cancel('The test has seen enough.');
        }, 50);
      },
    });
    expect(begun).toBe(true);
    expect(endOf(result, 'web/pages')).toBe('cancelled interrupted');
    await vi.waitFor(() => expect(browsersOf(temporary)).toEqual([]), { timeout: 20_000 });
    await vi.waitFor(() => expect(readdirSync(temporary)).toEqual([]), { timeout: 20_000 });
  });
});

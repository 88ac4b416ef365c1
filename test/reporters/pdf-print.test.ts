// Printing: nothing of the document runs or asks anybody, and the browser is gone afterwards, however it went.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ScanError } from 'scanrun';
import { afterEach, describe, expect, it, type TestContext } from 'vitest';
import { findPrintBrowser } from '../../reporters/pdf/browser-path.js';
import { print } from '../../reporters/pdf/print.js';
import { linkScanrun } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { alive, endAll, uniqueArgument } from '../support/processes.js';
import { findChromium } from './browser.js';
import { missingTools, readPdf, renderPdf } from './pdf-tools.js';
import { clean } from './sample-result.js';

const marks: string[] = [];
afterEach(() => {
  for (const mark of marks.splice(0)) endAll(mark);
});

/** Needs Linux, where processes are found by their arguments. */
function needs(ctx: TestContext): string {
  const path = findChromium();
  if (path === undefined) return ctx.skip('no chromium on this machine');
  if (process.platform !== 'linux') return ctx.skip('processes are counted on Linux only');
  return path;
}

/** A program that starts the browser with an argument by which its processes are found. */
function marked(path: string): { readonly program: string; readonly mark: string } {
  const mark = uniqueArgument();
  marks.push(mark);
  const root = folder({ browser: `#!/bin/sh\nexec "${path}" "--${mark}" "--user-agent=${mark}" "$@"\n` });
  chmodSync(join(root, 'browser'), 0o755);
  return { program: join(root, 'browser'), mark };
}

/** A program that is no browser. */
function impostor(text: string): { readonly program: string; readonly mark: string } {
  const mark = uniqueArgument();
  marks.push(mark);
  const root = folder({ browser: `#!/bin/sh\n# ${mark}\n${text}\n` });
  chmodSync(join(root, 'browser'), 0o755);
  return { program: join(root, 'browser'), mark };
}

const profiles = (): string[] => readdirSync(tmpdir()).filter((name) => name.startsWith('scanrun-pdf-'));

async function printed(
  html: string,
  program: string,
  over: { timeoutMs?: number; signal?: AbortSignal; sandbox?: boolean } = {},
): Promise<Buffer> {
  const browser = await findPrintBrowser({ named: program, environment: {}, cwd: process.cwd() });
  const signal = new AbortController().signal;
  return Buffer.from(
    await print(html, { browser, cwd: process.cwd(), signal, sandbox: true, timeoutMs: 60_000, ...over }),
  );
}

const failed = (work: Promise<unknown>): Promise<ScanError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => {
      if (error instanceof ScanError) return error;
      throw error;
    },
  );

describe('printing', () => {
  it('runs no script and asks nobody, whatever the document says', async (ctx) => {
    const { program } = marked(needs(ctx));
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('<p>from outside</p>');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const html = `<!DOCTYPE html><html lang="en"><head><title>x</title><link rel="stylesheet" href="${at}/style">
      <meta http-equiv="refresh" content="0; url=${at}/refresh"><style>@import "${at}/import"; @font-face { font-family: f; src: url(${at}/font) }</style></head>
      <body><p style="font-family: f">before</p><img src="${at}/image" alt=""><img src="file:///etc/hostname" alt=""><iframe src="${at}/frame"></iframe><iframe src="file:///etc/passwd"></iframe>
      <object data="${at}/object"></object><script src="${at}/script"></script>
      <script>document.body.append('a script ran'); fetch('${at}/fetch'); new Image().src = '${at}/made'; navigator.sendBeacon('${at}/beacon');</script><p>after</p></body></html>`;
    const pdf = await printed(html, program);
    await new Promise((done) => server.close(done));
    expect(asked).toEqual([]);
    if (missingTools().length > 0) return;
    const { text } = readPdf(pdf);
    expect(text).toContain('before');
    expect(text).not.toMatch(/script ran|from outside|root:/);
  }, 90_000);

  it('leaves no process and no profile', async (ctx) => {
    const { program, mark } = marked(needs(ctx));
    const before = profiles();
    const bytes = await renderPdf(clean(), { browser: program });
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(alive(mark)).toEqual([]);
    expect(profiles().filter((name) => !before.includes(name))).toEqual([]);
  }, 90_000);

  it('leaves none either when it is cancelled while the browser works', async (ctx) => {
    const { program, mark } = marked(needs(ctx));
    const controller = new AbortController();
    // Far more than can be printed before somebody cancels.
    const html = `<!DOCTYPE html><title>x</title>${'<table><tr><td>1<td>2<td>3</table>'.repeat(60_000)}`;
    const work = failed(printed(html, program, { signal: controller.signal }));
    await expect.poll(() => alive(mark).length, { timeout: 30_000 }).toBeGreaterThan(1);
    controller.abort();
    const error = await work;
    expect([error.code, error.message]).toEqual(['SR_BROWSER_FAILED', 'Printing was cancelled.']);
    await expect.poll(() => alive(mark), { timeout: 5_000 }).toEqual([]);
  }, 120_000);

  it('ends a browser that takes too long', async (ctx) => {
    const { program, mark } = marked(needs(ctx));
    const html = `<!DOCTYPE html><title>x</title>${'<table><tr><td>1<td>2<td>3</table>'.repeat(120_000)}`;
    const error = await failed(printed(html, program, { timeoutMs: 5_000 }));
    expect(error.message).toMatch(/did not print within 5 s\.$/);
    await expect.poll(() => alive(mark), { timeout: 5_000 }).toEqual([]);
  }, 120_000);

  it('ends what never answers, and all that it started', async (ctx) => {
    needs(ctx);
    const { program } = impostor(`sleep 300 & exec sleep 301`);
    const started = Date.now();
    const error = await failed(printed('<p>x', program, { timeoutMs: 5_000 }));
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(error).toMatchObject({ code: 'SR_BROWSER_FAILED' });
    expect(error.message).toContain('did not print within 5 s');
    await expect.poll(() => alive('sleep\u0000301').length, { timeout: 5_000 }).toBe(0);
    expect(alive('sleep\u0000300')).toEqual([]);
  }, 60_000);

  it('says what a program printed that is no browser', async (ctx) => {
    needs(ctx);
    const { program } = impostor('echo "missing libnss3.so" >&2; exit 127');
    const error = await failed(printed('<p>x', program));
    expect(error).toMatchObject({ code: 'SR_BROWSER_FAILED' });
    expect(error.message).toContain(`${program} (from the option 'browser') could not print`);
    expect(error.message).toContain('missing libnss3.so');
  }, 60_000);

  it('tells what to do where the machine allows no sandbox', async (ctx) => {
    needs(ctx);
    const { program } = impostor('echo "No usable sandbox! Update your kernel" >&2; exit 1');
    const error = await failed(printed('<p>x', program));
    expect(error.message).toContain("set the reporter's option 'sandbox' to false");
  }, 60_000);

  it('keeps the sandbox unless told otherwise or root', async (ctx) => {
    needs(ctx);
    const recorded = async (sandbox: boolean): Promise<string> => {
      const { program } = impostor('echo "$@" >&2; exit 1');
      return (await failed(printed('<p>x', program, { sandbox }))).message;
    };
    expect(await recorded(false)).toContain('--no-sandbox');
    const kept = expect(await recorded(true));
    if (process.getuid?.() === 0) kept.toContain('--no-sandbox');
    else kept.not.toContain('--no-sandbox');
  }, 60_000);

  it('prints in the sandbox as an ordinary user', async (ctx) => {
    needs(ctx);
    if (process.getuid?.() !== 0) return ctx.skip('the tests run as an ordinary user');
    if (spawnSync('setpriv', ['--version']).error !== undefined) return ctx.skip('no setpriv on this machine');
    const root = folder();
    chmodSync(root, 0o777);
    linkScanrun(root);
    write(root, {
      'print.mjs': `
        import pdf from 'scanrun/reporters/pdf';
        import { readdirSync, readFileSync } from 'node:fs';
        const options = Object.fromEntries(Object.entries(pdf.options).map(([name, schema]) => [name, schema.default]));
        const result = JSON.parse(readFileSync(process.argv[2], 'utf8'));
        const watch = setInterval(() => {
          for (const name of readdirSync('/proc')) {
            try {
              const text = readFileSync('/proc/' + name + '/cmdline', 'utf8');
              if (text.includes('--no-sandbox') && text.includes('scanrun-pdf-')) console.log('UNSAFE');
            } catch {}
          }
        }, 50);
        const bytes = await pdf.render(result, { options, output: {}, cwd: process.cwd(), environment: process.env, signal: new AbortController().signal });
        clearInterval(watch);
        console.log(process.getuid(), Buffer.from(bytes).subarray(0, 5).toString());`,
      'result.json': clean(),
    });
    const { stdout, stderr } = spawnSync(
      'setpriv',
      [
        '--reuid=65534',
        '--regid=65534',
        '--clear-groups',
        process.execPath,
        join(root, 'print.mjs'),
        join(root, 'result.json'),
      ],
      { cwd: process.cwd(), encoding: 'utf8', env: { PATH: process.env.PATH, HOME: root, TMPDIR: root } },
    );
    if (/sandbox/i.test(stderr)) return ctx.skip('this machine allows no sandbox');
    expect([stdout, stderr]).toEqual(['65534 %PDF-\n', '']);
  }, 120_000);
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { askAll } from '../../../plugins/docs/external.js';
import { folder } from '../../support/folders.js';
import { checkOf, runScan } from '../../support/run-scan.js';

let server: Server;
let origin: string;
const requests: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const status = Number(/^\/(\d{3})/.exec(request.url ?? '')?.[1]);
    if (request.url === '/hang') return;
    if (request.url === '/no-head' && request.method === 'HEAD') return void response.writeHead(405).end();
    if (request.url === '/moved') return void response.writeHead(301, { location: '/200' }).end();
    if (request.url === '/moved-away') return void response.writeHead(302, { location: '/404' }).end();
    if (request.url === '/huge')
      return void response.writeHead(200).end(request.method === 'GET' ? Buffer.alloc(3_000_000) : '');
    response.writeHead(status || 200).end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Scans a page with these links. */
async function scanLinks(urls: readonly string[], options: object = {}) {
  requests.length = 0;
  const root = folder({ 'a.md': urls.map((url) => `[x](${url.startsWith('/') ? origin + url : url})\n\n`).join('') });
  const { result } = await runScan(root, {
    overrides: { check: ['docs/links'] },
    config: {
      plugins: ['docs'],
      reporters: [],
      checks: {
        'docs/links': { options: { external: true, localHosts: true, timeoutMs: 1_000, ...options } },
      },
      resources: { '127.0.0.1': { backoff: { initial: '10ms', max: '10ms' }, retries: 1 } },
    } as never,
  });
  const { outcome, findings } = checkOf(result, 'docs/links');
  return {
    status: outcome.status,
    why: 'reason' in outcome ? outcome.reason.message : '',
    found: findings.map(({ message, location }) => `${location.startLine} ${message.replaceAll(origin, '')}`),
  };
}

it('asks for each address once, and follows where it moved', async () => {
  expect(await scanLinks(['/200', '/200#part', '/moved', '/no-head', '/huge'])).toEqual({
    status: 'passed',
    why: '',
    found: [],
  });
  expect(requests.sort()).toEqual([
    'GET /no-head',
    'HEAD /200',
    'HEAD /200',
    'HEAD /huge',
    'HEAD /moved',
    'HEAD /no-head',
  ]);
});

it('reports what is gone, at each place', async () => {
  expect(await scanLinks(['/404', '/200', '/410', '/404', '/moved-away'])).toEqual({
    status: 'failed',
    why: '',
    found: [
      '1 /404 is dead: HTTP 404.',
      '5 /410 is dead: HTTP 410.',
      '7 /404 is dead: HTTP 404.',
      '9 /moved-away is dead: HTTP 404.',
    ],
  });
});

it('does not judge what was not told: refused, limited, failing, silent', async () => {
  const { status, why, found } = await scanLinks(['/403', '/404', '/429', '/500']);
  expect([status, found]).toEqual(['degraded', ['3 /404 is dead: HTTP 404.']]);
  expect(why).toMatch(/^3 addresses .*403 \(HTTP 403\).*429 \(HTTP 429\).*500 \(HTTP 500\)/);
});

it('pays for a host that does not answer once', async () => {
  const { status, why, found } = await scanLinks([
    '/hang',
    ...Array.from({ length: 20 }, (_, index) => `/200?${index}`),
  ]);
  expect([status, found]).toEqual(['degraded', []]);
  expect(why).toMatch(/21 addresses .*hang \(ETIMEDOUT\).*its host did not answer before/);
  expect(requests).toEqual(['HEAD /hang', 'HEAD /hang']);
});

it('takes no host at all for a missing network', async () => {
  const { status, found } = await scanLinks(['http://a.invalid/', 'http://b.invalid/']);
  expect([status, found]).toEqual(['degraded', []]);
});

it('asks for nothing unless it is told to, and for nothing local', async () => {
  expect(await scanLinks(['/404'], { external: false })).toMatchObject({ status: 'passed' });
  expect(
    await scanLinks(['/404', 'http://localhost:1/', 'https://example.com/x'], { localHosts: false }),
  ).toMatchObject({ status: 'passed' });
  expect(await scanLinks(['/404'], { ignore: ['/404$'] })).toMatchObject({ status: 'passed' });
  expect(requests).toEqual([]);
});

it('tells a host that does not exist from a network that does not', async () => {
  const fetch = async (url: string): Promise<never> => {
    const code = url.includes('gone') ? 'ENOTFOUND' : url.includes('expired') ? 'CERT_HAS_EXPIRED' : 'ECONNRESET';
    throw Object.assign(new Error('no'), { code });
  };
  const context = { fetch, signal: new AbortController().signal };
  const one = await askAll(
    ['https://gone/', 'https://gone/2', 'https://expired/', 'https://other/', 'http://['],
    1_000,
    context,
  );
  expect(Object.fromEntries([...one].map(([url, { is }]) => [url, is]))).toEqual({
    'http://[': 'dead',
    'https://gone/': 'dead',
    'https://gone/2': 'dead',
    'https://expired/': 'dead',
    'https://other/': 'unknown',
  });
  const none = await askAll(['https://gone/', 'https://other/'], 1_000, context);
  expect([...none.values()].map(({ is }) => is)).toEqual(['unknown', 'unknown']);
});

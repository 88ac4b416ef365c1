import { symlinkSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { findFile, SITE_HOST, serveSite } from '../../../plugins/web/site-server.js';
import { folder } from '../../support/folders.js';

const PAGE = 'page'.repeat(500);

function ask(port: number, path: string, headers: Record<string, string> = { host: SITE_HOST }, method = 'GET') {
  return new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      get({ host: '127.0.0.1', port, path, headers, method }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      }).on('error', reject);
    },
  );
}

it('serves as a static host does', async () => {
  const root = folder({
    'index.html': PAGE,
    'about.html': 'about',
    'docs/index.html': 'docs',
    'a b ü.js': '1',
    '404.html': 'nothing here',
    'x.unknown': '?',
  });
  const server = await serveSite({ folder: root, base: '/', fallback: '' });
  onTestFinished(() => server.close());
  const of = async (path: string) => {
    const { status, headers, body } = await ask(server.port, path);
    return [status, headers['content-type'] ?? headers.location, body.slice(0, 12)];
  };
  expect(await of('/')).toEqual([200, 'text/html; charset=utf-8', 'pagepagepage']);
  expect(await of('/index.html?a=1')).toEqual([200, 'text/html; charset=utf-8', 'pagepagepage']);
  expect(await of('/about')).toEqual([200, 'text/html; charset=utf-8', 'about']);
  expect(await of('/docs/')).toEqual([200, 'text/html; charset=utf-8', 'docs']);
  expect((await ask(server.port, '/docs?q=1')).headers.location).toBe('/docs/?q=1');
  expect(await of('/a%20b%20%C3%BC.js')).toEqual([200, 'text/javascript; charset=utf-8', '1']);
  expect(await of('/x.unknown')).toEqual([200, 'application/octet-stream', '?']);
  expect(await of('/gone')).toEqual([404, 'text/html; charset=utf-8', 'nothing here']);
  const zipped = await ask(server.port, '/', { host: SITE_HOST, 'accept-encoding': 'gzip, br' });
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(zipped.body.length).toBeLessThan(200);
  expect((await ask(server.port, '/', { host: SITE_HOST }, 'POST')).status).toBe(405);
  expect((await ask(server.port, '/', { host: `evil.example:${server.port}` })).status).toBe(421);
});

it('finds nothing outside of its folder', async () => {
  const root = folder({ 'site/index.html': PAGE, 'site-other/secret': 's', secret: 's' });
  symlinkSync('../secret', join(root, 'site/link'));
  symlinkSync('..', join(root, 'site/up'));
  writeFileSync(join(root, 'site/..secret'), 'a name that begins with dots');
  const options = { folder: join(root, 'site'), base: '/', fallback: '' };
  for (const path of [
    '/../secret',
    '/%2e%2e/secret',
    '/a/..%2f..%2fsecret',
    '/..%5csecret',
    '/link',
    '/up/secret',
    '/%00',
    '/%zz',
    '/%2fetc%2fpasswd',
    '//etc/passwd',
    '/../site-other/secret',
    'http://x/',
  ])
    expect((await findFile(path, options)).status, path).toBeGreaterThanOrEqual(400);
  expect(await findFile('/..secret', options)).toMatchObject({ status: 200 });
  expect(await findFile('/', { ...options, base: '/x/' })).toEqual({ status: 404 });
  expect(await findFile('/x/', { ...options, base: '/x/' })).toMatchObject({ status: 200 });
  expect(await findFile('/route/1', { ...options, fallback: 'index.html' })).toMatchObject({ status: 200 });
  expect(await findFile('/gone.js', { ...options, fallback: 'index.html' })).toEqual({ status: 404 });
});

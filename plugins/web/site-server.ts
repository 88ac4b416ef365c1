import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, relative, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { createGzip } from 'node:zlib';

/** The name under which a folder is served. Names below `localhost` are this machine (RFC 6761), and a secure origin to browsers. */
export const SITE_HOST = 'site.localhost';

/** How a folder is served. */
export interface SiteOptions {
  /** The absolute folder. */
  readonly folder: string;
  /** The path under which the site lies, with a slash at both ends. */
  readonly base: string;
  /** The file of the folder that answers for pages that are no file, as a single-page application needs; empty for none. */
  readonly fallback: string;
}

/** A server on this machine. */
export interface SiteServer {
  readonly port: number;
  /** Ends it and its connections. */
  close(): Promise<void>;
}

/** What a path of a URL leads to. */
export type Found =
  | { readonly status: 200 | 404; readonly file: string; readonly sizeBytes: number }
  | { readonly status: 301; readonly location: string }
  | { readonly status: 400 | 404; readonly file?: undefined };

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.htm': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.xml': 'application/xml',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.ico': 'image/x-icon',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.otf': 'font/otf',
  '.wasm': 'application/wasm',
  '.pdf': 'application/pdf',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
  '.zip': 'application/zip',
};

/** What hosts compress: text. */
const COMPRESSED = /^(text\/|application\/(json|manifest\+json|xml|wasm)|image\/svg)/;

/** The content type of a file, by its name. */
function typeOf(file: string): string {
  return TYPES[extname(file).toLowerCase()] ?? 'application/octet-stream';
}

/** Serves a folder on loopback, on a port that is free, as a static host does: index files, `/about` for `about.html`, gzip, 404.html. */
export async function serveSite(options: SiteOptions): Promise<SiteServer> {
  const folder = await realpath(options.folder);
  const server = createServer((request, response) => {
    answer(request, response, { ...options, folder }).catch(() => {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: SiteOptions): Promise<void> {
  // A page elsewhere that points a name of its own to this machine gets nothing.
  if (request.headers.host !== SITE_HOST) return end(response, 421);
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, { allow: 'GET, HEAD' });
  const found = await findFile(request.url ?? '/', options);
  if (found.status === 301) return end(response, 301, { location: found.location });
  if (found.file === undefined) return end(response, found.status);
  const type = typeOf(found.file);
  const zipped = COMPRESSED.test(type) && /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  response.writeHead(found.status, {
    'content-type': type,
    'cache-control': 'no-store',
    ...(zipped ? { 'content-encoding': 'gzip' } : { 'content-length': found.sizeBytes }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const source = createReadStream(found.file);
  // A reader that goes away, or a file that does, ends the answer; the browser says that it failed.
  const done = (): void => {};
  if (zipped) pipeline(source, createGzip(), response, done);
  else pipeline(source, response, done);
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${status}\n`);
}

/** Finds the file that a URL's path stands for. Nothing outside of the folder is ever found, by `..` or by a link. */
export async function findFile(url: string, { folder, base, fallback }: SiteOptions): Promise<Found> {
  const [encoded = '/', query] = url.split(/\?(.*)/s);
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return { status: 400 };
  }
  const parts = path.split('/');
  if (!path.startsWith('/') || path.includes('\0') || path.includes('\\') || parts.includes('..'))
    return { status: 400 };
  if (path.startsWith(base)) {
    const inside = path.slice(base.length);
    const here = await regular(folder, inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside);
    if (here !== undefined) return { status: 200, ...here };
    if (inside !== '' && !inside.endsWith('/')) {
      const page = await regular(folder, `${inside}.html`);
      if (page !== undefined) return { status: 200, ...page };
      if ((await regular(folder, `${inside}/index.html`)) !== undefined)
        return { status: 301, location: `${encoded}/${query === undefined ? '' : `?${query}`}` };
    }
    const spare = fallback === '' || extname(inside) !== '' ? undefined : await regular(folder, fallback);
    if (spare !== undefined) return { status: 200, ...spare };
  }
  const missing = await regular(folder, '404.html');
  return missing === undefined ? { status: 404 } : { status: 404, ...missing };
}

/** A regular file inside of the folder, links resolved; undefined where there is none. */
async function regular(folder: string, path: string): Promise<{ file: string; sizeBytes: number } | undefined> {
  try {
    const file = await realpath(join(folder, path));
    const inside = relative(folder, file);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) return undefined;
    const stats = await stat(file);
    return stats.isFile() ? { file, sizeBytes: stats.size } : undefined;
  } catch {
    return undefined;
  }
}

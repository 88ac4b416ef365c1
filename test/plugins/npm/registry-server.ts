// A registry of npm on this machine: packuments, versions and the endpoint for advisories, well or ill.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { serve } from '../../support/server.js';

/** A request that arrived. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly agent: string;
  readonly body: unknown;
}

/** What the registry says; what is absent it does not have. */
export interface RegistryContent {
  /** Advisories by package, as the bulk endpoint has them. */
  readonly advisories?: Readonly<Record<string, readonly object[]>>;
  /** Packuments by name. */
  readonly packages?: Readonly<Record<string, object>>;
  /** The token that it asks for. */
  readonly token?: string;
  /** Answers in the place of it, or never; false says that it does not. */
  readonly instead?: (asked: Asked, response: ServerResponse) => unknown;
}

/** The endpoint that `npm audit` uses. */
export const BULK = '/-/npm/v1/security/advisories/bulk';

/** What npm is set to on the machine that runs the tests of this file must not decide: no variable and no file of settings counts. */
export function withoutNpmSettings(): void {
  beforeAll(() => {
    for (const name of Object.keys(process.env)) if (/^npm_config_/i.test(name)) vi.stubEnv(name, undefined);
    vi.stubEnv('npm_config_userconfig', '/nonexistent/npmrc');
    vi.stubEnv('npm_config_globalconfig', '/nonexistent/global-npmrc');
  });
  afterAll(() => vi.unstubAllEnvs());
}

/** A registry that runs until the test has ended. */
export async function startRegistry(content: RegistryContent = {}) {
  const asked: Asked[] = [];
  const { host, url } = await serve((request, response) => {
    void readBody(request).then((body) => {
      const { method = '', url: path = '', headers } = request;
      const one = { method, path, authorization: headers.authorization, agent: headers['user-agent'] ?? '', body };
      asked.push(one);
      if (content.instead === undefined || content.instead(one, response) === false) answer(content, one, response);
    });
  });
  return { host, url, npmrc: `registry=${url}\n`, asked };
}

/** A registry that somebody else's target names, with the user's token, and that of the user. Only the user's may be asked. */
export async function startTrap() {
  const [trap, mine] = [await startRegistry({ advisories: {} }), await startRegistry({ advisories: {} })];
  vi.stubEnv('npm_config_registry', mine.url);
  vi.stubEnv('SCANRUN_TEST_TOKEN', 'hunter2-of-the-user');
  onTestFinished(() => {
    vi.stubEnv('npm_config_registry', undefined);
  });
  return { trap, mine, npmrc: `registry=${trap.url}\n//${trap.host}/:_authToken=\${SCANRUN_TEST_TOKEN}\n` };
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function answer({ advisories, packages, token }: RegistryContent, asked: Asked, response: ServerResponse): void {
  if (token !== undefined && asked.authorization !== `Bearer ${token}`) {
    send(response, 401, { error: 'who are you?' });
    return;
  }
  if (asked.path === BULK) {
    if (advisories === undefined) send(response, 405, { error: 'not allowed' });
    else send(response, 200, only(advisories, asked.body));
    return;
  }
  const [, name = '', version] = asked.path.split('/').map(decodeURIComponent);
  const packument = packages?.[name] as { versions?: Record<string, object> } | undefined;
  const found = version === undefined ? packument : packument?.versions?.[version];
  if (found === undefined) send(response, 404, { error: 'not found' });
  else send(response, 200, found);
}

/** As the real one: only packages that were asked for, whatever their versions. */
function only(advisories: Readonly<Record<string, readonly object[]>>, body: unknown): object {
  return Object.fromEntries(Object.entries(advisories).filter(([name]) => Object.hasOwn(body as object, name)));
}

/** Sends JSON, or a text as it is. */
export function send(response: ServerResponse, status: number, body: object | string): void {
  const isText = typeof body === 'string';
  response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json' });
  response.end(isText ? body : JSON.stringify(body));
}

/** An advisory as the bulk endpoint has it. */
export function advisory(fields: Readonly<Record<string, unknown>> = {}): object {
  return {
    id: 1_097_130,
    url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
    title: 'Command Injection in lodash',
    severity: 'high',
    vulnerable_versions: '<4.17.21',
    cwe: ['CWE-77', 'CWE-94'],
    cvss: { score: 7.2, vectorString: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' },
    ...fields,
  };
}

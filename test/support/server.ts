// A server on this machine that stands for a resource.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Answers a request; `count` says the how many-th it is, from 1. */
export type Answer = (request: IncomingMessage, response: ServerResponse, count: number) => void;

/** A server on this machine, and when it was asked. It is gone after the test. */
export async function serve(answer: Answer) {
  const askedAt: number[] = [];
  const server = createServer((request, response) => {
    askedAt.push(performance.now());
    answer(request, response, askedAt.length);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, url: `http://${host}/`, askedAt };
}

/** Answers with a status, and its number as the text. */
export function status(response: ServerResponse, code: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(code, headers).end(String(code));
}

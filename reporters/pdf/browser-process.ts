import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { ConnectionTransport } from 'puppeteer-core';
import { endBrowser } from 'scanrun/browser';

/** Milliseconds that the processes of a killed browser have to be gone. */
const GRACE_MS = 3_000;
/** Characters of what it printed that are kept, the last. */
const KEPT = 4_000;

/**
 * A browser that we started, and all that it started. puppeteer could start it too, but would not tell what a browser
 * printed that did not come up, which is all that helps.
 */
export class BrowserProcess {
  /** How it is spoken to: over pipes, which nobody else on the machine can reach; when this process is killed, the browser sees their end and ends too. */
  readonly transport: PipeTransport;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #said = '';
  #end = '';

  /** Starts it as the leader of a group, so that what it starts can be ended with it. */
  constructor(path: string, args: readonly string[]) {
    this.#child = spawn(path, args, {
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const [, , stderr, write, read] = this.#child.stdio;
    (stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-KEPT);
    });
    this.transport = new PipeTransport(write as Writable, read as Readable);
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', ({ message }) => {
        this.#end = message;
        resolve();
      });
      // After all that it printed was read; a child of its own that keeps the pipe open must not keep us.
      this.#child.once('exit', (code, signal) => {
        this.#end = signal === null ? `it exited with ${code}` : `it was ended by ${signal}`;
        setTimeout(resolve, 200).unref();
      });
      this.#child.once('close', () => resolve());
    });
  }

  /** How it ended by itself and what it printed last; undefined while it runs. */
  async died(): Promise<string | undefined> {
    // Its pipes are closed a moment before its end is known.
    await this.#endsWithin(500);
    if (this.#end === '') return undefined;
    const said = this.#said.trim();
    return said === '' ? this.#end : `${this.#end}: ${said}`;
  }

  /** Ends it and all that it started: at once, or where `ask` asks it to end, after it had the time to. */
  async end(ask?: () => Promise<void>): Promise<void> {
    const close = async (): Promise<void> => {
      await Promise.all([ask?.(), this.#ended]);
    };
    await endBrowser({ close, process: () => this.#child }, ask === undefined ? 0 : undefined);
    this.transport.close();
    // What it started shares its pipe, and dies a moment after it.
    await this.#endsWithin(GRACE_MS);
    this.#child.stderr?.destroy();
  }

  async #endsWithin(ms: number): Promise<void> {
    const timer = new AbortController();
    await Promise.race([this.#ended, wait(ms, undefined, { signal: timer.signal }).catch(() => {})]);
    timer.abort();
  }
}

/** Messages over two pipes, each closed by a zero byte; the form that puppeteer speaks over. */
class PipeTransport implements ConnectionTransport {
  onmessage?: (message: string) => void;
  onclose?: () => void;
  readonly #write: Writable;
  readonly #read: Readable;
  #parts: string[] = [];

  constructor(write: Writable, read: Readable) {
    this.#write = write;
    this.#read = read;
    // A browser that dies takes its pipes with it; whoever waits for an answer is told by the end of the other.
    write.on('error', () => {});
    read.on('error', () => {});
    read.setEncoding('utf8');
    read.on('data', (text: string) => this.#take(text));
    read.on('close', () => this.onclose?.());
  }

  send(message: string): void {
    if (this.#write.writable) this.#write.write(`${message}\0`);
  }

  close(): void {
    this.#write.destroy();
    this.#read.destroy();
  }

  #take(text: string): void {
    const [first = '', ...rest] = text.split('\0');
    this.#parts.push(first);
    for (const next of rest) {
      const message = this.#parts.join('');
      this.#parts = [next];
      // One at a time: what answers a message may send others.
      setImmediate(() => this.onmessage?.(message));
    }
  }
}

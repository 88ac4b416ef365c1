import { createHash } from 'node:crypto';
import type { ReporterContext, RunResult } from 'scanrun';
import json from 'scanrun/reporters/json';
import { findPrintBrowser } from './browser-path.js';
import { renderDocument } from './document.js';
import { withMetadata } from './metadata.js';
import { print } from './print.js';

/** The reporter's options. */
export interface PdfOptions {
  readonly title: string;
  readonly format: 'A4' | 'Letter';
  readonly findingsPerCheck: number;
  readonly maxFindings: number;
  readonly browser: string;
  readonly sandbox: boolean;
  readonly timeoutMs: number;
}

/**
 * Renders the document and prints it.
 * @throws ScanError `SR_PACKAGE_MISSING`, `SR_BROWSER_NOT_FOUND`, `SR_BROWSER_FAILED`.
 */
export async function renderPdf(result: RunResult, context: ReporterContext<PdfOptions>): Promise<Uint8Array> {
  const { options, cwd, environment, signal } = context;
  // Before anything is rendered: without a browser it would be in vain.
  const browser = await findPrintBrowser({ named: options.browser, environment, cwd });
  const { html, title } = await renderDocument(result, options, await digestOf(result, context));
  const pdf = await print(html, { browser, cwd, signal, sandbox: options.sandbox, timeoutMs: options.timeoutMs });
  const version = result.run.versions.scanrun ?? '';
  return withMetadata(pdf, {
    Title: title,
    Author: `scanrun ${version}`.trim(),
    Creator: `scanrun ${version}`.trim(),
    Subject: `Run ${result.run.id}`,
  });
}

/** SHA-256 of the bytes that the json reporter writes with its defaults. */
async function digestOf(result: RunResult, context: ReporterContext<PdfOptions>): Promise<string> {
  const hash = createHash('sha256');
  const rendered = await json.render(result, { ...context, options: { indent: 2 } });
  for await (const chunk of rendered as Iterable<string>) hash.update(chunk);
  return hash.digest('hex');
}

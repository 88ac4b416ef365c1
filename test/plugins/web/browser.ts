import { findBrowser } from 'scanrun/browser';

/** Whether this machine has a browser; tests that need one are skipped where it has none, and say so. */
export const BROWSER = await findBrowser({ named: '', environment: process.env, cwd: process.cwd() });

/** Why such tests do not run; added to their names. */
export const WITHOUT = BROWSER === undefined ? ' (skipped: no browser was found; set SCANRUN_CHROMIUM)' : '';

/** A page that is as it should be. */
export function goodPage(body = '<p>Text</p>', head = ''): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="description" content="What it is.">
<link rel="canonical" href="https://example.org/"><meta property="og:title" content="A page">
<meta property="og:image" content="https://example.org/a.png"><link rel="icon" href="data:,">${head}</head>
<body><main><h1>A page</h1>${body}</main></body></html>`;
}

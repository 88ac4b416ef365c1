import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, it } from 'vitest';
import pages from '../../../plugins/web/checks/pages.js';
import { BROWSER, goodPage, WITHOUT } from './browser.js';

const site = 'dist';

describe.skipIf(BROWSER === undefined)(`in a browser${WITHOUT}`, { timeout: 240_000 }, () => {
  it('loads the pages of a built site', async () => {
    await testCheck(pages, {
      passes: [
        {
          name: 'in its folder, also one that git ignores',
          files: { 'dist/index.html': goodPage(), 'dist/about/index.html': goodPage(), '.gitignore': 'dist/\n' },
          git: true,
          options: { site },
        },
        {
          name: 'below a path, by clean addresses, with a fallback',
          files: {
            'dist/index.html': goodPage('<script src="/x/a.js"></script>'),
            'dist/about.html': goodPage(),
            'dist/a.js': '',
          },
          options: { site, base: 'x', paths: ['', '/about', 'no/file'], fallback: 'index.html' },
        },
        {
          name: 'more pages than are loaded',
          files: { 'dist/index.html': goodPage(), 'dist/b.html': goodPage() },
          options: { site, maxPages: 1 },
          outcome: 'degraded',
        },
      ],
      fails: [
        {
          name: 'a page that is missing, one that is none, one with a dialog',
          files: {
            'dist/index.html': goodPage('<script>alert("Hello"); confirm("Sure?")</script>'),
            'dist/file.zip': 'zip',
          },
          options: { site, paths: ['', 'gone', 'file.zip'] },
          findings: [
            { messageId: 'dialog', path: 'dist', severity: 'warning' },
            { messageId: 'dialog', path: 'dist', message: '/ opens a dialog while it loads: confirm: Sure?' },
            { messageId: 'download', path: 'dist' },
            { messageId: 'failed', path: 'dist', message: '/gone could not be loaded: HTTP 404.' },
          ],
        },
      ],
      refuses: [{ url: 'file:///etc/passwd' }, { url: 'javascript:1' }, { maxPages: 0 }],
    });
  });

  it('goes on after a page that hangs or crashes', async () => {
    await testCheck(pages, {
      passes: [],
      fails: [
        {
          files: {
            'dist/a.html': goodPage('<script>for (;;);</script>'),
            'dist/b.html': goodPage(),
            'dist/c.html': goodPage('<script>setTimeout(() => { for (;;); }, 0)</script>'),
          },
          options: { site, pageTimeout: 2_000 },
          findings: [
            { messageId: 'hung', path: 'dist/a.html' },
            { messageId: 'hung', path: 'dist/c.html' },
          ],
        },
      ],
    });
  });
});

it('says what is missing before anything starts', { timeout: 120_000 }, async () => {
  await testCheck(pages, {
    passes: [
      { name: 'no site is named', files: { a: '' }, outcome: 'skipped' },
      { name: 'it is not built', files: { a: '' }, options: { site }, outcome: 'skipped' },
      { name: 'it has no page', files: { 'dist/a.js': '' }, options: { site }, outcome: 'skipped' },
      { name: 'it is a file', files: { dist: '' }, options: { site }, outcome: 'skipped' },
      {
        name: 'folder and address',
        files: { 'dist/index.html': '' },
        options: { site, url: 'http://a/' },
        outcome: 'errored',
      },
      { name: 'outside of the target', files: { a: '' }, options: { site: '..' }, outcome: 'errored' },
      {
        name: 'outside of the target by a link',
        files: { a: '' },
        options: { site },
        outcome: 'errored',
        setup: (root) => symlinkSync('/', join(root, 'dist')),
      },
      {
        name: 'a browser that is none',
        files: { 'dist/index.html': '' },
        options: { site, browser: '/no/browser' },
        outcome: 'errored',
      },
      {
        name: 'a browser that ends at once',
        files: { 'dist/index.html': '' },
        outcome: 'errored',
        options: { site, browser: 'browser' },
        setup: (root) => writeFileSync(join(root, 'browser'), '#!/bin/sh\nexit 1\n', { mode: 0o755 }),
      },
    ],
    fails: [],
  });
});

import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import accessibility from '../../../plugins/web/checks/accessibility.js';
import consoleErrors from '../../../plugins/web/checks/console-errors.js';
import metadata from '../../../plugins/web/checks/metadata.js';
import pageWeight from '../../../plugins/web/checks/page-weight.js';
import requests from '../../../plugins/web/checks/requests.js';
import type { Asked, PageRecord, SiteData, Violation } from '../../../plugins/web/page-record.js';

const META = {
  title: 'A',
  description: 'B',
  lang: 'en',
  viewport: 'width=device-width',
  canonical: '/',
  robots: '',
  og: { 'og:title': 'A', 'og:image': '/a.png' },
};

const page = (more: Partial<PageRecord> = {}): PageRecord => ({
  url: '/',
  path: 'dist/index.html',
  state: 'loaded',
  why: '',
  requests: [],
  errors: [],
  dialogs: [],
  metadata: META,
  violations: [],
  ...more,
});
const asked = (more: Partial<Asked> = {}): Asked => ({
  url: '/a.js',
  host: 'site.localhost',
  type: 'script',
  status: 200,
  bytes: 1_000,
  thirdParty: false,
  outcome: 'ok',
  error: '',
  ...more,
});
const violation = (more: Partial<Violation> = {}): Violation => ({
  rule: 'image-alt',
  impact: 'critical',
  help: 'Images must have alternative text',
  helpUrl: 'https://example.org',
  count: 2,
  targets: ['img'],
  ...more,
});
const site = (pages: readonly PageRecord[], axe: SiteData['axe'] = 'ran') => ({
  files: { a: '' },
  needs: { site: { pages, axe } },
});
const hung = page({ url: '/b', path: 'dist/b.html', state: 'hung', why: 'x', metadata: null, violations: null });

it('judges what axe found', async () => {
  await testCheck(accessibility, {
    passes: [
      site([page()]),
      { name: 'not installed', ...site([page()], 'not-installed'), outcome: 'skipped' },
      { name: 'off', ...site([page()], 'off'), outcome: 'skipped' },
      { name: 'a page that hangs', ...site([page(), hung]), outcome: 'degraded' },
      { name: 'none loaded', ...site([hung]), outcome: 'skipped' },
      { name: 'ignored', ...site([page({ violations: [violation()] })]), options: { ignore: ['image-alt'] } },
    ],
    fails: [
      {
        name: 'one rule on two pages, another of less impact',
        ...site([
          page({ violations: [violation()] }),
          page({
            url: '/c',
            violations: [violation(), violation({ rule: 'region', impact: 'moderate', help: 'R', targets: [] })],
          }),
        ]),
        findings: [
          {
            messageId: 'violation',
            path: 'dist/index.html',
            severity: 'error',
            message: 'Images must have alternative text (image-alt): 4 elements on / and 1 more page, such as img.',
          },
          { messageId: 'violation', severity: 'warning', message: 'R (region): 2 elements on /c, such as the page.' },
        ],
      },
    ],
  });
});

it('judges the console', async () => {
  const error = { kind: 'uncaught', text: 'Error: x', source: '' } as const;
  await testCheck(consoleErrors, {
    passes: [
      site([page()]),
      { name: 'ignored', ...site([page({ errors: [error] })]), options: { ignore: ['Error: x'] } },
      {
        name: 'a script of another host was not loaded',
        ...site([page({ requests: [asked({ outcome: 'blocked', thirdParty: true })] })]),
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'the same on two pages',
        ...site([
          page({ errors: [error] }),
          page({ url: '/c', errors: [error, { kind: 'console', text: 'y', source: '/a.js:3' }] }),
        ]),
        findings: [
          { messageId: 'uncaught', message: 'An error is caught by nobody on / and 1 more page: Error: x' },
          { messageId: 'console', message: 'The console has an error on /c (/a.js:3): y' },
        ],
      },
    ],
  });
});

it('judges the requests', async () => {
  const other = asked({
    url: 'https://cdn.example.org/x.js',
    host: 'cdn.example.org',
    thirdParty: true,
    outcome: 'blocked',
  });
  await testCheck(requests, {
    passes: [
      site([page({ requests: [asked()] })]),
      { name: 'allowed', ...site([page({ requests: [other] })]), options: { allowHosts: ['*.example.org'] } },
    ],
    fails: [
      {
        name: 'missing, and of others',
        ...site([
          page({ requests: [asked({ outcome: 'failed', error: 'HTTP 404' }), other, { ...other, type: 'font' }] }),
        ]),
        options: { allowHosts: ['example.org', 'notexample.org'] },
        findings: [
          { messageId: 'failed', severity: 'error', message: '/a.js failed on /: HTTP 404.' },
          {
            messageId: 'thirdParty',
            severity: 'warning',
            message: 'Another host is asked on /: cdn.example.org (2 requests: font, script).',
          },
        ],
      },
    ],
  });
});

it('judges the weight', async () => {
  await testCheck(pageWeight, {
    passes: [site([page({ requests: [asked()] })])],
    fails: [
      {
        ...site([page({ requests: [asked({ bytes: 1_500_000 }), asked({ type: 'image', bytes: 200_000 })] })]),
        options: { maxScriptBytes: 1, maxImageBytes: 200_000, maxRequests: 1 },
        findings: [
          { messageId: 'part', message: '/ brings 1.5 MB of scripts; the limit is 1 B.' },
          {
            messageId: 'total',
            message: '/ brings 1.7 MB; the limit is 1.6 MB. Most of it: script 1.5 MB, image 200.0 KB.',
          },
          { messageId: 'requests', message: '/ makes 2 requests; the limit is 1.' },
        ],
      },
    ],
  });
});

it('judges what pages say of themselves', async () => {
  const bare = { title: '', description: '', lang: '', viewport: '', canonical: '', robots: '', og: {} };
  await testCheck(metadata, {
    passes: [
      site([page()]),
      {
        name: 'not for the public',
        ...site([page({ metadata: { ...bare, title: 'A', lang: 'en', viewport: 'x', robots: 'NOINDEX, nofollow' } })]),
      },
      { name: 'nothing required', ...site([page({ metadata: bare })]), options: { require: [] } },
    ],
    fails: [
      {
        name: 'bare',
        ...site([page({ metadata: bare })]),
        options: { require: ['title', 'viewport', 'og:type'] },
        findings: [
          {
            messageId: 'missing',
            data: {
              name: 'viewport',
              markup: '<meta name="viewport">',
              why: 'phones show the page of a desktop, made small',
              pages: '/',
            },
            severity: 'warning',
          },
          { messageId: 'missing', severity: 'note' },
          { messageId: 'missing', severity: 'error' },
        ],
      },
      {
        name: 'no zoom, and one title for two pages',
        ...site([page({ metadata: { ...META, viewport: 'user-scalable=no' } }), page({ url: '/c' })]),
        findings: [
          { messageId: 'sameTitle', severity: 'note', message: 'The title is the same on / and 1 more page: A' },
          { messageId: 'zoom', message: 'The viewport of / forbids to zoom: user-scalable=no.' },
        ],
      },
    ],
  });
});

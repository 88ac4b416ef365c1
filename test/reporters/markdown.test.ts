import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import type { RunResult } from 'scanrun';
import markdown from 'scanrun/reporters/markdown';
import { describe, expect, it } from 'vitest';
import { codeText, plainText } from '../../reporters/commonmark.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { hostile, large } from './sample-extremes.js';
import * as samples from './sample-result.js';
import { rich } from './sample-rich.js';

/** As GitHub reads it, before anything is taken out: raw HTML stays. */
const toHtml = (text: string): string =>
  micromark(text, {
    extensions: [gfm()],
    htmlExtensions: [gfmHtml()],
    allowDangerousHtml: true,
    allowDangerousProtocol: true,
  });
const tagsOf = (html: string): Set<string> =>
  new Set([...html.matchAll(/<(\/?[a-zA-Z!?][^\s>/]*)/g)].map(([, name = '']) => name.replace(/^\//, '')));
const textOf = (html: string): string =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('\u200b', '');
const OWN_TAGS = [
  '!--',
  'h2',
  'h3',
  'p',
  'strong',
  'table',
  'thead',
  'tbody',
  'tr',
  'th',
  'td',
  'details',
  'summary',
  'b',
  'code',
  'ul',
  'li',
  'a',
  'sub',
];

describe('markdown', () => {
  it('begins with the marker and says the verdict and the numbers', async () => {
    const text = await render(markdown, rich());
    expect(text.startsWith('<!-- scanrun:report -->\n## scanrun: rocket\n')).toBe(true);
    expect(text).toContain('**Findings.** 3 findings at the gate, 7 checks of 18 without an answer.');
    expect(text).toContain('| Findings | 3 errors, 5 warnings, 2 notes; 3 suppressed |');
    expect(text).toContain(
      '| Checks | 19 planned: 6 passed, 5 failed, 2 degraded, 2 skipped, 2 timed out, 1 errored, 1 cancelled |',
    );
    expect(text).toContain('### Without an answer: 8\n');
    expect(text).toContain('- `npm/licenses` skipped: license-checker is not installed.');
    expect(
      (await render(markdown, rich(), { options: { marker: 'nightly', title: 'Nightly' } })).split('\n').slice(0, 2),
    ).toEqual(['<!-- scanrun:nightly -->', '## Nightly']);
  });

  it('lists each finding that counts, with a link to the line on its forge', async () => {
    const html = toHtml(await render(markdown, rich()));
    expect(html.match(/<li><strong>(error|warning|note)<\/strong> <a /g)).toHaveLength(10);
    expect(html).toContain(
      '<a href="https://github.com/acme/acme/blob/4be1f0c8d2a95e7360b1a2c3d4e5f60718293a4b/packages/rocket/src/sp%C3%A4te%20%C3%84nderung/a%20b.ts#L7"><code>packages/rocket/src/späte Änderung/a b.ts:7:3</code></a>',
    );
    expect(html).not.toContain('Until the rewrite');
    const at = async (repositoryUrl: string) => {
      const given = rich();
      return toHtml(await render(markdown, { ...given, target: { ...given.target, repositoryUrl } }));
    };
    expect(await at('https://gitlab.example.com/a/b')).toContain('href="https://gitlab.example.com/a/b/-/blob/4be1');
    // Where it is not known how addresses are made, there are none.
    expect((await at('https://git.example.com/a/b')).match(/<a /g)).toHaveLength(2);
    expect((await at('http://github.com/a/b')).match(/<a /g)).toHaveLength(2);
  });

  it.each(Object.entries({ ...samples, rich, hostile, naughty }))(
    'of %s is what it says, and nothing of it is markup of others',
    async (_, make) => {
      const given = make();
      const html = toHtml(await render(markdown, given, { options: { maxFindings: 10_000, maxLength: 1_000_000 } }));
      expect([...tagsOf(html)].filter((tag) => !OWN_TAGS.includes(tag))).toEqual([]);
      const counted = given.checks.flatMap(({ findings }) => findings).filter(({ suppressedBy }) => !suppressedBy);
      expect(html.match(/<li><strong>(error|warning|note)<\/strong> (<a [^>]*>)?<code>/g)?.length ?? 0).toBe(
        counted.length,
      );
      expect(html.match(/<!--/g)).toHaveLength(1);
      for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g))
        expect(href).toMatch(/^https:\/\/(github\.com|example\.com)\//);
      expect(html.match(/<tr>/g)?.length).toBeLessThan(9);
    },
  );

  it('mentions nobody and refers to nothing', async () => {
    const text = await render(markdown, naughty(), { options: { maxFindings: 10_000, maxLength: 1_000_000 } });
    // In code nothing is mentioned; elsewhere a space of no width stands between.
    const html = toHtml(text)
      .replaceAll('&#8203;', '\u200b')
      .replace(/<code>.*?<\/code>|href="[^"]*"/gs, '');
    expect(html).toContain('@\u200boctocat');
    expect(html.match(/.{0,20}[@#](?=[\p{L}\p{N}]).{0,20}/gu) ?? []).toEqual([]);
    expect(html).not.toMatch(/GH-\d/);
    expect(html).not.toContain('<a href="https://evil.example');
  });

  it.each([4_000, 8_000, 65_536])(
    'is never longer than %i characters, and counts what is left out',
    async (maxLength) => {
      for (const make of [() => large(10_000), naughty, hostile, rich]) {
        const text = await render(markdown, make(), { options: { maxLength, maxFindings: 10_000 } });
        expect(text.length).toBeLessThanOrEqual(maxLength);
        const html = toHtml(text);
        const shown = html.match(/<li><strong>(error|warning|note)<\/strong> (<a [^>]*>)?<code>/g)?.length ?? 0;
        const counted = make()
          .checks.flatMap(({ findings }) => findings)
          .filter(({ suppressedBy }) => !suppressedBy).length;
        const [, more = '0'] = /([\d,]+) more findings? of/.exec(html) ?? [];
        expect(shown + Number(more.replaceAll(',', ''))).toBe(counted);
        // Nothing is cut in the middle.
        expect((html.match(/<details>/g) ?? []).length).toBe((html.match(/<\/details>/g) ?? []).length);
        expect(text).toMatch(/<sub>scanrun .*<\/sub>\n$/);
      }
    },
  );

  it('says the verdict even where a name takes all the room', async () => {
    const long = result({
      target: { kind: 'git', name: '<'.repeat(5_000), root: '/', branch: '\u{e0041}'.repeat(5_000) },
      verdict: { ...samples.clean().verdict, summary: '\u202e'.repeat(10_000) },
    });
    const text = await render(markdown, long as RunResult, { options: { maxLength: 4_000 } });
    expect(text).toContain('**Clean.**');
    expect(text.length).toBeLessThanOrEqual(4_000);
  });
});

describe('text as Markdown', () => {
  it.each(NAUGHTY)('is itself: %j', (text) => {
    const around = `x ${plainText(text)} y`;
    const html = toHtml(around);
    expect([...tagsOf(html)]).toEqual(['p']);
    const table = toHtml(`| a | b |\n| --- | --- |\n| ${plainText(text)} | end |`);
    expect(table.match(/<td/g)).toHaveLength(2);
    expect(table).toMatch(/<td>end<\/td>/);
    expect(textOf(html).trim().startsWith('x')).toBe(true);
    const code = toHtml(`- ${codeText(text)} y`);
    expect([...tagsOf(code)].sort()).toEqual(['code', 'li', 'ul']);
    expect(code).toMatch(/<\/code> y<\/li>/);
  });

  it('reads as it was written', () => {
    const text = 'a_b *c* [d](e) <f> `g` | h & i ~j~ $k$ \\ l';
    expect(textOf(toHtml(plainText(text))).trim()).toBe(text);
    expect(textOf(toHtml(codeText(text))).trim()).toBe(text);
  });

  it('keeps what means nothing in the middle of a line', () => {
    expect(plainText('src/app.ts:12:5 is 48.2 MB (limit: 5.0 MB), see "docs"!')).toBe(
      'src/app.ts:12:5 is 48.2 MB (limit: 5.0 MB), see "docs"!',
    );
  });
});

it('has no group for a check whose findings are all suppressed', async () => {
  const given = result({
    checks: [check('a/b', {}, { findings: [{ message: 'M.', suppressedBy: { kind: 'baseline' } }] })],
  });
  expect(await render(markdown, given)).not.toContain('<details>');
});

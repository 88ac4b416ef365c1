import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { type RunResult, SEVERITIES } from 'scanrun';
import html from 'scanrun/reporters/html';
import { describe, expect, it } from 'vitest';
import { scriptJson } from '../../reporters/html/payload.js';
import { messageText, STATES, stateOf } from '../../reporters/page/finding.js';
import { frameOf } from '../../reporters/page/frame.js';
import { nameText, pathText } from '../../reporters/page/text.js';
import { readPayload } from './payload.js';
import { render } from './render.js';
import { countOutcome } from './sample-build.js';
import { ATTACKS, hostile, large, manyTasks } from './sample-extremes.js';
import { full } from './sample-full.js';
import { clean, empty, findings, incomplete, interrupted } from './sample-result.js';
import { rich } from './sample-rich.js';

const templates = ['html', 'page', 'pdf'].map((name) => new URL(`../../reporters/${name}/templates/`, import.meta.url));
const matches = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const counted = (result: RunResult) =>
  result.checks.flatMap((check) => check.findings).filter((finding) => !finding.suppressedBy);
/** The page without style, script and embedded data: what is read without JavaScript. */
const bodyOf = (page: string): string =>
  page.replace(/<style>.*?<\/style>|<script.*?<\/script>|<template.*?<\/template>/gs, '');
const tile = (page: string, label: string): string =>
  new RegExp(`tile-label">${label}</span>\\s*<span class="tile-value">([^<]*)<`)
    .exec(page)?.[1]
    ?.replaceAll('\u00a0', ' ') ?? '';

describe('html', () => {
  it.each(
    Object.entries({
      clean,
      findings,
      incomplete,
      interrupted,
      empty,
      hostile,
      tasks: () => manyTasks(60),
      large: () => large(1_200),
    }),
  )('states the numbers of the result: %s', async (_, make) => {
    const result = make();
    const page = await render(html, result);
    const found = counted(result);
    const amount = (severity: string): string =>
      found.filter((each) => each.severity === severity).length.toLocaleString('en-US');
    expect(tile(page, 'Errors')).toBe(amount('error'));
    expect(tile(page, 'Warnings')).toBe(amount('warning'));
    expect(tile(page, 'Notes')).toBe(amount('note'));
    expect(matches(page, /<tr id="check-/g)).toBe(result.checks.length);
    const table =
      /<table class="checks".*?<\/table>/s.exec(page)?.[0].replace(/<ul class="parts">.*?<\/ul>/gs, '') ?? '';
    for (const status of ['passed', 'failed', 'degraded', 'skipped', 'timed-out', 'errored', 'cancelled'] as const) {
      expect(matches(table, new RegExp(`class="badge o-${status}"`, 'g')), status).toBe(countOutcome(result, status));
    }
    expect(readPayload(page).findings).toHaveLength(result.checks.flatMap((check) => check.findings).length);
    expect(matches(page, /<g class="bar /g)).toBe(
      result.tasks.filter((task) => task.timing.startedAtMs !== undefined).length,
    );
  });

  it('says which findings can be fixed and by what, and how many of those that count', async () => {
    const page = await render(html, rich());
    const body = bodyOf(page);
    const text = /\d+ of \d+ can be fixed: scanrun fix \(1 more with --unsafe\)/;
    expect(text.exec(body)?.[0]).toBe(
      `1 of ${counted(rich()).length} can be fixed: scanrun fix (1 more with --unsafe)`,
    );
    expect(body).toMatch(/<dt>Fixes<\/dt>\s*<dd>1 of/);
    const marks = ['Fixable with scanrun fix', 'Fixable with scanrun fix --unsafe'];
    expect([...body.matchAll(/data-slot="fixable">([^<]*)</g)].map(([, mark]) => mark)).toEqual(marks);
    const known = readPayload(page).findings.flatMap(({ fixable, line }) => (fixable ? [[line, fixable]] : []));
    expect(known).toEqual([
      [5, marks[0]],
      [6, marks[1]],
    ]);
    expect(bodyOf(await render(html, findings()))).not.toMatch(/ixable|can be fixed/);
  });

  it('embeds every finding as it is, with its frame', async () => {
    for (const make of [full, hostile, () => large(1_200)]) {
      const result = make();
      const { findings: found } = readPayload(await render(html, result));
      const byId = new Map(result.checks.map((check) => [nameText(check.checkId), check.findings]));
      for (const [checkId, own] of byId) {
        const shown = found.filter((each) => each.checkId === checkId);
        expect(shown.map(({ line, column, height }) => [line, column, height])).toEqual(
          own.map(({ location, snippet }) => [
            location.startLine ?? 0,
            location.startColumn ?? 0,
            snippet?.lines.length ?? 0,
          ]),
        );
        expect(shown.map(({ message, path }) => [message, path])).toEqual(
          own.map((each) => [messageText(each), pathText(each.location.path)]),
        );
        expect(shown.map(({ frame }) => frame?.lines)).toEqual(own.map((each) => frameOf(each)?.lines));
        expect(shown.map(({ state, severity }) => [STATES[state], SEVERITIES[severity]])).toEqual(
          own.map((each) => [stateOf(each), each.severity]),
        );
      }
    }
  });

  it('says the verdict in words and with an icon', async () => {
    for (const [make, word] of [
      [clean, 'Clean'],
      [findings, 'Findings'],
      [incomplete, 'Incomplete'],
      [interrupted, 'Interrupted'],
    ] as const) {
      const page = await render(html, make());
      expect(page).toContain(`<h1 id="verdict">${word}</h1>`);
      expect(page).toContain(`<use href="#i-${word.toLowerCase()}">`);
      expect(page).toContain(`<title>${word} · paper-lantern · scanrun</title>`);
    }
  });

  it('never calls a result without findings clean when checks have no answer', async () => {
    const page = bodyOf(await render(html, incomplete()));
    expect(page).toContain('The checks that answered found nothing. Those without an answer are listed above.');
    expect(page).toContain('388 of 412 packages were judged from the cache of yesterday');
    expect(page).toContain('over the budget by 6.5\u00a0s');
    expect(tile(page, 'Coverage')).toBe('71.4 %');
    expect(matches(page, /not known<\/span>/g)).toBe(5);
    expect(bodyOf(await render(html, empty()))).toContain('No check was planned, so nothing was looked for.');
  });

  it('tells what was not planned and why', async () => {
    const page = bodyOf(await render(html, findings()));
    expect(page).toContain(
      '<code>docker/user</code></th><td class="word">not applicable</td><td>No file matches Dockerfile.</td>',
    );
    expect(page).toContain('SR_PLUGIN_VERSION');
    expect(page).toContain('maxBytes');
  });

  it('shows the first findings without JavaScript, and counts the rest', async () => {
    const page = bodyOf(await render(html, large(1_200)));
    expect(
      matches(page, /class="finding error/g) +
        matches(page, /class="finding warning/g) +
        matches(page, /class="finding note/g),
    ).toBe(500);
    expect(page).toContain('700 more findings are listed where JavaScript runs, and in the json report.');
    const few = bodyOf(await render(html, large(1_200), { options: { staticFindings: 0 } }));
    expect(few).not.toContain('class="finding ');
    expect(few).toContain('1,200 more findings');
  });

  it('allows exactly its own style and script', async () => {
    const page = await render(html, findings());
    const policy =
      /Content-Security-Policy" content="([^"]*)"/
        .exec(page)?.[1]
        ?.replaceAll('&#x27;', "'")
        .replaceAll('&#x3D;', '=') ?? '';
    const hash = (text = ''): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const style = hash(/<style>(.*?)<\/style>/s.exec(page)?.[1]);
    const script = hash(/<script type="module">(.*?)<\/script>/s.exec(page)?.[1]);
    expect(policy).toBe(
      `default-src 'none'; style-src ${style}; script-src ${script}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    expect(matches(page, /<script/g)).toBe(2);
    expect(matches(page, /<style/g)).toBe(1);
  });

  it.each([
    ['findings', findings],
    ['hostile', hostile],
  ] as const)('asks nobody and runs nothing inline: %s', async (_, make) => {
    const page = bodyOf(await render(html, make()));
    for (const [tag] of page.matchAll(/<[a-z][^>]*>/gi)) {
      expect(tag).not.toMatch(/\s(on[a-z]+|style|src|srcset|action|background|poster|ping)\s*=/i);
      expect(tag).not.toMatch(/^<(script|iframe|object|embed|base|img|audio|video|form action)/i);
      const target = /\shref="([^"]*)"/.exec(tag)?.[1];
      if (target !== undefined) expect(target).toMatch(/^(#|https:\/\/|data:image\/svg\+xml,)/);
    }
  });

  it('lets no text of the target become markup', async () => {
    const page = await render(html, hostile());
    for (const name of ['script', 'endScript', 'comment', 'image', 'quotes'] as const)
      expect(page).not.toContain(ATTACKS[name]);
    expect(bodyOf(page).match(/(?!\n|\u200d)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)).toBeNull();
    expect(page).not.toMatch(/[\u2028\u2029]/);
    expect(bodyOf(page)).toContain('{{constructor}} {{#with this}}');
    expect(page.length).toBeLessThan(400_000);
  });

  it('embeds JSON that cannot end its element', () => {
    const text = scriptJson({ a: '</script><!--', b: '\u2028\u2029' });
    expect(text).not.toMatch(/[<\u2028\u2029]/);
    expect(JSON.parse(text)).toEqual({ a: '</script><!--', b: '\u2028\u2029' });
  });

  it('has templates and assets that cannot undo the escaping', () => {
    for (const file of templates.flatMap((folder) => readdirSync(folder).map((name) => new URL(name, folder)))) {
      const [name, text] = [file.pathname, readFileSync(file, 'utf8')];
      expect(text, name).not.toMatch(/\{\{\{|\{\{&/);
      if (!name.endsWith('.hbs')) expect(text, name).not.toMatch(/\{\{|<\/(script|style)/i);
      if (name.endsWith('.js'))
        expect(text, name).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function/);
    }
  });

  it('is quick and moderate in size with 10,000 findings', async () => {
    const result = large(10_000);
    await render(html, empty());
    const started = performance.now();
    const page = await render(html, result);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(page.length).toBeLessThan(2_000_000);
    const { strings } = readPayload(page);
    expect(new Set(strings).size).toBe(strings.length);
  });

  it('renders what a later version wrote', async () => {
    const later = JSON.parse(
      readFileSync(new URL('../../fixtures/results/later-version.json', import.meta.url), 'utf8'),
    ) as RunResult;
    expect(tile(await render(html, later), 'Errors')).toBe('2');
  });

  it('takes a title and a theme', async () => {
    const page = await render(html, findings(), { options: { title: 'Nightly <scan>', theme: 'dark' } });
    expect(page).toContain('Nightly &lt;scan&gt; · scanrun</title>');
    expect(page).toContain('data-theme="dark"');
  });

  it('exports only the reporter', async () => {
    expect(Object.keys(await import('scanrun/reporters/html'))).toEqual(['default']);
    expect(html.output).toBe('reports/scan.html');
  });
});

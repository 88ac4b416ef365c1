import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReporterContext, RunResult } from 'scanrun';
import github from 'scanrun/reporters/github';
import terminal from 'scanrun/reporters/terminal';
import { describe, expect, it } from 'vitest';
import { folder } from '../support/folders.js';
import { parseCommands } from './formats.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { hostile, large } from './sample-extremes.js';
import { clean, empty, findings } from './sample-result.js';
import { rich } from './sample-rich.js';

const log = (given: RunResult, options: Record<string, unknown> = {}) => render(github, given, { options });
const commands = async (given: RunResult, options: Record<string, unknown> = {}) =>
  parseCommands(await log(given, options));
const levels = (list: readonly { readonly name: string }[]) => {
  const counts: Record<string, number> = {};
  for (const { name } of list) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

describe('annotations', () => {
  it('are the findings that count, at their place from the root of the repository', async () => {
    const list = await commands(rich());
    expect(levels(list)).toEqual({ error: 4, warning: 5, notice: 2 });
    expect(list.find(({ properties }) => properties.line === '14')).toEqual({
      name: 'error',
      properties: {
        file: 'packages/rocket/src/server/config.ts',
        line: '14',
        endLine: '14',
        col: '22',
        endColumn: '43',
        title: 'No secret is committed (secrets/credentials)',
      },
      message: 'A GitHub token is committed (ghp_****************). Revoke it: it stays in the history.',
    });
    // Columns mean nothing over several lines, and a file has no line.
    const [severalLines, wholeFile] = [
      'A private key is committed.',
      'assets/intro.mp4 is 48.2 MB; the limit is 5.0 MB.',
    ];
    expect(Object.keys(list.find(({ message }) => message === severalLines)?.properties ?? {})).toEqual([
      'file',
      'line',
      'endLine',
      'title',
    ]);
    expect(Object.keys(list.find(({ message }) => message === wholeFile)?.properties ?? {})).toEqual(['file', 'title']);
  });

  it('begin with what has no answer and counts', async () => {
    const [first] = await commands(rich());
    expect(first).toMatchObject({ name: 'error', properties: { title: '7 checks without an answer' } });
    expect(first?.message.split('\n')).toHaveLength(7);
    expect(first?.message).toContain('house/cancelled cancelled: Ctrl-C was pressed.');
    expect(first?.message).not.toContain('docs/spelling');
  });

  it('are at most ten of a level, and the last counts the rest', async () => {
    const list = await commands(large(10_000));
    expect(levels(list)).toEqual({ error: 10, warning: 10, notice: 10 });
    expect(list.at(-1)).toMatchObject({ name: 'notice', properties: { title: 'scanrun' } });
    const shown = list.filter(({ properties }) => properties.file !== undefined).length;
    expect(list.at(-1)?.message).toContain(
      `${(10_000 - shown).toLocaleString('en-US')} more findings without an annotation`,
    );
    expect(levels(await commands(large(100), { maxAnnotations: 3 }))).toEqual({ error: 3, warning: 3, notice: 3 });
    const none = await log(large(100), { maxAnnotations: 0 });
    expect(parseCommands(none)).toEqual([]);
    expect(none).toContain('100 more findings without an annotation');
  });

  it('are all there where they fit exactly', async () => {
    const of = (severity: 'error' | 'warning' | 'note', count: number) =>
      check(
        `a/${severity}`,
        { severity },
        { findings: Array.from({ length: count }, (_, n) => ({ message: `${n}` })) },
      );
    expect(levels(await commands(result({ checks: [of('error', 10), of('warning', 10), of('note', 10)] })))).toEqual({
      error: 10,
      warning: 10,
      notice: 10,
    });
    const over = await commands(result({ checks: [of('error', 11), of('note', 10)] }));
    expect(levels(over)).toEqual({ error: 10, notice: 10 });
    expect(over.at(-1)?.message).toContain('2 more findings');
  });

  it('are none for a clean or empty result', async () => {
    expect(await commands(clean())).toEqual([]);
    expect(await commands(empty())).toEqual([]);
  });

  it('say exactly the path, whatever it holds, and obey no text', async () => {
    for (const make of [naughty, hostile]) {
      const given = make();
      const list = await commands(given, { maxAnnotations: 50 });
      const paths = new Set(given.checks.flatMap((each) => each.findings.map(({ location }) => location.path)));
      const found = list.filter(({ properties }) => properties.file !== undefined);
      expect(found.length).toBeGreaterThan(9);
      for (const { name, properties, message } of list) {
        expect(['error', 'warning', 'notice']).toContain(name);
        for (const key of Object.keys(properties))
          expect(['file', 'line', 'endLine', 'col', 'endColumn', 'title']).toContain(key);
        if (properties.file !== undefined) expect(paths).toContain(properties.file);
        expect(message.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202e]/u);
      }
    }
  });

  it.each(NAUGHTY.filter((text) => text !== '' && !/[\ud800-\udfff]/.test(text)))('name the file %j', async (path) => {
    const given = result({
      checks: [check('a/b', {}, { findings: [{ message: 'M.', location: { path, startLine: 1 } }] })],
    });
    const list = await commands(given);
    expect(list.map(({ properties }) => properties.file)).toEqual([path]);
  });
});

describe('the log', () => {
  it('is the report of terminal, in which the runner obeys nothing', async () => {
    const text = await log(hostile());
    const plain = await render(terminal, hostile());
    const [, token = ''] = /^::stop-commands::([0-9a-f-]{36})\n/.exec(text) ?? [];
    expect(text.startsWith(`::stop-commands::${token}\n${plain}\n::${token}::\n::error `)).toBe(true);
    expect((await log(hostile())).startsWith(`::stop-commands::${token}`)).toBe(false);
    const forged = result({
      checks: [
        check(
          'a/b',
          { title: '##[error]forged' },
          { findings: [{ message: 'x ##[add-mask]y', location: { path: '::error::forged' } }] },
        ),
      ],
    });
    expect((await commands(forged)).map(({ name, message }) => [name, message])).toEqual([
      ['error', 'x ##[add-mask]y'],
    ]);
    expect(await log(clean(), { log: false })).toBe('');
  });

  it('is as wide and as verbose as it is asked to be', async () => {
    const output = { columns: 120, verbosity: 'verbose' } as const;
    expect(await render(github, findings(), { output })).toContain(await render(terminal, findings(), { output }));
  });
});

describe('the job summary', () => {
  const summary = async (given: RunResult, before: string | undefined, options = { maxFindings: 500 }) => {
    const file = join(folder(before === undefined ? {} : { summary: before }), 'summary');
    const rendered = await github.render(given, {
      options: { maxAnnotations: 10, log: true, ...options },
      output: { file, color: false, columns: 80, verbosity: 'normal' },
      cwd: '/',
      environment: {},
      signal: new AbortController().signal,
    } as ReporterContext);
    return { file, text: Buffer.from(rendered as Uint8Array).toString() };
  };

  it('stands behind what the file holds, and reads as a comment does', async () => {
    const { text, file } = await summary(rich(), '# Earlier\n');
    expect(text.startsWith('# Earlier\n\n## scanrun: rocket\n')).toBe(true);
    expect(text.match(/^- \*\*(error|warning|note)\*\* \[/gm)).toHaveLength(10);
    // The reporter writes nothing itself.
    expect(readFileSync(file, 'utf8')).toBe('# Earlier\n');
    expect((await summary(rich(), 'no line break')).text.startsWith('no line break\n\n## scanrun')).toBe(true);
    expect((await summary(rich(), undefined)).text.startsWith('## scanrun')).toBe(true);
  });

  it('stays below 1 MiB with what is there', async () => {
    for (const before of ['', 'x'.repeat(900_000)]) {
      const { text } = await summary(large(20_000), before, { maxFindings: 10_000 });
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_048_576);
      expect(Buffer.byteLength(text)).toBeGreaterThan(before === '' ? 700_000 : 1_040_000);
      expect(text).toMatch(/[\d,]+ more findings of 20,000/);
    }
    await expect(summary(rich(), 'x'.repeat(1_048_000))).rejects.toThrow(
      /summary is full: it may hold 1048576 bytes and has 1048000/,
    );
  });
});

// One result through every reporter: what each says is added up from its own output and must be the same.
import { readdirSync } from 'node:fs';
import type { Reporter, RunResult } from 'scanrun';
import { describe, expect, it } from 'vitest';
import { elementsOf, parseCommands, parseCsv, parseXml } from './formats.js';
import { naughty } from './naughty.js';
import { render } from './render.js';
import { hostile, large } from './sample-extremes.js';
import * as samples from './sample-result.js';
import { rich } from './sample-rich.js';

/** The numbers of a result. */
interface Numbers {
  readonly error: number;
  readonly warning: number;
  readonly note: number;
  /** Undefined where the format has no place for suppressed findings. */
  readonly suppressed?: number;
  /** Checks without an answer. */
  readonly open: number;
}

/** Adds up by hand what the result holds. */
function expected({ checks }: RunResult): Required<Numbers> {
  const numbers = { error: 0, warning: 0, note: 0, suppressed: 0, open: 0 };
  for (const check of checks) {
    if (check.outcome.status !== 'passed' && check.outcome.status !== 'failed') numbers.open += 1;
    for (const { severity, suppressedBy } of check.findings) numbers[suppressedBy ? 'suppressed' : severity] += 1;
  }
  return numbers;
}

const number = (text: string | undefined): number => Number((text ?? '0').replaceAll(',', ''));
const after = (text: string, pattern: RegExp): number => number(pattern.exec(text)?.[1]);
const OPEN = /(\d[\d,]*) (?:degraded|skipped|timed out|errored|cancelled)\b/g;

/** The numbers in a line such as `3 errors, 5 warnings, 2 notes; 3 suppressed`, and of the outcomes in another. */
function fromLines(findings: string, outcomes: string): Numbers {
  return {
    error: after(findings, /([\d,]+) errors?/),
    warning: after(findings, /([\d,]+) warnings?/),
    note: after(findings, /([\d,]+) notes?/),
    suppressed: after(findings, /([\d,]+) suppressed/),
    open: [...outcomes.matchAll(OPEN)].reduce((sum, [, count]) => sum + number(count), 0),
  };
}

interface Sarif {
  readonly runs: readonly {
    readonly results: readonly { readonly level: 'error' | 'warning' | 'note'; readonly suppressions?: unknown }[];
    readonly invocations: readonly {
      readonly toolExecutionNotifications: readonly { readonly associatedRule?: object }[];
    }[];
  }[];
}

/** How the numbers are read from each reporter's output, and the options with which it leaves nothing out. */
const READERS: Readonly<Record<string, { readonly options?: object; readonly read: (text: string) => Numbers }>> = {
  terminal: {
    read: (text) =>
      fromLines(
        /^ {2}Findings +(.*)$/m.exec(text)?.[1] ?? '',
        /^ {2}Checks +([\s\S]*?)\n {2}\w/m.exec(text)?.[1]?.replace(/\s+/g, ' ') ?? '',
      ),
  },
  json: { read: (text) => expected(JSON.parse(text) as RunResult) },
  html: {
    read: (text) => {
      const shown = text
        .replace(/<style>.*?<\/style>|<script.*?<\/script>|<template.*?<\/template>|<[^>]*>/gs, ' ')
        .replace(/\s+/g, ' ');
      const tile = (label: string): number => after(shown, new RegExp(`\\b${label} ([\\d,]+)`));
      const outcomes = / [\d,]+ planned: ([^.]*)\./.exec(shown)?.[1] ?? '';
      return {
        error: tile('Errors'),
        warning: tile('Warnings'),
        note: tile('Notes'),
        suppressed: after(shown, /([\d,]+) suppressed/),
        open: fromLines('', outcomes).open,
      };
    },
  },
  sarif: {
    options: { limits: 'none' },
    read: (text) => {
      const { results, invocations } = (JSON.parse(text) as Sarif).runs[0] ?? { results: [], invocations: [] };
      const counted = (level: string) => results.filter((each) => each.level === level && !each.suppressions).length;
      return {
        error: counted('error'),
        warning: counted('warning'),
        note: counted('note'),
        suppressed: results.filter(({ suppressions }) => suppressions).length,
        open: invocations[0]?.toolExecutionNotifications.filter(({ associatedRule }) => associatedRule).length ?? 0,
      };
    },
  },
  junit: {
    options: { maxFindings: 100_000 },
    read: (text) => {
      const cases = elementsOf(parseXml(text), 'testcase');
      const bodies = cases.flatMap(({ children }) => children.filter(({ name }) => name !== 'system-out'));
      const counted = (severity: string) =>
        bodies.reduce(
          (sum, { attributes }) =>
            sum + after(attributes.message ?? '', new RegExp(`.*(?:: |, )([\\d,]+) ${severity}s?(?:,|$)`, 's')),
          0,
        );
      return {
        error: counted('error'),
        warning: counted('warning'),
        note: counted('note'),
        suppressed: elementsOf(parseXml(text), 'system-out').reduce(
          (sum, each) => sum + after(each.text, /([\d,]+) suppressed/),
          0,
        ),
        open: bodies.filter(({ attributes }) => !['error', 'warning', 'note'].includes(attributes.type ?? '')).length,
      };
    },
  },
  gitlab: {
    read: (text) => {
      const entries = JSON.parse(text) as { severity: string; fingerprint: string }[];
      const open = entries.filter(({ fingerprint }) => fingerprint.startsWith('no-answer:'));
      const counted = (severity: string) =>
        entries.filter((each) => each.severity === severity && !open.includes(each)).length;
      return { error: counted('critical'), warning: counted('minor'), note: counted('info'), open: open.length };
    },
  },
  github: {
    options: { maxAnnotations: 50 },
    // The log is the terminal's; the annotations have a test of their own below.
    read: (text) => READERS.terminal?.read(text) as Numbers,
  },
  markdown: {
    read: (text) =>
      fromLines(/^\| Findings \| (.*) \|$/m.exec(text)?.[1] ?? '', /^\| Checks \| (.*) \|$/m.exec(text)?.[1] ?? ''),
  },
  csv: {
    read: (text) => {
      const [head = [], ...records] = parseCsv(text);
      const cell = (record: string[], name: string) => record[head.indexOf(name)];
      const findings = records.filter((record) => cell(record, 'kind') === 'finding');
      const counted = (severity: string) =>
        findings.filter((record) => cell(record, 'severity') === severity && cell(record, 'suppressedBy') === '')
          .length;
      return {
        error: counted('error'),
        warning: counted('warning'),
        note: counted('note'),
        suppressed: findings.filter((record) => cell(record, 'suppressedBy') !== '').length,
        open: records.filter((record) => cell(record, 'kind') === 'check').length,
      };
    },
  },
};

const results = { ...samples, rich, hostile, naughty, large: () => large(1_234) };
const reporters = readdirSync(new URL('../../reporters/', import.meta.url), { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() &&
      readdirSync(new URL(`../../reporters/${entry.name}/`, import.meta.url)).includes('index.ts'),
  )
  .map(({ name }) => name);

async function outputOf(name: string, given: RunResult): Promise<string> {
  const { default: reporter } = (await import(`../../reporters/${name}/index.ts`)) as { default: Reporter };
  return render(reporter, given, { options: { ...READERS[name]?.options }, output: { columns: 400 } });
}

describe('every reporter', () => {
  it('that renders text is in this test', () => {
    // The PDF is held to the same numbers by its own test, which reads its text; a bill of materials has no findings.
    const others = ['pdf', 'cyclonedx'];
    expect(Object.keys(READERS).sort()).toEqual(reporters.filter((name) => !others.includes(name)).sort());
  });

  it.each(Object.keys(READERS))('%s states the numbers of each result', async (name) => {
    for (const [sample, make] of Object.entries(results)) {
      const { suppressed, ...rest } = expected(make());
      const read = READERS[name]?.read(await outputOf(name, make()));
      expect([sample, read]).toEqual([
        sample,
        { ...rest, ...(read !== undefined && 'suppressed' in read ? { suppressed } : {}) },
      ]);
    }
  });

  it('tells what is suppressed, but for the formats that have no place for it', async () => {
    const without: string[] = [];
    for (const name of Object.keys(READERS)) {
      const read = READERS[name]?.read(await outputOf(name, rich()));
      if (read?.suppressed === undefined) without.push(name);
      else expect([name, read.suppressed]).toEqual([name, 3]);
    }
    expect(without).toEqual(['gitlab']);
  });

  it('counts each check once by its outcome', async () => {
    const given = rich();
    const outcomes = { passed: 6, failed: 5, degraded: 2, skipped: 2, 'timed-out': 2, errored: 1, cancelled: 1 };
    const sarif = JSON.parse(await outputOf('sarif', given)) as {
      runs: { properties: { checks: object }; tool: { driver: { rules: unknown[] } } }[];
    };
    expect(sarif.runs[0]?.properties.checks).toEqual(outcomes);
    expect(sarif.runs[0]?.tool.driver.rules).toHaveLength(19);
    expect(elementsOf(parseXml(await outputOf('junit', given)), 'testcase')).toHaveLength(19);
    const text = '6 passed, 5 failed, 2 degraded, 2 skipped, 2 timed out, 1 errored, 1 cancelled';
    for (const name of ['terminal', 'github', 'markdown', 'html'])
      expect((await outputOf(name, given)).replace(/\s+/g, ' '), name).toContain(text);
  });

  it('github counts in its annotations what it annotates and what it does not', async () => {
    for (const make of Object.values(results)) {
      const { error, warning, note } = expected(make());
      const list = parseCommands(await outputOf('github', make()));
      const files = list.filter(({ properties }) => properties.file !== undefined).length;
      const more = list.reduce((sum, { message }) => sum + after(message, /^([\d,]+) more findings?/), 0);
      expect(files + more).toBe(error + warning + note);
    }
  });
});

// Reads the numbers of a result from what each reporter wrote of it, by its own format.
import type { RunResult } from 'scanrun';
import { elementsOf, parseCsv, parseXml } from './formats.js';

/** The numbers of a result. */
export interface Numbers {
  readonly error: number;
  readonly warning: number;
  readonly note: number;
  /** Undefined where the format has no place for suppressed findings. */
  readonly suppressed?: number;
  /** Checks without an answer. */
  readonly open: number;
}

/** Adds up by hand what the result holds. */
export function expected({ checks }: RunResult): Required<Numbers> {
  const numbers = { error: 0, warning: 0, note: 0, suppressed: 0, open: 0 };
  for (const check of checks) {
    if (check.outcome.status !== 'passed' && check.outcome.status !== 'failed') numbers.open += 1;
    for (const { severity, suppressedBy } of check.findings) numbers[suppressedBy ? 'suppressed' : severity] += 1;
  }
  return numbers;
}

const number = (text: string | undefined): number => Number((text ?? '0').replaceAll(',', ''));
export const after = (text: string, pattern: RegExp): number => number(pattern.exec(text)?.[1]);
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
export const READERS: Readonly<
  Record<string, { readonly options?: object; readonly read: (text: string) => Numbers }>
> = {
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

/** The numbers of what changed. */
export interface StateNumbers {
  /** Findings that are not known from before, the suppressed among them. */
  readonly new: number;
  readonly unchanged: number;
  /** Undefined where the format has no place for what is not there. */
  readonly fixed?: number;
  readonly unknown?: number;
}

/** What a result says of itself; its findings and its comparison must agree. */
export function expectedStates({ checks, comparison }: RunResult): StateNumbers {
  const states = checks.flatMap(({ findings }) => findings.map(({ state }) => state));
  const counted = {
    new: states.filter((state) => state === 'new').length,
    unchanged: states.filter((state) => state === 'unchanged').length,
  };
  if (comparison === undefined) return { ...counted, fixed: 0, unknown: 0 };
  if (comparison.new !== counted.new || comparison.unchanged !== counted.unchanged)
    throw new Error(`the comparison and the findings differ: ${JSON.stringify([comparison, counted])}`);
  return { ...counted, fixed: comparison.fixed, unknown: comparison.unknown };
}

/** The numbers in `2 new, 1 fixed, 14 unchanged, 1 unknown since the run x`. */
function statesFrom(line: string): StateNumbers {
  return {
    new: after(line, /([\d,]+) new\b/),
    unchanged: after(line, /([\d,]+) unchanged\b/),
    fixed: after(line, /([\d,]+) fixed\b/),
    unknown: after(line, /([\d,]+) unknown\b/),
  };
}

interface SarifStates {
  readonly runs: readonly {
    readonly results: readonly { readonly baselineState?: string; readonly occurrenceCount?: number }[];
    readonly properties: { readonly comparison?: StateNumbers };
  }[];
}

/** How what changed is read from each reporter that tells it, and the options with which it tells all. */
export const STATE_READERS: Readonly<
  Record<string, { readonly options?: object; readonly read: (text: string) => StateNumbers }>
> = {
  terminal: {
    read: (text) => statesFrom(/^ {2}Changes +([\s\S]*?)\n {2}\w/m.exec(text)?.[1]?.replace(/\s+/g, ' ') ?? ''),
  },
  json: { read: (text) => expectedStates(JSON.parse(text) as RunResult) },
  html: {
    read: (text) => {
      const parts = [...text.matchAll(/class="change-part[^>]*><strong>([\d,]+)<\/strong> (\w+)/g)];
      const told = (word: string) => number(parts.find(([, , each]) => each === word)?.[1]);
      return { new: told('new'), unchanged: told('unchanged'), fixed: told('fixed'), unknown: told('not') };
    },
  },
  sarif: {
    options: { limits: 'none', absent: true },
    read: (text) => {
      const { results, properties } = (JSON.parse(text) as SarifStates).runs[0] ?? { results: [], properties: {} };
      const counted = (wanted: string) =>
        results.reduce(
          (sum, { baselineState, occurrenceCount = 1 }) => sum + (baselineState === wanted ? occurrenceCount : 0),
          0,
        );
      // The list of what is fixed may be cut; its number is not.
      const { fixed = 0, unknown = 0 } = properties.comparison ?? {};
      if (counted('absent') > fixed) throw new Error('more is absent than fixed');
      return { new: counted('new'), unchanged: counted('unchanged'), fixed, unknown };
    },
  },
  junit: {
    read: (text) =>
      statesFrom(
        elementsOf(parseXml(text), 'property').find(({ attributes }) => attributes.name === 'changes')?.attributes
          .value ?? '',
      ),
  },
  github: { read: (text) => STATE_READERS.terminal?.read(text) as StateNumbers },
  markdown: { read: (text) => statesFrom(/^\| Changes \| (.*) \|$/m.exec(text)?.[1] ?? '') },
  csv: {
    read: (text) => {
      const [head = [], ...records] = parseCsv(text);
      const counted = (state: string) => records.filter((record) => record[head.indexOf('state')] === state).length;
      return { new: counted('new'), unchanged: counted('unchanged') };
    },
  },
};

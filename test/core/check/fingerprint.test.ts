import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintBase, numberFindings, type Recognised } from '../../../core/check/fingerprint.js';
import { definePlugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import { TaskCollector } from '../../../core/execute/collect.js';
import { LineIndex } from '../../../core/execute/lines.js';
import type { CheckMessage, RawReport } from '../../../core/execute/protocol.js';
import { baseFingerprint, compareFindings, type Finding } from '../../../core/model/finding.js';
import type { JsonObject } from '../../../core/model/json.js';
import { Redactor } from '../../../core/redact.js';
import { makeCheckResults } from '../../../core/telemetry/result.js';
import { anyCheck, task } from '../../support/fake-pool.js';

const registry = createRegistry([definePlugin({ name: 't', checks: { a: anyCheck } })]);

/** What stays of findings that a check reports in this order, masks among them. */
function found(messages: readonly (RawReport | { readonly mask: string })[]): readonly Finding[] {
  const one = task('t/a', { target: { kind: 'directory', name: 'n', root: '/nowhere' } });
  const redactor = new Redactor();
  const silent = { finding() {}, measure() {}, log() {} };
  const collector = new TaskCollector(one, registry, redactor, silent);
  for (const each of messages) {
    const message: CheckMessage =
      'mask' in each ? { type: 'redact', value: each.mask } : { type: 'finding', checkId: 't/a', report: each };
    collector.message(message);
  }
  const [entry] = collector.close({ ended: [{ checkId: 't/a', end: 'done' }] });
  if (entry === undefined) throw new Error('nothing was collected');
  const piece = { ...entry[0], outcome: entry[1], timeMs: 0 };
  const [check] = makeCheckResults(
    [piece],
    registry,
    () => ({ optional: false, named: true }),
    redactor,
    () => {},
  );
  return check?.findings ?? [];
}

/** A report for each line of a file that holds the word `bad`, as a check would make it. */
function reports(lines: readonly string[], path = 'src/app.ts'): RawReport[] {
  const index = new LineIndex(lines.join('\n'));
  return lines.flatMap((line, at) => {
    const snippet = index.snippet(at + 1);
    if (!line.includes('bad') || snippet === undefined) return [];
    const data = { what: `line ${at + 1}`, place: `${path}:${at + 1}:5` };
    return [{ messageId: 'found', data, location: { path, startLine: at + 1 }, snippet }];
  });
}

const prints = (messages: Parameters<typeof found>[0]) => found(messages).map(({ fingerprint }) => fingerprint);
const clean = fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('}', '', 'return;', '  a: 1,')).filter(isClean);
const bad = fc.constantFrom('bad()', 'bad(1)', 'bad(2)', '  bad', 'x = bad', 'bad ""');

function isClean(line: string): boolean {
  return !line.includes('bad') && !/[\r\n]/.test(line);
}

describe('a fingerprint', () => {
  it('is 32 hex digits and a number', () => {
    expect(prints(reports(['bad', 'bad']))).toEqual([
      expect.stringMatching(/^[0-9a-f]{32}:1$/),
      expect.stringMatching(/^[0-9a-f]{32}:2$/),
    ]);
  });

  it('stays when lines elsewhere come, go and move, and when its own line moves', () => {
    const edits = fc.array(fc.tuple(fc.nat(30), clean), { maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.oneof(clean, bad), { maxLength: 20 }), edits, fc.nat(), (lines, inserted, seed) => {
        const before = prints(reports(lines)).sort();
        const others = lines.filter((line, at) => !isClean(line) || (at * 7 + seed) % 3 !== 0);
        for (const [at, line] of inserted) others.splice(at % (others.length + 1), 0, line);
        expect(prints(reports(others)).sort()).toEqual(before);
        const turned = [...others.slice(seed % (others.length + 1)), ...others.slice(0, seed % (others.length + 1))];
        expect(prints(reports(turned)).sort()).toEqual(before);
        expect(prints(reports(lines.map((line) => `\t${line}  `))).sort()).toEqual(before);
        expect(prints(reports(lines.map((line) => `${line}\r`))).sort()).toEqual(before);
      }),
      { numRuns: 300 },
    );
  });

  it('loses and gains just as many as its line does', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(clean, bad), { maxLength: 16 }), bad, fc.nat(), (lines, one, seed) => {
        const before = prints(reports(lines));
        const at = seed % (lines.length + 1);
        const after = prints(reports([...lines.slice(0, at), one, ...lines.slice(at)]));
        expect(after).toHaveLength(before.length + 1);
        expect(before.filter((each) => !after.includes(each))).toEqual([]);
        expect(new Set(after).size).toBe(after.length);
      }),
      { numRuns: 300 },
    );
  });

  it('numbers equal findings by place, whatever order they came in', () => {
    fc.assert(
      fc.property(fc.array(bad, { minLength: 1, maxLength: 10 }), fc.nat(), (lines, seed) => {
        const straight = found(reports(lines));
        const mixed = reports(lines)
          .map((report, at) => ({ report, rank: ((at + 1) * (seed + 1)) % 11 }))
          .sort((a, b) => a.rank - b.rank);
        expect(found(mixed.map(({ report }) => report))).toEqual(straight);
        // The parts of one check come from several tasks, each of which began to count at 1.
        const apart = reports(lines).flatMap((report) => found([report]));
        expect(numberFindings(apart.sort(compareFindings))).toEqual(straight);
      }),
      { numRuns: 200 },
    );
  });

  it('changes with the name of the file', () => {
    const [here] = prints(reports(['bad'], 'a.ts'));
    expect(prints(reports(['bad'], 'b.ts'))).not.toEqual([here]);
    expect(prints(reports(['bad'], 'a.ts'))).toEqual([here]);
  });

  it('is the same whether a secret on its line was known before or after it was reported', () => {
    const secret = 'Tr0ub4dor&3-horse';
    const [report] = reports([`bad('${secret}')`]);
    if (report === undefined) throw new Error('no report');
    const early = found([{ mask: secret }, report]);
    expect(found([report, { mask: secret }])).toEqual(early);
    expect(JSON.stringify(early)).not.toContain(secret);
    // Nobody can try words until one fits: another secret gives the same.
    const [other] = reports(["bad('another one')"]);
    expect(prints([{ mask: 'another one' }, other as RawReport])).toEqual(early.map(({ fingerprint }) => fingerprint));
  });
});

const base = (over: Partial<Recognised> = {}): string =>
  fingerprintBase({ checkId: 't/a', messageId: 'found', data: {}, location: { path: 'f' }, ...over });
const withData = (data: JsonObject): string => base({ data });

describe('what a finding is recognised by', () => {
  it('is each of its parts, and hostile text cannot pass one off as another', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 6 }),
      fc.constantFrom('"', '","', '\\', '\0', '\u0000a', '[', ']', ',', '{}', '\u2028', '\ud800', '__proto__', ' '),
    );
    const parts = fc.record({ path: hostile, owner: hostile, messageId: hostile, key: hostile, line: hostile });
    const make = ({ path, owner, messageId, key, line }: Record<string, string>) =>
      base({
        messageId: messageId ?? '',
        package: owner ?? '',
        data: Object.fromEntries([[key ?? '', 'x']]),
        location: { path: path ?? '', startLine: 1 },
        snippet: { startLine: 1, lines: [line ?? ''] },
      });
    const same = (one: Record<string, string>) =>
      JSON.stringify({ ...one, line: one.line?.replace(/\s+/g, ' ').trim() });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(make(one) === make(other)).toBe(same(one) === same(other));
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not what changes by itself: amounts, places, the order of the data', () => {
    const same: (readonly [string, string])[] = [
      ['x 12', 'x 99'],
      ['1,024 bytes', '9 bytes'],
      ['took 340 ms', 'took 1.2 s'],
      ['3.4 KB of 12', '900 B of 11'],
      ['12.5 % left', '9 % left'],
      ['see src/a.ts:12:5', 'see src/a.ts:9:14'],
      ['lodash 4.17.20 is old', 'lodash 4.17.19 is old'],
      ['(12)', '(345)'],
      ['  a\tb ', 'a b'],
    ];
    for (const [one, other] of same) expect([one, withData({ what: one })]).toEqual([one, withData({ what: other })]);
    expect(withData({ a: 1, b: 'x', c: [1, { d: 2 }] })).toBe(withData({ c: [7, { d: 0 }], b: 'x', a: 2 }));
  });

  it('is a name with digits in it', () => {
    const names = [
      'TS2304',
      'TS2305',
      'CVE-2026-1234',
      'CVE-2026-1235',
      'E501',
      '10.0.0.1',
      '10.0.0.2',
      'a1b2',
      'x',
      '',
    ];
    expect(new Set(names.map((what) => withData({ what }))).size).toBe(names.length);
    const kinds: JsonObject[] = [{}, { a: true }, { a: false }, { a: null }, { a: 1 }, { a: '0' }, { a: [] }, { b: 1 }];
    expect(new Set(kinds.map(withData)).size).toBe(kinds.length);
  });

  it('can be told without its number', () => {
    expect(baseFingerprint('abc:12')).toBe('abc');
    expect(baseFingerprint('abc')).toBe('abc');
  });
});

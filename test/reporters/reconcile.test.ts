// One result through every reporter: what each says is added up from its own output and must be the same.
import { readdirSync } from 'node:fs';
import type { Reporter, RunResult } from 'scanrun';
import terminal from 'scanrun/reporters/terminal';
import { describe, expect, it } from 'vitest';
import { elementsOf, parseCommands, parseCsv, parseXml } from './formats.js';
import { naughty } from './naughty.js';
import { after, expected, expectedStates, READERS, STATE_READERS } from './numbers.js';
import { render } from './render.js';
import { hostile, large } from './sample-extremes.js';
import * as samples from './sample-result.js';
import { rich } from './sample-rich.js';
import { sinceBaseline, sinceRun } from './sample-states.js';

const results = { ...samples, rich, hostile, naughty, sinceBaseline, sinceRun, large: () => large(1_234) };
const reporters = readdirSync(new URL('../../reporters/', import.meta.url), { withFileTypes: true })
  .filter(
    (entry) =>
      entry.isDirectory() &&
      readdirSync(new URL(`../../reporters/${entry.name}/`, import.meta.url)).includes('index.ts'),
  )
  .map(({ name }) => name);

async function outputOf(
  name: string,
  given: RunResult,
  { options = {} }: { options?: object | undefined } = READERS[name] ?? {},
): Promise<string> {
  const { default: reporter } = (await import(`../../reporters/${name}/index.ts`)) as { default: Reporter };
  return render(reporter, given, { options: { ...options }, output: { columns: 400 } });
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

describe('what changed', () => {
  it.each(Object.keys(STATE_READERS))('is told by %s in the same numbers', async (name) => {
    for (const make of [sinceRun, sinceBaseline]) {
      const { fixed, unknown, ...found } = expectedStates(make());
      const read = STATE_READERS[name]?.read(await outputOf(name, make(), { options: STATE_READERS[name]?.options }));
      const gone = read !== undefined && 'fixed' in read ? { fixed, unknown } : {};
      expect([make.name, read]).toEqual([make.name, { ...found, ...gone }]);
    }
    const read = STATE_READERS[name]?.read(await outputOf(name, rich(), { options: STATE_READERS[name]?.options }));
    expect(read).toMatchObject({ new: 0, unchanged: 0 });
  });

  it('is in every state in the sample', () => {
    expect(expectedStates(sinceRun())).toEqual({ new: 4, unchanged: 4, fixed: 3, unknown: 1 });
    expect(expectedStates(sinceBaseline())).toEqual({ new: 5, unchanged: 4, fixed: 3, unknown: 1 });
  });

  it('is told of by all but gitlab, which compares reports itself', () => {
    const silent = Object.keys(READERS).filter((name) => STATE_READERS[name] === undefined);
    expect(silent).toEqual(['gitlab']);
  });

  it('marks what is new where others are not, and nothing where everything that counts is new', async () => {
    const options = { maxFindings: 100, maxAnnotations: 50, log: false };
    const marks: Readonly<Record<string, RegExp>> = {
      terminal: /\d {2}new {2}/g,
      junit: /(?:^|>)(?:error|warning|note) \(new\) /gm,
      markdown: /\*\* \(new\) /g,
      github: /title=New%3A /g,
    };
    for (const [name, mark] of Object.entries(marks)) {
      expect([name, (await outputOf(name, sinceRun(), { options })).match(mark)?.length]).toEqual([name, 3]);
      expect([name, (await outputOf(name, sinceBaseline(), { options })).match(mark)]).toEqual([name, null]);
    }
  });

  it('lists what is fixed, and counts what is not listed', async () => {
    const verbose = await render(terminal, sinceRun(), { output: { columns: 200, verbosity: 'verbose' } });
    expect(verbose).toContain('Fixed: 3\n\n  ✔ src/gone.ts  house/first found, 2 times\n');
    expect(verbose).toContain('  … and 1 more\n');
    const markdown = await outputOf('markdown', sinceRun());
    expect(markdown).toContain('### Fixed: 3\n\n- `src/gone.ts` `house/first`, 2 times\n- and 1 more\n');
  });

  it('gives a viewer of SARIF the number that the missing one of equal findings had', async () => {
    const { runs } = JSON.parse(await outputOf('sarif', sinceRun(), { options: { absent: true } })) as {
      runs: { results: { baselineState?: string; occurrenceCount?: number; partialFingerprints: object }[] }[];
    };
    const absent = runs[0]?.results.filter(({ baselineState }) => baselineState === 'absent');
    expect(absent).toMatchObject([
      { occurrenceCount: 2, partialFingerprints: { 'scanrunFingerprint/v1': `${'a'.repeat(32)}:2` } },
    ]);
    expect(await outputOf('sarif', sinceRun())).not.toContain('"absent"');
  });

  it('says who suppressed what until when', async () => {
    const verbose = await render(terminal, sinceRun(), { output: { columns: 200, verbosity: 'verbose' } });
    expect(verbose).toContain('suppressed by waiver: Until the rewrite (owner media team, until 2027-01-31)');
    const sarif = JSON.parse(await outputOf('sarif', sinceRun())) as {
      runs: { results: { suppressions?: { kind: string; properties: object }[] }[] }[];
    };
    const said = sarif.runs[0]?.results.flatMap(({ suppressions = [] }) => suppressions);
    expect(said?.map(({ kind, properties }) => [kind, properties])).toEqual(
      expect.arrayContaining([
        ['inSource', { kind: 'inline', place: 'src/a.ts:30' }],
        [
          'external',
          { kind: 'waiver', owner: 'media team', expires: '2027-01-31', place: 'scan.config.ts: waivers[0]' },
        ],
      ]),
    );
    const rows = parseCsv(await outputOf('csv', sinceRun()));
    const waived = rows.find((row) => row.includes('waiver'));
    expect(waived?.slice(-3)).toEqual(['unchanged', 'media team', '2027-01-31']);
  });
});

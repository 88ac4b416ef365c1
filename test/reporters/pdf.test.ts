import type { RunResult } from 'scanrun';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { VERDICT_WORDS } from '../../reporters/summary.js';
import { findChromium } from './browser.js';
import { dense, digestOf, missingTools, type ReadPdf, readPdf, readStructure, renderPdf } from './pdf-tools.js';
import { check, result } from './sample-build.js';
import { ATTACKS, hostile } from './sample-extremes.js';
import { full } from './sample-full.js';
import { kinds } from './sample-kinds.js';
import { clean, findings } from './sample-result.js';

const missing = [...missingTools(), ...(findChromium() === undefined ? ['chromium'] : [])];

beforeAll(() => {
  if (missing.length > 0) console.warn(`The tests of the PDF did NOT run: ${missing.join(', ')} is not installed.`);
});

const kept = new Map<string, ReadPdf>();
afterAll(() => kept.clear());

async function read(
  ctx: TestContext,
  given: RunResult,
  options: Readonly<Record<string, unknown>> = {},
): Promise<ReadPdf> {
  if (missing.length > 0) return ctx.skip(`${missing.join(', ')} not installed`);
  return readPdf(await renderPdf(given, options));
}

const samples = kinds(300);

describe('pdf', () => {
  for (const [name, make] of Object.entries(samples)) {
    it(`is sound, accessible and complete: ${name}`, async (ctx) => {
      const made = make();
      const pdf = await read(ctx, made);
      expect(pdf.complaints).toBe('');
      expect(pdf.info).toMatchObject({ Tagged: 'yes', Author: 'scanrun 0.1.0', Creator: 'scanrun 0.1.0' });
      expect(pdf.info.Title).toContain(`${VERDICT_WORDS[made.verdict.status]} · `);
      expect(pdf.info.Subject).toBe(`Run ${made.run.id}`);
      expect(pdf.info['Page size']).toContain('(A4)');
      // The verdict in words, and every check, also those that were not planned.
      expect(pdf.text).toContain(dense(VERDICT_WORDS[made.verdict.status]));
      const ids = [...made.checks, ...made.notPlanned].map(({ checkId }) => checkId);
      for (const id of ids.filter((each) => /^[\w./-]+$/.test(each))) expect(pdf.text, id).toContain(dense(id));
      expect(pdf.text).toContain(await digestOf(made));
      expect(pdf.outline).toEqual(expect.arrayContaining(['Summary', 'Findings', 'Checks', 'Execution', 'Sign-off']));
      // The cover has no number, every other page has.
      const count = pdf.pages.length;
      expect(Number(pdf.info.Pages)).toBe(count);
      pdf.pages.forEach((page, index) => {
        if (index === 0) expect(page).not.toMatch(/Page \d+ of/);
        else expect(page).toContain(`Page ${index + 1} of ${count}`);
      });
    }, 180_000);
  }

  it('says what is signed: run, commit, versions', async (ctx) => {
    const made = findings();
    const last = (await read(ctx, made)).pages.at(-1) ?? '';
    for (const text of [made.run.id, made.target.commit ?? '', 'Findings, exit code 1', 'Signature', 'Not released'])
      expect(last).toContain(text);
    for (const [name, version] of Object.entries(made.run.versions))
      expect(dense(last)).toMatch(new RegExp(`${name}.*${version}`));
    expect(last).toContain(`npx scanrun report ${made.run.id} --reporter json | sha256sum`);
  }, 180_000);

  it('has headings, tables and figures for those who hear it', async (ctx) => {
    const { bytes } = await read(ctx, full());
    const { elements: structure, complaints, pictures } = readStructure(bytes);
    expect(complaints).toBe('');
    for (const element of ['H1 ', 'H2 ', 'H3 ', 'H4 ', 'Table', 'TH', 'TD', 'L ', 'LI ', 'Figure'])
      expect(structure, element).toMatch(new RegExp(`^\\s*${element}`, 'm'));
    const headings = [...structure.matchAll(/^\s*H(\d) /gm)].map((match) => Number(match[1]));
    // Each drawing is one picture that says what it shows.
    expect(pictures).toEqual([
      expect.stringMatching(/^Findings that count of the last runs: 7, .*, 7$/),
      expect.stringMatching(/^Wall time of the last runs: 1\.9 s, .*, 4\.2 s$/),
      expect.stringMatching(/^Timeline: 10 tasks on 3 workers/),
      '400 ms to 260 ms over 8 runs',
      '633 ms to 1.4 s over 8 runs',
    ]);
    expect(headings[0]).toBe(1);
    headings.forEach((level, index) => {
      expect(level - (headings[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    });
  }, 180_000);

  it('shows the first findings of each check in full, the gravest first, and counts the rest', async (ctx) => {
    const found = (count: number) => Array.from({ length: count }, (_, n) => ({ message: `Message number ${n}.` }));
    const made = result({
      checks: [
        check('a/notes', { severity: 'note' }, { findings: found(3) }),
        check('b/errors', { severity: 'error' }, { findings: found(30) }),
        check(
          'c/warnings',
          { severity: 'warning' },
          {
            findings: [
              ...found(1),
              {
                message: 'x',
                suppressedBy: { kind: 'waiver', reason: 'Until the rewrite', owner: 'Ada', expires: '2027-01-31' },
              },
            ],
          },
        ),
      ],
    });
    const pdf = await read(ctx, made, { findingsPerCheck: 4 });
    expect(pdf.text).toContain(dense('34 findings, 8 of them in full'));
    expect(pdf.text).toContain(dense('1 finding besides is suppressed'));
    // Who signs is told what was accepted.
    expect(pdf.outline).toContain('Suppressed');
    expect(pdf.text).toMatch(/Suppressedbywaiver:Untiltherewrite\(ownerAda,until2027-01-/);
    expect(pdf.text).toContain(dense('and 26 more findings of this check'));
    expect(pdf.text.match(/Messagenumber/g)).toHaveLength(8);
    const order = ['Errors 30', 'Warnings 1', 'Notes 3'].map((heading) => pdf.outline.indexOf(heading));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[0]).toBeGreaterThan(0);
    const few = await read(ctx, made, { maxFindings: 2 });
    expect(few.text.match(/Messagenumber/g)).toHaveLength(2);
    expect(few.text).toContain(dense('and 28 more findings of this check'));
    expect(few.text).toContain(dense('1 finding of this check'));
    const none = await read(ctx, made, { findingsPerCheck: 0 });
    expect(none.text).not.toContain('Messagenumber');
    expect(none.text).toContain(dense('30 findings of this check'));
  }, 240_000);

  it('takes a title and the size of the paper', async (ctx) => {
    const pdf = await read(ctx, clean(), { title: 'Release 2.4 <b>', format: 'Letter' });
    expect(pdf.info.Title).toBe('Clean · Release 2.4 <b> · scanrun');
    expect(pdf.info['Page size']).toContain('(letter)');
    expect(pdf.pages[0]).toContain('Release 2.4 <b>');
  }, 180_000);

  it('puts a long table in parts', async (ctx) => {
    const checks = Array.from({ length: 1_050 }, (_, n) => check(`many/check-${n}`, {}));
    const pdf = await read(ctx, result({ checks }));
    for (const part of [1, 2, 3]) expect(pdf.text).toContain(`part${part}of3`);
    for (const { checkId } of checks) expect(pdf.text).toContain(checkId);
  }, 240_000);

  it('shows hostile text as text', async (ctx) => {
    const pdf = await read(ctx, hostile());
    expect(pdf.text).toContain(dense(ATTACKS.script));
    expect(pdf.text).toContain(dense(ATTACKS.template));
    expect(pdf.info.Title).toBe('Findings · <script>globalThis.pwned=1</script> · scanrun');
    expect(pdf.info.JavaScript).toBe('no');
  }, 180_000);
});

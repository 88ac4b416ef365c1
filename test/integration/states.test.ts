// One real scan with findings in every state, by the built command: every report of it is added up, and says the same.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { parseCommands, parseCsv } from '../reporters/formats.js';
import { expected, expectedStates, READERS, STATE_READERS } from '../reporters/numbers.js';
import { checkProject } from '../support/check-projects.js';
import { write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';

/** Reports each line that says `bad <severity> <name>`. */
const marked = (severity: string): { visit: string; meta: object } => ({
  visit: `file.text.split('\\n').forEach((line, at) => {
    if (line.includes('bad ${severity} ')) report(c, line.trim(), { path: file.path, startLine: at + 1 });
  });`,
  meta: { severity, files: ['src/**'] },
});

const before = [
  'bad error kept',
  'bad error twin',
  'bad error twin',
  'bad error mended',
  'bad warning waived',
  'bad note mended',
];
const after = [
  'something above',
  'bad error new',
  '    bad error   kept',
  'bad error twin',
  'bad warning waived',
  'bad warning new waived',
  `// ${'scanrun'}-ignore-next-line local/error: the one place where it is meant`,
  'bad error ignored',
  'bad note new',
];
const config = (over: object = {}): string =>
  JSON.stringify({
    plugins: ['./plugin.mjs'],
    tier: 'quick',
    reporters: [],
    gate: { failOn: 'note', newOnly: true },
    waivers: [
      { check: 'local/warning', path: 'src/**', reason: 'Until the rewrite', owner: 'media', expires: '2999-12-31' },
    ],
    ...over,
  });
const lines = (list: readonly string[]): string => list.map((line) => `${line}\n`).join('');

let root = '';
/** What each reporter wrote, by its name. */
const reports: Record<string, string> = {};
let result: RunResult;

beforeAll(async () => {
  root = checkProject(
    {
      error: marked('error'),
      warning: marked('warning'),
      note: marked('note'),
      open: { run: "throw new Error('no answer');", meta: { severity: 'error' } },
    },
    { 'src/notes.txt': lines(before), 'scan.config.json': config({ gate: {} }), '.gitignore': '.scanrun/\nreports/\n' },
  );
  const created = await scanrun(['baseline', 'create'], { cwd: root });
  // One check has no answer, which the command tells with its exit code.
  expect([created.code, created.stderr]).toEqual([3, expect.not.stringContaining('SR_')]);
  write(root, { 'src/notes.txt': lines(after), 'scan.config.json': config() });
  const names = ['html', 'terminal', 'json', 'sarif', 'junit', 'gitlab', 'markdown', 'csv'];
  const files = names.flatMap((name) => ['--reporter', `${name}=reports/${name}.txt`]);
  const ended = await scanrun([...files, '--reporter', 'github'], { cwd: root });
  expect([ended.code, ended.stderr]).toEqual([1, expect.not.stringContaining('failed')]);
  for (const name of names) reports[name] = readFileSync(join(root, 'reports', `${name}.txt`), 'utf8');
  reports.github = ended.stdout;
  result = JSON.parse(textOf('json')) as RunResult;
}, 120_000);

const textOf = (name: string): string => reports[name] ?? '';

describe('a scan with findings in every state', () => {
  it('has each of them where it belongs', () => {
    const found = result.checks.flatMap(({ findings }) => findings);
    const said = found.map(({ message, state, suppressedBy }) => [message, state, suppressedBy?.kind]);
    expect(said).toEqual([
      ['found bad error new', 'new', undefined],
      ['found bad error   kept', 'unchanged', 'baseline'],
      ['found bad error twin', 'unchanged', 'baseline'],
      ['found bad error ignored', 'new', 'inline'],
      ['found bad note new', 'new', undefined],
      ['found bad warning waived', 'new', 'waiver'],
      ['found bad warning new waived', 'new', 'waiver'],
    ]);
    expect(result.comparison).toMatchObject({ new: 5, unchanged: 2, fixed: 3, unknown: 0 });
    expect(result.comparison?.fixedFindings.map(({ checkId, count }) => [checkId, count])).toEqual([
      ['local/error', 1],
      ['local/error', 1],
      ['local/note', 1],
    ]);
    expect(result.verdict).toMatchObject({ status: 'findings', gateFindings: 2, coverage: 0.75 });
    expect(result.verdict.reasons.map(({ code }) => code)).toEqual(['findings', 'coverage']);
  });

  it.each(Object.keys(READERS))('is counted the same by %s', (name) => {
    const { suppressed, ...rest } = expected(result);
    expect({ suppressed, ...rest }).toEqual({ error: 1, warning: 0, note: 1, suppressed: 5, open: 1 });
    const read = READERS[name]?.read(textOf(name));
    expect(read).toEqual({ ...rest, ...(read !== undefined && 'suppressed' in read ? { suppressed } : {}) });
  });

  it.each(Object.keys(STATE_READERS))('has its changes told the same by %s', (name) => {
    const { fixed, unknown, ...found } = expectedStates(result);
    const read = STATE_READERS[name]?.read(textOf(name));
    expect(read).toEqual({ ...found, ...(read !== undefined && 'fixed' in read ? { fixed, unknown } : {}) });
  });

  it('annotates what counts and nothing else', () => {
    const annotated = parseCommands(textOf('github')).filter(({ properties }) => properties.file !== undefined);
    expect(annotated.map(({ name, message }) => [name, message])).toEqual([
      ['error', 'found bad error new'],
      ['notice', 'found bad note new'],
    ]);
  });

  it('names in the table who waived what until when', () => {
    const [head = [], ...rows] = parseCsv(textOf('csv'));
    const waived = rows.filter((row) => row[head.indexOf('suppressedBy')] === 'waiver');
    expect(waived.map((row) => row.slice(head.indexOf('state')))).toEqual([
      ['new', 'media', '2999-12-31'],
      ['new', 'media', '2999-12-31'],
    ]);
  });

  it('is rendered again, and compared with another run, with the same numbers', async () => {
    const again = await scanrun(['report', 'last', '--reporter', 'terminal'], { cwd: root });
    expect([again.code, STATE_READERS.terminal?.read(again.stdout)]).toEqual([1, expectedStates(result)]);
    const diff = await scanrun(['diff', 'previous', 'last', '--json'], { cwd: root });
    expect(diff.code).toBe(1);
    // The waived finding was found before too: it is new to the baseline, which leaves it out, and not to the run.
    expect(JSON.parse(diff.stdout)).toMatchObject({
      schemaVersion: 1,
      before: { runId: expect.any(String), verdict: 'findings' },
      after: { runId: result.run.id },
      new: [{ message: 'found bad error new' }, {}, {}, {}],
      fixed: [{}, {}, {}],
      unchanged: 3,
      unknown: { before: [], after: [] },
      checks: [],
    });
  });
});

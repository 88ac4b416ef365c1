import { mkdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../core/errors.js';
import { readResult } from '../../../core/results/read.js';
import { validateResult } from '../../../core/results/validate.js';
import { naughty } from '../../reporters/naughty.js';
import { hostile } from '../../reporters/sample-extremes.js';
import * as samples from '../../reporters/sample-result.js';
import { rich } from '../../reporters/sample-rich.js';
import { folder, write } from '../../support/folders.js';

const text = JSON.stringify(samples.findings());
const places = (root: string, stdin = '') => ({ cwd: root, root, stdin: async () => Buffer.from(stdin) });
const failure = async (work: Promise<unknown>): Promise<ScanError> =>
  work.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => (error instanceof ScanError ? error : Promise.reject(error)),
  );

describe('a result', () => {
  it('is read from a file, from a run by its id, from the newest run, or from standard input', async () => {
    const run = (id: string) => JSON.stringify({ ...samples.clean(), run: { ...samples.clean().run, id } });
    const root = folder({
      'reports/scan.json': text,
      '.scanrun/runs/20260101-000000-aaaaaaaa/result.json': run('old'),
      '.scanrun/runs/20260102-000000-bbbbbbbb/result.json': run('new'),
      '.scanrun/runs/20260103-000000-cccccccc/plan.json': '{}',
    });
    const idOf = async (reference: string, stdin?: string) => (await readResult(reference, places(root, stdin))).run.id;
    expect(await readResult('reports/scan.json', places(root))).toEqual(samples.findings());
    expect(await readResult(join(root, 'reports/scan.json'), places('/'))).toEqual(samples.findings());
    expect(await idOf('20260101-000000-aaaaaaaa')).toBe('old');
    expect(await idOf('.scanrun/runs/20260101-000000-aaaaaaaa')).toBe('old');
    // The newest that has a result, whatever was touched last.
    utimesSync(join(root, '.scanrun/runs/20260101-000000-aaaaaaaa'), new Date(), new Date());
    expect(await idOf('last')).toBe('new');
    expect(await idOf('previous')).toBe('old');
    expect(await idOf('20260101')).toBe('old');
    expect(await idOf('-', run('piped'))).toBe('piped');
  });

  it('may be in UTF-16 or begin with a byte order mark, as PowerShell writes it', async () => {
    const root = folder({
      'utf16.json': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
      'bom.json': `\ufeff${text}`,
    });
    for (const name of ['utf16.json', 'bom.json'])
      expect(await readResult(name, places(root))).toEqual(samples.findings());
  });

  it('that is not there is named with what is', async () => {
    const root = folder({
      '.scanrun/runs/20260101-000000-aaaaaaaa/result.json': text,
      '.scanrun/runs/20260102-000000-bbbbbbbb/plan.json': '{}',
    });
    const errors = await Promise.all(
      ['20260101-000000-aaaaaaab', '../../etc', 'missing.json', '20260102-000000-bbbbbbbb'].map((reference) =>
        failure(readResult(reference, places(root))),
      ),
    );
    expect(errors.map(({ code, message }) => [code, message])).toEqual([
      ['SR_RUN_NOT_FOUND', expect.stringContaining("did you mean '20260101-000000-aaaaaaaa'?")],
      ['SR_RUN_NOT_FOUND', expect.stringContaining('There is no file and no run "../../etc"')],
      ['SR_RUN_NOT_FOUND', expect.stringContaining('known are last, previous, 20260101-000000-aaaaaaaa')],
      ['SR_RUN_NOT_FOUND', "The run '20260102-000000-bbbbbbbb' broke off before it had a result."],
    ]);
    expect(errors[3]?.next).toBe('Go on with it: `scanrun resume 20260102-000000-bbbbbbbb`.');
    const many = await failure(readResult('2026', places(root)));
    expect(many.message).toBe("Several runs begin with '2026': 20260101-000000-aaaaaaaa, 20260102-000000-bbbbbbbb.");
    expect((await failure(readResult('previous', places(root)))).message).toMatch(
      /^Only one run in .* has a result\.$/,
    );
    const none = await failure(readResult('last', places(folder())));
    expect([none.code, none.message]).toEqual([
      'SR_RUN_NOT_FOUND',
      expect.stringMatching(/^No run in .*runs has a result\.$/),
    ]);
  });
});

describe('what is no result', () => {
  const given = samples.findings();
  const cases: [name: string, content: string, message: RegExp][] = [
    ['empty', '', /it is empty/],
    ['blank', ' \n', /it is empty/],
    ['torn', text.slice(0, -10), /it ends in the middle/],
    ['torn in a string', text.slice(0, text.indexOf('revoke it') + 3), /it ends in the middle/],
    ['not JSON', 'hello \u001b[31m', /it is not JSON/],
    ['twice', text + text, /it is not JSON, from character \d+ on/],
    ['binary', '\u0000\u0001\u0002', /it is not JSON/],
    ['another JSON', '[1, 2]', /it has no schemaVersion/],
    ['null', 'null', /it has no schemaVersion/],
    [
      'of a later version',
      JSON.stringify({ ...given, schemaVersion: 2 }),
      /its schemaVersion is 2, and this scanrun reads 1/,
    ],
    [
      'of a hostile version',
      JSON.stringify({ schemaVersion: `\u009b31m\u202e${'x'.repeat(900)}` }),
      /its schemaVersion is "\\u009b31m\\u202ex{150,190}\.\.\., and/,
    ],
    [
      'without checks',
      JSON.stringify({ ...given, checks: undefined }),
      /the result must have required property 'checks'/,
    ],
    [
      'with a wrong verdict',
      JSON.stringify({ ...given, verdict: { ...given.verdict, status: 'fine' } }),
      /\/verdict\/status must be equal to one of the allowed values: clean, findings/,
    ],
    [
      'with an outcome without reason',
      JSON.stringify({ ...given, checks: [{ ...given.checks[0], outcome: { status: 'skipped' } }] }),
      /\/checks\/0\/outcome.* must /,
    ],
    [
      'with a number that is none',
      text.replace('"coverage":1', '"coverage":1e999'),
      /\/verdict\/coverage must be number/,
    ],
    [
      'with a time that is none',
      JSON.stringify({ ...given, run: { ...given.run, startedAt: 'yesterday' } }),
      /\/run\/startedAt is no time/,
    ],
    [
      'nested without end',
      text.replace('"config":{', `"config":{"a":${'['.repeat(20_000)}${']'.repeat(20_000)},`),
      /it is nested too deeply/,
    ],
  ];

  it.each(cases)('is refused with its name and what is wrong: %s', async (_, content, message) => {
    const error = await failure(validateResult(content, '/tmp/x.json'));
    expect(error.code).toBe('SR_RESULT_INVALID');
    expect(error.exitCode).toBe(2);
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/^\/tmp\/x\.json cannot be used: [ -~]*\.$/);
    expect(error.message.length).toBeLessThan(400);
  });

  it('is refused when it cannot be read', async () => {
    const root = folder();
    mkdirSync(join(root, 'folder'));
    expect((await failure(readResult('folder', places(root)))).code).toBe('SR_RUN_NOT_FOUND');
    expect((await failure(readResult('/dev/null', places(root)))).code).toBe('SR_RUN_NOT_FOUND');
  });
});

it.each(Object.entries({ ...samples, rich, hostile, naughty }))('takes what a scan may write: %s', async (_, make) => {
  expect(await validateResult(JSON.stringify(make()), 'x')).toEqual(JSON.parse(JSON.stringify(make())));
});

it('takes what a later scanrun added', async () => {
  const root = folder();
  write(root, {
    'later.json': JSON.stringify({ ...samples.clean(), later: { what: 1 }, run: { ...samples.clean().run, more: [] } }),
  });
  expect(await readResult('later.json', places(root))).toMatchObject({ later: { what: 1 }, run: { more: [] } });
});

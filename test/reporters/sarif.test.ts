import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { RunResult } from 'scanrun';
import sarif from 'scanrun/reporters/sarif';
import { describe, expect, it } from 'vitest';
import { messageText, uriOf } from '../../reporters/sarif/results.js';
import { NAUGHTY, naughty } from './naughty.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { large } from './sample-extremes.js';
import { clean, empty, interrupted } from './sample-result.js';
import { rich } from './sample-rich.js';

interface Region {
  readonly startLine: number;
  readonly startColumn?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly snippet?: { readonly text: string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly uriBaseId: string; readonly index: number };
      readonly region?: Region;
      readonly contextRegion?: Region;
    };
    readonly logicalLocations?: readonly { readonly name: string }[];
  }[];
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly suppressions?: readonly { readonly kind: string; readonly justification: string }[];
}
interface Notification {
  readonly descriptor: { readonly id: string };
  readonly level: string;
  readonly message: { readonly text: string };
  readonly associatedRule?: { readonly id: string; readonly index: number };
}
interface Run {
  readonly tool: {
    readonly driver: {
      readonly rules: readonly { readonly id: string; readonly properties: { readonly tags: readonly string[] } }[];
      readonly notifications?: readonly { readonly id: string }[];
    };
    readonly extensions?: readonly { readonly name: string }[];
  };
  readonly automationDetails: { readonly id: string };
  readonly originalUriBaseIds: Readonly<Record<string, { readonly uri: string }>>;
  readonly results: readonly Result[];
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
  readonly invocations: readonly [
    {
      readonly executionSuccessful: boolean;
      readonly exitCode: number;
      readonly toolExecutionNotifications: readonly Notification[];
      readonly toolConfigurationNotifications: readonly Notification[];
    },
  ];
  readonly properties: { readonly omittedResults: number };
  readonly [name: string]: unknown;
}

const runsOf = async (given: RunResult, options: Record<string, unknown> = {}): Promise<Run[]> =>
  (JSON.parse(await render(sarif, given, { options })) as { runs: Run[] }).runs;
const runOf = async (given: RunResult, options: Record<string, unknown> = {}): Promise<Run> =>
  (await runsOf(given, options))[0] as Run;
const one = (location: object, more: object = {}) =>
  result({
    checks: [check('a/b', {}, { findings: [{ message: 'M.', location: { path: 'a.ts', ...location }, ...more }] })],
  });
const regionOf = async (location: object, more: object = {}) =>
  (await runOf(one(location, more))).results[0]?.locations[0]?.physicalLocation;

describe('sarif', () => {
  it('has a rule for each planned check, and each result its rule', async () => {
    const given = rich();
    const run = await runOf(given);
    expect(run.tool.driver.rules.map(({ id }) => id)).toEqual(given.checks.map(({ checkId }) => checkId));
    for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
    expect(run.tool.driver.rules.find(({ id }) => id === 'secrets/credentials')).toMatchObject({
      name: 'SecretsCredentials',
      shortDescription: { text: 'No secret is committed' },
      fullDescription: { text: 'A committed secret must be taken for stolen.' },
      help: { text: expect.stringContaining('Revoke the token'), markdown: expect.stringContaining('**revoke it**') },
      helpUri: 'https://example.com/scanrun/secrets-credentials',
      defaultConfiguration: { level: 'error' },
      properties: { tags: ['security', 'secret'], 'problem.severity': 'error' },
    });
    expect(run.tool.extensions?.map(({ name }) => name)).toEqual(['repo', 'secrets']);
  });

  it('has every finding once, the gravest first and the suppressed last', async () => {
    const { results } = await runOf(rich());
    expect(results.map(({ level, suppressions }) => (suppressions === undefined ? level : 'suppressed'))).toEqual([
      ...Array.from({ length: 3 }, () => 'error'),
      ...Array.from({ length: 5 }, () => 'warning'),
      ...Array.from({ length: 2 }, () => 'note'),
      ...Array.from({ length: 3 }, () => 'suppressed'),
    ]);
    expect(new Set(results.map(({ partialFingerprints }) => partialFingerprints['scanrunFingerprint/v1'])).size).toBe(
      13,
    );
  });

  it('keeps fingerprints when only lines move', async () => {
    const prints = async (startLine: number) =>
      (await runOf(one({ startLine }, { fingerprint: 'f00d' }))).results.map((each) => each.partialFingerprints);
    expect(await prints(1)).toEqual(await prints(200));
  });

  it('says why a finding is suppressed, and leaves it out where that is wanted', async () => {
    const { results } = await runOf(rich());
    expect(
      results.flatMap(({ suppressions = [] }) => suppressions.map(({ kind, justification }) => [kind, justification])),
    ).toEqual([
      ['external', 'Until the rewrite'],
      ['external', 'It is in the baseline.'],
      ['inSource', 'An example in a comment'],
    ]);
    expect((await runOf(rich(), { suppressed: false })).results).toHaveLength(10);
  });

  it('tells of everything that has no answer, and is not successful then', async () => {
    const [invocation] = (await runOf(rich())).invocations;
    expect(invocation).toMatchObject({ executionSuccessful: false, exitCode: 1 });
    expect(
      invocation.toolExecutionNotifications.map(({ descriptor, level, associatedRule }) => [
        descriptor.id,
        level,
        associatedRule?.id,
      ]),
    ).toEqual([
      ['timed-out', 'error', 'command/test'],
      ['errored', 'note', 'docs/spelling'],
      ['cancelled', 'error', 'house/cancelled'],
      ['degraded', 'warning', 'house/degraded-with-findings'],
      ['timed-out', 'error', 'house/timed-out-with-findings'],
      ['degraded', 'warning', 'npm/advisories'],
      ['skipped', 'warning', 'npm/licenses'],
      ['skipped', 'warning', 'repo/workspace'],
      ['SR_HOOK_FAILED', 'error', undefined],
    ]);
    expect(invocation.toolConfigurationNotifications.map(({ descriptor }) => descriptor.id)).toEqual([
      'SR_PLUGIN_VERSION',
      'default-config',
      'not-planned',
      'not-planned',
    ]);
    const described = (await runOf(rich())).tool.driver.notifications?.map(({ id }) => id);
    for (const { descriptor } of [
      ...invocation.toolExecutionNotifications,
      ...invocation.toolConfigurationNotifications,
    ])
      expect(described).toContain(descriptor.id);
    expect((await runOf(interrupted())).invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 130 });
    expect((await runOf(empty())).invocations[0]).toMatchObject({ executionSuccessful: false, exitCode: 3 });
    expect((await runOf(clean())).invocations[0]).toMatchObject({
      executionSuccessful: true,
      exitCode: 0,
      startTimeUtc: '2026-03-14T09:26:53.000Z',
      toolExecutionNotifications: [],
    });
  });

  it('names files from the root of the repository, each once', async () => {
    const run = await runOf(rich());
    expect(run.originalUriBaseIds['%SRCROOT%']?.uri).toBe('file:///home/dev/acme/');
    expect(run.versionControlProvenance).toEqual([
      {
        repositoryUri: 'https://github.com/acme/acme',
        revisionId: '4be1f0c8d2a95e7360b1a2c3d4e5f60718293a4b',
        branch: 'main',
        mappedTo: { uriBaseId: '%SRCROOT%' },
      },
    ]);
    const uris = run.artifacts.map(({ location }) => location.uri);
    expect(uris).toContain('packages/rocket/src/sp%C3%A4te%20%C3%84nderung/a%20b.ts');
    expect(new Set(uris).size).toBe(uris.length);
    for (const { locations } of run.results) {
      const { uri, uriBaseId, index } = locations[0]?.physicalLocation.artifactLocation ?? {};
      expect([uriBaseId, uris[index ?? -1]]).toEqual(['%SRCROOT%', uri]);
    }
    expect(await runOf(clean())).not.toHaveProperty('versionControlProvenance');
  });

  it.each([
    ['/', 'file:///'],
    ['/srv/a b/#c', 'file:///srv/a%20b/%23c/'],
    ['C:\\work\\app', 'file:///C:/work/app/'],
  ])('writes the root %s as %s', async (root, uri) => {
    const run = await runOf(result({ target: { kind: 'directory', name: 'x', root } }));
    expect(run.originalUriBaseIds['%SRCROOT%']?.uri).toBe(uri);
    expect(new URL(uri).href).toBe(uri);
  });
});

describe('a region', () => {
  it.each([
    [{}, undefined],
    [{ startLine: 3 }, { startLine: 3, endLine: 3 }],
    [
      { startLine: 0, startColumn: 0, endColumn: 0 },
      { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    ],
    [
      { startLine: -7, startColumn: 2.9 },
      { startLine: 1, startColumn: 2, endLine: 1 },
    ],
    [
      { startLine: 9, endLine: 4, startColumn: 8, endColumn: 3 },
      { startLine: 9, startColumn: 8, endLine: 9, endColumn: 8 },
    ],
    [{ startLine: 1e300 }, { startLine: 2_147_483_647, endLine: 2_147_483_647 }],
    [{ startLine: Number.NaN }, undefined],
  ])('of %j is %j', async (location, region) => {
    expect((await regionOf(location))?.region).toEqual(region);
  });

  it('has its own text, and the lines around it', async () => {
    const snippet = { startLine: 4, lines: ['four', '\tconst five = 5;', 'six'] };
    expect(await regionOf({ startLine: 5, startColumn: 8, endColumn: 12 }, { snippet })).toMatchObject({
      region: { snippet: { text: 'five' } },
      contextRegion: { startLine: 4, endLine: 6, snippet: { text: 'four\n\tconst five = 5;\nsix' } },
    });
    expect(
      (await regionOf({ startLine: 4, startColumn: 3, endLine: 5, endColumn: 7 }, { snippet }))?.region?.snippet,
    ).toEqual({
      text: 'ur\n\tconst',
    });
    const elsewhere = await regionOf({ startLine: 90 }, { snippet });
    expect([elsewhere?.region?.snippet, elsewhere?.contextRegion]).toEqual([undefined, undefined]);
    const run = await runOf(one({ startLine: 5 }, { snippet }), { snippets: false });
    expect(JSON.stringify(run)).not.toContain('const five');
  });
});

describe('fixes', () => {
  it('have their ranges, what is put there to the letter, and whether somebody should look at them', async () => {
    const run = (await runOf(rich())) as unknown as { results: { message: { text: string }; fixes?: object[] }[] };
    const of = (text: string) => run.results.find(({ message }) => message.text === text)?.fixes;
    const change = {
      artifactLocation: { uri: 'packages/rocket/src/sp%C3%A4te%20%C3%84nderung/a%20b.ts', uriBaseId: '%SRCROOT%' },
      replacements: [
        { deletedRegion: { charOffset: 2, charLength: 6 } },
        { deletedRegion: { charOffset: 10, charLength: 0 }, insertedContent: { text: 'new\r\n😀' } },
      ],
    };
    expect(of('A warning in line 5.')).toEqual([{ description: { text: 'Take it out' }, artifactChanges: [change] }]);
    expect(of('A note in line 6.')).toEqual([
      {
        description: { text: 'Write it \\[another](way)' },
        artifactChanges: [change],
        properties: { unsafe: true },
      },
    ]);
    expect(of('A error in line 7.')).toBeUndefined();
  });

  it('give way where the file would be too large, and the log says so', async () => {
    const noise = (): string => randomBytes(30_000).toString('base64');
    const many = Array.from({ length: 400 }, (_, index) => ({
      message: `Finding ${index}.`,
      location: { path: 'a.ts', startLine: index + 1 },
      fix: { description: 'd', changes: [{ path: 'a.ts', replacements: [{ start: 0, end: 1, text: noise() }] }] },
    }));
    const text = await render(sarif, result({ checks: [check('a/b', {}, { findings: many })] }));
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
    const { results } = (JSON.parse(text) as { runs: [{ results: { fixes?: object[] }[] }] }).runs[0];
    const without = results.filter(({ fixes }) => fixes === undefined).length;
    expect([results.length, without > 0 && without < 400]).toEqual([400, true]);
    expect(text).toContain(`${without} results without their fixes`);
  });
});

/** Controls, line separators, bidi overrides and halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u;

describe('text from a repository', () => {
  it('is a relative URI whatever a path holds', () => {
    for (const text of NAUGHTY) {
      const uri = uriOf(`src/${text}`);
      expect(uri).toMatch(/^[\w%./~!*'()-]+$/);
      expect(new URL(uri, 'file:///root/').protocol).toBe('file:');
    }
    expect(uriOf('a b/ü#?%/\ud800')).toBe('a%20b/%C3%BC%23%3F%25/%EF%BF%BD');
  });

  it('makes no links, and is never empty', () => {
    expect(messageText('see [here](https://evil.example) and [0]')).toBe('see \\[here](https://evil.example) and [0]');
    expect(messageText('')).toBe('It has no message.');
  });

  it('leaves no control character in the file', async () => {
    const text = await render(sarif, naughty());
    expect(text.split('\n').some((line) => UNPRINTABLE.test(line))).toBe(false);
    const strings: string[] = [];
    JSON.parse(text, (_, value: unknown) => void (typeof value === 'string' && strings.push(value)));
    expect(strings.length).toBeGreaterThan(1_000);
    for (const line of strings.flatMap((each) => each.split(/[\n\t]/)))
      expect(UNPRINTABLE.test(line), line).toBe(false);
    expect(JSON.parse(text)).toMatchObject({ version: '2.1.0' });
  });
});

describe('the limits of code scanning', () => {
  it('cut off the least grave, and a notification counts them', async () => {
    const given = large(26_000);
    const run = await runOf(given);
    expect(run.results).toHaveLength(25_000);
    expect(run.results.at(-1)?.level).toBe('note');
    const errors = given.checks
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => severity === 'error').length;
    expect(run.results.filter(({ level }) => level === 'error')).toHaveLength(errors);
    const capped = run.invocations[0].toolExecutionNotifications.filter(({ descriptor }) => descriptor.id === 'capped');
    expect(capped.map(({ level, message }) => [level, message.text])).toEqual([
      ['warning', expect.stringMatching(/^1,000 results of 26,000 left out, the least grave/)],
      ['warning', expect.stringMatching(/^GitHub shows the gravest 5,000 of these 25,000 results/)],
    ]);
    expect(run.properties).toMatchObject({ omittedResults: 1_000, findings: { error: errors } });
    const all = await runOf(given, { limits: 'none' });
    expect(all.results).toHaveLength(26_000);
    expect(all.invocations[0].toolExecutionNotifications).toEqual([]);
  });

  it('hold for a file that does not compress: first the lines go, then results', async () => {
    const noise = (length: number): string => randomBytes(length).toString('base64').slice(0, length);
    const findings = Array.from({ length: 3_600 }, (_, index) => ({
      message: `${noise(3_900)} ${index}`,
      location: { path: 'a.min.js', startLine: 2 },
      snippet: { startLine: 1, lines: [noise(240), noise(240), noise(240), noise(240), noise(240)] },
    }));
    const given = result({ checks: [check('a/b', {}, { findings })] });
    const text = await render(sarif, given);
    expect(gzipSync(text).length).toBeLessThan(10_000_000);
    const run = (JSON.parse(text) as { runs: Run[] }).runs[0] as Run;
    const [results, lines] = run.invocations[0].toolExecutionNotifications.map(({ message }) => message.text);
    const omitted = 3_600 - run.results.length;
    expect(omitted).toBeGreaterThan(0);
    expect(results).toMatch(new RegExp(`^${omitted.toLocaleString('en-US')} results? of 3,600 left out`));
    const without = run.results.filter(
      ({ locations }) => locations[0]?.physicalLocation.contextRegion === undefined,
    ).length;
    expect(lines).toMatch(new RegExp(`^${without.toLocaleString('en-US')} results without the lines around them`));
    expect(run.results.length - without).toBeGreaterThan(1_000);
  });

  it('hold for each run of a file that is split by category, at most 20', async () => {
    const two = await runsOf(rich(), { split: 'category', category: 'scanrun/backend' });
    expect(two.map(({ automationDetails }) => automationDetails.id.replace(/\/[^/]*$/, ''))).toEqual(
      ['command', 'dependencies', 'docs', 'house', 'repository', 'security'].map((name) => `scanrun/backend/${name}`),
    );
    expect(two.reduce((sum, { results }) => sum + results.length, 0)).toBe(13);
    // What belongs to the scan as a whole is told once.
    expect(two.flatMap(({ invocations }) => invocations[0].toolConfigurationNotifications)).toHaveLength(4);
    const checks = Array.from({ length: 30 }, (_, index) =>
      check(`a/c${index}`, { category: `category ${index}` }, { findings: [{ message: 'M.' }] }),
    );
    const many = await runsOf(result({ checks }), { split: 'category' });
    expect(many).toHaveLength(20);
    expect(new Set(many.map(({ automationDetails }) => automationDetails.id)).size).toBe(20);
    expect(many.reduce((sum, { results }) => sum + results.length, 0)).toBe(30);
  });

  it('hold for the tags of a rule', async () => {
    const tags = Array.from({ length: 40 }, (_, index) => `tag-${index}`);
    const run = await runOf(result({ checks: [check('a/b', { tags, category: 'tag-3' })] }));
    expect(run.tool.driver.rules[0]?.properties.tags).toHaveLength(20);
    expect(run.tool.driver.rules[0]?.properties.tags[0]).toBe('tag-3');
  });
});

it('hands on chunks, none of which holds a large result', async () => {
  const rendered = await sarif.render(large(10_000), {
    options: { category: '', split: 'none', limits: 'github', suppressed: true, snippets: true },
    output: { file: undefined, color: false, columns: 80, verbosity: 'normal' },
    cwd: '/',
    environment: {},
    signal: new AbortController().signal,
  });
  let [count, most] = [0, 0];
  for await (const chunk of rendered as AsyncIterable<string>) {
    count += 1;
    most = Math.max(most, chunk.length);
  }
  expect(count).toBeGreaterThan(10_000);
  expect(most).toBeLessThan(50_000);
});

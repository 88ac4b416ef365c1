import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ParserError } from '../../../plugins/command/parsers/parser.js';
import { parseSarif } from '../../../plugins/command/parsers/sarif.js';

const log = (...runs: object[]) => JSON.stringify({ version: '2.1.0', runs });
const at = (uri: string, region: object = {}, more: object = {}) => [
  { physicalLocation: { artifactLocation: { uri, ...more }, region } },
];
const result = (more: object) => ({ message: { text: 'm' }, ...more });
const only = (run: object) => parseSarif(log({ tool: { driver: { name: 'T' } }, ...run }))[0];

describe('sarif', () => {
  it('reads what Biome writes', () => {
    const found = parseSarif(
      readFileSync(new URL('../../../fixtures/command/sarif/biome.json', import.meta.url), 'utf8'),
    );
    expect(found).toHaveLength(10);
    expect(found[0]).toEqual({
      path: '/home/someone/project/a.ts',
      line: 3,
      column: 1,
      endLine: 3,
      endColumn: 4,
      message: 'This let declares a variable that is only assigned once.',
      rule: 'lint/style/useConst',
      severity: 'warning',
    });
    expect(found.filter(({ severity }) => severity === 'error')).toHaveLength(8);
  });

  it('reads every run', () => {
    const found = parseSarif(
      log({ results: [result({ ruleId: 'a' })] }, { results: [] }, { results: [result({ ruleId: 'b' })] }),
    );
    expect(found.map(({ rule }) => rule)).toEqual(['a', 'b']);
  });

  describe('the level', () => {
    const rules = [
      { id: 'A', defaultConfiguration: { level: 'error' } },
      { id: 'B', defaultConfiguration: { level: 'note' } },
      { id: 'C' },
    ];
    const level = (more: object, extensions: object[] = []) =>
      only({ tool: { driver: { name: 'T', rules }, extensions }, results: [result(more)] })?.severity;

    it.each([
      ["is the result's own", { level: 'error', ruleId: 'B' }, 'error'],
      ["is the rule's, by id", { ruleId: 'A' }, 'error'],
      ["is the rule's, by index", { ruleIndex: 1 }, 'note'],
      ["is the rule's, by reference", { rule: { index: 0 } }, 'error'],
      ["is the rule's, by the beginning of an id", { ruleId: 'A/part' }, 'error'],
      ['is a warning where nobody says', { ruleId: 'C' }, 'warning'],
      ['is a warning without a rule', {}, 'warning'],
      ['none is a note', { level: 'none' }, 'note'],
      ['of an open question is a note', { kind: 'open', level: 'none' }, 'note'],
    ])('%s', (_, more, expected) => {
      expect(level(more)).toBe(expected);
    });

    it('is that of the extension the reference names', () => {
      expect(
        level({ ruleId: 'A', rule: { id: 'A', index: 0, toolComponent: { index: 0 } } }, [
          { name: 'E', rules: [{ id: 'A', defaultConfiguration: { level: 'note' } }] },
        ]),
      ).toBe('note');
    });
  });

  it('leaves out what is no problem', () => {
    const kinds = ['pass', 'notApplicable', 'informational'].map((kind) => result({ kind }));
    const suppressed = [
      result({ suppressions: [{ kind: 'inSource' }] }),
      result({ suppressions: [{ kind: 'external', status: 'accepted' }] }),
      result({ baselineState: 'absent' }),
    ];
    expect(parseSarif(log({ results: [...kinds, ...suppressed] }))).toEqual([]);
  });

  it('keeps what is not yet suppressed', () => {
    const results = [
      result({ suppressions: [] }),
      result({ suppressions: [{ kind: 'external', status: 'rejected' }] }),
      result({ suppressions: [{ kind: 'inSource' }, { kind: 'external', status: 'underReview' }] }),
      result({ kind: 'fail', baselineState: 'unchanged' }),
    ];
    expect(parseSarif(log({ results }))).toHaveLength(4);
  });

  describe('the message', () => {
    const rules = [
      { id: 'A', shortDescription: { text: 'short' }, messageStrings: { two: { text: 'Use {0}, not {1}; {7}.' } } },
    ];
    const message = (said: object) =>
      only({
        tool: { driver: { name: 'T', rules, globalMessageStrings: { shared: { text: 'Shared {0}.' } } } },
        results: [{ ruleId: 'A', message: said }],
      })?.message;

    it.each([
      ['is text', { text: 'Plain.' }, 'Plain.'],
      ['has arguments', { text: '{0} and {1}', arguments: ['a', 'b'] }, 'a and b'],
      ["is the rule's", { id: 'two', arguments: ['x', 'y'] }, 'Use x, not y; {7}.'],
      ["is the driver's", { id: 'shared', arguments: ['z'] }, 'Shared z.'],
      ['is Markdown', { markdown: '**m**' }, '**m**'],
      ["is the rule's description where there is none", {}, 'short'],
      ['is none of those that every object has', { id: 'constructor' }, 'short'],
    ])('%s', (_, said, expected) => {
      expect(message(said)).toBe(expected);
    });
  });

  describe('the path', () => {
    const originalUriBaseIds = {
      ROOT: { uri: 'file:///repo/' },
      SRC: { uri: 'src/', uriBaseId: 'ROOT' },
      OPEN: { description: { text: 'anywhere' } },
      A: { uri: 'a/', uriBaseId: 'B' },
      B: { uri: 'b/', uriBaseId: 'A' },
    };
    const artifacts = [{ location: { uri: 'src/by%20index.c' } }];
    const path = (locations: object[]) =>
      only({ originalUriBaseIds, artifacts, results: [result({ locations })] })?.path;

    it.each([
      ['is relative', at('src/a.c'), 'src/a.c'],
      ['is decoded', at('src/a%20b%C3%A9.c'), 'src/a bé.c'],
      ['is not decoded twice or badly', at('100%/a'), '100%/a'],
      ['is a file URL', at('file:///repo/a%20b.c'), 'file:///repo/a%20b.c'],
      ['is a Windows path where a URI belongs', at('C:\\repo\\a.c'), 'C:\\repo\\a.c'],
      ['has a base', at('a.c', {}, { uriBaseId: 'ROOT' }), 'file:///repo/a.c'],
      ['has a base with a base', at('a%20b.c', {}, { uriBaseId: 'SRC' }), 'file:///repo/src/a%20b.c'],
      ['has a base that the reader has to know', at('a%20b.c', {}, { uriBaseId: 'OPEN' }), 'a b.c'],
      ['has an unknown base', at('a.c', {}, { uriBaseId: '%SRCROOT%' }), 'a.c'],
      ['has bases in a circle', at('a.c', {}, { uriBaseId: 'A' }), 'a.c'],
      ['has an index', [{ physicalLocation: { artifactLocation: { index: 0 } } }], 'src/by index.c'],
      ['is elsewhere', at('https://example.invalid/a.c'), 'https://example.invalid/a.c'],
      ['is not there', [], undefined],
      ['is only logical', [{ logicalLocations: [{ name: 'f' }] }], undefined],
    ])('%s', (_, locations, expected) => {
      expect(path(locations)).toBe(expected);
    });
  });

  it('says when a run failed, and keeps what it found', () => {
    const text = log({
      tool: { driver: { name: 'Analyser' } },
      invocations: [
        { executionSuccessful: true },
        {
          executionSuccessful: false,
          toolExecutionNotifications: [{ level: 'error', message: { text: 'out of memory' } }],
        },
      ],
      results: [result({})],
    });
    expect(() => parseSarif(text)).toThrow('Analyser says that its run was not successful: out of memory');
    expect(() => parseSarif(text)).toThrow(
      expect.objectContaining({ findings: [{ message: 'm', severity: 'warning' }] }),
    );
  });

  it.each([
    ['nothing', ''],
    ['text', 'no findings'],
    ['other JSON', '{"version":"2.1.0"}'],
    ['another version', '{"version":"1.0.0","runs":[{"results":[]}]}'],
    ['no runs', '{"version":"2.1.0","runs":[]}'],
    ['a run without results', log({ tool: { driver: { name: 'T' } } })],
    ['a run that could not start', log({ results: null })],
    ['a run cut off', log({ results: [] }).slice(0, -4)],
  ])('refuses %s', (_, text) => {
    expect(() => parseSarif(text)).toThrow(ParserError);
  });
});

import { describe, expect, it } from 'vitest';
import { configure, failure, project } from './project.js';

const repo = ['repo'];
const problemsOf = async (files: Record<string, string | object>): Promise<string[]> => {
  const { problems, exitCode } = await failure(configure(project(files)));
  expect(exitCode).toBe(2);
  return problems.map(({ where, what, next }) => `${where} ${what}${next === undefined ? '' : ` (${next})`}`);
};

describe('waivers', () => {
  it('name checks as filters do, and know where they are written', async () => {
    const waivers = [
      {
        check: 'repo/max-file-size',
        path: 'assets/**',
        reason: 'large on purpose',
        owner: 'ann',
        expires: '2027-01-31',
      },
      { check: 'category:repository', fingerprint: `${'a'.repeat(32)}:2`, reason: 'known' },
      { check: 'repo', reason: 'all' },
    ];
    const config = await configure(project({ 'scan.config.json': { plugins: repo, waivers } }));
    expect(config.waivers.map(({ checkIds, ...rest }) => [rest, checkIds.length])).toEqual([
      [{ ...waivers[0], place: 'scan.config.json: waivers[0]' }, 1],
      [{ ...waivers[1], place: 'scan.config.json: waivers[1]' }, 7],
      [{ ...waivers[2], place: 'scan.config.json: waivers[2]' }, 7],
    ]);
    expect((config.printable.waivers as unknown[]).length).toBe(3);
  });

  it('come from presets and files too, and add up', async () => {
    const config = await configure(
      project({
        'scan.config.json': {
          extends: ['./base.json'],
          plugins: repo,
          waivers: [{ check: 'repo', reason: 'own' }],
          waiversFile: 'deep/waivers.yaml',
        },
        'base.json': { waivers: [{ check: 'repo', reason: 'preset' }], waiversFile: 'list.json' },
        'list.json': [{ check: 'repo', reason: 'list' }],
        'deep/waivers.yaml': 'waivers:\n  - check: repo/*\n    reason: yaml\n    expires: 2027-01-31\n',
      }),
    );
    expect(config.waivers.map(({ place, reason }) => [place, reason])).toEqual([
      ['base.json: waivers[0]', 'preset'],
      ['list.json: [0]', 'list'],
      ['scan.config.json: waivers[0]', 'own'],
      ['deep/waivers.yaml: waivers[0]', 'yaml'],
    ]);
  });

  it('that are wrong stop everything, all of them at once, each with its place and the nearest name', async () => {
    const waivers = [
      { check: 'repo/max-fil-size', reason: 'r' },
      { check: 'repo/max-file-size' },
      { check: 'repo', reason: '  ' },
      { check: 'repo', reason: 'r', expires: '31.1.2027' },
      { check: 'repo', reason: 'r', expires: '2027-02-29' },
      { check: 'repo', reason: 'r', fingerprint: 'abc' },
      { check: 'categry:x', reason: 'r' },
      { check: 'repo', reson: 'r', reason: 'r' },
      'repo',
      { check: 'repo', reason: 'r' },
    ];
    const listed = await problemsOf({
      'scan.config.json': { plugins: repo, waivers, waiversFile: 'w.json', gate: { failOn: 'eror' } },
      'w.json': { waivers: [{ check: 'nope', reason: 'r' }, { reason: 'r' }], checks: {} },
    });
    expect(listed.sort()).toEqual(
      [
        "scan.config.json: gate.failOn must be one of error, warning, note, never, not 'eror' (did you mean 'error'?)",
        "scan.config.json: waivers[0].check matches no check (did you mean 'repo/max-file-size'?)",
        "scan.config.json: waivers[1] lacks 'reason'",
        'scan.config.json: waivers[2].reason must be text that says why, not text',
        "scan.config.json: waivers[3].expires must be a day, such as '2027-01-31', not text",
        'scan.config.json: waivers[4].expires names a day that no calendar has: 2027-02-29',
        "scan.config.json: waivers[5].fingerprint must be a finding's fingerprint, not text",
        "scan.config.json: waivers[6].check 'categry' is not a field to filter by; did you mean 'category'?",
        "scan.config.json: waivers[7].reson is not known (did you mean 'reason'?)",
        'scan.config.json: waivers[8] must be an object with check and reason, not text',
        'w.json: waivers[0].check matches no check (known are repo)',
        "w.json: waivers[1] lacks 'check'",
        'w.json: checks is not known (such a file has waivers and nothing else)',
      ].sort(),
    );
  });

  it('cannot come from a file that is not there, broken, or would run', async () => {
    const of = (waiversFile: string, files: Record<string, string> = {}) =>
      problemsOf({ 'scan.config.json': { plugins: repo, waiversFile }, ...files });
    expect(await of('none.json')).toEqual([
      expect.stringMatching(/^scan\.config\.json: waiversFile could not be loaded: There is no configuration file/),
    ]);
    expect(await of('w.json', { 'w.json': '[{' })).toEqual([
      expect.stringMatching(/waiversFile could not be loaded: .*w\.json:1.* this is not valid JSON/),
    ]);
    expect(await of('w.mjs', { 'w.mjs': 'globalThis.ran = true; export default [];' })).toEqual([
      'scan.config.json: waiversFile must name a file that ends with .json, .yaml or .yml',
    ]);
    expect('ran' in globalThis).toBe(false);
    expect(await of('w.yaml', { 'w.yaml': 'nonsense' })).toEqual([
      'w.yaml must be an object, not text (begin with `export default defineConfig({ ... })`)',
    ]);
  });

  it('may name a check of a plugin that could not be loaded: that is told once', async () => {
    const listed = await problemsOf({
      'scan.config.json': { plugins: ['repo', './gone'], waivers: [{ check: 'gone/x', reason: 'r' }] },
    });
    expect(listed).toEqual([expect.stringContaining('plugins[1]')]);
  });
});

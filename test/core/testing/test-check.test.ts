// testCheck is what check authors rely on: each of its promises is broken here once.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../../core/check/define.js';
import { loadModule } from '../../../core/check/load-module.js';
import { type CheckCases, testCheck } from '../../../core/testing.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';

const COUNT = "report(c, 'line ' + (await c.readFile('a.txt')).length, { path: 'a.txt', startLine: 1 });";

async function load(check: string | CheckText): Promise<AnyCheck> {
  const root = checkProject({ tried: check });
  const { default: loaded } = await loadModule(pathToFileURL(join(root, 'checks/tried.mjs')).href, {
    cacheDir: undefined,
  });
  return loaded as AnyCheck;
}

/** What testCheck says of a check. */
async function complaint(check: string | CheckText, cases: Partial<CheckCases>): Promise<string> {
  const tried = await load(check);
  return testCheck(tried, { passes: [], fails: [], ...cases }).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
}

const files = { 'a.txt': 'abc' };
const finding = {
  messageId: 'found',
  path: 'a.txt',
  startLine: 1,
  message: 'found line 3',
  data: { what: 'line 3' },
  severity: 'warning' as const,
};

describe('testCheck', () => {
  it('says nothing of a check that does what its cases say', async () => {
    expect(await complaint(COUNT, { fails: [{ files, findings: [finding] }] })).toBe('nothing');
    const counts = 'return { n: c.options.n + c.needs.other.n }';
    const withOptions: CheckText = { run: counts, meta: { options: { n: { type: 'integer', default: 1 } } } };
    expect(
      await complaint(withOptions, {
        passes: [{ files, options: { n: 2 }, needs: { other: { n: 1 } } }],
        refuses: [{ n: 'two' }],
      }),
    ).toBe('nothing');
    expect(await complaint("c.skip('not-installed', 'x');", { passes: [{ files, outcome: 'skipped' }] })).toBe(
      'nothing',
    );
    // An empty project is one that a check may be tried on.
    expect(await complaint('', { passes: [{}] })).toBe('nothing');
  });

  it('names the case and what differs', async () => {
    const wrong = (over: object) =>
      complaint(COUNT, { fails: [{ name: 'a case of three', files, findings: [{ ...finding, ...over }] }] });
    expect(await wrong({ startLine: 2 })).toMatch(/^a case of three: finding 0, startLine \("found line 3"\)/);
    expect(await wrong({ message: 'found line 4' })).toMatch(/^a case of three: finding 0, message/);
    expect(await wrong({ path: 'b.txt' })).toMatch(/^a case of three: finding 0, path/);
    expect(await wrong({ data: {} })).toMatch(/finding 0, data/);
    expect(await wrong({ severity: 'error' })).toMatch(/finding 0, severity/);
    const none = await complaint(COUNT, { passes: [{ files }] });
    expect(none).toMatch(/^passes\[0\]: ended failed, findings \[.*"found line 3"/);
    const toFew = await complaint(COUNT, { fails: [{ files, findings: [finding, finding] }] });
    expect(toFew).toMatch(/^fails\[0\]: found \[[\s\S]*"found line 3"/);
    const broke = await complaint("throw new Error('broke here');", { passes: [{ name: 'x', files }] });
    expect(broke).toMatch(/^x: ended errored \(broke here\), findings \[\]\n/);
  });

  it('finds a placeholder that nothing filled', async () => {
    const left: CheckText = { run: "c.report({ messageId: 'found', data: {}, location: { path: 'a.txt' } });" };
    expect(await complaint(left, { fails: [{ files, findings: [{ messageId: 'found' }] }] })).toContain(
      "'found' without what in its data",
    );
    const written: CheckText = {
      run: "c.report({ messageId: 'found', data: { what: '{{oops}}' }, location: { path: 'a.txt' } });",
    };
    expect(await complaint(written, { fails: [{ files, findings: [{ messageId: 'found' }] }] })).toContain(
      'a placeholder is left in "found {{oops}}"',
    );
  });

  it('finds an answer that changes from run to run', async () => {
    const counts: CheckText = { top: 'let calls = 0;', run: "calls += 1; report(c, 'call ' + calls);" };
    expect(await complaint(counts, { fails: [{ name: 'twice', files, findings: [{ messageId: 'found' }] }] })).toMatch(
      /^twice: a second run gave another answer/,
    );
    const data: CheckText = { top: 'let calls = 0;', run: 'calls += 1; return { calls };' };
    expect(await complaint(data, { passes: [{ files }] })).toContain('a second run gave another answer');
  });

  it('finds an answer that is another in a thread', async () => {
    const told: CheckText = {
      top: "import { isMainThread } from 'node:worker_threads';",
      run: "if (!isMainThread) report(c, 'in a thread');",
    };
    expect(await complaint(told, { passes: [{ name: 'threads', files }] })).toMatch(
      /^threads: a worker thread gave another answer/,
    );
  });

  it('finds data that does not survive a thread', async () => {
    const said = await complaint('return { when: new Date() };', { passes: [{ files }] });
    expect(said).toContain('ended errored (The check returned something that is not JSON: data.when (a Date)');
  });

  it('finds options that are accepted and should not be, and cases that are no cases', async () => {
    const open: CheckText = { run: '', meta: { options: { n: { type: 'integer' } } } };
    expect(await complaint(open, { passes: [{ files }], refuses: [{ n: 1 }] })).toBe(
      'the options {"n":1} should be refused and are not',
    );
    expect(await complaint(open, { passes: [{ files, options: { m: 1 } }] })).toContain(
      'the options of the case are not valid',
    );
    expect(await complaint('', {})).toContain('at least one case');
  });

  it('finds an option that nobody knows and the check accepts', async () => {
    const check = await load('');
    // Every schema that scanrun makes refuses it; a check that is none of scanrun's may not.
    const open = { ...check, meta: { ...check.meta, options: { 'no-such-option': {} } } } as unknown as AnyCheck;
    await expect(testCheck(open, { passes: [{ files }], fails: [] })).rejects.toThrow(
      'the options {"no-such-option":true} should be refused',
    );
  });

  it('says how a check ended that killed its thread', async () => {
    const crashes: CheckText = {
      top: "import { isMainThread } from 'node:worker_threads';",
      run: 'if (!isMainThread) { const all = []; for (;;) all.push(new Array(1e6).fill(1.5)); }',
    };
    expect(await complaint(crashes, { passes: [{ name: 'memory', files }] })).toMatch(
      /^memory: a worker thread gave another answer[\s\S]*out-of-memory/,
    );
  });

  it('makes a git repository of a case that wants one, after its fixture and before its setup', async () => {
    const say: CheckText = {
      run: "const { stdout } = await c.exec(['git', 'status', '--porcelain']); return { kind: c.target.kind, stdout };",
    };
    const seen: string[] = [];
    expect(await complaint(say, { passes: [{ files, git: true, setup: (root) => void seen.push(root) }] })).toBe(
      'nothing',
    );
    expect(seen).toHaveLength(1);
  });

  describe('with fixes', () => {
    const fixing = (text: string, unsafe = false): CheckText => ({
      visit: `for (let at = file.text.indexOf('foo'); at >= 0; at = file.text.indexOf('foo', at + 1))
        c.report({ messageId: 'found', data: { what: 'foo' }, location: file.locate(at), fix: { description: 'd', unsafe: ${unsafe}, changes: [{ replacements: [{ start: at, end: at + 3, text: '${text}' }] }] } });`,
      meta: { files: ['**/*.txt'] },
    });
    const foo = { 'a.txt': '\ufefffoo\r\nfoo' };
    const two = [{ messageId: 'found' }, { messageId: 'found' }];
    const tried = (check: string | CheckText, over: object): Promise<string> =>
      complaint(check, { fails: [{ name: 'fixes', files: foo, findings: two, ...over }] });

    it('makes them and says nothing where they are as the case says', async () => {
      expect(await tried(fixing('bar'), { fixed: { 'a.txt': '\ufeffbar\r\nbar' } })).toBe('nothing');
      expect(await tried(fixing('bar'), {})).toBe('nothing');
      const unsafe = two.map((each) => ({ ...each, fix: 'unsafe' as const }));
      expect(await tried(fixing('bar', true), { findings: unsafe })).toBe('nothing');
      const none: CheckText = {
        visit: "if (file.text) report(c, 'x', { path: file.path });",
        meta: { files: ['a.txt'] },
      };
      expect(await tried(none, { findings: [{ messageId: 'found', fix: false }] })).toBe('nothing');
    });

    it('finds a fix that leaves its finding, one that makes other files of them, and one that is not offered', async () => {
      expect(await tried(fixing('foo foo'), {})).toMatch(/^fixes: after 10 rounds there is still something to fix/);
      expect(await tried(fixing('bar'), { fixed: { 'a.txt': '\ufeffbar\nbar' } })).toMatch(
        /^fixes: a\.txt after the fixes/,
      );
      expect(await tried(fixing('bar'), { left: [{ messageId: 'found' }] })).toMatch(
        /^fixes, after the fixes: found \[\]/,
      );
      expect(await tried(fixing('bar'), { findings: two.map((each) => ({ ...each, fix: false })) })).toMatch(
        /finding 0, fix/,
      );
      const none: CheckText = { visit: "report(c, 'x', { path: file.path });", meta: { files: ['a.txt'] } };
      expect(await tried(none, { findings: [{ messageId: 'found' }], fixed: {} })).toMatch(
        /^fixes: no finding offers a fix/,
      );
      const wrong = fixing('bar').visit?.replace('at + 3', 'at + 99');
      expect(await tried({ visit: wrong ?? '', meta: { files: ['a.txt'] } }, {})).toContain('the text has 8 units');
    });
  });
});

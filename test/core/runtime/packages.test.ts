// Scans of monorepos with checks of packages: what such a check sees, what becomes of its parts, and what others get of it.
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { AnyCheck } from '../../../core/check/define.js';
import { loadModule } from '../../../core/check/load-module.js';
import type { TaskRecord } from '../../../core/model/result.js';
import { testCheck } from '../../../core/testing.js';
import { type CheckText, checkProject } from '../../support/check-projects.js';
import { type Files, write } from '../../support/folders.js';
import { canonical, checkOf, endOf, runScan } from '../../support/run-scan.js';

const own: CheckText = {
  meta: { scope: 'package' },
  run: `
    const files = [];
    for await (const { path } of c.files(['**', '!checks/**'])) files.push(path);
    for (const path of files) if (path.endsWith('.ts')) report(c, path, { path });
    c.measure('files', files.length, 'files');
    return { ...c.package, files };`,
};

/** A project with the packages `a`, `b` and `b/deep`, besides the root. */
function monorepo(checks: Readonly<Record<string, string | CheckText>>, files: Files = {}): string {
  const root = checkProject(checks);
  write(root, {
    'package.json': { name: 'root', type: 'module', workspaces: ['packages/**'] },
    'src/index.ts': '',
    'packages/a/package.json': { name: '@m/a' },
    'packages/a/src/a.ts': '',
    'packages/b/package.json': {},
    'packages/b/deep/package.json': { name: '@m/deep' },
    'packages/b/deep/d.ts': '',
    ...files,
  });
  return root;
}

describe('a check of packages', () => {
  it('sees one package at a time: its name, folder and own files', async () => {
    const { result } = await runScan(monorepo({ own }));
    const { data, parts, findings, measurements, outcome } = checkOf(result, 'local/own');
    expect(data).toEqual({
      '@m/a': {
        name: '@m/a',
        folder: 'packages/a',
        manifest: 'packages/a/package.json',
        inner: [],
        files: ['packages/a/package.json', 'packages/a/src/a.ts'],
      },
      '@m/deep': expect.objectContaining({ files: ['packages/b/deep/d.ts', 'packages/b/deep/package.json'] }),
      'packages/b': expect.objectContaining({ inner: ['packages/b/deep'], files: ['packages/b/package.json'] }),
      root: expect.objectContaining({
        folder: '',
        inner: ['packages/a', 'packages/b'],
        files: ['package.json', 'plugin.mjs', 'src/index.ts'],
      }),
    });
    expect(findings.map((finding) => [finding.package, finding.location.path])).toEqual([
      ['@m/a', 'packages/a/src/a.ts'],
      ['@m/deep', 'packages/b/deep/d.ts'],
      ['root', 'src/index.ts'],
    ]);
    expect(outcome).toEqual({ status: 'failed' });
    expect(parts.map((part) => [part.taskId, part.package, part.outcome.status]).sort()).toEqual([
      ['local/own@.', 'root', 'failed'],
      ['local/own@packages/a', '@m/a', 'failed'],
      ['local/own@packages/b', 'packages/b', 'passed'],
      ['local/own@packages/b/deep', '@m/deep', 'failed'],
    ]);
    expect(measurements.map((each) => [each.package, each.value]).sort()).toEqual([
      ['@m/a', 2],
      ['@m/deep', 2],
      ['packages/b', 1],
      ['root', 3],
    ]);
  });

  it('has one part, and says the same of the root, in a project that is one package', async () => {
    const { result } = await runScan(checkProject({ own }, { 'src/index.ts': '' }));
    const { parts, findings } = checkOf(result, 'local/own');
    expect(parts).toMatchObject([{ taskId: 'local/own', package: 'target' }]);
    const many = checkOf(
      (await runScan(monorepo({ own }, { 'package.json': { name: 'target', workspaces: ['packages/*'] } }))).result,
      'local/own',
    );
    const same = many.findings.filter((finding) => finding.package === 'target');
    expect(same.map(({ fingerprint }) => fingerprint)).toEqual(findings.map(({ fingerprint }) => fingerprint));
  });

  it('gives equal findings of two packages fingerprints of their own, which stay', async () => {
    const check: CheckText = { meta: { scope: 'package' }, run: "report(c, 'same');" };
    const root = monorepo({ check });
    const prints = async () =>
      checkOf((await runScan(root)).result, 'local/check').findings.map(({ fingerprint }) => fingerprint);
    const first = await prints();
    expect(new Set(first).size).toBe(4);
    expect(first.every((print) => print.endsWith(':1'))).toBe(true);
    expect(await prints()).toEqual(first);
  });

  it('needs the same package, is needed whole, and shares what a check of the target knows', async () => {
    const root = monorepo({
      all: "return 'shared'",
      first: { meta: { scope: 'package' }, run: 'return c.package.name' },
      second: { meta: { scope: 'package' }, needs: ['first', 'all'], run: 'return [c.needs.first, c.needs.all]' },
      sum: { needs: ['second'], run: 'return c.needs.second' },
      each: {
        needs: ['first'],
        visit: "if (file.path === 'package.json') report(c, Object.keys(c.needs.first).join());",
      },
    });
    const { result } = await runScan(root);
    const expected = Object.fromEntries(
      ['@m/a', '@m/deep', 'packages/b', 'root'].map((name) => [name, [name, 'shared']]),
    );
    expect(checkOf(result, 'local/sum').data).toEqual(expected);
    expect(checkOf(result, 'local/each').findings.map(({ message }) => message)).toEqual([
      'found @m/a,@m/deep,packages/b,root',
    ]);
  });

  it('fails for one package alone, and its dependants there with it', async () => {
    const root = monorepo({
      first: { meta: { scope: 'package' }, run: "if (c.package.name === '@m/a') throw new Error('no a');" },
      second: { meta: { scope: 'package' }, needs: ['first'], run: '' },
      sum: { needs: ['first'], run: '' },
    });
    const { result } = await runScan(root);
    const ends = (id: string) =>
      Object.fromEntries(checkOf(result, id).parts.map((part) => [part.package, part.outcome.status]));
    const passed = { '@m/deep': 'passed', 'packages/b': 'passed', root: 'passed' };
    expect(ends('local/first')).toEqual({ ...passed, '@m/a': 'errored' });
    expect(ends('local/second')).toEqual({ ...passed, '@m/a': 'skipped' });
    expect([endOf(result, 'local/first'), endOf(result, 'local/sum')]).toEqual([
      'errored threw',
      'skipped need-failed',
    ]);
  });

  it('that does not apply to some packages answers by the others; one that applies to none says so', async () => {
    const skips = (test: string): CheckText => ({
      meta: { scope: 'package' },
      run: `if (${test}) c.skip('not-applicable', 'It is not for this one.');`,
    });
    const root = monorepo({
      some: skips("c.package.name !== '@m/a'"),
      none: skips('true'),
      after: { meta: { scope: 'package' }, needs: ['some'], run: 'return c.package.name' },
      sum: { needs: ['after'], run: 'return c.needs.after' },
    });
    const { result } = await runScan(root);
    expect(['some', 'none', 'after', 'sum'].map((key) => endOf(result, `local/${key}`))).toEqual([
      'passed',
      'skipped not-applicable',
      'passed',
      'passed',
    ]);
    expect(checkOf(result, 'local/sum').data).toEqual({ '@m/a': '@m/a' });
  });

  it('keeps its answers by package: only what changed runs again', async () => {
    const cached: CheckText = {
      meta: { scope: 'package', cache: true, inputs: { files: ['src/**', '/shared.json'] } },
      run: "let n = 0; for await (const f of c.files('src/**')) n += f.sizeBytes; report(c, 'sum ' + n, { path: c.package.manifest }); await c.readFile('shared.json'); return n;",
    };
    const root = monorepo({ cached }, { 'shared.json': '{}', 'packages/b/src/b.ts': 'b' });
    const run = async () => {
      const { result } = await runScan(root);
      const check = checkOf(result, 'local/cached');
      const again = check.parts.filter(({ cached: known }) => known !== true).map((part) => part.package);
      expect(result.notices.map(({ code }) => code)).toEqual([]);
      return {
        again: again.sort(),
        data: check.data,
        found: check.findings.map(({ package: of, message }) => [of, message]),
      };
    };
    const first = await run();
    expect(first.again).toEqual(['@m/a', '@m/deep', 'packages/b', 'root']);
    expect(await run()).toEqual({ ...first, again: [] });
    write(root, { 'packages/b/src/b.ts': 'bbb' });
    const second = await run();
    expect(second.again).toEqual(['packages/b']);
    expect(second.found).toContainEqual(['packages/b', 'found sum 3']);
    write(root, { 'shared.json': '{ }' });
    expect((await run()).again).toHaveLength(4);
  });

  it('is asked for by its id or left out like any other, and nobody looks for packages then', async () => {
    const broken = { 'pnpm-workspace.yaml': '\t- {' };
    const root = monorepo({ own, other: '' }, broken);
    const codes = async (select: object) => {
      const { result } = await runScan(root, { overrides: select });
      return [result.checks.map(({ checkId }) => checkId), result.notices.map(({ code }) => code)];
    };
    expect(await codes({ check: ['local/own'] })).toEqual([['local/own'], ['packages-unknown']]);
    expect(await codes({ skip: ['local/own'] })).toEqual([['local/other'], []]);
  });

  it('says what of the packages could not be told: no scan with an unknown package is clean', async () => {
    const quiet: CheckText = { meta: { scope: 'package' }, run: '' };
    const verdict = async (files: Files) => {
      const { result } = await runScan(monorepo({ quiet }, files));
      return [result.verdict.status, ...result.notices.map(({ code, level }) => `${level} ${code}`)];
    };
    expect(await verdict({})).toEqual(['clean']);
    expect((await verdict({ 'pnpm-workspace.yaml': '\t- {' }))[0]).not.toBe('clean');
    expect(await verdict({ 'package.json': { workspaces: ['packages/*', '../x', 'none/*'] } })).toEqual([
      'clean',
      'warning packages-outside',
      'info packages-unmatched',
    ]);
    expect(await verdict({ 'packages/a/package.json': '{' })).toEqual(['clean', 'warning packages-unreadable']);
    expect(await verdict({ 'packages/b/package.json': { name: '@m/a' } })).toEqual([
      'clean',
      'info packages-same-name',
    ]);
  });

  it.skipIf(process.getuid?.() === 0)('says that a package.json may not be read', async () => {
    const root = monorepo({ own });
    chmodSync(join(root, 'packages/a/package.json'), 0o000);
    const { result } = await runScan(root);
    expect(result.notices).toMatchObject([{ code: 'packages-unreadable', message: expect.stringContaining('EACCES') }]);
    expect(checkOf(result, 'local/own').parts).toHaveLength(4);
  });

  it('of five hundred packages answers the same one after another and at once', async () => {
    const files: Record<string, object> = {};
    for (let index = 0; index < 500; index += 1) files[`packages/n${index}/package.json`] = { name: `n${index}` };
    const check: CheckText = {
      meta: { scope: 'package' },
      run: 'for await (const f of c.files()) report(c, f.path, { path: f.path }); return c.package.folder.length;',
    };
    const root = monorepo({ check, sum: { needs: ['check'], run: 'return Object.keys(c.needs.check).length' } }, files);
    const one = await runScan(root, { overrides: { parallel: false } });
    const many = await runScan(root, { overrides: { parallel: true, concurrency: 4 } });
    expect(checkOf(many.result, 'local/sum').data).toBe(504);
    const settled = ({ result }: typeof one) =>
      canonical({
        ...result,
        checks: result.checks.map((each) => ({
          ...each,
          parts: [...each.parts].sort((a, b) => (a.taskId < b.taskId ? -1 : 1)),
        })),
      });
    expect(settled(many)).toBe(settled(one));
  });
});

describe('the history of a check of packages', () => {
  it('knows which took how long, so that the longest starts first, also where the check does not apply to all', async () => {
    const wait =
      "if (c.package.name === 'root') c.skip('not-applicable', 'no'); await new Promise((done) => setTimeout(done, c.package.name === '@m/deep' ? 300 : 1));";
    const root = monorepo({ wait: { meta: { scope: 'package' }, run: wait } });
    const first = await runScan(root, { overrides: { parallel: false } });
    expect(first.result.tasks.map(({ id }) => id)).toEqual(
      ['@.', '@packages/a', '@packages/b', '@packages/b/deep'].map((place) => `local/wait${place}`),
    );
    const took = ({ attempts: [only] }: TaskRecord): number => (only?.endedAtMs ?? 0) - (only?.startedAtMs ?? 0);
    const [longest] = first.result.tasks.toSorted((a, b) => took(b) - took(a));
    const second = await runScan(root, { overrides: { parallel: false } });
    expect(second.result.tasks[0]?.id).toBe(longest?.id);
  });
});

describe('testCheck', () => {
  it('tries a check of packages on each package of a case', async () => {
    const run = 'report(c, c.package.name, { path: c.package.manifest }); return c.package.name;';
    const root = checkProject({ tried: { meta: { scope: 'package', when: { files: ['tsconfig.json'] } }, run } });
    const { default: tried } = await loadModule(pathToFileURL(join(root, 'checks/tried.mjs')).href, {
      cacheDir: undefined,
    });
    const files = {
      'package.json': '{"workspaces":["p/*"]}',
      'p/a/package.json': '{"name":"a"}',
      'p/a/tsconfig.json': '{}',
      'p/b/package.json': '{"name":"b"}',
      'p/c/package.json': '{"name":"c"}',
      'p/c/tsconfig.json': '{}',
    };
    const findings = ['a', 'c'].map((name) => ({
      messageId: 'found',
      message: `found ${name}`,
      path: `p/${name}/package.json`,
      package: name,
    }));
    await testCheck(tried as AnyCheck, { passes: [], fails: [{ files, findings }] });
    await expect(
      testCheck(tried as AnyCheck, {
        passes: [],
        fails: [{ files, findings: findings.map((each) => ({ ...each, package: 'b' })) }],
      }),
    ).rejects.toThrow('finding 0, package');
  });
});

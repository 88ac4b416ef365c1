// Scans that find what earlier ones answered: the answer is the same, and only what must runs.
import { appendFileSync, chmodSync, existsSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { createRuntime } from '../../../core/runtime.js';
import { addChecks, type CheckText, checkProject } from '../../support/check-projects.js';
import { commitAll, folder, git, write } from '../../support/folders.js';
import { canonicalAnswer, checkOf, ends, runScan, type ScanSettings } from '../../support/run-scan.js';

const runtime = createRuntime({ cores: 2 });
afterAll(() => runtime.close());

const cold: ScanSettings = { overrides: { cache: false } };
const scan = (root: string, settings: ScanSettings = {}) => runScan(root, { runtime, ...settings });
const TREE = { '.gitignore': 'node_modules/\n.scanrun/\n', 'src/a.txt': 'one\n', 'src/b.txt': 'two\n' };

/** A check that writes down what it visits, or that it ran. */
function logged(log: string, check: CheckText): CheckText {
  const { visit, run, top = '' } = check;
  const write = (what: string) => `appendFileSync(${JSON.stringify(log)}, ${what} + '\\n');`;
  return {
    ...check,
    top: `import { appendFileSync } from 'node:fs'; ${top}`,
    ...(visit === undefined ? { run: `${write("'ran'")} ${run ?? ''}` } : { visit: `${write('file.path')} ${visit}` }),
  };
}

/** What was written down since the last call. */
function taken(log: string): string[] {
  const lines = existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : [];
  rmSync(log, { force: true });
  return lines.sort();
}

/** A committed project with one check that writes down what it does, in `src`. */
function project(check: CheckText, files: object = {}): { readonly root: string; readonly log: string } {
  const log = join(folder(), 'log');
  const meta = check.visit === undefined ? check.meta : { files: ['src/**'], ...check.meta };
  const root = checkProject(
    { one: logged(log, { ...check, ...(meta === undefined ? {} : { meta }) }) },
    { ...TREE, ...files },
  );
  commitAll(root);
  return { root, log };
}

/** Fails the same wherever it is called from: without a stack. */
const BOOM = "throw Object.assign(new Error('boom'), { stack: '' });";
const SAY = 'report(c, file.text.trim(), { path: file.path, startLine: 1 });';
const partOf = ({ result }: Awaited<ReturnType<typeof runScan>>, key = 'one') => checkOf(result, `local/${key}`).parts;

describe('a file check', () => {
  it('visits again what changed and nothing else, and starts no thread where nothing did', async () => {
    const { root, log } = project({ visit: SAY });
    const first = await scan(root);
    expect(taken(log)).toEqual(['src/a.txt', 'src/b.txt']);
    expect(first.result.statistics.cache).toEqual({ hits: 0, misses: 2, kept: 2 });
    const second = await scan(root);
    expect(taken(log)).toEqual([]);
    expect(canonicalAnswer(second.result)).toBe(canonicalAnswer(first.result));
    expect(second.result.statistics.cache).toEqual({ hits: 2, misses: 0, kept: 0 });
    expect(partOf(second)).toMatchObject([{ cached: true, cachedFiles: 2, timeMs: 0 }]);
    expect(second.result.tasks).toMatchObject([{ attempts: [], outcome: { status: 'failed' } }]);
    expect(second.events.map(({ type }) => type)).not.toContain('taskStarted');
    write(root, { 'src/b.txt': 'three\n' });
    const third = await scan(root);
    expect(taken(log)).toEqual(['src/b.txt']);
    expect(checkOf(third.result, 'local/one').findings.map(({ message }) => message)).toEqual([
      'found one',
      'found three',
    ]);
    expect(partOf(third)).toMatchObject([{ cachedFiles: 1 }]);
    expect(partOf(third)[0]).not.toHaveProperty('cached');
  });

  it('visits a file again that has another mode, but not one that was only touched', async () => {
    const { root, log } = project({ visit: SAY });
    await scan(root);
    taken(log);
    utimesSync(join(root, 'src/a.txt'), 1_700_000_000, 1_700_000_000);
    chmodSync(join(root, 'src/b.txt'), 0o755);
    await scan(root);
    expect(taken(log)).toEqual(['src/b.txt']);
  });

  it('visits all files again with other options, other code, or when it is told to', async () => {
    const options = { limit: { type: 'integer', default: 1 } };
    const { root, log } = project({ visit: SAY, meta: { options } });
    const all = ['src/a.txt', 'src/b.txt'];
    await scan(root);
    expect(taken(log)).toEqual(all);
    const other = { config: { checks: { 'local/one': { options: { limit: 2 } } } } } as unknown as ScanSettings;
    await scan(root, other);
    expect(taken(log)).toEqual(all);
    await scan(root, { overrides: { refreshCache: true } });
    expect(taken(log)).toEqual(all);
    await scan(root, cold);
    expect(taken(log)).toEqual(all);
    // Both sets of options are known by now.
    await scan(root, other);
    await scan(root);
    expect(taken(log)).toEqual([]);
    appendFileSync(join(root, 'checks/one.mjs'), '\n// another version\n');
    await scan(root);
    expect(taken(log)).toEqual(all);
  });

  it('has the severity that the configuration sets now', async () => {
    const { root, log } = project({
      visit: "c.report({ messageId: 'found', data: { what: 'x' }, severity: 'note' });",
    });
    const severities = async (settings: ScanSettings) =>
      checkOf((await scan(root, settings)).result, 'local/one').findings.map(({ severity }) => severity);
    expect(await severities({})).toEqual(['note', 'note']);
    taken(log);
    expect(await severities({ config: { checks: { 'local/one': 'error' } } as never })).toEqual(['error', 'error']);
    expect(await severities({})).toEqual(['note', 'note']);
    expect(taken(log)).toEqual([]);
  });

  it.for([
    ['reads another file', "await c.readFile('src/a.txt');"],
    ['asks for a variable', "await c.env('HOME');"],
    ['names a value to mask', "c.redact('opensesame');"],
    ['is degraded', "c.degraded('half of it');"],
    ['throws', BOOM],
    ['asks when the file was modified', 'void file.modifiedMs;'],
    ['speaks of another file', "report(c, 'x', { path: 'package.json' });"],
    ['skips', "c.skip('partial', 'not today');"],
  ] as const)('that %s is asked again', async ([, what]) => {
    const { root, log } = project({ visit: `if (file.path === 'src/b.txt') { ${what} } ${SAY}` });
    const first = await scan(root);
    taken(log);
    const second = await scan(root);
    expect(taken(log)).toContain('src/b.txt');
    expect(canonicalAnswer(second.result)).toBe(canonicalAnswer((await scan(root, cold)).result));
    expect(ends(second.result)).toEqual(ends(first.result));
  });

  it('with `cache: false` is asked again', async () => {
    const { root, log } = project({ visit: SAY, meta: { cache: false } });
    await scan(root);
    taken(log);
    const { result } = await scan(root);
    expect(taken(log)).toEqual(['src/a.txt', 'src/b.txt']);
    // A cache that nothing is asked of is not opened.
    expect(result.statistics.cache).toBe(undefined);
  });

  it('that does not care for paths knows a renamed file, under its new name', async () => {
    const { root, log } = project({
      visit: "report(c, 'x');".replace("'x'", "'x', { path: file.path }"),
      meta: { pathIndependent: true },
    });
    await scan(root);
    taken(log);
    git(root, 'mv', 'src/a.txt', 'src/z.txt');
    const { result } = await scan(root);
    expect(taken(log)).toEqual([]);
    expect(canonicalAnswer(result)).toBe(canonicalAnswer((await scan(root, cold)).result));
  });

  it('is asked again when the data changes that it needs', async () => {
    const log = join(folder(), 'log');
    const root = checkProject(
      {
        base: "return new TextDecoder().decode(await c.readFile('word'));",
        one: logged(log, {
          visit: 'report(c, c.needs.base, { path: file.path });',
          needs: ['base'],
          meta: { files: ['src/**'] },
        }),
      },
      { ...TREE, word: 'first' },
    );
    commitAll(root);
    await scan(root);
    taken(log);
    await scan(root);
    expect(taken(log)).toEqual([]);
    write(root, { word: 'second' });
    const { result } = await scan(root);
    expect(taken(log)).toEqual(['src/a.txt', 'src/b.txt']);
    expect(checkOf(result, 'local/one').findings[0]?.message).toBe('found second');
  });

  it('says nothing of files that change while it visits them', async () => {
    const { root, log } = project({
      top: "import { writeFileSync } from 'node:fs';",
      visit: `${SAY} writeFileSync(c.target.root + '/src/b.txt', 'changed by then, and longer\\n');`,
      meta: { files: ['src/b.txt'] },
    });
    await scan(root);
    taken(log);
    // As it was when it was listed, though that is not what was visited last.
    write(root, { 'src/b.txt': 'two\n' });
    await scan(root);
    expect(taken(log)).toEqual(['src/b.txt']);
  });

  it('looks at what is staged, whatever lies in the work tree', async () => {
    const { root, log } = project({ visit: SAY });
    const messages = async (settings: ScanSettings = {}) =>
      checkOf((await scan(root, settings)).result, 'local/one').findings.map(({ message }) => message);
    await messages();
    write(root, { 'src/b.txt': 'staged\n' });
    git(root, 'add', 'src/b.txt');
    write(root, { 'src/b.txt': 'two\n' });
    const staged: ScanSettings = { changes: { kind: 'staged' } };
    taken(log);
    expect(await messages(staged)).toEqual(['found staged']);
    expect(await messages(staged)).toEqual(['found staged']);
    expect(await messages()).toEqual(['found one', 'found two']);
    expect(taken(log)).toEqual(['src/b.txt']);
  });

  it('finds nothing kept after a check that changes the tree', async () => {
    const root = checkProject(
      {
        changes: {
          top: "import { writeFileSync } from 'node:fs';",
          run: "writeFileSync(c.target.root + '/src/a.txt', 'new\\n');",
          meta: { changesTree: true },
        },
        one: { visit: SAY, needs: ['changes'], meta: { files: ['src/**'] } },
      },
      TREE,
    );
    commitAll(root);
    const messages = async () => checkOf((await scan(root)).result, 'local/one').findings.map(({ message }) => message);
    expect(await messages()).toEqual(['found new', 'found two']);
    write(root, { 'src/a.txt': 'one\n' });
    expect(await messages()).toEqual(['found new', 'found two']);
  });

  it('leaves no time in the history, and is no outlier, where some of it was known', async () => {
    const { root } = project({ visit: SAY });
    const times = () =>
      readFileSync(join(root, '.scanrun/history/history.ndjson'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).checks['local/one'].ms);
    await scan(root);
    write(root, { 'src/a.txt': 'three\n' });
    await scan(root);
    await scan(root);
    expect(times()).toEqual([expect.any(Number), undefined, undefined]);
  });
});

describe('any edits between scans', () => {
  it('give what a scan without a cache gives', async () => {
    const lines = (word: string) =>
      `for (const [i, line] of file.text.split('\\n').entries()) if (line.includes('${word}')) report(c, '${word}', { path: file.path, startLine: i + 1 });`;
    const src = { files: ['src/**'] };
    const root = checkProject(
      {
        todo: { visit: lines('TODO'), meta: src },
        bytes: { visit: "c.measure('size', file.bytes.length, 'bytes');", meta: { ...src, reads: 'bytes' } },
        free: {
          visit: "if (file.text.includes('x')) c.report({ messageId: 'found', data: { what: 'x' } });",
          meta: { ...src, pathIndependent: true },
        },
        modes: {
          visit: "if (file.executable) report(c, 'may run', { path: file.path });",
          meta: { ...src, reads: 'none' },
        },
        masks: {
          visit:
            "if (file.text.includes('secret')) { c.redact('secret'); report(c, 'a secret', { path: file.path, startLine: 1 }); }",
          meta: src,
        },
        throws: { visit: `if (file.text.includes('boom')) { ${BOOM} }`, meta: { ...src, timeout: '20s' } },
        counts: {
          run: "let n = 0; for await (const f of c.files('src/**')) n += (await c.readFile(f.path)).length; report(c, 'bytes ' + n); return n;",
          meta: { cache: true, inputs: { files: ['src/**'] } },
        },
        depends: {
          visit: 'if (c.needs.counts % 2 === 0) report(c, "even", { path: file.path });',
          needs: ['counts'],
          meta: src,
        },
      },
      { ...TREE },
    );
    commitAll(root);
    const name = fc.constantFrom('a.txt', 'b.txt', 'c.txt', 'deep/d.txt', 'deep/e.txt');
    const text = fc.constantFrom('', 'TODO\n', 'x\nTODO TODO\n', 'secret TODO\n', 'boom\n', 'x\n', 'TODO\nTODO\n');
    const edit = fc.oneof(
      fc.record({ kind: fc.constant('write' as const), name, text }),
      fc.record({ kind: fc.constant('remove' as const), name }),
      fc.record({ kind: fc.constant('mode' as const), name, mode: fc.constantFrom(0o644, 0o755) }),
      fc.record({ kind: fc.constant('move' as const), name, to: name }),
      fc.record({ kind: fc.constant('commit' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 6 }), async (edits) => {
        for (const each of edits) {
          const path = 'name' in each ? `src/${each.name}` : 'src';
          if (each.kind === 'commit') commitAll(root);
          else if (each.kind === 'write') write(root, { [path]: each.text });
          else if (!existsSync(join(root, path))) continue;
          else if (each.kind === 'remove') rmSync(join(root, path));
          else if (each.kind === 'mode') chmodSync(join(root, path), each.mode);
          else {
            write(root, { [`src/${each.to}`]: '' });
            renameSync(join(root, path), join(root, `src/${each.to}`));
          }
        }
        const warm = await scan(root);
        expect(canonicalAnswer(warm.result)).toBe(canonicalAnswer((await scan(root, cold)).result));
      }),
      { numRuns: 15 },
    );
  }, 120_000);
});

describe('a cached project check', () => {
  const RUN = "report(c, new TextDecoder().decode(await c.readFile('src/a.txt')).trim()); return { n: 1 };";
  const declared = {
    cache: true,
    inputs: { files: ['src/**'], env: ['SCANRUN_TEST_WORD'], tools: [['./tool', '--version']] },
  };
  const tool = (version: string) => ({ 'src/tool.txt': version, tool: `#!/bin/sh\necho ${version}\n` });
  const environment = { ...process.env, SCANRUN_TEST_WORD: 'first' };

  it('runs again when a declared file, variable or version changes, and else not', async () => {
    const { root, log } = project({ run: RUN, meta: declared }, tool('1'));
    chmodSync(join(root, 'tool'), 0o755);
    const first = await scan(root, { environment });
    expect(taken(log)).toEqual(['ran']);
    const second = await scan(root, { environment });
    expect(taken(log)).toEqual([]);
    expect(canonicalAnswer(second.result)).toBe(canonicalAnswer(first.result));
    expect(checkOf(second.result, 'local/one')).toMatchObject({ data: { n: 1 }, parts: [{ cached: true }] });
    write(root, { 'README.md': 'not declared' });
    await scan(root, { environment });
    expect(taken(log)).toEqual([]);
    await scan(root, { environment: { ...environment, SCANRUN_TEST_WORD: 'second' } });
    expect(taken(log)).toEqual(['ran']);
    write(root, { tool: '#!/bin/sh\necho 2\n' });
    await scan(root, { environment });
    expect(taken(log)).toEqual(['ran']);
    write(root, { 'src/a.txt': 'other\n' });
    const { result } = await scan(root, { environment });
    expect(taken(log)).toEqual(['ran']);
    expect(checkOf(result, 'local/one').findings[0]?.message).toBe('found other');
    write(root, { tool: '#!/bin/sh\nexit 1\n' });
    for (let time = 0; time < 2; time += 1) await scan(root, { environment });
    expect(taken(log), 'without a version nothing is known').toEqual(['ran', 'ran']);
  });

  it.for([
    ['a file', "await c.readFile('package.json');", 'the file package.json'],
    [
      'a file that git does not see',
      "await c.readFile('src/ignored.log');",
      "the file src/ignored.log, which is none of the target's files",
    ],
    ['files', "for await (const f of c.files('*.json')) void f;", "the files '*.json'"],
    ['a variable', "await c.env('SCANRUN_TEST_OTHER');", 'the variable SCANRUN_TEST_OTHER'],
    ['a command', "await c.exec(['true']);", 'the command true'],
    ['an answer of the network', "await c.fetch('http://127.0.0.1:9/').catch(() => {});", 'an answer from 127.0.0.1:9'],
  ] as const)(
    'that learns %s without declaring it is told, not kept, and refused with --strict',
    async ([, what, named]) => {
      const { root, log } = project(
        { run: `${what} ${RUN}`, meta: { cache: true, inputs: { files: ['src/**'] } } },
        { 'src/.gitignore': '*.log\n', 'src/ignored.log': 'x' },
      );
      for (let time = 0; time < 2; time += 1) {
        const { result } = await scan(root);
        expect(ends(result)).toEqual({ one: 'failed' });
        expect(result.notices).toMatchObject([{ code: 'undeclared-input', level: 'warning' }]);
        expect(result.notices[0]?.message).toContain(`local/one asked for ${named}`);
      }
      expect(taken(log)).toEqual(['ran', 'ran']);
      const { result } = await scan(root, { overrides: { strict: true } });
      expect(ends(result)).toEqual({ one: 'errored threw' });
      expect(checkOf(result, 'local/one').outcome).toMatchObject({
        reason: { message: expect.stringContaining(named) },
      });
    },
  );

  it('that swallows a refusal has no answer all the same', async () => {
    const { root } = project({
      run: "try { await c.readFile('package.json'); } catch {} return 1;",
      meta: { cache: true, inputs: {} },
    });
    expect(ends((await scan(root, { overrides: { strict: true } })).result)).toEqual({ one: 'errored threw' });
  });

  it('is not kept where it has no answer, or names a value to mask', async () => {
    for (const what of ["throw new Error('boom');", "c.degraded('half');", "c.redact('opensesame');"]) {
      const { root, log } = project({ run: what, meta: { cache: true, inputs: {} } });
      for (let time = 0; time < 2; time += 1) await scan(root);
      expect(taken(log), what).toEqual(['ran', 'ran']);
    }
  });

  it('gives its data to those that need it, although it did not run', async () => {
    const log = join(folder(), 'log');
    const root = folder(TREE);
    addChecks(root, {
      base: logged(log, { run: 'return { word: "kept" };', meta: { cache: true, inputs: {} } }),
      one: { run: 'report(c, c.needs.base.word);', needs: ['base'] },
    });
    await scan(root);
    taken(log);
    const { result } = await scan(root);
    expect(taken(log)).toEqual([]);
    expect(checkOf(result, 'local/one').findings[0]?.message).toBe('found kept');
  });
});

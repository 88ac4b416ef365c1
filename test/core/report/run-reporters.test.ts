import { execFile, execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OptionSchemas } from '../../../core/check/define.js';
import { defineReporter, type Rendered, type Reporter } from '../../../core/check/reporter.js';
import type { JsonObject } from '../../../core/model/json.js';
import { type ReporterRun, type ReportTo, runReporters } from '../../../core/report/run-reporters.js';
import { result } from '../../reporters/sample-build.js';
import { mounted } from '../../support/faults.js';
import { folder, write } from '../../support/folders.js';

const sample = result({});

function reporter(
  name: string,
  render: Reporter['render'],
  options: JsonObject = {},
): ReporterRun & { output: string } {
  return {
    name,
    load: async () =>
      defineReporter<OptionSchemas>({
        name,
        output: '-',
        options: { wide: { type: 'boolean', default: true } },
        render,
      }),
    options,
    output: '-',
  };
}

const at = (output: string, run: ReporterRun): ReporterRun => ({ ...run, output });

async function report(runs: readonly ReporterRun[], over: Partial<ReportTo> = {}) {
  const stdout: string[] = [];
  const to: ReportTo = {
    stdout: async (chunk) => void stdout.push(Buffer.from(chunk as string).toString('utf8')),
    color: true,
    columns: 120,
    verbosity: 'verbose',
    ...over,
  };
  const reports = await runReporters(runs, sample, to, new AbortController().signal);
  return { reports, stdout };
}

describe('reporters', () => {
  it('are told the result, their options with defaults, and what they write to', async () => {
    const root = folder();
    const seen: unknown[] = [];
    const render: Reporter['render'] = (given, { options, output }) => {
      seen.push([given === sample, options, output]);
      return '';
    };
    await report([reporter('a', render, { extra: 1 }), at(join(root, 'b'), reporter('b', render, { wide: false }))]);
    expect(seen).toEqual([
      [true, { wide: false }, { file: join(root, 'b'), color: false, columns: 120, verbosity: 'verbose' }],
      [true, { wide: true, extra: 1 }, { file: undefined, color: true, columns: 120, verbosity: 'verbose' }],
    ]);
  });

  it('give text, bytes, chunks, or files', async () => {
    const root = folder();
    async function* later(): AsyncGenerator<string | Uint8Array> {
      yield 'one ';
      await new Promise((done) => setImmediate(done));
      yield new TextEncoder().encode('twö');
    }
    const kinds: Record<string, () => Rendered | Promise<Rendered>> = {
      text: () => 'text ä',
      bytes: () => new Uint8Array([1, 255]),
      async: async () => 'promised',
      chunks: () => ['a', new Uint8Array([98])],
      later,
      files: () => ({ files: { 'index.html': '<p>', 'deep/data.bin': new Uint8Array([0]) } }),
    };
    const { reports } = await report(
      Object.entries(kinds).map(([name, render]) => at(join(root, 'new/folder', name), reporter(name, render))),
    );
    const read = (name: string) => readFileSync(join(root, 'new/folder', name));
    expect(read('text').toString()).toBe('text ä');
    expect([...read('bytes')]).toEqual([1, 255]);
    expect(read('async').toString()).toBe('promised');
    expect(read('chunks').toString()).toBe('ab');
    expect(read('later').toString()).toBe('one twö');
    expect([...read('files/deep/data.bin')]).toEqual([0]);
    expect(
      reports.map(({ reporter: name, file, sizeBytes, error }) => [
        name,
        file?.slice(root.length + 12),
        sizeBytes,
        error,
      ]),
    ).toEqual([
      ['text', 'text', 7, undefined],
      ['bytes', 'bytes', 2, undefined],
      ['async', 'async', 8, undefined],
      ['chunks', 'chunks', 2, undefined],
      ['later', 'later', 8, undefined],
      ['files', 'files/index.html', 3, undefined],
      ['files', 'files/deep/data.bin', 1, undefined],
    ]);
  });

  it('of standard output come last and chunk by chunk, each taken before the next is asked for', async () => {
    const order: string[] = [];
    async function* chunks(): AsyncGenerator<string> {
      order.push('made 1');
      yield '1';
      order.push('made 2');
      yield '2';
    }
    const root = folder();
    const file = at(
      join(root, 'f'),
      reporter('file', () => String(order.push('file'))),
    );
    const { reports } = await report([reporter('out', chunks), file], {
      stdout: async (chunk) => {
        await new Promise((done) => setImmediate(done));
        order.push(`took ${String(chunk)}`);
      },
    });
    expect(order).toEqual(['file', 'made 1', 'took 1', 'made 2', 'took 2']);
    expect(reports.map(({ file: written, sizeBytes }) => [written, sizeBytes])).toEqual([
      [join(root, 'f'), 1],
      ['-', 2],
    ]);
  });

  it('that fail harm no other, however they fail', async () => {
    const root = folder();
    async function* breaks(): AsyncGenerator<string> {
      yield 'half';
      throw new Error('broke in the middle');
    }
    const failing: Record<string, () => Rendered | Promise<Rendered>> = {
      throws: () => {
        throw new Error('render broke');
      },
      rejects: () => Promise.reject(new Error('render rejected')),
      breaks,
    };
    const unloadable = { ...reporter('gone', () => ''), load: () => Promise.reject(new Error('not there')) };
    const runs = Object.entries(failing).map(([name, render]) => at(join(root, name), reporter(name, render)));
    const { reports, stdout } = await report([
      ...runs,
      at(join(root, 'gone'), unloadable),
      at(
        join(root, 'good'),
        reporter('good', () => 'fine'),
      ),
      reporter('out', () => 'printed'),
    ]);
    expect(reports[0]?.error).toMatch(/render broke\. The other reports were written; mend the cause/);
    expect(reports.map(({ reporter: name, error }) => [name, error?.split('. ')[0]])).toEqual([
      ['throws', 'SR_REPORT_FAILED: render broke'],
      ['rejects', 'SR_REPORT_FAILED: render rejected'],
      ['breaks', 'SR_REPORT_FAILED: broke in the middle'],
      ['gone', 'SR_REPORT_FAILED: not there'],
      ['good', undefined],
      ['out', undefined],
    ]);
    expect(readdirSync(root)).toEqual(['good']);
    expect(stdout).toEqual(['printed']);
  });
});

describe('a file', () => {
  const write1 = async (file: string, render: Reporter['render']) =>
    (await report([at(file, reporter('r', render))])).reports[0];

  it('that cannot be written says why, with its path', async ({ skip }) => {
    const root = folder({ plain: 'x' });
    expect((await write1(join(root, 'plain/below'), () => 'x'))?.error).toMatch(
      /^SR_REPORT_WRITE: .*plain\/below could not be written: (ENOTDIR|EEXIST)/,
    );
    mkdirSync(join(root, 'is-a-folder'));
    expect((await write1(join(root, 'is-a-folder'), () => 'x'))?.error).toMatch(/EISDIR/);
    expect(readdirSync(root).sort()).toEqual(['is-a-folder', 'plain']);
    if (process.getuid?.() !== 0) {
      mkdirSync(join(root, 'closed'));
      chmodSync(join(root, 'closed'), 0o500);
      expect((await write1(join(root, 'closed/x'), () => 'x'))?.error).toMatch(/EACCES/);
    } else if (!mounted(join(root, 'is-a-folder'), 'ro,size=1m')) {
      skip('mounting is not allowed here');
    } else {
      expect((await write1(join(root, 'is-a-folder/x'), () => 'x'))?.error).toMatch(/EROFS/);
    }
  });

  it('is there whole or not at all when the disk is full, and the old one stays', async ({ skip }) => {
    const root = mkdtempSync(join(tmpdir(), 'scanrun-full-'));
    onTestFinished(() => rmdirSync(root));
    if (!mounted(root)) skip('mounting is not allowed here');
    write(root, { 'old.html': 'yesterday' });
    const big = 'x'.repeat(2_000_000);
    const { reports } = await report([
      at(
        join(root, 'old.html'),
        reporter('big', () => big),
      ),
      at(
        join(root, 'new.html'),
        reporter('new', () => big),
      ),
      at(
        join(root, 'small.html'),
        reporter('small', () => 'fits'),
      ),
    ]);
    expect(reports.map(({ error }) => error?.match(/SR_REPORT_WRITE.*ENOSPC/)?.length ?? error)).toEqual([
      1,
      1,
      undefined,
    ]);
    expect(readdirSync(root).sort()).toEqual(['old.html', 'small.html']);
    expect(readFileSync(join(root, 'old.html'), 'utf8')).toBe('yesterday');
  });

  it('is written while it is rendered, beside the old one, which stays until the end', async () => {
    const root = folder({ 'report.csv': 'yesterday' });
    const sizes: number[] = [];
    function* large(): Generator<string> {
      for (let count = 0; count < 40; count += 1) {
        const [temporary] = readdirSync(root).filter((name) => name.endsWith('.tmp'));
        sizes.push(temporary === undefined ? -1 : lstatSync(join(root, temporary)).size);
        expect(readFileSync(join(root, 'report.csv'), 'utf8')).toBe('yesterday');
        yield 'x'.repeat(100_000);
      }
    }
    expect(await write1(join(root, 'report.csv'), large)).toMatchObject({ sizeBytes: 4_000_000 });
    // What is not on the disk yet is never more than a few chunks.
    for (const [index, size] of sizes.entries()) expect(index * 100_000 - size).toBeLessThanOrEqual(400_000);
    expect(readdirSync(root)).toEqual(['report.csv']);
    expect(lstatSync(join(root, 'report.csv')).size).toBe(4_000_000);
  });

  it('keeps its mode', async () => {
    const root = folder({ 'report.csv': 'yesterday' });
    chmodSync(join(root, 'report.csv'), 0o640);
    await write1(join(root, 'report.csv'), () => 'today');
    expect(lstatSync(join(root, 'report.csv')).mode & 0o777).toBe(0o640);
  });

  it('of several may not leave their folder, and standard output takes only one', async () => {
    const root = folder({ 'kept.txt': 'kept' });
    const out = join(root, 'out');
    for (const name of ['../kept.txt', 'a/../../kept.txt', '/etc/scanrun-test', join(root, 'kept.txt')]) {
      const report1 = await write1(out, () => ({ files: { [name]: 'replaced' } }));
      expect(report1?.error, name).toContain('SR_REPORT_WRITE: A reporter wanted to write');
    }
    expect(readFileSync(join(root, 'kept.txt'), 'utf8')).toBe('kept');
    const { reports } = await report([reporter('many', () => ({ files: { a: 'a' } }))]);
    expect(reports[0]?.error).toContain('cannot write to standard output');
    // Two dots at the start of a name are a name.
    expect((await write1(out, () => ({ files: { '..name': 'x' } })))?.error).toBe(undefined);
  });

  it('of several is checked as a whole: a bad name writes nothing', async () => {
    const root = folder();
    await write1(join(root, 'out'), () => ({ files: { 'good.txt': 'x', '../bad.txt': 'y' } }));
    expect(readdirSync(root)).toEqual([]);
  });

  it('that is a link is written through it', async () => {
    const root = folder({ 'real.txt': 'old' });
    symlinkSync('real.txt', join(root, 'link.txt'));
    expect((await write1(join(root, 'link.txt'), () => 'new'))?.error).toBe(undefined);
    expect(readFileSync(join(root, 'real.txt'), 'utf8')).toBe('new');
  });

  it('that is a pipe or a device is written to, and stays what it is', async ({ skip }) => {
    const root = folder();
    const [pipe, full] = [join(root, 'pipe'), join(root, 'full')];
    execFileSync('mkfifo', [pipe]);
    const read = promisify(execFile)('cat', [pipe]);
    expect((await write1(pipe, () => 'through the pipe'))?.error).toBe(undefined);
    expect((await read).stdout).toBe('through the pipe');
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    // Not the machine's own /dev/full: were this broken, it would be gone.
    if (spawnSync('mknod', [full, 'c', '1', '7']).status !== 0) skip('making a device is not allowed here');
    expect((await write1(full, () => 'x'))?.error).toMatch(/SR_REPORT_WRITE: .*full could not be written: ENOSPC/);
    expect(lstatSync(full).isCharacterDevice()).toBe(true);
    expect(readdirSync(root).sort()).toEqual(['full', 'pipe']);
  });
});

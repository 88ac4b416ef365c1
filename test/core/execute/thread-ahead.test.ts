// A thread that begins before the command line is read: used once, replaced where it died, and ended where nobody wants it.
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { Tinypool } from 'tinypool';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAhead, ThreadAhead, threadOptions } from '../../../core/execute/thread-ahead.js';
import { createRuntime } from '../../../core/runtime.js';
import { checkProject } from '../../support/check-projects.js';
import { folder, write } from '../../support/folders.js';
import { command } from '../../support/processes.js';
import { ends, runScan } from '../../support/run-scan.js';

/** One with its pool, ended with the test. */
function started(): { readonly ahead: ThreadAhead; readonly pool: Tinypool; readonly worker: Worker } {
  const pool = new Tinypool(threadOptions(1));
  const ahead = new ThreadAhead(pool);
  onTestFinished(() => ahead.dismiss());
  const [thread] = pool.threads as unknown as readonly { readonly thread: Worker }[];
  return { ahead, pool, worker: (thread as { readonly thread: Worker }).thread };
}

describe('a thread that was started ahead', () => {
  it('is given away once, and then is not ours to end', async () => {
    const ahead = await startAhead();
    const pool = ahead?.take();
    expect(pool?.threads).toHaveLength(1);
    expect(ahead?.take()).toBeUndefined();
    ahead?.dismiss();
    expect(pool?.threads).toHaveLength(1);
    await pool?.destroy();
  });

  it('ends where nobody takes it', async () => {
    const { ahead, worker } = started();
    const gone = once(worker, 'exit');
    ahead.dismiss();
    expect(ahead.take()).toBeUndefined();
    await gone;
  });

  it('ends with a runtime that had no task for it', async () => {
    const { ahead, worker } = started();
    const gone = once(worker, 'exit');
    const runtime = createRuntime({ cores: 1 });
    runtime.pool.adopt(ahead);
    await runtime.close();
    await gone;
  });

  it.each([
    ['runs the tasks of a scan', false],
    ['is replaced where it died before', true],
  ])('%s', async (_, dies) => {
    const own = { meta: { lane: 'cpu' }, run: '' };
    const root = checkProject({ a: own, b: own });
    const { ahead, pool, worker } = started();
    const gone = once(worker, 'exit');
    if (dies) {
      await worker.terminate();
      await gone;
    }
    const runtime = createRuntime({ cores: 1 });
    runtime.pool.adopt(ahead);
    const { result } = await runScan(root, { runtime });
    expect(ends(result)).toEqual({ a: 'passed', b: 'passed' });
    expect(pool.completed).toBe(dies ? 0 : 1);
    await runtime.close();
    if (!dies) await gone;
  });
});

describe('the command', () => {
  const config = "import { defineConfig } from 'scanrun';\nexport default defineConfig({ plugins: ['repo'] });\n";
  const run = (text: string, ...args: string[]) => {
    const cwd = folder();
    write(cwd, { 'scan.config.ts': text, 'README.md': '# a\n' });
    const { status, signal, stdout } = spawnSync(process.execPath, [command, ...args], {
      cwd,
      encoding: 'utf8',
      timeout: 60_000,
    });
    return { status, signal, stdout };
  };

  it('ends although a thread was started for what did not come to run', () => {
    expect(run(config, '--quiet', '--check', 'repo/max-file-size')).toMatchObject({ status: 0, signal: null });
    expect(run(config.replace("'repo'", "'rope'"), '--quiet')).toMatchObject({ status: 2, signal: null });
    expect(run('export default {', '--quiet')).toMatchObject({ status: 2, signal: null });
    expect(run(config, '--no-such-flag')).toMatchObject({ status: 2, signal: null });
    expect(run(config, 'run', '--help')).toMatchObject({ status: 0, signal: null });
  });
});

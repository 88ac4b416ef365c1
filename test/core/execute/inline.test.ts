import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { RunListener } from '../../../core/execute/executor.js';
import { startInline } from '../../../core/execute/inline.js';
import { checkProject } from '../../support/check-projects.js';
import { FakeClock, task } from '../../support/fake-pool.js';

/** Runs the check of a new project in the main thread. */
function start(run: string) {
  const root = checkProject({ tried: run });
  const clock = new FakeClock();
  const said: string[] = [];
  let begun: () => void = () => {};
  const hasBegun = new Promise<void>((done) => {
    begun = done;
  });
  const listener: RunListener = {
    message(message) {
      said.push(message.type);
      begun();
    },
    request: async (call) =>
      call.name === 'readFile'
        ? { ok: true, value: new Uint8Array([1]) }
        : { ok: false, error: { name: 'E', message: 'no', code: 'ENO' } },
    stray() {},
  };
  const one = task('t/tried', {
    checks: task('t/tried').checks.map((each) => ({
      ...each,
      module: pathToFileURL(join(root, 'checks/tried.mjs')).href,
    })),
  });
  const order = { run: 1, task: one, needs: {}, tier: 'quick' as const, modules: { cacheDir: undefined } };
  return { running: startInline(order, listener, clock, { cacheDir: undefined }), clock, said, hasBegun };
}

describe('the main thread', () => {
  it('runs a task and answers its requests', async () => {
    const { running } = start(
      "const [n] = await c.readFile('a'); const code = await c.exec(['x']).catch((e) => e.code); return { n, code };",
    );
    expect(running.worker).toBe('inline');
    expect(await running.ended).toMatchObject({
      kind: 'ended',
      checks: [{ checkId: 't/tried', end: 'done', data: { n: 1, code: 'ENO' } }],
    });
  });

  it('stops a task that listens, and gives up one that does not after its grace', async () => {
    const polite = start("c.log.info('up'); await new Promise((done) => c.signal.addEventListener('abort', done));");
    await polite.hasBegun;
    polite.running.stop('enough');
    polite.running.stop('more than enough');
    expect(await polite.running.ended).toEqual({ kind: 'stopped', forced: false });
    const deaf = start("c.log.info('up'); await new Promise(() => {});");
    await deaf.hasBegun;
    deaf.running.stop('enough');
    deaf.clock.move(1_000);
    expect(await deaf.running.ended).toEqual({ kind: 'stopped', forced: true });
  });
});

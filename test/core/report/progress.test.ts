import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScanEvent } from '../../../core/model/event.js';
import type { Outcome } from '../../../core/model/outcome.js';
import { createProgress } from '../../../core/report/progress.js';
import { task } from '../../support/fake-pool.js';

const broke: Outcome = { status: 'errored', reason: { code: 'threw', message: 'boom' } };

function events(ids: readonly string[], tasks = ids.map((id) => task(id))) {
  const ended = (id: string, outcome: Outcome): ScanEvent => ({
    type: 'taskEnded',
    at: 0,
    checks: [{ checkId: id, outcome, findings: 0, measurements: 0, masked: false }],
    task: { id, checkIds: [id], outcome, timing: { queuedAtMs: 0, endedAtMs: 1 }, attempts: [] },
  });
  return {
    planned: {
      type: 'planned',
      at: 0,
      plan: { schemaVersion: 1, tasks, notPlanned: [] },
    } as ScanEvent,
    started: (id: string): ScanEvent => ({ type: 'taskStarted', at: 0, taskId: id, attempt: 1, worker: 'cpu-1' }),
    ended,
  };
}

/** The task of a check on a package. */
function ofPackage(id: string) {
  const [checkId = '', folder = ''] = id.split('@');
  const own = task(id);
  return {
    ...own,
    checks: own.checks.map((check) => ({ ...check, id: checkId })),
    package: { name: folder, folder, manifest: `${folder}/package.json`, inner: [] },
  };
}

/** A standard error that keeps what it is given. */
function stderr(isTTY: boolean) {
  const written: string[] = [];
  const stream = {
    isTTY,
    columns: 80,
    rows: 24,
    write: (text: string | Uint8Array) => Boolean(written.push(String(text))),
    on() {},
    once() {},
    removeListener() {},
  };
  return { written, stream: stream as unknown as NodeJS.WriteStream };
}

describe('plain progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('says of a check of packages what it is about, and nothing of those that it is not for', () => {
    const { written, stream } = stderr(false);
    const progress = createProgress('plain', stream);
    const ids = ['t/a@.', 't/a@p/b', 't/a@p/c', 't/z'];
    const { planned, ended } = events(ids, [...ids.slice(0, 3).map(ofPackage), task('t/z')]);
    const away: Outcome = { status: 'skipped', reason: { code: 'not-applicable', message: 'private' } };
    for (const event of [planned, ended('t/a@.', away), ended('t/a@p/b', broke), ended('t/z', away)])
      progress.event(event);
    expect(written).toEqual([
      'scanrun: 2 checks to run, in 4 tasks\n',
      'scanrun: t/a@p/b errored: boom\n',
      'scanrun: t/z skipped: private\n',
    ]);
  });

  it('says what runs, what gave no answer, and every half minute that it is alive', () => {
    const { written, stream } = stderr(false);
    const progress = createProgress('plain', stream);
    const { planned, started, ended } = events(['t/a', 't/b', 't/c']);
    for (const event of [
      planned,
      started('t/a'),
      started('t/b'),
      ended('t/a', { status: 'passed' }),
      ended('t/c', broke),
    ])
      progress.event(event);
    vi.advanceTimersByTime(29_999);
    expect(written.splice(0)).toEqual(['scanrun: 3 checks to run\n', 'scanrun: t/c errored: boom\n']);
    vi.advanceTimersByTime(1);
    expect(written.splice(0)).toEqual(['scanrun: 2 of 3 done; running: t/b (30 s)\n']);
    progress.event(ended('t/b', { status: 'failed' }));
    vi.advanceTimersByTime(30_000);
    expect(written.splice(0)).toEqual(['scanrun: 3 of 3 done; running: nothing\n']);
    progress.event({ type: 'result', at: 0, result: {} as never });
    vi.advanceTimersByTime(90_000);
    expect(written).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('stops when the scan could not go on', async () => {
    const { written, stream } = stderr(false);
    const progress = createProgress('plain', stream);
    progress.event(events(['t/a']).planned);
    await progress.end();
    await progress.end();
    vi.advanceTimersByTime(60_000);
    expect(written).toEqual(['scanrun: 1 check to run\n']);
  });
});

describe('no progress', () => {
  it('says nothing', async () => {
    const { written, stream } = stderr(true);
    const progress = createProgress('none', stream);
    progress.event(events(['t/a']).planned);
    await progress.end();
    expect(written).toEqual([]);
  });
});

describe('live progress', () => {
  const all = Array.from({ length: 30 }, (_, index) => `t/c${String(index).padStart(2, '0')}`);
  const [first = '', second = ''] = all;

  it('shows as running what began before there was a line for it, and no tick for what has no answer', async () => {
    const { written, stream } = stderr(true);
    const progress = createProgress('live', stream);
    const { planned, started, ended } = events(all);
    for (const event of [planned, started(first)]) progress.event(event);
    const frames = (): string => written.join('');
    await vi.waitFor(() => expect(frames()).toContain(`${second} (waiting)`), 10_000);
    expect(frames()).not.toContain(`${first} (waiting)`);
    for (const id of all)
      progress.event(ended(id, { status: 'cancelled', reason: { code: 'interrupted', message: 'm' } }));
    await progress.end();
    expect(frames()).toMatch(/\d+ of \d+ more checks without an answer/);
  });
});

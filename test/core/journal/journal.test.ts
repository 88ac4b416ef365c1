import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../core/errors.js';
import { Journal, type RunHeader } from '../../../core/journal/journal.js';
import { recoverRun } from '../../../core/journal/recover.js';
import type { EndedCheck, ScanEvent } from '../../../core/model/event.js';
import type { Finding } from '../../../core/model/finding.js';
import type { Outcome } from '../../../core/model/outcome.js';
import { folder } from '../../support/folders.js';

const header = (runId: string): RunHeader => ({
  schemaVersion: 1,
  runId,
  startedAt: '2026-01-01T00:00:00.000Z',
  fingerprint: { content: 'c' },
  request: { cwd: '/x' },
  plan: { schemaVersion: 1, tasks: [], notPlanned: [] },
});

const finding = (taskId: string, n: number): Finding => ({
  checkId: taskId,
  messageId: 'm',
  message: `line\nbreak ${n} \u2028`,
  data: { n },
  severity: 'note',
  location: { path: 'a' },
  fingerprint: `${taskId}${n}`,
});

const ended = (taskId: string, found: number, extra: Partial<EndedCheck> = {}): EndedCheck => ({
  checkId: taskId,
  outcome: { status: found > 0 ? 'failed' : 'passed' },
  findings: found,
  measurements: 0,
  masked: false,
  ...extra,
});

/** The events of a task that found so many things. */
function eventsOf(id: string, found: number, extra: Partial<EndedCheck> = {}, outcome?: Outcome): ScanEvent[] {
  const check = ended(id, found, extra);
  return [
    { type: 'taskStarted', at: 1, taskId: id, attempt: 1, worker: 'cpu-1' },
    ...Array.from(
      { length: found },
      (_, n): ScanEvent => ({ type: 'finding', at: 2, taskId: id, attempt: 1, finding: finding(id, n) }),
    ),
    {
      type: 'taskEnded',
      at: 3,
      task: {
        id,
        checkIds: [id],
        outcome: outcome ?? check.outcome,
        timing: { queuedAtMs: 0, startedAtMs: 1, endedAtMs: 3 },
        attempts: [],
      },
      checks: [check],
    },
  ];
}

function record(root: string, events: readonly ScanEvent[], runId = 'r1'): string {
  const journal = Journal.create(root, header(runId), (message) => expect.unreachable(message));
  if (journal === undefined) throw new Error('no journal');
  for (const event of events) journal.append(event);
  journal.flush();
  journal.close();
  return join(journal.folder, 'journal.ndjson');
}

describe('the record of a run', () => {
  it('gives back every task that ended with all that it found', () => {
    const root = folder();
    record(root, [
      ...eventsOf('a', 2),
      ...eventsOf('b', 0, { data: { x: [1, null] } }),
      ...eventsOf('c', 1).slice(0, -1),
    ]);
    const run = recoverRun(root, 'r1');
    expect([...run.done.keys()]).toEqual(['a', 'b']);
    expect(run.done.get('a')?.checks[0]?.found).toEqual([finding('a', 0), finding('a', 1)]);
    expect(run.done.get('b')?.checks[0]?.data).toEqual({ x: [1, null] });
    expect(run).toMatchObject({ lastAtMs: 3, problems: [] });
  });

  it('may have more events than a function takes arguments', () => {
    const root = folder();
    record(root, eventsOf('a', 130_000));
    expect(recoverRun(root, 'r1')).toMatchObject({ lastAtMs: 3, problems: [] });
  });

  it('cut at any byte, loses only tasks whose end was not written, and says nothing of the torn line', () => {
    const root = folder();
    const file = record(root, [...eventsOf('a', 2), ...eventsOf('b', 1), ...eventsOf('c', 3)]);
    const whole = readFileSync(file);
    const endOf = (id: string): number => whole.indexOf(`"id":"${id}"`);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length }), (cut) => {
        writeFileSync(file, whole.subarray(0, cut));
        const { done, problems } = recoverRun(root, 'r1');
        expect(problems).toEqual([]);
        for (const id of ['a', 'b', 'c']) {
          const lineEnd = whole.indexOf('\n', endOf(id));
          expect([id, done.has(id)]).toEqual([id, cut >= lineEnd]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('with a corrupt line in the middle, reports it and runs again what it recorded', () => {
    const root = folder();
    const file = record(root, [...eventsOf('a', 2), ...eventsOf('b', 1), ...eventsOf('c', 0)]);
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const [index, id] of [
      [2, 'a'],
      [3, 'a'],
      [5, 'b'],
      [6, 'b'],
      [8, 'c'],
    ] as const) {
      const copy = [...lines];
      copy[index] = `${(copy[index] as string).slice(0, 20)}\u0000garbage`;
      writeFileSync(file, copy.join('\n'));
      const { done, problems } = recoverRun(root, 'r1');
      expect(problems.join()).toContain(`(${index + 1})`);
      expect([...done.keys()]).toEqual(['a', 'b', 'c'].filter((other) => other !== id));
    }
  });

  it('counts the last attempt only, and asks again what masked a value or was cut short', () => {
    const root = folder();
    const again: ScanEvent = { type: 'attemptDiscarded', at: 2, taskId: 'a', attempt: 1, findings: 2 };
    const cut: Outcome = { status: 'cancelled', reason: { code: 'interrupted', message: 'x' } };
    const need: Outcome = { status: 'skipped', reason: { code: 'need-failed', message: 'x' } };
    record(root, [
      ...eventsOf('a', 2).slice(0, -1),
      again,
      ...eventsOf('a', 1),
      ...eventsOf('masked', 1, { masked: true }),
      ...eventsOf('cut', 0, { outcome: cut }, cut),
      ...eventsOf('need', 0, { outcome: need }, need),
    ]);
    const { done } = recoverRun(root, 'r1');
    expect([...done.keys()]).toEqual(['a']);
    expect(done.get('a')?.checks[0]?.found).toHaveLength(1);
  });

  it('goes on after a torn line as if it were not there', () => {
    const root = folder();
    const file = record(root, eventsOf('a', 0));
    appendFileSync(file, '{"type":"taskEnded","at":9,"ta');
    const journal = Journal.reopen(join(root, '.scanrun/runs/r1'), (message) => expect.unreachable(message));
    for (const event of eventsOf('b', 1)) journal.append(event);
    journal.flush();
    const { done, problems } = recoverRun(root, 'r1');
    expect([...done.keys()]).toEqual(['a', 'b']);
    expect(problems).toEqual([]);
  });

  it('names the nearest run, refuses paths, and says when the plan cannot be read', () => {
    const root = folder();
    record(root, [], '20260101-000000-aaaaaaaa');
    const failure = (id: string): ScanError => {
      try {
        recoverRun(root, id);
      } catch (error) {
        if (error instanceof ScanError) return error;
      }
      throw new Error('it did not fail');
    };
    expect(failure('20260101-000000-aaaaaaab')).toMatchObject({
      code: 'SR_RUN_NOT_FOUND',
      message: expect.stringContaining("did you mean '20260101-000000-aaaaaaaa'?"),
    });
    expect(failure('../runs/20260101-000000-aaaaaaaa').code).toBe('SR_RUN_NOT_FOUND');
    for (const text of ['', '{', '{"schemaVersion":2}', 'null']) {
      writeFileSync(join(root, '.scanrun/runs/20260101-000000-aaaaaaaa/plan.json'), text);
      expect(failure('20260101-000000-aaaaaaaa').code).toBe('SR_RUN_CORRUPT');
    }
  });

  it('keeps the newest twenty finished runs', () => {
    const root = folder();
    for (let n = 10; n < 40; n += 1) {
      const journal = Journal.create(root, header(`run-${n}`), (message) => expect.unreachable(message));
      journal?.result('{}');
      journal?.close();
    }
    const names = readdirSync(join(root, '.scanrun/runs')).sort();
    expect(names).toEqual(Array.from({ length: 20 }, (_, n) => `run-${20 + n}`));
  });
});

describe('runs of long ago', () => {
  it('are removed with all that is in them; of a link that a target brings only the link', () => {
    const root = folder();
    const runs = join(root, '.scanrun/runs');
    const outside = folder({ 'result.json': '{}', 'precious.txt': 'x' });
    for (let index = 1; index <= 22; index += 1) {
      const run = join(runs, `20260101-0000${String(index).padStart(2, '0')}-aaaaaaaa`);
      mkdirSync(join(run, 'more'), { recursive: true });
      for (const name of ['result.json', 'plan.json', 'more/deep.txt']) writeFileSync(join(run, name), '{}');
    }
    symlinkSync(outside, join(runs, '20250101-000000-aaaaaaaa'));
    Journal.create(root, header('20260102-000000-aaaaaaaa'), () => {})?.close();
    const left = readdirSync(runs).sort();
    expect([left.length, left[0], left.at(-1)]).toEqual([20, '20260101-000004-aaaaaaaa', '20260102-000000-aaaaaaaa']);
    expect(readdirSync(outside).sort()).toEqual(['precious.txt', 'result.json']);
  });
});

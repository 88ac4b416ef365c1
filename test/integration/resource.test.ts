// A resource that is ill and recovers, asked by several checks of the built command.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ScanEvent } from '../../core/model/event.js';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { killedAfter } from '../support/faults.js';
import { write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { checkOf, ends } from '../support/run-scan.js';
import { serve, status } from '../support/server.js';

/** The first answers: one that asks for a rest, then failures, then all is well. */
const RESTS = 1;
const FAILURES = 8;
const LIMIT = { requests: 4, intervalMs: 200 };
const HALF_OPEN_AFTER_MS = 300;
const CLOCKS = 40;

it('is asked as rarely as it wants, left alone, tried, and asked again, and the result tells it in order', async () => {
  const { host, url, askedAt } = await serve((_, response, count) => {
    if (count <= RESTS) status(response, 429, { 'retry-after': '1' });
    else status(response, count <= RESTS + FAILURES ? 500 : 200);
  });
  const ask = `(await c.fetch(${JSON.stringify(url)})).status`;
  const patient = `
    const seen = [];
    while (seen.filter((one) => one === 200).length < 3) {
      try { seen.push(${ask}); }
      catch (error) {
        if (error.code !== 'SR_BREAKER_OPEN') throw error;
        if (seen.at(-1) !== error.code) seen.push(error.code);
        await new Promise((done) => setTimeout(done, 20));
      }
    }
    return seen;`;
  const meta = { lane: 'io', timeout: '20s' };
  const root = checkProject({
    'patient-1': { run: patient, meta },
    'patient-2': { run: patient, meta },
    'patient-3': { run: patient, meta },
    // It lets the refusal through, and is skipped for that.
    hasty: { run: `for (;;) if (${ask} === 200) break;`, meta },
    unconcerned: { run: "report(c, 'asked nobody');", meta },
  });
  write(root, {
    'scan.config.json': {
      plugins: ['./plugin.mjs'],
      reporters: ['json'],
      resources: {
        [host]: {
          retries: 1,
          backoff: { initial: 10, max: 20 },
          rateLimit: { requests: LIMIT.requests, interval: LIMIT.intervalMs },
          breaker: { window: 20, minimumCalls: 5, halfOpenAfter: HALF_OPEN_AFTER_MS },
        },
      },
    },
  });
  const { code, stdout } = await scanrun(['--events', 'events.ndjson'], { cwd: root, by: killedAfter(25) });
  const result = JSON.parse(stdout) as RunResult;
  expect([code, ends(result)]).toEqual([
    3,
    {
      'patient-1': 'passed',
      'patient-2': 'passed',
      'patient-3': 'passed',
      hasty: 'skipped breaker-open',
      unconcerned: 'failed',
    },
  ]);
  for (const key of ['patient-1', 'patient-2', 'patient-3'])
    expect(checkOf(result, `local/${key}`).data).toEqual(expect.arrayContaining(['SR_BREAKER_OPEN', 200]));

  const [resource, ...others] = result.resources;
  expect(others).toEqual([]);
  expect(resource).toMatchObject({ name: host, state: 'closed', failures: RESTS + FAILURES, calls: askedAt.length });
  expect(resource?.refused).toBeGreaterThan(0);
  expect(resource?.lowestConcurrency).toBeLessThan(10);

  // Each probe while it still failed opened the breaker anew; the first that did not closed it.
  const told = resource?.transitions.map(({ from, to }) => `${from} ${to}`) ?? [];
  const failedProbes = (told.length - 3) / 2;
  expect(failedProbes).toBeGreaterThan(0);
  expect(told).toEqual([
    'closed open',
    ...Array.from({ length: failedProbes }, () => ['open half-open', 'half-open open']).flat(),
    'open half-open',
    'half-open closed',
  ]);
  const times = resource?.transitions.map(({ at }) => at) ?? [];
  expect(times).toEqual([...times].sort((a, b) => a - b));
  for (const [index, to] of told.entries())
    if (to.startsWith('open'))
      expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThan(HALF_OPEN_AFTER_MS - 1);

  // What the server saw: nobody within the second it asked for, no more than the limit in any interval, and one probe at a time.
  const after = (count: number): number => (askedAt[count] ?? 0) - (askedAt[count - 1] ?? 0);
  const firstAfterRest = askedAt.find((at) => at - (askedAt[0] ?? 0) > 500) ?? 0;
  expect(firstAfterRest - (askedAt[0] ?? 0)).toBeGreaterThan(1_000 - CLOCKS);
  // Those that were under way when it said so.
  expect(askedAt.filter((at) => at < firstAfterRest).length).toBeLessThanOrEqual(LIMIT.requests);
  for (const [index, at] of askedAt.entries())
    if (index >= LIMIT.requests)
      expect(at - (askedAt[index - LIMIT.requests] ?? 0)).toBeGreaterThan(LIMIT.intervalMs - CLOCKS);
  const probes = RESTS + FAILURES - failedProbes;
  for (let count = probes; count < RESTS + FAILURES; count += 1)
    expect(after(count)).toBeGreaterThan(HALF_OPEN_AFTER_MS - CLOCKS);

  const events = readFileSync(join(root, 'events.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ScanEvent);
  const changes = events.filter((event) => event.type === 'resourceChanged');
  expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual(told);
  expect(events.find((event) => event.type === 'requestRetried')).toMatchObject({ cause: 'HTTP 429', waitMs: 1_000 });
});

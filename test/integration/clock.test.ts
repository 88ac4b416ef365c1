// The time of day is set while the built command runs, as by NTP after a sleep, or by hand.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ScanEvent } from '../../core/model/event.js';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { fakeTime, killedAfter } from '../support/faults.js';
import { write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { checkOf, ends } from '../support/run-scan.js';
import { serve, status } from '../support/server.js';

const DAY = 86_400;
const HOUR_MS = 3_600_000;
const FILE =
  "const set = (seconds) => writeFileSync(new URL('../clock', import.meta.url), (seconds < 0 ? '' : '+') + seconds);";
const TOP = `import { writeFileSync } from 'node:fs'; ${FILE}`;
const wait = (ms: number) => `await new Promise((done) => setTimeout(done, ${ms}));`;

/** Every number of a value whose name says that it is a time, with its path. */
function timesIn(value: unknown, path = ''): [string, number][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]): [string, number][] =>
    typeof item === 'number' && /(?:Ms|^at)$/.test(key) ? [[`${path}.${key}`, item]] : timesIn(item, `${path}.${key}`),
  );
}

it('no time is negative or an hour long, nothing times out, and what waits does not wait longer', async ({ skip }) => {
  const { url } = await serve((_, response, count) =>
    count === 1 ? status(response, 429, { 'retry-after': '1' }) : status(response, 200),
  );
  const root = checkProject({
    // While a module loads, forwards and back.
    'a-loads': { top: `${TOP} set(${DAY}); ${wait(50)}`, run: wait(50) },
    'b-loads': { top: `${TOP} set(${-DAY}); ${wait(50)}`, run: wait(50) },
    jumps: {
      top: TOP,
      run: `const seen = []; for (const to of [${DAY}, ${-DAY}, 0, ${-DAY}, ${DAY}]) { set(to); seen.push(Date.now()); ${wait(100)} } return seen;`,
    },
    asks: {
      top: TOP,
      run: `set(${-DAY}); const { status } = await c.fetch('${url}'); return status;`,
      meta: { lane: 'io' },
    },
    runs: {
      top: TOP,
      run: `set(${-DAY}); const { code } = await c.exec(['sleep', '0.2'], { timeout: 4000 }); return code;`,
    },
    visits: {
      top: TOP,
      visit: `if (file.path === 'a.txt') { set(${-DAY}); ${wait(60)} } c.measure('seen', 1, 'files');`,
    },
  });
  write(root, {
    'a.txt': 'a',
    'b.txt': 'b',
    'scan.config.json': { plugins: ['./plugin.mjs'], reporters: ['json'], exclude: ['clock'] },
  });
  const env = fakeTime(join(root, 'clock'));
  if (env === undefined) skip('libfaketime is not installed');
  const args = ['--events', 'events.ndjson', '--no-parallel'];
  const { code, stdout, timeMs } = await scanrun(args, { cwd: root, env: env ?? {}, by: killedAfter(25) });
  const result = JSON.parse(stdout) as RunResult;
  expect([code, new Set(Object.values(ends(result)))]).toEqual([0, new Set(['passed'])]);
  // It did jump.
  const seen = checkOf(result, 'local/jumps').data as number[];
  expect(Math.max(...seen) - Math.min(...seen)).toBeGreaterThan(2 * HOUR_MS);
  expect([checkOf(result, 'local/asks').data, checkOf(result, 'local/runs').data]).toEqual([200, 0]);

  const events = readFileSync(join(root, 'events.ndjson'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as ScanEvent);
  const { config: _, statistics, tasks, ...rest } = result;
  const { budgetMs: __, budget: ___, ...measured } = statistics;
  const times = [
    ...timesIn({ ...rest, tasks, measured }),
    ...timesIn(events.filter(({ type }) => type !== 'planned' && type !== 'result')),
  ];
  expect(times.length).toBeGreaterThan(100);
  for (const [path, ms] of times) expect([path, ms >= 0 && ms < HOUR_MS]).toEqual([path, true]);
  const at = events.map((event) => event.at);
  expect(at).toEqual([...at].sort((a, b) => a - b));
  for (const { id, timing } of tasks) {
    const { queuedAtMs, startedAtMs = Number.NaN, loadedAtMs = Number.NaN, endedAtMs } = timing;
    const order = [queuedAtMs, startedAtMs, loadedAtMs, endedAtMs];
    expect([id, order]).toEqual([id, [...order].sort((a, b) => a - b)]);
  }
  const tookMs = Date.parse(result.run.endedAt) - Date.parse(result.run.startedAt);
  expect(tookMs).toBeGreaterThanOrEqual(Math.floor(statistics.wallMs));
  expect(tookMs).toBeLessThan(timeMs);
  expect([statistics.efficiency > 0, statistics.efficiency <= 1]).toEqual([true, true]);
  // The server asked for a second, by its own clock.
  expect(result.resources[0]?.rateLimitedMs).toBeLessThan(timeMs);
});

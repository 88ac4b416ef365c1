// Scans with real threads, a real server and real processes.
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRuntime, type ResourceSettings } from '../../../../core/index.js';
import { type CheckText, checkProject } from '../../../support/check-projects.js';
import { checkOf, endOf, runScan } from '../../../support/run-scan.js';
import { serve, status } from '../../../support/server.js';

async function scanOf(
  checks: Record<string, string | CheckText>,
  resources: Record<string, ResourceSettings>,
  more: Parameters<typeof runScan>[1] = {},
) {
  const root = checkProject(checks);
  return runScan(root, { ...more, config: { plugins: ['./plugin.mjs'], reporters: [], resources } as never });
}

const quickly = { backoff: { initial: 10, max: 20 } };

describe('a resource that is ill and recovers', () => {
  it('is left alone, tried, and asked again, and the result tells it', async () => {
    const { host, url, askedAt } = await serve((_, response, count) => {
      if (count === 1) status(response, 429, { 'retry-after': '1' });
      else status(response, count <= 8 ? 500 : 200);
    });
    const { result, events } = await scanOf(
      {
        patient: `
          const seen = [];
          while (seen.filter((one) => one === 200).length < 3) {
            try { seen.push((await c.fetch(${JSON.stringify(url)})).status); }
            catch (error) {
              if (error.code !== 'SR_BREAKER_OPEN') throw error;
              if (seen.at(-1) !== error.code) seen.push(error.code);
              await new Promise((done) => setTimeout(done, 20));
            }
          }
          return seen;`,
      },
      { [host]: { ...quickly, retries: 1, breaker: { window: 20, minimumCalls: 5, halfOpenAfter: 200 } } },
    );
    expect(endOf(result, 'local/patient')).toBe('passed');
    expect(checkOf(result, 'local/patient').data).toEqual(expect.arrayContaining([500, 'SR_BREAKER_OPEN', 200]));
    // The server asked for a second, and got it.
    expect((askedAt[1] ?? 0) - (askedAt[0] ?? 0)).toBeGreaterThan(990);
    const [resource] = result.resources;
    expect(resource).toMatchObject({ name: host, state: 'closed', calls: 11, failures: 8 });
    expect(resource?.retries).toBeGreaterThan(0);
    expect(resource?.transitions.map(({ from, to }) => `${from} ${to}`)).toEqual([
      'closed open',
      ...Array.from({ length: 3 }, () => ['open half-open', 'half-open open']).flat(),
      'open half-open',
      'half-open closed',
    ]);
    const told = events.filter((event) => event.type === 'resourceChanged');
    expect(told.map(({ at, from, to }) => ({ at, from, to }))).toEqual(
      resource?.transitions.map(({ from, to }) => ({ at: expect.any(Number), from, to })),
    );
    expect(events.filter((event) => event.type === 'requestRetried')[0]).toMatchObject({
      taskId: 'local/patient',
      resource: host,
      retry: 1,
      waitMs: 1_000,
      cause: 'HTTP 429',
    });
    const times = resource?.transitions.map(({ at }) => at) ?? [];
    for (const [index, at] of times.entries())
      if (index % 2 === 1) expect(at - (times[index - 1] ?? 0)).toBeGreaterThan(199);
  });

  it('skips the check that lets it through, which is never clean', async () => {
    const { host, url } = await serve((_, response) => status(response, 503));
    const ask = `for (let one = 0; one < 20; one += 1) await c.fetch(${JSON.stringify(url)});`;
    const { result } = await scanOf(
      { plain: ask, quiet: { run: ask, meta: { tier: 'quick' } } },
      { [host]: { ...quickly, retries: 0, breaker: { minimumCalls: 3 } } },
    );
    expect(endOf(result, 'local/plain')).toBe('skipped breaker-open');
    expect(result.verdict).toMatchObject({ status: 'incomplete', gateExitCode: 3 });
    expect(result.resources[0]).toMatchObject({ state: 'open', refused: 2, concurrency: expect.any(Number) });
    expect(result.resources[0]?.calls).toBeLessThan(8);
  });

  it('costs its time once when it does not answer at all', async () => {
    const { host, url, askedAt } = await serve(() => {});
    const { result } = await scanOf(
      {
        hung: `
          const started = Date.now();
          const codes = [];
          for (let one = 0; one < 5; one += 1)
            await c.fetch(${JSON.stringify(url)}).catch((error) => codes.push(error.code));
          return { codes, ms: Date.now() - started };`,
      },
      { [host]: { retries: 0, timeout: '1s', breaker: { minimumCalls: 1 } } },
    );
    const { codes, ms } = checkOf(result, 'local/hung').data as { codes: string[]; ms: number };
    expect(codes).toEqual(['ETIMEDOUT', ...Array(4).fill('SR_BREAKER_OPEN')]);
    expect(askedAt).toHaveLength(1);
    expect(ms).toBeGreaterThan(990);
    expect(ms).toBeLessThan(1_900);
  });
});

describe('a rate limit', () => {
  it('is shared by two scans of one runtime', async () => {
    const { host, url, askedAt } = await serve((_, response) => status(response, 200));
    const runtime = createRuntime();
    onTestFinished(() => runtime.close());
    const checks = { asks: `for (let one = 0; one < 3; one += 1) await c.fetch(${JSON.stringify(url)});` };
    const limit = { [host]: { rateLimit: { requests: 2, interval: 400 } } };
    const both = await Promise.all([scanOf(checks, limit, { runtime }), scanOf(checks, limit, { runtime })]);
    for (const { result } of both) {
      expect(endOf(result, 'local/asks')).toBe('passed');
      expect(result.resources[0]).toMatchObject({ calls: 3, failures: 0 });
    }
    expect(askedAt).toHaveLength(6);
    // The way to the server takes a few milliseconds, not always the same.
    for (const [index, at] of askedAt.entries())
      if (index >= 2) expect(at - (askedAt[index - 2] ?? 0)).toBeGreaterThan(360);
    // How long depends on when a busy machine lets them ask.
    expect(both.reduce((sum, { result }) => sum + (result.resources[0]?.rateLimitedMs ?? 0), 0)).toBeGreaterThan(400);
  });

  it('that a check cannot wait for skips it at once', async () => {
    const { host, url, askedAt } = await serve((_, response) => status(response, 200));
    const { result } = await scanOf(
      { asks: `await c.fetch(${JSON.stringify(url)}); report(c, 'before'); await c.fetch(${JSON.stringify(url)});` },
      { '*': { rateLimit: { requests: 1, interval: '60s' } } },
    );
    expect(endOf(result, 'local/asks')).toBe('skipped rate-limit');
    expect(checkOf(result, 'local/asks').findings).toHaveLength(1);
    expect(checkOf(result, 'local/asks').timeMs).toBeLessThan(4_000);
    expect(askedAt).toHaveLength(1);
    expect(result.resources.map(({ name }) => name)).toEqual([host]);
  });
});

describe('a check whose resource failed', () => {
  it('runs again, and only its last attempt counts', async () => {
    const { url } = await serve((_, response, count) => status(response, count < 3 ? 500 : 200));
    const { result, events } = await scanOf(
      {
        again: {
          meta: { retries: 2 },
          run: `
            const answer = await c.fetch(${JSON.stringify(url)});
            report(c, 'answer ' + answer.status);
            if (answer.status !== 200) throw Object.assign(new Error('HTTP ' + answer.status), { status: answer.status });`,
        },
      },
      { '*': { retries: 0 } },
    );
    expect(endOf(result, 'local/again')).toBe('failed');
    expect(checkOf(result, 'local/again').findings.map(({ message }) => message)).toEqual(['found answer 200']);
    const [task] = result.tasks;
    expect(task?.attempts.map(({ attempt, outcome }) => [attempt, outcome.status])).toEqual([
      [1, 'errored'],
      [2, 'errored'],
      [3, 'failed'],
    ]);
    const discarded = events.filter((event) => event.type === 'attemptDiscarded');
    expect(discarded.map(({ attempt, findings }) => [attempt, findings])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('does not run again for a mistake of its own', async () => {
    const { result } = await scanOf({ broken: { meta: { retries: 5 }, run: "throw new Error('a bug')" } }, {});
    expect(endOf(result, 'local/broken')).toBe('errored threw');
    expect(result.tasks[0]?.attempts).toHaveLength(1);
  });

  const fails = (code: string) => `throw Object.assign(new Error('it was ${code}'), { code: '${code}' })`;
  const fallback = "report(c, 'the weaker way'); return { why: error.message };";

  it('answers by its fallback after the last try: degraded, with its findings, never passed', async () => {
    const { result } = await scanOf(
      {
        reset: { meta: { retries: 1 }, run: fails('ECONNRESET'), fallback },
        limited: { run: fails('SR_RATE_LIMIT'), fallback },
        bug: { run: fails('EBUG'), fallback },
        worse: { run: fails('EPIPE'), fallback: "throw new Error('no other way')" },
        files: { visit: fails('ETIMEDOUT'), fallback },
        silent: { run: fails('EPIPE'), fallback: '' },
      },
      {},
    );
    const ends = Object.fromEntries(result.checks.map(({ checkId }) => [checkId.slice(6), endOf(result, checkId)]));
    expect(ends).toEqual({
      reset: 'degraded fallback',
      limited: 'degraded fallback',
      bug: 'errored threw',
      worse: 'errored threw',
      files: 'degraded fallback',
      silent: 'degraded fallback',
    });
    const reset = checkOf(result, 'local/reset');
    expect(reset.findings.map(({ message }) => message)).toEqual(['found the weaker way']);
    expect(reset.data).toEqual({ why: 'it was ECONNRESET' });
    expect(reset.outcome).toMatchObject({ reason: { message: 'It answered by its fallback: it was ECONNRESET' } });
    expect(result.tasks.find(({ id }) => id === 'local/reset')?.attempts).toHaveLength(2);
    expect(result.verdict.status).toBe('incomplete');
  });
});

describe('a command with a resource', () => {
  it('runs again when a signal ended it, where the check asks for that', async () => {
    const once =
      "const fs = require('node:fs'); if (!fs.existsSync('ran')) { fs.writeFileSync('ran', ''); process.kill(process.pid, 'SIGKILL'); }";
    const { result } = await scanOf(
      {
        asked: `const { code } = await c.exec(['node', '-e', ${JSON.stringify(once)}], { resource: 'Tool', retryOn: ['signal'] }); return { code };`,
        plain:
          "const { signal } = await c.exec(['node', '-e', 'process.kill(process.pid, \"SIGKILL\")'], { resource: 'tool' }); return { signal };",
        free: "const { code } = await c.exec(['node', '-e', 'process.exit(3)']); return { code };",
      },
      { tool: quickly },
    );
    expect(checkOf(result, 'local/asked').data).toEqual({ code: 0 });
    expect(checkOf(result, 'local/plain').data).toEqual({ signal: 'SIGKILL' });
    expect(checkOf(result, 'local/free').data).toEqual({ code: 3 });
    expect(result.resources).toMatchObject([{ name: 'tool', calls: 3, failures: 1, retries: 1 }]);
  });

  it('counts with everything else that the check asks of it', async () => {
    const { url } = await serve((_, response) => status(response, 200));
    const { result } = await scanOf(
      {
        both: {
          meta: { resource: 'provider' },
          run: `await c.fetch(${JSON.stringify(url)}); await c.exec(['node', '-v']);`,
        },
      },
      {},
    );
    expect(result.resources).toMatchObject([{ name: 'provider', calls: 2 }]);
  });
});

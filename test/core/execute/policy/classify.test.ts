import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../../core/errors.js';
import {
  failureKind,
  isTransientStatus,
  judgeError,
  judgeStatus,
  retryAfterMs,
  transientCode,
} from '../../../../core/execute/policy/classify.js';
import { deserializeError, serializeError } from '../../../../core/execute/protocol.js';

const coded = (code: string) => Object.assign(new Error(code), { code });

describe('transient failures', () => {
  it('are those codes that may be gone a moment later', () => {
    for (const code of ['ECONNRESET', 'ETIMEDOUT', 'EAI_AGAIN', 'ECONNREFUSED', 'EPIPE', 'UND_ERR_SOCKET'])
      expect(transientCode(coded(code))).toBe(code);
    for (const code of ['ENOTFOUND', 'ENOENT', 'EFBIG', 'CERT_HAS_EXPIRED', 'SR_PATH_OUTSIDE', 'ENETWORK'])
      expect(transientCode(coded(code))).toBeUndefined();
    expect(transientCode(new Error('socket hang up'))).toBe('ECONNRESET');
    expect(transientCode('ECONNRESET')).toBeUndefined();
    expect(transientCode(undefined)).toBeUndefined();
  });

  it('are found below an error that wraps them, also one that is its own cause', () => {
    expect(transientCode(new Error('no lookup', { cause: new Error('x', { cause: coded('EPIPE') }) }))).toBe('EPIPE');
    const circle = new Error('circle') as Error & { cause: unknown };
    circle.cause = circle;
    expect(transientCode(circle)).toBeUndefined();
  });

  it('are these statuses and no other', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 599 }), (status) => {
        const wanted = [408, 425, 429, 500, 502, 503, 504].includes(status);
        expect(isTransientStatus(status)).toBe(wanted);
        expect(judgeStatus({ status, headers: {} }, 'GET', false, 0).failed).toBe(wanted);
        expect(transientCode(Object.assign(new Error('x'), { status }))).toBe(wanted ? `HTTP ${status}` : undefined);
      }),
    );
  });

  it('keep their kind on the way to a thread and back', () => {
    const travel = (error: Error) => failureKind(deserializeError(serializeError(error)));
    expect(travel(new ScanError('SR_RATE_LIMIT', 'x'))).toBe('rate-limit');
    expect(travel(new Error('wrapped', { cause: new ScanError('SR_BREAKER_OPEN', 'x') }))).toBe('breaker-open');
    expect(travel(coded('ECONNRESET'))).toBe('transient');
    expect(travel(new Error('a bug'))).toBeUndefined();
  });
});

describe('what may be sent again', () => {
  it('is what does no harm twice', () => {
    const retried = (method: string, status: number, repeatable?: boolean) => {
      const verdict = judgeStatus({ status, headers: {} }, method, repeatable, 0);
      return verdict.failed && verdict.retry;
    };
    for (const method of ['GET', 'head', 'PUT', 'DELETE', 'OPTIONS']) expect(retried(method, 502)).toBe(true);
    expect(retried('POST', 502)).toBe(false);
    expect(retried('PATCH', 503)).toBe(false);
    expect(retried('POST', 502, true)).toBe(true);
    expect(retried('GET', 502, false)).toBe(false);
    expect(retried('GET', 429, false)).toBe(false);
    expect(judgeError(coded('ETIMEDOUT'), 'GET', false)).toMatchObject({ failed: true, retry: false });
    // Turned away before anything was done.
    expect(retried('POST', 429)).toBe(true);
    expect(judgeError(coded('ECONNREFUSED'), 'POST', undefined)).toMatchObject({ failed: true, retry: true });
    expect(judgeError(coded('ECONNRESET'), 'POST', undefined)).toMatchObject({ failed: true, retry: false });
    expect(judgeError(coded('ENOTFOUND'), 'GET', undefined)).toEqual({
      failed: true,
      retry: false,
      overload: false,
      cause: 'ENOTFOUND',
    });
  });

  it('is nothing that the asker got wrong', () => {
    expect(judgeError(coded('EFBIG'), 'GET', false)).toEqual({ failed: false });
    expect(judgeError(new TypeError('Invalid header'), 'GET', false)).toEqual({ failed: false });
  });

  it('says when a resource wants less', () => {
    const overload = (status: number) => judgeStatus({ status, headers: {} }, 'GET', false, 0);
    expect([429, 503, 500, 502].map((status) => overload(status))).toMatchObject(
      [true, true, false, false].map((is) => ({ overload: is })),
    );
    expect(judgeError(coded('ETIMEDOUT'), 'GET', false)).toMatchObject({ overload: true });
    expect(judgeError(coded('ECONNRESET'), 'GET', undefined)).toMatchObject({ overload: false });
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it('is seconds or a date', () => {
    expect(retryAfterMs('120', undefined, now)).toBe(120_000);
    expect(retryAfterMs(' 0 ', undefined, now)).toBe(0);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', undefined, now)).toBe(30_000);
    expect(retryAfterMs('Wed, 31 Dec 2025 23:59:00 GMT', undefined, now)).toBe(0);
  });

  it("goes by the server's clock where it tells it", () => {
    expect(retryAfterMs('Thu, 01 Jan 2026 10:00:30 GMT', 'Thu, 01 Jan 2026 10:00:00 GMT', now)).toBe(30_000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:30 GMT', 'rubbish', now)).toBe(30_000);
  });

  it('is nothing when it is neither', () => {
    for (const text of ['', '-5', '1.5', 'soon', '12 apples', '0x10', 'Infinity'])
      expect(retryAfterMs(text, undefined, now)).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = retryAfterMs(text, undefined, now);
        expect(ms === undefined || (ms >= 0 && !Number.isNaN(ms))).toBe(true);
      }),
    );
  });

  it('is read for 429 and 503 alone', () => {
    const headers = { 'retry-after': '7' };
    expect(judgeStatus({ status: 429, headers }, 'GET', false, now)).toMatchObject({ retryAfterMs: 7_000 });
    expect(judgeStatus({ status: 503, headers }, 'GET', false, now)).toMatchObject({ retryAfterMs: 7_000 });
    expect(judgeStatus({ status: 500, headers }, 'GET', false, now)).not.toHaveProperty('retryAfterMs');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../core/model/duration.js';
import { formatBytes, formatCount, plural } from '../../../core/model/text.js';

describe('durations', () => {
  it('are read in every unit, and nothing else is one', () => {
    const read = ['250ms', '30s', '1.5s', '2m', '1h', '0s', '0.5ms', 1_500, 1.4, 0].map((text) => parseDuration(text));
    expect(read).toEqual([250, 30_000, 1_500, 120_000, 3_600_000, 0, 1, 1_500, 1, 0]);
    for (const text of [
      '',
      '30',
      's',
      '30 s',
      '-1s',
      '1e3s',
      '030s',
      '1.s',
      '.5s',
      '30S',
      '30s ',
      '1h30m',
      'Infinitys',
    ])
      expect(parseDuration(text), text).toBe(undefined);
    for (const number of [-1, Number.NaN, Number.POSITIVE_INFINITY]) expect(parseDuration(number)).toBe(undefined);
  });

  it('are said so that people can read them', () => {
    const said = [0, 0.4, 340, 999.4, 999.5, 4_249, 9_949, 9_999, 10_000, 59_499, 59_500, 65_000, 3_600_000].map(
      formatDuration,
    );
    expect(said).toEqual([
      '0 ms',
      '0 ms',
      '340 ms',
      '999 ms',
      '1.0 s',
      '4.2 s',
      '9.9 s',
      '10.0 s',
      '10 s',
      '59 s',
      '1 m 0 s',
      '1 m 5 s',
      '60 m 0 s',
    ]);
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        const text = formatDuration(ms);
        expect(text).toMatch(/^(\d{1,3} ms|\d{1,2}(\.\d)? s|\d+ m [1-5]?\d s)$/);
      }),
    );
  });
});

describe('counts and sizes', () => {
  it('have their nouns and their thousands', () => {
    expect([plural(0, 'file'), plural(1, 'file'), plural(12_345, 'file'), plural(2, 'entry', 'entries')]).toEqual([
      '0 files',
      '1 file',
      '12,345 files',
      '2 entries',
    ]);
    fc.assert(
      fc.property(fc.nat(1e12), (count) => {
        expect(formatCount(count)).toBe(count.toLocaleString('en-US'));
      }),
    );
    expect([0, 999, 1_000, 1_049, 999_949, 999_950, 3_400_000, 5e9, 2e12, 5e15].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 KB',
      '1.0 KB',
      '999.9 KB',
      '1.0 MB',
      '3.4 MB',
      '5.0 GB',
      '2.0 TB',
      '5000.0 TB',
    ]);
  });
});

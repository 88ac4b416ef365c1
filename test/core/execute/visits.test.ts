import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutVisits, wantedFiles } from '../../../core/execute/visits.js';
import type { FileEntry } from '../../../core/model/target.js';
import type { TaskCheck } from '../../../core/model/task.js';
import { partCount } from '../../../core/plan/passes.js';

const entry = (path: string, sizeBytes = 1): FileEntry => ({
  path,
  sizeBytes,
  modifiedMs: 0,
  type: 'file',
  executable: false,
});
const check = (files: readonly string[], exclude: readonly string[] = []): TaskCheck => ({
  id: 'p/x',
  module: 'file:///x.mjs',
  options: {},
  files,
  exclude,
  needs: {},
});
const wanted = ({ entries, sets, setOf }: ReturnType<typeof wantedFiles>) =>
  entries.map(({ path }, index) => `${path}: ${sets[setOf[index] ?? -1]?.join()}`);

describe('the files of a pass', () => {
  it('are those that a check wants, each with the checks that do', () => {
    const entries = ['a.ts', 'b.md', 'docs/c.md', 'd.png'].map((path) => entry(path));
    const checks = [check(['**/*.ts']), check(['**/*.md'], ['docs/**']), check(['**/*.md'])];
    expect(wanted(wantedFiles(entries, checks))).toEqual(['a.ts: 0', 'b.md: 1,2', 'docs/c.md: 2']);
    expect(wanted(wantedFiles(entries, checks, ({ path }, index) => path !== 'b.md' || index === 1))).toEqual([
      'a.ts: 0',
      'b.md: 1',
      'docs/c.md: 2',
    ]);
  });

  it('are cut so that each is in one part, in order, and no part has much more than its share', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3_000_000), { maxLength: 60 }), fc.integer({ min: 1, max: 8 }), (sizes, count) => {
        const entries = sizes.map((size, index) => entry(`f${index}`, size));
        const all = wantedFiles(entries, [check(['**']), check(['f1*'])]);
        const parts = cutVisits(all, count);
        expect(parts).toHaveLength(count);
        expect(parts.flatMap(wanted)).toEqual(wanted(all));
        const costs = parts.map((part) => part.entries.reduce((sum, { sizeBytes }) => sum + sizeBytes + 8_192, 0));
        const total = costs.reduce((sum, cost) => sum + cost, 0);
        const largest = Math.max(0, ...sizes) + 8_192;
        for (const cost of costs) expect(cost).toBeLessThanOrEqual(total / count + largest);
      }),
      { numRuns: 300 },
    );
  });

  it('of a small tree are one part, of a large one three a thread at most', () => {
    const small = Array.from({ length: 100 }, (_, index) => entry(`f${index}`, 1_000));
    const large = Array.from({ length: 10_000 }, (_, index) => entry(`f${index}`, 10_000));
    expect([partCount([], 4), partCount(small, 4), partCount(large, 4), partCount(large, 1)]).toEqual([1, 1, 12, 1]);
  });
});

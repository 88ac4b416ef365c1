import fc from 'fast-check';
import { expect, it } from 'vitest';
import { packVisits, unpackFile, unpackFiles } from '../../../core/execute/packed-files.js';
import type { StoredEntry } from '../../../core/model/target.js';

const entries = fc.record(
  {
    path: fc.string({ unit: 'grapheme', minLength: 1 }),
    sizeBytes: fc.nat(2 ** 40),
    modifiedMs: fc.double({ noNaN: true, min: 0, max: 4e12 }),
    type: fc.constantFrom('file', 'symlink', 'submodule'),
    executable: fc.boolean(),
    tracked: fc.boolean(),
    linkTarget: fc.string(),
    storedAt: fc.string(),
    lfs: fc.constant(true as const),
    // Each field that an entry may have: one that is new and not packed would be lost on the way.
  } satisfies { [Key in keyof Required<StoredEntry>]: fc.Arbitrary<StoredEntry[Key]> },
  { requiredKeys: ['path', 'sizeBytes', 'modifiedMs', 'type', 'executable'], noNullPrototype: true },
);

it('are unpacked in their thread as they were, one by one', () => {
  fc.assert(
    fc.property(fc.array(entries), (some: StoredEntry[]) => {
      const setOf = Uint16Array.from(some, (_, index) => index % 3);
      const packed = structuredClone(packVisits({ entries: some, sets: [[0], [1], [0, 1]], setOf }));
      expect(some.map((_, index) => unpackFile(packed, index))).toStrictEqual(some);
      expect([...unpackFiles(packed)]).toStrictEqual(some);
      expect(packed).toMatchObject({ sets: [[0], [1], [0, 1]], setOf });
    }),
  );
});

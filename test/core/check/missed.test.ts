import { describe, expect, it } from 'vitest';
import { missedBy, whyMissed } from '../../../core/check/missed.js';
import type { Unlisted } from '../../../core/model/target.js';

const name: Unlisted = { path: 'src/tÿx.ts', kind: 'name' };
const entry: Unlisted = { path: 'src/pipe', kind: 'entry', cause: 'not a regular file' };
const closed: Unlisted = { path: 'data/private/', kind: 'folder', cause: 'EACCES' };

const missed = (include: string[], exclude: string[] = []): Unlisted[] => [
  ...missedBy([name, entry, closed], include, exclude),
];

describe('what could not be listed', () => {
  it('is missed by the globs that select it', () => {
    expect(missed(['**'])).toEqual([name, entry, closed]);
    expect(missed(['**/*.ts'])).toEqual([name, closed]);
    expect(missed(['src/**'])).toEqual([name, entry]);
    expect(missed(['**'], ['src/**'])).toEqual([closed]);
    expect(missed(['**', '!src/**'])).toEqual([closed]);
  });

  it('may be anything below a closed folder that the globs reach', () => {
    for (const glob of ['**/*.ts', 'data/**', 'data/private/*.json', 'data/*/x', '{data,src}/**', 'd?ta/**'])
      expect(missed([glob])).toContain(closed);
    for (const glob of ['package.json', 'src/**', 'data/public/**', 'datafile', '!data/**'])
      expect(missed([glob])).not.toContain(closed);
    expect(missed(['**'], ['data/**'])).not.toContain(closed);
    expect(missed(['**'], ['data/private/*.json'])).toContain(closed);
  });

  it('says why', () => {
    expect([name, entry, closed].map(whyMissed)).toEqual(['its name is not UTF-8', 'not a regular file', 'EACCES']);
  });
});

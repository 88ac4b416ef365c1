import { describe, expect, it } from 'vitest';
import type { Task } from '../../../core/model/task.js';
import { makePasses } from '../../../core/plan/passes.js';
import { task } from '../../support/fake-pool.js';

const isFile = ({ id }: Task) => id.startsWith('f/');
const passes = (tasks: readonly Task[], parts = 1) => makePasses(tasks, isFile, parts);
const shape = (tasks: readonly Task[]) =>
  tasks.map(({ id, checks, after }) => `${id}: ${checks.map((check) => check.id).join()} after ${after.join()}`);

describe('a pass', () => {
  it('serves all checks of files that wait for the same, weigh the same and may take the same', () => {
    const made = passes([
      task('f/b'),
      task('f/a'),
      task('p/project'),
      task('f/dear', { priority: 5 }),
      task('f/slow', { timeoutMs: 60_000 }),
      task('f/needs', { after: ['p/project'] }),
      task('f/needs-too', { after: ['p/project'] }),
    ]);
    expect(shape(made)).toEqual([
      'p/project: p/project after ',
      'files: f/a,f/b after ',
      'f/dear: f/dear after ',
      'f/slow: f/slow after ',
      'files-2: f/needs,f/needs-too after p/project',
    ]);
  });

  it('is cut into parts; what needs one of its checks waits for all of them', () => {
    const made = passes(
      [task('f/a', { expectedMs: 30 }), task('f/b', { expectedMs: 30 }), task('p/user', { after: ['f/a'] })],
      3,
    );
    expect(shape(made)).toEqual([
      'p/user: p/user after files#1,files#2,files#3',
      'files#1: f/a,f/b after ',
      'files#2: f/a,f/b after ',
      'files#3: f/a,f/b after ',
    ]);
    expect(made[1]).toMatchObject({
      expectedMs: 20,
      timeoutMs: 10_000,
      part: { index: 1, of: 3, checkTimeoutMs: 5_000 },
    });
  });

  it('expects nothing where one of its checks never ran', () => {
    expect(passes([task('f/a', { expectedMs: 30 }), task('f/b')])[0]).not.toHaveProperty('expectedMs');
  });
});

import { describe, expect, it } from 'vitest';
import { configure, failure, pluginFiles, project } from './project.js';

const user = (config: unknown) => ({ file: '/home/me/.config/scanrun/config.json', steps: [], config, notices: [] });
const defaults = { cpu: 0.85, memory: 0.9, eventLoopDelayMs: 250 };

/** The governor of a configuration, over a user's own. */
async function governorOf(governor: unknown, users: unknown = undefined) {
  const root = project({ ...pluginFiles('own'), 'scan.config.json': { plugins: ['./own/plugin'], governor } });
  const config = await configure(root, users === undefined ? {} : { userConfig: user({ governor: users }) });
  return { governor: config.governor, origin: config.origins.get('governor'), printed: config.printable.governor };
}

describe('governor', () => {
  it('has the thresholds of the documentation where nobody sets any', async () => {
    expect(await governorOf(undefined)).toEqual({ governor: defaults, origin: 'default', printed: defaults });
  });

  it('is laid over the user’s own field by field, in milliseconds', async () => {
    const set = { ...defaults, cpu: 0.5, memory: 0.7, eventLoopDelayMs: 1_000 };
    expect(await governorOf({ memory: 0.7, eventLoopDelay: '1s' }, { cpu: 0.5, memory: 0.6 })).toEqual({
      governor: set,
      origin: 'config',
      printed: set,
    });
  });

  it('is off where the last word is off, and on where it is not', async () => {
    expect(await governorOf('off', { cpu: 0.5 })).toEqual({
      governor: undefined,
      origin: 'config',
      printed: undefined,
    });
    expect((await governorOf({ cpu: 0.6 }, 'off')).governor).toEqual({ ...defaults, cpu: 0.6 });
  });

  it('is refused out of range, all of it at once', async () => {
    const root = project({
      ...pluginFiles('own'),
      'scan.config.json': {
        plugins: ['./own/plugin'],
        governor: { cpu: 0.05, memory: 2, eventLoopDelay: '2m', cpus: 1 },
      },
    });
    const { problems } = await failure(configure(root));
    expect(problems.map(({ where, what }) => `${where} ${what}`)).toEqual([
      expect.stringContaining('governor.cpus is not known'),
      expect.stringContaining('governor.cpu must be a number from 0.1 to 1'),
      expect.stringContaining('governor.memory must be a number from 0.1 to 1'),
      expect.stringContaining("governor.eventLoopDelay must be between '10ms' and '60s'"),
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { Governor } from '../../../core/execute/governor.js';
import { thisMachine } from '../../../core/execute/machine.js';
import { type ConcurrencyChange, PRESSURE_DEFAULTS } from '../../../core/model/pressure.js';
import { FakeClock } from '../../support/fake-pool.js';

/** A governor whose machine says what the test sets. */
function govern(concurrency = 6, limits = PRESSURE_DEFAULTS) {
  const clock = new FakeClock();
  const state = { stalledMs: 0 as number | undefined, memory: 0.2 as number | undefined };
  const changes: ConcurrencyChange[] = [];
  const machine = { cpuStalledMs: () => state.stalledMs, memoryUse: () => state.memory };
  const governor = new Governor({ clock, machine, limits, concurrency, changed: (change) => changes.push(change) });
  /** One sample, in which work waited for a core for this share of the time. */
  const sample = (cpu = 0) => {
    if (state.stalledMs !== undefined) state.stalledMs += 500 * cpu;
    clock.move(500);
  };
  return { governor, clock, state, changes, sample };
}

describe('the governor', () => {
  it('halves what is in flight while memory is short, down to one, and adds one at a time when it is not', () => {
    const { governor, state, changes, sample } = govern();
    sample();
    expect([governor.allowed, changes]).toEqual([6, []]);
    state.memory = 0.93;
    sample();
    expect(changes).toEqual([{ from: 6, to: 3, cause: 'memory', value: 0.93 }]);
    for (let round = 0; round < 5; round += 1) sample();
    expect(governor.allowed).toBe(1);
    state.memory = 0.3;
    sample();
    expect(governor.allowed).toBe(1);
    sample();
    expect(governor.allowed).toBe(2);
    for (let round = 0; round < 20; round += 1) sample();
    expect(governor.allowed).toBe(6);
    expect(changes.at(-1)).toEqual({ from: 5, to: 6, cause: 'calm' });
  });

  it('takes the share of time in which work waited for a core for pressure, from 85 % on', () => {
    const { governor, changes, sample } = govern(4);
    sample(0.84);
    expect(changes).toEqual([]);
    sample(0.85);
    expect(changes).toEqual([{ from: 4, to: 2, cause: 'cpu', value: 0.85 }]);
    // Near the limit nothing changes either way.
    for (let round = 0; round < 10; round += 1) sample(0.8);
    expect(governor.allowed).toBe(2);
  });

  it('takes a main thread that is late for pressure', () => {
    const { governor, clock, changes, sample } = govern(4);
    clock.late = 300;
    sample();
    expect(changes).toEqual([]);
    clock.move(800);
    expect(changes).toEqual([{ from: 4, to: 2, cause: 'event-loop', value: 300 }]);
    expect(governor.allowed).toBe(2);
  });

  it('concludes nothing from what the machine cannot tell', () => {
    const { governor, state, sample } = govern(4);
    state.stalledMs = undefined;
    state.memory = undefined;
    for (let round = 0; round < 5; round += 1) sample();
    expect(governor.allowed).toBe(4);
    // Readings that begin later count from then on, not from zero.
    state.stalledMs = 1e9;
    sample();
    expect(governor.allowed).toBe(4);
  });

  it('follows limits of one’s own', () => {
    const { governor, state, sample } = govern(4, { ...PRESSURE_DEFAULTS, memory: 0.5 });
    state.memory = 0.6;
    sample();
    expect(governor.allowed).toBe(2);
  });

  it('looks no more once it is closed', () => {
    const { governor, clock } = govern();
    expect(clock.pending).toBe(1);
    governor.close();
    expect(clock.pending).toBe(0);
  });
});

describe('this machine', () => {
  it('tells its memory, and on Linux how long work waited for a core', () => {
    expect(thisMachine.memoryUse()).toBeGreaterThan(0);
    expect(thisMachine.memoryUse()).toBeLessThan(1);
    const stalled = thisMachine.cpuStalledMs();
    if (stalled !== undefined) expect(thisMachine.cpuStalledMs()).toBeGreaterThanOrEqual(stalled);
  });
});

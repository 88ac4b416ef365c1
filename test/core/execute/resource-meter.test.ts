import { expect, it } from 'vitest';
import { ResourceMeter } from '../../../core/execute/resource-meter.js';

/** Computes for so long. */
function compute(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

it('measures what a task computes, and nothing of what its thread computed before', () => {
  const meter = new ResourceMeter();
  const first = meter.start();
  compute(60);
  expect(first().cpuMs).toBeGreaterThan(20);
  // A task that begins at once is measured from the last reading, one that begins later is not.
  expect(meter.start()().cpuMs).toBeLessThan(20);
  compute(60);
  expect(meter.start()().cpuMs).toBeLessThan(20);
});

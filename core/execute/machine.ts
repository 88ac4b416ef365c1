import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { MachineState } from '../model/pressure.js';

/** Where Linux tells how long work waited for a core: of this container first, else of the whole machine. */
const PRESSURE_FILES = ['/sys/fs/cgroup/cpu.pressure', '/proc/pressure/cpu'];

/** The machine that this process runs on. */
export const thisMachine: MachineState = {
  cpuStalledMs() {
    for (const file of PRESSURE_FILES) {
      const stalledMs = readStalledMs(file);
      if (stalledMs !== undefined) return stalledMs;
    }
    return undefined;
  },
  memoryUse() {
    const constrained = process.constrainedMemory();
    // Without a limit some systems give 0, others the largest number there is.
    const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
    return 1 - Math.min(process.availableMemory(), total) / total;
  },
};

/** The microseconds at the end of the line `some avg10=0.00 avg60=0.00 avg300=0.00 total=123`. */
function readStalledMs(file: string): number | undefined {
  try {
    const total = /^some .*total=(\d+)/.exec(readFileSync(file, 'latin1'))?.[1];
    return total === undefined ? undefined : Number(total) / 1_000;
  } catch {
    // Older kernels and other systems have no such file: the other readings stand.
    return undefined;
  }
}

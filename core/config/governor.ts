import { parseDuration } from '../model/duration.js';
import { PRESSURE_DEFAULTS, type PressureLimits } from '../model/pressure.js';
import type { GovernorSettings } from './define.js';
import { type ConfigLayer, type Layer, lastSetting } from './layers.js';

/** When the machine is under pressure, field by field from the last layer that sets it; undefined where the last word is `'off'`. */
export function resolveGovernor(
  layers: readonly ConfigLayer[],
  origins: Map<string, Layer>,
): PressureLimits | undefined {
  const last = lastSetting(layers, ['governor'], ({ governor }) => governor);
  origins.set('governor', last?.layer ?? 'default');
  if (last?.value === 'off') return undefined;
  const set = layers.flatMap(({ config: { governor } }) => (typeof governor === 'object' ? governor : []));
  const { cpu, memory, eventLoopDelay }: GovernorSettings = Object.assign({}, ...set);
  return {
    cpu: cpu ?? PRESSURE_DEFAULTS.cpu,
    memory: memory ?? PRESSURE_DEFAULTS.memory,
    eventLoopDelayMs:
      (eventLoopDelay === undefined ? undefined : parseDuration(eventLoopDelay)) ?? PRESSURE_DEFAULTS.eventLoopDelayMs,
  };
}

import { isTypeScript } from './check/load-module.js';
import type { Runtime } from './runtime.js';

/** Starts a thread while a configuration loads where its checks will need one: a check of one's own is never run in the main thread. */
export async function warmUp(configFile: string | undefined, { pool }: Pick<Runtime, 'pool'>): Promise<void> {
  if (configFile === undefined || !isTypeScript(configFile)) return;
  await pool.open();
  pool.warm();
}

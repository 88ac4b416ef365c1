import type { ExecResult } from '../check/context.js';
import { deserializeError } from './protocol.js';
import { type RequestSource, TaskRequests } from './requests.js';

/** How long a command may take that prints a version. */
const VERSION_MS = 10_000;

/**
 * What a command prints that tells the version of a program.
 * @param running holds what was started until it has ended.
 * @throws Error when it cannot be run, or ends otherwise than with code 0.
 */
export async function toolVersion(
  source: RequestSource,
  argv: readonly string[],
  running: Set<TaskRequests> = new Set(),
): Promise<string> {
  const requests = new TaskRequests(source, () => VERSION_MS);
  running.add(requests);
  const reply = await requests.answer({ name: 'exec', argv, options: { timeout: VERSION_MS, workTree: false } });
  requests.close();
  running.delete(requests);
  if (!reply.ok) throw deserializeError(reply.error);
  const { code, stdout, stderr } = reply.value as ExecResult;
  if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}`);
  return `${stdout}${stderr}`;
}

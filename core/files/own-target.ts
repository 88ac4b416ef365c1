import { realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { topOf } from './top.js';

/**
 * True where a target belongs to whoever scans it: the scan was started inside of it, its configuration lies in it, or
 * both are in one repository. What such a target brings runs anyway when they work on it; of any other target nothing may.
 * @param root the target's absolute root, without links.
 * @param cwd the folder the scan was started in.
 * @param configFile the configuration that was loaded; absent where there is none.
 */
export function isOwnTarget(root: string, cwd: string, configFile: string | undefined): boolean {
  const here = realpathSync(cwd);
  if (isInside(here, root)) return true;
  if (configFile !== undefined && isInside(realpathSync(configFile), root)) return true;
  const repository = topOf(root);
  return repository !== undefined && repository === topOf(here);
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

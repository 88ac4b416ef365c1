import { homedir } from 'node:os';
import { join } from 'node:path';
import { openAnswers } from './answers/open.js';
import type { ScanAnswers } from './answers/scan-answers.js';
import type { Notice } from './model/result.js';
import type { Prepared } from './prepare.js';
import type { ScanOptions } from './scan-options.js';

/** The name of the file with the key that signs a user's answers. */
const KEY_FILE = 'answers.key';

/** Opens what earlier scans of a target answered, as the configuration says; undefined where it is off or cannot be used. */
export function answersOf(
  { config, files }: Pick<Prepared, 'config' | 'files'>,
  options: Pick<ScanOptions, 'environment' | 'userCache'>,
  notice: (notice: Notice) => void,
): ScanAnswers | undefined {
  return openAnswers(
    {
      settings: config.cache,
      target: files.target,
      tier: config.tier,
      redact: config.redact,
      // A check reads the variables that its thread has, which are the process's own.
      environment: options.environment ?? process.env,
      keyFile: join(options.userCache ?? join(homedir(), '.cache', 'scanrun'), KEY_FILE),
    },
    notice,
  );
}

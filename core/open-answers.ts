import { openAnswers } from './answers/open.js';
import type { ScanAnswers } from './answers/scan-answers.js';
import { StoredAnswers } from './answers/stored.js';
import type { CacheSettings } from './cache/settings.js';
import { readSecret } from './cache/signer.js';
import type { Notice } from './model/result.js';
import type { Prepared } from './prepare.js';
import { keyFileOf, type ScanOptions } from './scan-options.js';

/** What lies in a target's cache, for who shows or changes it without a scan. */
export function storedAnswersOf(
  root: string,
  settings: CacheSettings,
  options: Pick<ScanOptions, 'environment' | 'userCache'>,
): StoredAnswers {
  const secret = options.environment?.SCANRUN_CACHE_KEY?.trim() || readSecret(keyFileOf(options));
  return new StoredAnswers(root, secret, settings);
}

/** Opens what earlier scans of a target answered, as the configuration says; undefined where it is off or cannot be used. */
export function answersOf(
  { config, files, inputs }: Pick<Prepared, 'config' | 'files'> & Partial<Pick<Prepared, 'inputs'>>,
  options: Pick<ScanOptions, 'environment' | 'userCache'>,
  notice: (notice: Notice) => void,
): ScanAnswers | undefined {
  return openAnswers(
    {
      settings: config.cache,
      index: files,
      content: inputs?.content,
      tier: config.tier,
      // What is masked, home directories among it, is masked in what is kept too.
      redact: [...config.redact.patterns, ...(config.redact.home ? ['home directories'] : [])],
      // A check reads the variables that its thread has, which are the process's own.
      environment: options.environment ?? process.env,
      keyFile: keyFileOf(options),
    },
    notice,
  );
}

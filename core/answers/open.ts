import { accessSync, constants } from 'node:fs';
import { attempt, failureText } from '../cache/folder.js';
import { loadSecret, Signer } from '../cache/signer.js';
import { codeOf } from '../errors.js';
import { openStateFolder, STATE_FOLDER } from '../files/state.js';
import type { Notice } from '../model/result.js';
import { ANSWERS_FOLDER, ScanAnswers, type ScanAnswersOptions } from './scan-answers.js';

/** What the answers of a scan are opened with. */
export interface OpenAnswersOptions extends Omit<ScanAnswersOptions, 'folder' | 'secret' | 'writable'> {
  /** The file with the user's key; it is made where there is none. */
  readonly keyFile: string;
}

/**
 * Opens the answers of a target. A scan needs none, so nothing here fails: where they cannot be used there are none, and
 * a notice says why.
 */
export function openAnswers(options: OpenAnswersOptions, notice: (notice: Notice) => void): ScanAnswers | undefined {
  const { settings, environment, keyFile, index } = options;
  if (!settings.enabled) return undefined;
  const given = environment.SCANRUN_CACHE_KEY?.trim();
  const secret =
    given ||
    attempt(
      () => loadSecret(keyFile),
      (error) => notice(unusable(failureText(keyFile, error), KEY)),
    );
  if (secret === undefined) return undefined;
  const opened = openStateFolder(index.target.root, ...ANSWERS_FOLDER, new Signer(secret).id);
  if ('problem' in opened) {
    notice(unusable(opened.problem, WRITABLE));
    return undefined;
  }
  const problem = unwritable(opened.folder);
  if (problem !== undefined) notice(unusable(problem, WRITABLE));
  return new ScanAnswers({ ...options, folder: opened.folder, secret, writable: problem === undefined });
}

const KEY = 'name a key with SCANRUN_CACHE_KEY, or turn the cache off with `--no-cache`';
const WRITABLE = `make \`${STATE_FOLDER}\` writable, or turn the cache off with \`--no-cache\``;

function unusable(why: string, next: string): Notice {
  return {
    code: 'cache-unwritable',
    level: 'info',
    message: `The answers of this scan are not kept, so the next is no faster: ${why}; ${next}.`,
  };
}

/** Why nothing can be written to a folder; undefined when it can. */
function unwritable(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return `${folder}: ${codeOf(error)}`;
  }
}

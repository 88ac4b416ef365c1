import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Config } from './config/define.js';
import type { LoadedConfig } from './config/load.js';
import type { Overrides } from './config/overrides.js';
import type { FileIndex } from './files/file-index.js';
import type { ChangeRequest } from './model/changes.js';
import type { ReportTo } from './report/run-reporters.js';

/** What to scan and how. */
export interface ScanOptions {
  /** The folder to scan; relative to `cwd`. Default: `cwd`. */
  readonly target?: string;
  /** The folder in which a configuration is searched and to which reports and other paths are relative. */
  readonly cwd: string;
  /** The configuration; searched from `cwd` upwards when absent. */
  readonly config?: Config;
  /** The configuration file to use instead of searching one; relative to `cwd`. */
  readonly configFile?: string;
  /** The user's own settings for presentation and resources, from `loadUserConfig`. */
  readonly userConfig?: LoadedConfig;
  /** What overrides the configuration: the command line's flags. */
  readonly overrides?: Overrides;
  /** The environment: `SCANRUN_*` settings, and what commands are given. Default: none of the settings, and the process's own for commands. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Files that the caller writes meanwhile, such as a log; relative to `cwd`. They are no part of the target. */
  readonly ownFiles?: readonly string[];
  /** The user's own folder for what is needed again, with the key that signs kept answers; `~/.cache/scanrun` when absent. */
  readonly userCache?: string;
  /** What the scan is restricted to: what changed since a commit, what is staged, or given files. Default: nothing. */
  readonly changes?: ChangeRequest;
  /** The target's files, where the caller has just listed them for the same `changes`; the scan closes the list. Listed when absent. */
  readonly files?: FileIndex;
  /** Told the URL of each module that the configuration names, itself among them, before it is loaded. Default: nobody is told. */
  readonly loads?: (url: string) => void;
  /** The id of a run of the same target that broke off: what it did is taken over, and only the rest runs. */
  readonly resume?: string;
  /** Where reports go that own standard output, and how it looks; no such report is written when absent. */
  readonly output?: ReportTo;
}

/** The name of the file with the key that signs a user's answers. */
const KEY_FILE = 'answers.key';

/** Where the user's key lies. */
export function keyFileOf({ userCache }: Pick<ScanOptions, 'userCache'>): string {
  return join(userCache ?? join(homedir(), '.cache', 'scanrun'), KEY_FILE);
}

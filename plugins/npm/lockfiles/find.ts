import type { CheckContext } from 'scanrun';
import { asText, messageOf, own, readText } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import { buildTree, type LockfilePlace, type Reading } from './builder.js';
import { readNpmLock } from './npm-lock.js';
import { readPnpmLock } from './pnpm-lock.js';
import { installCommand, type LockedTree, LockfileError } from './tree.js';
import { readYarnLock } from './yarn-lock.js';

/** The lockfiles that are understood, the most telling first: a project with several has changed its package manager. */
export const LOCKFILES = ['pnpm-lock.yaml', 'yarn.lock', 'npm-shrinkwrap.json', 'package-lock.json'] as const;

/** Lockfiles that are known and not understood. */
export const OTHER_LOCKFILES = ['bun.lock', 'bun.lockb', 'deno.lock'] as const;

/** A glob that matches every lockfile that is understood. */
export const ANY_LOCKFILE = `{${LOCKFILES.join(',')}}`;

/** What an installation leaves in node_modules: as good as a lockfile for what is there, though nobody commits it. */
const INSTALLED = ['node_modules/.package-lock.json', 'node_modules/.pnpm/lock.yaml'] as const;

/** A lockfile and its text. */
export interface LockfileText extends LockfilePlace {
  readonly text: string;
  /** The text of .yarnrc.yml, beside a yarn.lock that has one. */
  readonly settings?: string;
}

/**
 * The project's lockfile: that of the package manager that package.json names, else the first that there is, also one
 * that git ignores; without any, the record of what is installed; undefined where there is neither.
 */
export async function findLockfile(
  context: Pick<CheckContext, 'readFile'>,
  root: WorkspacePackage,
): Promise<LockfileText | undefined> {
  const named = managerNamed(root);
  const preferred = LOCKFILES.filter((path) => managerOf(path) === named);
  for (const path of [...preferred, ...LOCKFILES, ...INSTALLED]) {
    const text = await readText(context, path);
    if (text === undefined) continue;
    const settings = path === 'yarn.lock' ? await readText(context, YARN_SETTINGS) : undefined;
    return { path, text, installed: path.startsWith('node_modules/'), ...(settings === undefined ? {} : { settings }) };
  }
  return undefined;
}

function managerOf(path: string): 'npm' | 'yarn' | 'pnpm' {
  if (path.includes('pnpm')) return 'pnpm';
  return path === 'yarn.lock' ? 'yarn' : 'npm';
}

/** The package manager that package.json names, without its version; undefined where it names none. */
function managerNamed({ manifest }: WorkspacePackage): string | undefined {
  return asText(own(manifest.json, 'packageManager'))?.split('@', 1)[0];
}

/** The command that installs a project without a lockfile: that of the package manager that package.json names. */
export function installWithoutLockfile(root: WorkspacePackage): string {
  const named = managerNamed(root);
  return installCommand(named === 'pnpm' || named === 'yarn' ? named : 'npm');
}

/** The command that installs a project, by its lockfile. */
export async function installCommandFor(
  context: Pick<CheckContext, 'readFile'>,
  root: WorkspacePackage,
): Promise<string> {
  const found = await findLockfile(context, root);
  return found === undefined ? installWithoutLockfile(root) : installCommand(managerOf(found.path));
}

const YARN_SETTINGS = '.yarnrc.yml';

/**
 * Parses a lockfile.
 * @throws LockfileError for a text that is none.
 */
export async function parseLockfile(
  lockfile: LockfileText,
  packages: readonly WorkspacePackage[],
): Promise<LockedTree> {
  const { path, installed } = lockfile;
  return buildTree(await readingOf(lockfile, packages), { path, installed });
}

async function readingOf(
  { path, text, settings }: LockfileText,
  packages: readonly WorkspacePackage[],
): Promise<Reading> {
  if (managerOf(path) === 'pnpm') return readPnpmLock(text);
  if (path !== 'yarn.lock') return readNpmLock(text, packages);
  return readYarnLock(text, packages, settings === undefined ? undefined : await parseSettings(settings));
}

async function parseSettings(text: string): Promise<unknown> {
  const { load } = await import('js-yaml');
  try {
    return load(text);
  } catch (error) {
    throw new LockfileError(`${YARN_SETTINGS} beside it is not YAML: ${messageOf(error).split('\n', 1)[0]}`);
  }
}

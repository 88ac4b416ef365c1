// What people and programs do to the files of a repository, for tests that try it in any order.
import {
  chmodSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { git, write } from './folders.js';

/** The files that the steps are about; each has its own path and a 0 as its content. */
const STEP_PATHS = ['a', 'b', 'dir/c', 'dir/deep/d'];
export const STEP_FILES = Object.fromEntries(STEP_PATHS.map((path) => [path, `${path} 0`]));

const STEPS = [
  'write',
  'same-size',
  'same-time',
  'touch',
  'remove',
  'add',
  'add-one',
  'commit',
  'link',
  'chmod',
  'move',
  'assume',
  'skip',
  'intend',
  'status',
  'folder',
  'checkout',
  'forget',
] as const;

/** A step: what is done, to which file, and a number to vary it. */
export type Step = readonly [what: (typeof STEPS)[number], path: string, number: number];

/** Any few steps, less those named. */
export function anySteps(...without: readonly Step[0][]): fc.Arbitrary<Step[]> {
  const steps = STEPS.filter((step) => !without.includes(step));
  return fc.array(fc.tuple(fc.constantFrom(...steps), fc.constantFrom(...STEP_PATHS), fc.nat(9)), {
    minLength: 1,
    maxLength: 8,
  });
}

/** Does a step; not every one is possible after every other. */
export function act(root: string, [what, path, number]: Step): void {
  try {
    ACTS[what](root, path, number);
  } catch {
    // Impossible here.
  }
}

const ACTS: Readonly<Record<Step[0], (root: string, path: string, number: number) => void>> = {
  write: (root, path, number) => write(root, { [path]: `${path} ${'x'.repeat(number)}` }),
  'same-size': (root, path, number) => write(root, { [path]: `${path} ${number}` }),
  'same-time': (root, path, number) => {
    const stats = lstatSync(join(root, path));
    writeFileSync(join(root, path), `${path} ${number}`);
    utimesSync(join(root, path), stats.atimeMs / 1_000, stats.mtimeMs / 1_000);
  },
  touch: (root, path, number) => utimesSync(join(root, path), number, number),
  remove: (root, path) => rmSync(join(root, path), { recursive: true }),
  add: (root) => git(root, 'add', '--all'),
  'add-one': (root, path) => git(root, 'add', path),
  commit: (root) => git(root, 'commit', '--quiet', '--all', '--allow-empty', '--message', 'Step'),
  link: (root, path, number) => {
    rmSync(join(root, path), { recursive: true, force: true });
    symlinkSync(`to-${number}`, join(root, path));
  },
  chmod: (root, path, number) => chmodSync(join(root, path), number % 2 === 0 ? 0o755 : 0o644),
  move: (root, path, number) => renameSync(join(root, path), join(root, `moved-${number}`)),
  assume: (root, path) => git(root, 'update-index', '--assume-unchanged', path),
  skip: (root, path) => git(root, 'update-index', '--skip-worktree', path),
  intend: (root, path) => git(root, 'add', '--intent-to-add', path),
  status: (root) => git(root, 'status'),
  checkout: (root, path) => git(root, 'checkout', '--force', 'HEAD', '--', path),
  forget: (root, path) => git(root, 'rm', '--cached', '--quiet', path),
  folder: (root, _, number) => {
    if (existsSync(join(root, 'dir2'))) return;
    renameSync(join(root, 'dir'), join(root, 'dir2'));
    if (number % 2 === 0) symlinkSync('dir2', join(root, 'dir'));
  },
};

/** The paths of a work tree that a listing should have, found in the simplest way. */
export function pathsThere(root: string): string[] {
  const printed = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard');
  return [...new Set(printed.split('\0'))].filter((path) => path !== '' && isThere(root, path)).sort();
}

function isThere(root: string, path: string): boolean {
  const parts = path.split('/');
  const above = parts.slice(0, -1).map((_, at) => join(root, ...parts.slice(0, at + 1)));
  if (above.some((at) => lstatSync(at, { throwIfNoEntry: false })?.isDirectory() !== true)) return false;
  const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
  return stats !== undefined && !stats.isDirectory();
}

/** Kind, rights and content of what lies at a path, as one text. */
export function whatLies(root: string, path: string): string {
  const stats = lstatSync(join(root, path));
  if (stats.isSymbolicLink()) return `link ${readlinkSync(join(root, path))}`;
  return `${(stats.mode & 0o100) === 0 ? 'file' : 'program'} ${readFileSync(join(root, path), 'utf8')}`;
}

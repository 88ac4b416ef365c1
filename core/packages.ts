// The packages of a scan's target, for the checks that look at each of them.

import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { compileGlobs, compileSelection } from './check/glob.js';
import { missedBy, whyMissed } from './check/missed.js';
import { findPackages } from './check/packages.js';
import type { PackageSource } from './check/workspace-patterns.js';
import type { FileIndex } from './files/file-index.js';
import type { PackageProblem, TargetPackage } from './model/package.js';
import type { Notice } from './model/result.js';

/** A package.json that is larger is none that anybody wrote; reading it would hold up the scan. */
const MAX_MANIFEST_BYTES = 16_777_216;

/** What of an index packages are found in. */
export type PackageIndex = Pick<FileIndex, 'target' | 'entries' | 'unlisted' | 'staged'>;

/** Finds the packages of a target, and says what of them cannot be told. */
export async function targetPackages(
  files: PackageIndex,
  exclude: readonly string[],
  notice: (notice: Notice) => void,
): Promise<TargetPackage[]> {
  const { packages, problems, globs } = await findPackages(sourceOf(files, exclude));
  const wanted = globs.map((glob) => `${glob}/package.json`);
  const unlisted = missedBy(files.unlisted, wanted, exclude).map((item): PackageProblem => {
    const why = `it could not be looked at (${whyMissed(item)}), and may hold a package`;
    return { kind: 'unlisted', path: item.path, why };
  });
  for (const item of noticesOf([...problems, ...unlisted])) notice(item);
  return packages.map(({ name, folder, manifest, inner }) => ({ name, folder, manifest, inner }));
}

/** The files of an index as a check sees them. Read at once: there may be hundreds, and each wait would cost more than the file. */
function sourceOf({ target: { root }, entries, staged }: PackageIndex, exclude: readonly string[]): PackageSource {
  const hidden = compileGlobs(exclude);
  const pathOf = (path: string): string => {
    const stored = staged?.stored.get(path);
    if (stored !== undefined) return stored;
    if (staged?.absent.has(path) === true || hidden(path)) throw codedError('ENOENT', `${path} is not there.`);
    const real = realpathSync(join(root, path));
    const inside = relative(root, real);
    if (inside === '..' || inside.startsWith(`..${sep}`)) throw codedError('SR_PATH_OUTSIDE', `${path} leads outside.`);
    return real;
  };
  return {
    readFile: async (path) => {
      const file = pathOf(path);
      const stats = lstatSync(file);
      if (stats.isDirectory()) throw codedError('EISDIR', `${path} is a folder.`);
      if (!stats.isFile()) throw codedError('EINVAL', `${path} is no regular file.`);
      if (stats.size > MAX_MANIFEST_BYTES) throw codedError('EFBIG', `${path} has ${stats.size} bytes.`);
      return readFileSync(file);
    },
    files: async function* (globs = ['**']) {
      const matches = compileSelection(typeof globs === 'string' ? [globs] : globs, exclude);
      yield* entries.filter(({ path }) => matches(path));
    },
  };
}

function codedError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** What follows from each kind of problem, and how grave that is: where packages may be missing, nothing is clean. */
const MEANING: Readonly<Record<PackageProblem['kind'], { readonly level: Notice['level']; readonly so: string }>> = {
  unknown: { level: 'error', so: 'There may be other packages, which nobody looked at.' },
  unlisted: { level: 'error', so: 'Checks of packages did not look at it.' },
  unreadable: { level: 'warning', so: 'The package goes by its folder.' },
  outside: { level: 'warning', so: 'What lies there is not looked at; scan the folder above for that.' },
  unmatched: { level: 'info', so: 'Mend it, or take it out.' },
  malformed: { level: 'warning', so: 'It is passed over.' },
  'same-name': { level: 'info', so: 'Findings call these packages by their folders.' },
};

/** Problems that a notice names; the rest is counted. */
const SHOWN = 3;

/** One notice for each kind of problem: of hundreds of packages many may have the same. */
function noticesOf(problems: readonly PackageProblem[]): Notice[] {
  const kinds = [...new Set(problems.map(({ kind }) => kind))];
  return kinds.map((kind) => {
    const { level, so } = MEANING[kind];
    const all = problems.filter((problem) => problem.kind === kind).map(({ path, why }) => `${path}: ${why}`);
    const more = all.length > SHOWN ? `; and ${all.length - SHOWN} more` : '';
    return { code: `packages-${kind}`, level, message: `${all.slice(0, SHOWN).join('; ')}${more}. ${so}` };
  });
}

import { pathsIn, type TargetPackage } from '../model/package.js';
import type { Unlisted } from '../model/target.js';
import { compileGlobs, type Matcher } from './glob.js';
import { missedBy } from './missed.js';

/**
 * Compiles the globs of a check of a package over target-relative paths: they are relative to its folder and match only
 * its own files. One that begins with `/` is relative to the target's root and matches any file.
 */
export function compilePackageGlobs(item: TargetPackage, globs: readonly string[]): Matcher {
  const { own, rooted } = divide(globs);
  const pathIn = pathsIn(item);
  const isOwn = compileGlobs(own);
  const isRooted = compileGlobs(rooted);
  return (path) => {
    const inside = pathIn(path);
    return (inside !== undefined && isOwn(inside)) || isRooted(path);
  };
}

/** Compiles the globs of a check, of a package where it looks at one. */
export function compileScoped(item: TargetPackage | undefined, globs: readonly string[]): Matcher {
  return item === undefined ? compileGlobs(globs) : compilePackageGlobs(item, globs);
}

/** As `missedBy`, for the globs of a check of a package. */
export function missedInPackage(
  item: TargetPackage,
  unlisted: readonly Unlisted[],
  globs: readonly string[],
  exclude: readonly string[],
): readonly Unlisted[] {
  if (unlisted.length === 0) return unlisted;
  const { own, rooted } = divide(globs);
  const pathIn = pathsIn(item);
  const allowed = missedBy(unlisted, ['**'], exclude);
  return allowed.filter((missed) => {
    const path = pathIn(missed.path);
    if (missedBy([missed], rooted, []).length > 0) return true;
    return path !== undefined && missedBy([{ ...missed, path }], own, []).length > 0;
  });
}

function divide(globs: readonly string[]): { readonly own: readonly string[]; readonly rooted: readonly string[] } {
  const isRooted = (glob: string): boolean => /^!?\//.test(glob);
  return {
    own: globs.filter((glob) => !isRooted(glob)),
    rooted: globs.filter(isRooted).map((glob) => glob.replace('/', '')),
  };
}

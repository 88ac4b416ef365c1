import { createRequire } from 'node:module';
import type Picomatch from 'picomatch';

/** Says whether a path matches. */
export type Matcher = (path: string) => boolean;

/** Compiles globs over target-relative paths; dot files match like any other. A pattern that starts with `!` takes paths out again. */
export function compileGlobs(globs: readonly string[]): Matcher {
  const include = globs.filter((glob) => !glob.startsWith('!'));
  const exclude = globs.filter((glob) => glob.startsWith('!')).map((glob) => glob.slice(1));
  const matches = compile(include);
  const excluded = compile(exclude);
  return exclude.length === 0 ? matches : (path) => matches(path) && !excluded(path);
}

/** Compiles what may be seen: matches `include` and not `exclude`. */
export function compileSelection(include: readonly string[], exclude: readonly string[]): Matcher {
  const wanted = compileGlobs(include);
  if (exclude.length === 0) return wanted;
  const unwanted = compileGlobs(exclude);
  return (path) => wanted(path) && !unwanted(path);
}

let picomatch: typeof Picomatch | undefined;

function compile(globs: readonly string[]): Matcher {
  if (globs.length === 0) return () => false;
  if (globs.includes('**')) return () => true;
  // Loaded with the first real glob: most scans have none.
  picomatch ??= createRequire(import.meta.url)('picomatch') as typeof Picomatch;
  return picomatch(
    globs.map((glob) => (glob.endsWith('/') ? `${glob}**` : glob)),
    { dot: true },
  );
}

/** A glob as people say it. */
export function shownGlob(glob: string): string {
  const [, before = '', names, after = ''] = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/.exec(glob) ?? [];
  if (names === undefined) return glob;
  const all = names.split(',').map((name) => `${before}${name}${after}`);
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import type { CheckContext } from 'scanrun';

/** Where a file that a tool names is. */
export type Placed =
  /** In the target, and the configuration lets the check see it. */
  | { readonly at: 'target'; readonly path: string }
  /** In the target, but excluded or ignored by git. */
  | { readonly at: 'hidden'; readonly path: string }
  /** A package that is installed, or another folder. */
  | { readonly at: 'elsewhere'; readonly path: string };

/** Tells where the files are that a tool names, absolute or relative to the target's root. */
export async function placer({
  target,
  files,
}: Pick<CheckContext, 'target' | 'files'>): Promise<(named: string) => Placed> {
  const visible = new Set<string>();
  for await (const { path, type } of files()) if (type === 'file') visible.add(path);
  // A tool resolves links, the target's root may be one.
  const roots = [...new Set([target.root, realpathSync(target.root)])];
  return (named) => {
    const absolute = resolve(target.root, named);
    const path = roots.map((root) => relative(root, absolute)).find(isInside);
    if (path === undefined) return { at: 'elsewhere', path: named };
    const inside = path.split(sep).join('/');
    if (visible.has(inside)) return { at: 'target', path: inside };
    return { at: inside.split('/').includes('node_modules') ? 'elsewhere' : 'hidden', path: inside };
  };
}

function isInside(path: string): boolean {
  return path !== '' && path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

/** A tool's words on one line, cut to a length that a report can show, without the paths of this machine. */
export function wordsOf(text: string, root: string): string {
  const plain = text.replaceAll(`${root}${sep}`, '').replace(/\s+/g, ' ').trim();
  return plain.length > MAX_WORDS ? `${plain.slice(0, MAX_WORDS - 1)}…` : plain;
}

const MAX_WORDS = 2_000;

/** The last lines of what a failed tool said. */
export function lastWords(...outputs: readonly string[]): string {
  const said = outputs.map((output) => output.trim()).find((output) => output !== '');
  return said === undefined ? 'It printed nothing.' : said.split('\n').slice(-12).join('\n');
}

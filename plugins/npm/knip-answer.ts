import type { ExecResult } from 'scanrun';
import { messageOf } from '../text.js';
import { type KnipIssue, readKnipReport } from './knip-report.js';

/** A configuration file of a tool that knip could not load, and why. */
export interface NotLoaded {
  readonly path: string;
  readonly why: string;
}

/**
 * What knip found, or which configuration files it could not load: then what they start looks unused, so what it says of
 * the rest is not worth having.
 */
export type KnipAnswer = { readonly issues: readonly KnipIssue[] } | { readonly notLoaded: readonly NotLoaded[] };

/**
 * Reads how knip ended. Its exit code is 0 for nothing, 1 for something, and any other when it failed itself.
 * @throws Error with what it said where it failed in another way, or printed no report.
 */
export function knipAnswer({ code, signal, stdout, stderr, truncated }: ExecResult): KnipAnswer {
  const said = stderr.trim().split('\n').slice(-8).join('\n') || 'It printed nothing.';
  if (truncated) throw new Error('knip printed more than 10 MB, so its report is cut short.');
  if (code !== 0 && code !== 1) {
    const notLoaded = notLoadedIn(stderr);
    if (notLoaded.length > 0) return { notLoaded };
    throw new Error(`knip failed (${signal ?? `exit code ${code}`}):\n${said}`);
  }
  try {
    return { issues: readKnipReport(stdout) };
  } catch (error) {
    throw new Error(`${messageOf(error)}:\n${said}`);
  }
}

/** The files of lines such as `ERROR: Error loading vite.config.ts (Cannot find module 'vite')`, each once. Of knip's own configuration there is no reason in brackets. */
function notLoadedIn(stderr: string): NotLoaded[] {
  const found = new Map<string, string>();
  for (const [, path = '', why = ''] of stderr.matchAll(/^ERROR: Error loading (.+?) \((.*)\)$/gm))
    if (!found.has(path)) found.set(path, why.slice(0, 200) || 'it fails');
  return [...found].map(([path, why]) => ({ path, why }));
}

/**
 * The dependencies of development that look unused only because nothing is installed: knip cannot know which commands a
 * package brings, so a script that runs `mocha` is no use of mocha for it. A command is taken for that of a package with
 * the same word in its name: `biome` for `@biomejs/biome`.
 */
export function doubtfulDependencies(issues: readonly KnipIssue[]): ReadonlySet<KnipIssue> {
  const commands = new Set(issues.filter(({ kind }) => kind === 'binary').map(({ name }) => name));
  const isCommand = (name: string): boolean => [name, ...name.split(/[@/.-]/)].some((word) => commands.has(word));
  return new Set(
    issues.filter(({ kind, field, name }) => kind === 'dependency' && field === 'devDependencies' && isCommand(name)),
  );
}

import { posix } from 'node:path';
import type { CheckContext } from 'scanrun';
import type { KnipIssue } from './knip-report.js';
import { codeOf, readText } from './text.js';

type Context = Pick<CheckContext, 'readFile' | 'files'>;

/** Files in which an export may be used. */
const SOURCES = '**/*.{js,cjs,mjs,jsx,ts,cts,mts,tsx,vue,svelte,astro}';

/**
 * The exports of CommonJS modules that nothing seems to use, and whose name occurs elsewhere all the same: knip does not
 * follow what a `require` returns, so `utils.etag` is no use of `exports.etag` for it.
 */
export async function doubtfulExports(context: Context, issues: readonly KnipIssue[]): Promise<ReadonlySet<KnipIssue>> {
  const candidates = await commonJsExports(context, issues);
  const doubtful = new Set<KnipIssue>();
  if (candidates.length === 0) return doubtful;
  for await (const { path, type } of context.files(SOURCES)) {
    if (type !== 'file') continue;
    const open = candidates.filter((issue) => !doubtful.has(issue) && posix.normalize(issue.path) !== path);
    if (open.length === 0) continue;
    const words = new Set((await textOf(context, path)).match(/[\p{ID_Continue}$]+/gu));
    for (const issue of open) if (words.has(issue.name)) doubtful.add(issue);
  }
  return doubtful;
}

async function commonJsExports(context: Context, issues: readonly KnipIssue[]): Promise<KnipIssue[]> {
  const isCommonJs = new Map<string, boolean>();
  const found: KnipIssue[] = [];
  for (const issue of issues) {
    if (issue.kind !== 'export') continue;
    const { path } = issue;
    if (!isCommonJs.has(path)) isCommonJs.set(path, exportsByAssignment(await textOf(context, path)));
    if (isCommonJs.get(path)) found.push(issue);
  }
  return found;
}

function exportsByAssignment(text: string): boolean {
  return /\bexports\s*[.=[]/.test(text) && !/^\s*(?:import|export)(?:\s*[{*'"]|\s+\w)/m.test(text);
}

/** The text of a file; none for one that is gone or larger than any that somebody wrote. */
async function textOf(context: Context, path: string): Promise<string> {
  try {
    return (await readText(context, path)) ?? '';
  } catch (error) {
    if (codeOf(error) === 'EFBIG') return '';
    throw error;
  }
}

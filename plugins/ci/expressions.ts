import type { Range, Value, Workflow } from './workflow.js';

/** An expression `${{ ... }}` in a text, with its place in the file. */
export interface Expression {
  readonly code: string;
  readonly range: Range;
}

/** What others than the repository's own people write, by its path; `*` stands for any part. GitHub's list, and actionlint's. */
const UNTRUSTED = [
  'github.head_ref',
  'github.event.issue.title',
  'github.event.issue.body',
  'github.event.pull_request.title',
  'github.event.pull_request.body',
  'github.event.pull_request.head.ref',
  'github.event.pull_request.head.label',
  'github.event.pull_request.head.repo.default_branch',
  'github.event.pull_request.head.repo.description',
  'github.event.pull_request.head.repo.homepage',
  'github.event.comment.body',
  'github.event.review.body',
  'github.event.review_comment.body',
  'github.event.discussion.title',
  'github.event.discussion.body',
  'github.event.pages.*.page_name',
  'github.event.commits.*.message',
  'github.event.commits.*.author.email',
  'github.event.commits.*.author.name',
  'github.event.head_commit.message',
  'github.event.head_commit.author.email',
  'github.event.head_commit.author.name',
  'github.event.head_commit.committer.email',
  'github.event.head_commit.committer.name',
  'github.event.workflow_run.head_branch',
  'github.event.workflow_run.display_title',
  'github.event.workflow_run.head_commit.message',
  'github.event.workflow_run.head_commit.author.email',
  'github.event.workflow_run.head_commit.author.name',
  'github.event.workflow_run.head_repository.description',
].map((path) => path.split('.'));

/** A name with its parts, such as `github.event.commits[0].message`. */
const REFERENCE = /(?<![\w.'-])(?:github|env|inputs)(?:\.(?:[\w-]+|\*)|\[(?:\d+|\*)\])*/gi;

/** Functions that answer yes or no, or with what nobody can choose. */
const SAFE_CALL = /\b(?:contains|startsWith|endsWith|hashFiles)\s*\((?:[^()]|\([^()]*\))*\)/gi;

/** `a == 'x'`: its value is true or false. */
const COMPARISON = /[\w.[\]*-]+\s*(?:==|!=|<=|>=|<|>)\s*(?:[\w.[\]*-]+)?|(?:==|!=|<=|>=|<|>)\s*[\w.[\]*-]+/g;

/** The expressions in a text, with their places in the file. */
export function expressionsIn({ text, range }: Value, file: string): Expression[] {
  const found: Expression[] = [];
  let from = range[0];
  for (const [whole, code = ''] of text.matchAll(/\$\{\{(.*?)\}\}/gs)) {
    // A block of text loses its indentation, so an expression over several lines is looked for by its start.
    const [firstLine = whole] = whole.split('\n');
    const at = file.indexOf(firstLine, from);
    const start = at < 0 || at >= range[1] ? range[0] : at;
    found.push({ code, range: [start, start + firstLine.length] });
    from = start + 1;
  }
  return found;
}

/** The names in an expression whose values become text, in lower case and with dots: `github.event.issue.title`. */
export function referencesIn(code: string): string[] {
  const plain = code
    .replace(/\[\s*'([\w-]+)'\s*\]/g, '.$1')
    .replace(/'(?:[^']|'')*'/g, ' ')
    .replace(SAFE_CALL, ' ')
    .replace(COMPARISON, ' ');
  return (plain.match(REFERENCE) ?? []).map((name) => name.replace(/\[(\d+|\*)\]/g, '.*').toLowerCase());
}

/** True for a name that stands for what a stranger wrote, or for something that holds it: `github.event.issue` holds a title. */
export function isUntrusted(name: string): boolean {
  const parts = name.split('.');
  if (parts[0] !== 'github' || parts.length < 2) return false;
  return UNTRUSTED.some(
    (path) =>
      parts.length <= path.length &&
      (parts.length === path.length || isWhole(parts)) &&
      parts.every((part, index) => part === path[index] || part === '*' || path[index] === '*'),
  );
}

/** Objects of an event that are only useful as a whole: `toJSON(github.event)`. */
function isWhole(parts: readonly string[]): boolean {
  return parts[1] === 'event';
}

/** Variables whose value comes from a stranger: in a script they are safe as `$TITLE`, and not as `${{ env.TITLE }}`. */
export function taintedVariables(...envs: readonly Workflow['env'][]): Set<string> {
  const tainted = new Set<string>();
  for (const env of envs)
    for (const [name, { text }] of env) {
      const codes = [...text.matchAll(/\$\{\{(.*?)\}\}/gs)].map(([, code = '']) => code);
      const isTainted = codes.flatMap(referencesIn).some(isUntrusted);
      if (isTainted) tainted.add(name.toLowerCase());
      else tainted.delete(name.toLowerCase());
    }
  return tainted;
}

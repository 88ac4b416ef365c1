import type { FixOffer } from 'scanrun';
import type { LinkProblem } from './links.js';
import type { PageLink } from './markdown.js';

/**
 * How to write a link whose path differs from the file's by upper and lower case only; nothing for any other problem.
 * Only where the path stands in the page as it is, once: neither encoded nor in the text of the link as well.
 */
export function caseFix(text: string, { url, range: [from, to] }: PageLink, problem: LinkProblem): { fix?: FixOffer } {
  if (problem.messageId !== 'wrongCase') return {};
  const { target, actual } = problem.data;
  // The link may begin elsewhere, with `../`: what they have in common is the end, as far as it is written out.
  const written = url
    .trim()
    .replace(/[?#].*$/s, '')
    .replace(/\/+$/, '');
  const own = commonEnd(written, target);
  const right = actual.slice(target.length - own.length);
  const source = text.slice(from, to);
  const at = source.indexOf(written);
  if (own === '' || actual.length !== target.length || own === right) return {};
  // What is different must be in the part that is written.
  if (target.slice(0, target.length - own.length) !== actual.slice(0, target.length - own.length)) return {};
  if (at < 0 || source.indexOf(written, at + 1) >= 0 || !BEFORE_ADDRESS.test(source.slice(0, at))) return {};
  const start = from + at + written.length - own.length;
  return {
    fix: {
      description: `Write the path as the file is called: ${right}`,
      changes: [{ replacements: [{ start, end: start + own.length, text: right }] }],
    },
  };
}

/** What stands before the address of a link: not before the same words in its text. */
const BEFORE_ADDRESS = /(?:\]\(\s*<?|\]:\s*<?|=\s*["']?)$/;

/** The longest end that two paths have in common. */
function commonEnd(a: string, b: string): string {
  let length = 0;
  while (length < a.length && length < b.length && a[a.length - 1 - length] === b[b.length - 1 - length]) length += 1;
  return a.slice(a.length - length);
}

import { defineCheck, type VisitedFile } from 'scanrun';
import { codeBlocks } from '../code-blocks.js';
import { type Conflict, findConflicts } from '../conflicts.js';

const ASCIIDOC = /\.(?:adoc|asciidoc|asc)$/i;

/** Texts in which a line of `=======` is an everyday thing: the underline of a heading. */
const PROSE = /\.(?:md|mdx|mdown|mkd|markdown|qmd|rmd|rst|rest|txt|adoc|asciidoc|asc|org|textile|pod)$/i;

/** A label is a branch or a commit's subject; more of it says nothing. */
const MAX_LABEL_LENGTH = 80;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No merge conflict is left over',
    description:
      'Conflict markers that were committed break the build, or silently put both sides of a merge into a file.',
    category: 'repository',
    tier: 'quick',
    severity: 'error',
    estimate: '100ms',
    tags: ['git', 'merge'],
    messages: {
      unresolved: "A merge conflict between '{{ours}}' and '{{theirs}}' is not resolved.",
      endMissing: "The end of a merge conflict with '{{ours}}' was removed, the rest of its markers is still there.",
      startMissing:
        "The start of a merge conflict with '{{theirs}}' was removed, the rest of its markers is still there.",
    },
    help: [
      'Decide which side is right, remove the markers, and look for others:',
      '',
      '```sh',
      "git grep -nE '^(<{7}|>{7}|[|]{7})( |$)'",
      'git diff --check',
      '```',
      '',
      'Reported are a start marker, a separator and an end marker in this order, with or without the common ancestor ' +
        'of the diff3 style, also one conflict within another. What is left of one is reported as well when the separator ' +
        'and one outer marker are there. One marker alone is not, since a line of `=======` may underline a heading.',
      '',
      'In Markdown, reStructuredText, AsciiDoc and plain text only whole conflicts are reported, and those that lie whole ' +
        'inside one fenced code block are taken for examples. Exclude test data that needs real markers.',
    ].join('\n'),
    reads: 'text',
  },
  visit(file, { report }) {
    const found = findConflicts(file.text);
    const conflicts = found.length > 0 && PROSE.test(file.path) ? meantInProse(found, file) : found;
    for (const { kind, start, end, ours, theirs } of conflicts) {
      const location = file.locate(start, end);
      const lines = (location.endLine ?? 0) - (location.startLine ?? 0) + 1;
      report({
        messageId: kind === 'complete' ? 'unresolved' : kind,
        data: { ours: shorten(ours), theirs: shorten(theirs), lines },
        location,
      });
    }
  },
});

function shorten(label: string): string {
  const letters = [...label];
  return letters.length > MAX_LABEL_LENGTH ? `${letters.slice(0, MAX_LABEL_LENGTH - 1).join('')}…` : label || 'unnamed';
}

/** Whole conflicts that are not an example in a code block. */
function meantInProse(conflicts: readonly Conflict[], { path, text }: Pick<VisitedFile, 'path' | 'text'>): Conflict[] {
  const blocks = codeBlocks(text, ASCIIDOC.test(path) ? 'asciidoc' : 'markdown');
  const isExample = ({ start, end }: Conflict): boolean =>
    blocks.some((block) => block.start < start && end <= block.end);
  return conflicts.filter((conflict) => conflict.kind === 'complete' && !isExample(conflict));
}

import { defineReporter } from 'scanrun';

/**
 * Markdown for a comment on a pull or merge request: the verdict, what has no answer, and the gravest findings, never
 * longer than a comment may be. A hidden marker in the first line is what a job finds its earlier comment by.
 */
export default defineReporter({
  name: 'markdown',
  output: 'reports/scan.md',
  options: {
    title: {
      type: 'string',
      default: '',
      maxLength: 100,
      description: 'The heading; scanrun and the target when empty.',
    },
    marker: {
      type: 'string',
      default: 'report',
      pattern: '^[a-z0-9-]{1,50}$',
      description:
        'Names the comment in its first line, `<!-- scanrun:report -->`, so that a later run can replace it; another name for a second comment.',
    },
    maxFindings: {
      type: 'integer',
      default: 100,
      minimum: 0,
      maximum: 10_000,
      description: 'Findings listed at most; the rest is counted.',
    },
    maxLength: {
      type: 'integer',
      default: 65_536,
      minimum: 4_000,
      maximum: 1_000_000,
      description: 'Characters at most. GitHub takes 65,536, GitLab 1,000,000, Bitbucket 32,768.',
    },
  },
  async render(result, { options }) {
    const { digestOf } = await import('../digest.js');
    const marker = `<!-- scanrun:${options.marker} -->\n`;
    const { title, maxFindings, maxLength } = options;
    const limit = maxLength - marker.length;
    return marker + digestOf(result, { title, maxFindings, limit, measure: ({ length }) => length });
  },
});

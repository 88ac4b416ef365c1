import { defineReporter } from 'scanrun';

/**
 * SARIF 2.1.0, for code scanning and for editors. A check is a rule, a finding a result; what has no answer is a
 * notification of the invocation, so that a file without results does not look clean when it is not.
 */
export default defineReporter({
  name: 'sarif',
  output: 'reports/scan.sarif',
  options: {
    category: {
      type: 'string',
      default: '',
      maxLength: 100,
      pattern: '^[\\w./-]*$',
      description:
        'What a forge tells several analyses of a commit apart by, such as `scanrun/backend`; scanrun and the tier when empty.',
    },
    split: {
      type: 'string',
      enum: ['none', 'category'],
      default: 'none',
      description: 'One run, or one for each category of checks (at most 20), each with its own limits.',
    },
    limits: {
      type: 'string',
      enum: ['github', 'none'],
      default: 'github',
      description:
        'github keeps the file below what code scanning takes: 25,000 results a run and 10 MB compressed. What is left out is the least grave, and a notification counts it.',
    },
    suppressed: {
      type: 'boolean',
      default: true,
      description:
        'Includes suppressed findings, marked as such. GitHub opens alerts for them all the same: false leaves them out.',
    },
    absent: {
      type: 'boolean',
      default: false,
      description:
        'Includes findings that are there no more since the baseline or the run before, with the baseline state absent. For viewers that compare; GitHub would open alerts for them.',
    },
    snippets: { type: 'boolean', default: true, description: 'Includes the lines around each finding.' },
  },
  async render(result, { options }) {
    const { renderSarif } = await import('./log.js');
    return renderSarif(result, options);
  },
});

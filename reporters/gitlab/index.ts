import { defineReporter } from 'scanrun';
import { renderEntries } from './entries.js';

/**
 * GitLab's Code Quality report: an entry for each finding that counts. The format has no place for suppressed
 * findings, which are left out, nor for what has no answer, which gets an entry of its own: an empty report would say
 * that nothing is wrong.
 */
export default defineReporter({
  name: 'gitlab',
  output: 'reports/gl-code-quality-report.json',
  options: {
    unanswered: {
      type: 'boolean',
      default: true,
      description: 'Adds an entry for each check without an answer, so that an incomplete scan does not look clean.',
    },
  },
  render: (result, { options }) => renderEntries(result, options),
});

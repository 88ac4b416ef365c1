import { defineReporter } from 'scanrun';

/**
 * JUnit XML, as the schema of Jenkins' xUnit plugin has it: a suite for each category, a case for each planned check.
 * A check with findings that count is a failure; one that broke or did not end is an error; any other without an
 * answer is skipped, never passed.
 */
export default defineReporter({
  name: 'junit',
  output: 'reports/junit.xml',
  options: {
    name: {
      type: 'string',
      default: 'scanrun',
      maxLength: 100,
      description: 'The name of the whole, for a server that shows several.',
    },
    maxFindings: {
      type: 'integer',
      default: 1_000,
      minimum: 1,
      maximum: 100_000,
      description: 'Findings listed in a case at most; the rest is counted.',
    },
  },
  async render(result, { options }) {
    const { renderSuites } = await import('./suites.js');
    return renderSuites(result, options);
  },
});

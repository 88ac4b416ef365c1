import { defineReporter } from 'scanrun';

/**
 * For GitHub Actions. On standard output: the report of `terminal` for the log, then annotations. In a file, which is
 * meant to be the one that GITHUB_STEP_SUMMARY names: the job summary, behind what the file holds already.
 */
export default defineReporter({
  name: 'github',
  output: '-',
  options: {
    maxAnnotations: {
      type: 'integer',
      default: 10,
      minimum: 0,
      maximum: 50,
      description: 'Annotations of each level at most. GitHub shows 10 errors, 10 warnings and 10 notices of a step.',
    },
    log: { type: 'boolean', default: true, description: 'Prints the report of terminal before the annotations.' },
    maxFindings: {
      type: 'integer',
      default: 500,
      minimum: 0,
      maximum: 10_000,
      description: 'Findings listed in the job summary at most; the rest is counted.',
    },
  },
  async render(result, context) {
    if (context.output.file !== undefined)
      return (await import('./job-summary.js')).renderJobSummary(result, context.output.file, context.options);
    const [{ renderLog }, { default: terminal }] = await Promise.all([
      import('./annotations.js'),
      import('scanrun/reporters/terminal'),
    ]);
    return renderLog(result, terminal, context);
  },
});

import { defineReporter } from 'scanrun';

/**
 * The result for people, on a terminal or as plain text.
 *
 * Normal: findings by check and file with code frames, at most `maxFindings` of them; what has no answer and why;
 * notices; a summary. Verbose: all findings, the suppressed too; every check with outcome and time; what was not
 * planned and why; the longest checks. Quiet: error findings on one line each, what has no answer, error notices and
 * the verdict, which also says what was left out; the verdict is printed whatever it is.
 */
export default defineReporter({
  name: 'terminal',
  output: '-',
  options: {
    maxFindings: {
      type: 'integer',
      default: 50,
      minimum: 0,
      maximum: 100_000,
      description: 'Findings shown at most, over all checks; --verbose shows all.',
    },
    maxPerCheck: {
      type: 'integer',
      default: 10,
      minimum: 1,
      maximum: 100_000,
      description: 'Findings shown at most of one check; --verbose shows all.',
    },
    codeFrames: { type: 'boolean', default: true, description: 'Shows the lines around each finding.' },
  },
  async render(result, context) {
    const [{ renderLines }, { createStyle }] = await Promise.all([import('./lines.js'), import('./style.js')]);
    return renderLines(result, { ...context.options, ...context.output, style: await createStyle(context.output) });
  },
});

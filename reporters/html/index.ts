import { defineReporter } from 'scanrun';

/**
 * One HTML file that needs nothing else: no request leaves it, and a content security policy forbids any. Verdict,
 * findings with filters and search, checks, the parallel execution drawn and in numbers, the trend of the last runs,
 * what checks measured and collected, environment. Without JavaScript the first `staticFindings` findings are there and
 * the rest is counted.
 */
export default defineReporter({
  name: 'html',
  output: 'reports/scan.html',
  options: {
    title: {
      type: 'string',
      default: '',
      maxLength: 200,
      description: "The page's title; the target's name when empty.",
    },
    theme: {
      type: 'string',
      enum: ['auto', 'light', 'dark'],
      default: 'auto',
      description: 'The colours at first sight; auto follows the system.',
    },
    staticFindings: {
      type: 'integer',
      default: 500,
      minimum: 0,
      maximum: 5_000,
      description: 'Findings in the page itself, for readers without JavaScript; with it all are there.',
    },
  },
  async render(result, { options, signal }) {
    const { renderPage } = await import('./page.js');
    return renderPage(result, options, signal);
  },
});

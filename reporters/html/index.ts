import { defineReporter } from 'scanrun';

/**
 * One HTML file that needs nothing else: no request leaves it, and a content security policy forbids any. Findings
 * with filters and search, checks, a timeline of the parallel execution, measurements, environment. Without
 * JavaScript the first `staticFindings` findings are there and the rest is counted.
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
  async render(result, { options }) {
    const { renderPage } = await import('./page.js');
    return renderPage(result, options);
  },
});

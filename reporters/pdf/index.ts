import { defineReporter } from 'scanrun';

/**
 * The report of a release as a PDF: cover with the verdict, summary, findings by severity, checks, execution and a page
 * to sign. Printed by a Chromium of this machine, which is found or named; accessible, with an outline and page numbers.
 */
export default defineReporter({
  name: 'pdf',
  output: 'reports/scan.pdf',
  options: {
    title: {
      type: 'string',
      default: '',
      maxLength: 200,
      description: "The document's title; the target's name when empty.",
    },
    format: {
      type: 'string',
      enum: ['A4', 'Letter'],
      default: 'A4',
      description: 'The size of the paper.',
    },
    findingsPerCheck: {
      type: 'integer',
      default: 10,
      minimum: 0,
      maximum: 2_000,
      description: 'Findings of one check and severity in full at most; the rest is counted.',
    },
    maxFindings: {
      type: 'integer',
      default: 500,
      minimum: 0,
      maximum: 2_000,
      description: 'Findings in full at most, the gravest first; the rest is counted.',
    },
    browser: {
      type: 'string',
      default: '',
      maxLength: 4_096,
      description: 'The path of a Chromium or Chrome, 131 or later; found when empty, see docs/pdf.md.',
    },
    sandbox: {
      type: 'boolean',
      default: true,
      description: "Chromium's own sandbox; always off for root, for whom Chromium has none.",
    },
    timeoutMs: {
      type: 'integer',
      default: 120_000,
      minimum: 5_000,
      maximum: 600_000,
      description: 'Milliseconds after which the browser is ended.',
    },
  },
  async render(result, context) {
    const { renderPdf } = await import('./render.js');
    return renderPdf(result, context);
  },
});

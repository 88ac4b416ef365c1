import { defineReporter } from 'scanrun';
import { renderTable } from './table.js';

/**
 * A table for spreadsheets and scripts (RFC 4180): a row for each finding, the suppressed too, and for each check
 * without an answer. A cell that a spreadsheet would run as a formula begins with an apostrophe.
 */
export default defineReporter({
  name: 'csv',
  output: 'reports/findings.csv',
  options: {
    bom: {
      type: 'boolean',
      default: false,
      description: 'Begins with a byte order mark, by which Excel knows that the file is UTF-8.',
    },
    delimiter: {
      type: 'string',
      enum: ['comma', 'semicolon', 'tab'],
      default: 'comma',
      description: 'What stands between cells. Excel in many European languages expects a semicolon.',
    },
    suppressed: { type: 'boolean', default: true, description: 'Includes suppressed findings, marked as such.' },
  },
  render: (result, { options }) => renderTable(result, options),
});

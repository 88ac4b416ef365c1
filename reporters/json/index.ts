import { defineReporter } from 'scanrun';
import { jsonChunks } from './chunks.js';

/** The whole result as JSON, in the shape of the schema `scanrun/schemas/result.json`. */
export default defineReporter({
  name: 'json',
  output: '-',
  options: {
    /** Spaces for each level, 0 to 8; 0 puts everything on one line. */
    indent: {
      type: 'integer',
      default: 2,
      minimum: 0,
      maximum: 8,
      description: 'Spaces for each level; 0 puts everything on one line.',
    },
  },
  render: (result, { options }) => jsonChunks(result, options.indent),
});

import { defineReporter } from 'scanrun';
import { renderBom } from './bom.js';

/**
 * The bill of materials that the check `sbom/cyclonedx` made, as CycloneDX JSON, with the time and number of the run and
 * the vulnerabilities that `npm/vulnerabilities` found. Without a bill it fails: an empty one would look like an answer.
 */
export default defineReporter({
  name: 'cyclonedx',
  output: 'reports/sbom.cdx.json',
  options: {
    vulnerabilities: {
      type: 'boolean',
      default: true,
      description: 'Adds the vulnerabilities that `npm/vulnerabilities` found, with the components that have them.',
    },
    indent: {
      type: 'integer',
      minimum: 0,
      maximum: 8,
      default: 2,
      description: 'Spaces for each level; 0 puts everything on one line.',
    },
  },
  render: (result, { options }) => renderBom(result, options),
});

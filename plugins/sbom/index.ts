import { definePlugin } from 'scanrun';
import cyclonedx from './checks/cyclonedx.js';

/** The software bill of materials. It reads what the plugin `npm` knows, so that has to be listed too. */
export default definePlugin({ name: 'sbom', checks: { cyclonedx } });

import { definePlugin } from 'scanrun';
import accessibility from './checks/accessibility.js';
import consoleErrors from './checks/console-errors.js';
import metadata from './checks/metadata.js';
import pageWeight from './checks/page-weight.js';
import pages from './checks/pages.js';
import requests from './checks/requests.js';

/** Checks of a built or running site, in a real browser. `pages` loads each page once; the others judge what it saw. */
export default definePlugin({
  name: 'web',
  checks: {
    accessibility,
    'console-errors': consoleErrors,
    metadata,
    'page-weight': pageWeight,
    pages,
    requests,
  },
});

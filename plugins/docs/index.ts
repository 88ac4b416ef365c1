import { definePlugin } from 'scanrun';
import links from './checks/links.js';
import readme from './checks/readme.js';
import spelling from './checks/spelling.js';
import style from './checks/style.js';

/** Checks of what people read: links, style, spelling, and what the README says. */
export default definePlugin({ name: 'docs', checks: { links, readme, spelling, style } });

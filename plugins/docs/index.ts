import { definePlugin } from 'scanrun';
import links from './checks/links.js';

/** Checks of what people read: links, style, spelling, and what the README says. */
export default definePlugin({ name: 'docs', checks: { links } });

import { definePlugin } from 'scanrun';
import completeChecks from './complete-checks.js';

/** The checks that only this repository needs. */
export default definePlugin({ name: 'house', checks: { 'complete-checks': completeChecks } });

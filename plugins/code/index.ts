import { definePlugin } from 'scanrun';
import duplicates from './checks/duplicates.js';
import eslint from './checks/eslint.js';
import importCycles from './checks/import-cycles.js';
import todoAge from './checks/todo-age.js';
import typescript from './checks/typescript.js';

/** Checks of source code: the project's own linter and compiler, and what neither of them sees. */
export default definePlugin({
  name: 'code',
  checks: {
    duplicates,
    eslint,
    'import-cycles': importCycles,
    'todo-age': todoAge,
    typescript,
  },
});

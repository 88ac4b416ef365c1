// Programs that the tests run as commands.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export const node = process.execPath;
const require = createRequire(import.meta.url);
export const tsc = require.resolve('typescript/bin/tsc');
export const biome = join(dirname(require.resolve('@biomejs/biome/package.json')), 'bin/biome');

/** A program that prints and exits. */
export const say = (stdout: string, code = 0, stderr = '') => [
  node,
  '-e',
  `process.stdout.write(${JSON.stringify(stdout)}); process.stderr.write(${JSON.stringify(stderr)}); process.exitCode = ${code};`,
];
export const eslint = (...messages: object[]) => JSON.stringify([{ filePath: 'src/a.js', messages }]);
export const problem = { ruleId: 'no-var', severity: 1, message: 'Unexpected var.', line: 3, column: 5 };
export const sarif = (...results: object[]) => JSON.stringify({ version: '2.1.0', runs: [{ results }] });
export const files = { 'src/a.js': 'a\n', 'sub/keep.txt': '' };

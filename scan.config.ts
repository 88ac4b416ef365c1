// scanrun scans itself: this is what `npx scanrun` runs in this repository.
import { defineConfig, use } from 'scanrun';
import { commands } from 'scanrun/plugins/command';
import repo from 'scanrun/plugins/repo';
import secrets from 'scanrun/plugins/secrets';
import html from 'scanrun/reporters/html';
import house from './checks/plugin.js';

// By `node` and the tool's own script: `npx` would look for the package first, and is a shell script on Windows.
const tools = commands({
  lint: {
    title: 'Biome finds nothing',
    argv: ['node', 'node_modules/@biomejs/biome/bin/biome', 'check', '--reporter=sarif'],
    parser: 'sarif',
  },
  types: {
    title: 'The types are right',
    argv: ['node', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.test.json', '--pretty', 'false'],
    findingCodes: [1, 2],
    parser: 'regex',
    pattern: '^(?<path>[^(\\n]+)\\((?<line>\\d+),(?<column>\\d+)\\): error (?<rule>TS\\d+): (?<message>.+)$',
  },
});

export default defineConfig({
  plugins: [repo, secrets, tools, house],
  checks: {
    'repo/max-file-size': { severity: 'error', options: { maxBytes: 500_000 } },
    'repo/required-files': {
      severity: 'error',
      options: { files: [['README.md'], ['LICENSE'], ['CHANGELOG.md'], ['CONTRIBUTING.md']] },
    },
    // The password of the examples in tests; it opens nothing.
    'secrets/credentials': { options: { allow: ['/hunter2/'] } },
    'command/lint': 'error',
    'command/types': 'error',
    'house/complete-checks': { timeout: '30s' },
  },
  // Fixtures hold what checks must find.
  exclude: ['fixtures/**'],
  gate: { failOn: 'warning' },
  reporters: ['terminal', use(html, { output: 'reports/scan.html', title: 'scanrun scans itself' })],
});

// scanrun scans itself: this is what `npx scanrun` runs in this repository.
import { defineConfig, use } from 'scanrun';
import ci from 'scanrun/plugins/ci';
import code from 'scanrun/plugins/code';
import { commands } from 'scanrun/plugins/command';
import docs from 'scanrun/plugins/docs';
import git from 'scanrun/plugins/git';
import npm from 'scanrun/plugins/npm';
import repo from 'scanrun/plugins/repo';
import sbom from 'scanrun/plugins/sbom';
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
});

export default defineConfig({
  // Without `web`: there is no site here. The report's own pages are tried in a browser by the tests.
  plugins: [repo, secrets, npm, code, docs, ci, git, sbom, tools, house],
  checks: {
    'repo/max-file-size': { severity: 'error', options: { maxBytes: 500_000 } },
    'repo/required-files': {
      severity: 'error',
      options: { files: [['README.md'], ['LICENSE'], ['CHANGELOG.md'], ['CONTRIBUTING.md']] },
    },
    // The password of the examples in tests; it opens nothing.
    'secrets/credentials': { options: { allow: ['/hunter2/'] } },
    'command/lint': 'error',
    'house/complete-checks': { timeout: '30s' },
    'code/typescript': { options: { projects: ['tsconfig.test.json'] }, timeout: '300s' },

    // Before a commit there is what it will hold; CI scans a fresh clone.
    'git/clean-tree': 'note',

    'npm/install-scripts': {
      options: {
        allow: [
          // Puts its binary in the place of a script that would start it.
          'esbuild',
          // Make their program executable.
          '@microsoft/sarif-multitool-*',
          // Fetches a Java runtime where there is none.
          'vnu-jar',
        ],
      },
    },
    // Both are listr2's own dependencies, which ask for two versions.
    'npm/duplicate-versions': { options: { ignore: ['slice-ansi', 'string-width'] } },
    // The package is ESM only; Node.js from 20.19 on can require it all the same.
    'npm/types': { options: { ignoreResolutions: ['node10', 'node16-cjs'] } },
    'npm/outdated': {
      options: {
        ignore: [
          // Their next major version needs Node.js 22.
          '@secretlint/*',
          '@vitest/coverage-v8',
          'chokidar',
          'cockatiel',
          'commander',
          'cosmiconfig',
          'cspell-lib',
          'html-validate',
          'ini',
          'listr2',
          'npm-packlist',
          'puppeteer-core',
          'vitest',
          // The types of the lowest Node.js that is promised.
          '@types/node',
          // Version 7 has no API; it is installed beside this one, and tested.
          'typescript',
        ],
      },
      optional: true,
    },
    // CI has no network at times, and not every registry answers for advisories. What they find counts.
    'npm/vulnerabilities': { optional: true },
    'npm/registry': { optional: true },
    'npm/deprecated': { optional: true },
  },
  waivers: [
    {
      check: 'npm/lockfile-hosts',
      fingerprint: 'e385530c8f781abe59c592a3bd447c80',
      reason: 'Programs of other systems, which the registry that wrote the lockfile does not have.',
    },
    {
      check: 'sbom/cyclonedx',
      fingerprint: '0e878e356d06ce7d357d6c78a2545fce',
      reason: 'The same programs of other systems: their hashes are not known.',
    },
    {
      check: 'git/commit-size',
      reason: 'The first version: a plugin came with its tests and pages in one commit. What was committed stays.',
    },
  ],
  // Fixtures hold what checks must find.
  exclude: ['fixtures/**'],
  gate: { failOn: 'warning' },
  reporters: ['terminal', use(html, { output: 'reports/scan.html', title: 'scanrun scans itself' })],
});

// scanrun scans itself: this is what `npx scanrun` runs in this repository.
import { defineConfig, use } from 'scanrun';
import repo from 'scanrun/plugins/repo';
import secrets from 'scanrun/plugins/secrets';
import html from 'scanrun/reporters/html';
import house from './checks/plugin.js';

export default defineConfig({
  plugins: [repo, secrets, house],
  checks: {
    'repo/max-file-size': { severity: 'error', options: { maxBytes: 500_000 } },
    'repo/required-files': {
      severity: 'error',
      options: { files: [['README.md'], ['LICENSE'], ['CHANGELOG.md'], ['CONTRIBUTING.md']] },
    },
    'house/complete-checks': { timeout: '30s' },
  },
  // Fixtures hold what checks must find.
  exclude: ['fixtures/**'],
  gate: { failOn: 'warning' },
  reporters: ['terminal', use(html, { output: 'reports/scan.html', title: 'scanrun scans itself' })],
});

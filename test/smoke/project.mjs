// The project of the smoke test, and what a scan of it must find.

// In two parts, or scanrun's own scan would find it here.
const SECRET = ['ghp', 'Zx81kQpLw92mVnTb64rYcD37sHfJ05aGeuXi'].join('_');
const MARKER = '<'.repeat(7);

/** The files of the project, by path. */
export const PROJECT = {
  '.gitignore': 'node_modules/\nreports/\n.scanrun/\n*.config.json\n',
  'README.md': '# Smoke\n',
  LICENSE: 'None.\n',
  'src/clean.txt': 'Nothing here.\n',
  'src/tabs.txt': 'first\n\tsecond\nthird\n\tfourth\n\n\n\tseventh\n',
  'src/merge.txt': `${MARKER} HEAD\nours\n=======\ntheirs\n${'>'.repeat(7)} theirs\n`,
  'src/secret.txt': `token = "${SECRET}"\n`,
  'fixtures/tabs.txt': '\tnobody looks here\n',
  'checks/no-tabs.ts': `import { defineCheck, type Location } from 'scanrun';

/** Where a line begins, as a helper with types that only TypeScript has. */
const at = (line: number): Pick<Location, 'startLine' | 'startColumn'> => ({ startLine: line, startColumn: 1 });

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No tabs',
    description: 'Spaces look the same everywhere.',
    category: 'style',
    tier: 'quick',
    severity: 'warning',
    options: { maxLine: { type: 'integer', default: 1, minimum: 1, description: 'The last line to look at.' } },
    messages: { tab: 'A tab in line {{line}}.' },
    files: ['**/*.txt'],
  },
  visit(file, { options, report }) {
    const lines: string[] = file.text.split('\\n').slice(0, options.maxLine);
    for (const [index, line] of lines.entries())
      if (line.startsWith('\\t')) report({ messageId: 'tab', data: { line: index + 1 }, location: at(index + 1) });
  },
});
`,
  'scan.config.ts': `import { defineConfig, definePlugin, use } from 'scanrun';
import { commands } from 'scanrun/plugins/command';
import repo from 'scanrun/plugins/repo';
import secrets from 'scanrun/plugins/secrets';
import html from 'scanrun/reporters/html';
import noTabs from './checks/no-tabs.js';

const own = definePlugin({ name: 'own', checks: { 'no-tabs': noTabs } });

export default defineConfig({
  plugins: [repo, secrets, own, commands({ version: { argv: ['git', '--version'] } })],
  checks: {
    'own/no-tabs': { options: { maxLine: 5 } },
    'repo/max-file-size': { severity: 'note', options: { maxBytes: 100_000 } },
  },
  exclude: ['fixtures/**'],
  reporters: ['terminal', use(html, { output: 'reports/own.html', theme: 'dark' })],
});
`,
  'wrong.config.json': '{ "plugins": ["repo"], "checks": { "repo/max-file-sise": "off" } }\n',
};

/** Each marked line has a mistake that the published types must refuse. */
export const BAD_CONFIG = `import { defineConfig, definePlugin, use } from 'scanrun';
import { commands } from 'scanrun/plugins/command';
import repo from 'scanrun/plugins/repo';
import html from 'scanrun/reporters/html';
import noTabs from './checks/no-tabs.js';

const own = definePlugin({ name: 'own', checks: { 'no-tabs': noTabs } });

export const right = defineConfig({ plugins: [repo, own], checks: { 'repo/max-file-size': { options: { maxBytes: 100 } } } });
export const misspeltId = defineConfig({
  plugins: [repo],
  checks: {
    'repo/max-file-sise': 'off', // must not compile
  },
});
export const misspeltCommand = defineConfig({
  plugins: [commands({ lint: { argv: ['true'] } })],
  checks: {
    'command/lnit': 'off', // must not compile
  },
});
export const missingPlugin = defineConfig({
  plugins: [repo],
  checks: {
    'own/no-tabs': 'off', // must not compile
  },
});
export const wrongSeverity = defineConfig({
  plugins: [repo],
  checks: {
    'repo/broken-symlinks': 'fatal', // must not compile
  },
});
export const misspeltOption = defineConfig({
  plugins: [repo],
  checks: {
    'repo/max-file-size': { options: { maxByte: 1 } }, // must not compile
  },
});
export const wrongOption = defineConfig({
  plugins: [own],
  checks: {
    'own/no-tabs': { options: { maxLine: 'five' } }, // must not compile
  },
});
export const wrongReporter = use(html, { theme: 'drak' }); // must not compile
`;

/** What the scan must say. */
export const EXPECTED = {
  exitCode: 1,
  secret: SECRET,
  findings: [
    ['own/no-tabs', 'tab', 'warning', 'src/tabs.txt', 2],
    ['own/no-tabs', 'tab', 'warning', 'src/tabs.txt', 4],
    ['repo/merge-conflict-markers', 'unresolved', 'error', 'src/merge.txt', 1],
    ['secrets/credentials', 'githubToken', 'error', 'src/secret.txt', 1],
  ],
  outcomes: {
    'command/version': 'passed',
    'own/no-tabs': 'failed',
    'repo/broken-symlinks': 'passed',
    'repo/ignored-but-tracked': 'passed',
    'repo/max-file-size': 'passed',
    'repo/merge-conflict-markers': 'failed',
    'repo/path-case-conflicts': 'passed',
    'repo/required-files': 'passed',
    'repo/windows-names': 'passed',
    'secrets/credentials': 'failed',
    'secrets/private-keys': 'passed',
  },
};

/** A test of a check, in plain JavaScript, as an author without TypeScript would write it. */
export const TEST = `import assert from 'node:assert/strict';
import repo from 'scanrun/plugins/repo';
import { testCheck } from 'scanrun/testing';

const check = repo.checks['max-file-size'];
const options = { maxBytes: 3 };
await testCheck(check, {
  passes: [{ files: { 'a.txt': 'abc' }, options }],
  fails: [{ files: { 'a.txt': 'abcd' }, options, findings: [{ messageId: 'tooLarge', path: 'a.txt' }] }],
});
await assert.rejects(testCheck(check, { passes: [{ files: { 'a.txt': 'abcd' }, options }], fails: [] }), /ended failed/);
`;

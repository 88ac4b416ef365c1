// The checks of the samples: what a repository of ordinary size would show.
import type { CheckResult, Finding } from 'scanrun';
import { check } from './sample-build.js';

const credentialsHelp = `Remove the value from the code and **revoke it**: it stays in the history for ever.

1. Revoke the token where it was issued.
2. Read the value from the environment:

\`\`\`ts
const token = process.env.GITHUB_TOKEN;
\`\`\`

- Rotate every copy in CI.
- See [GitHub on leaked tokens](https://docs.github.com/en/code-security) for the rest.`;

/** The checks of the sample `clean`. */
export function cleanChecks(): CheckResult[] {
  return [
    check(
      'repo/max-file-size',
      { title: 'Files stay small', description: 'A large file slows every clone for ever.' },
      {
        timeMs: 310,
        measurements: [
          { name: 'largest file', value: 912_334, unit: 'bytes' },
          { name: 'files visited', value: 1_284, unit: 'files' },
        ],
      },
    ),
    check(
      'repo/merge-markers',
      { title: 'No merge conflict is committed', description: 'A marker breaks whatever reads the file.' },
      { timeMs: 290 },
    ),
    check(
      'repo/line-endings',
      { title: 'Line endings agree', description: 'Mixed endings make noise in every diff.', severity: 'note' },
      { timeMs: 260 },
    ),
    check(
      'secrets/credentials',
      {
        title: 'No secret is committed',
        description: 'A committed secret must be taken for stolen.',
        category: 'security',
        help: credentialsHelp,
        docsUrl: 'https://example.com/scanrun/secrets-credentials',
        tags: ['secret'],
      },
      { timeMs: 2_140 },
    ),
    check(
      'npm/lockfile',
      {
        title: 'The lockfile agrees with package.json',
        description: 'Otherwise two installs differ.',
        category: 'dependencies',
      },
      { timeMs: 420, data: { lockfileVersion: 3, packages: 412, integrity: true } },
    ),
    check(
      'npm/unused-dependencies',
      {
        title: 'Every dependency is used',
        description: 'An unused dependency is risk without use.',
        category: 'dependencies',
        severity: 'warning',
        tier: 'standard',
      },
      {
        timeMs: 1_630,
        data: [
          { name: 'ajv', imports: 4 },
          { name: 'picocolors', imports: 2 },
        ],
      },
    ),
    check(
      'git/large-history',
      { title: 'The history holds no large blob', description: 'It is cloned by everyone.', tier: 'standard' },
      {
        timeMs: 940,
        measurements: [
          { name: 'pack size', value: 18_400_211, unit: 'bytes' },
          { name: 'walk', value: 733, unit: 'ms' },
        ],
      },
    ),
    check(
      'docs/links',
      {
        title: 'Relative links lead somewhere',
        description: 'A dead link costs each reader a minute.',
        category: 'docs',
        severity: 'warning',
      },
      { timeMs: 510 },
    ),
    check(
      'command/lint',
      { title: 'The linter passes', description: 'Runs npm run lint.', category: 'command' },
      { timeMs: 3_420, measurements: [{ name: 'exit code', value: 0, unit: 'code' }] },
    ),
    check(
      'command/types',
      { title: 'The types hold', description: 'Runs npm run types.', category: 'command' },
      { timeMs: 4_210 },
    ),
  ];
}

const tokenFinding: Partial<Finding> & { message: string } = {
  messageId: 'token',
  message: 'A GitHub token is committed (ghp_****************). Revoke it: it stays in the history.',
  data: { kind: 'GitHub token' },
  location: { path: 'src/server/config.ts', startLine: 14, startColumn: 22, endLine: 14, endColumn: 44 },
  snippet: {
    startLine: 12,
    lines: [
      'export function connect() {',
      '  // TODO: read this from the environment',
      '  const githubToken = "ghp_****************";',
      '  return new Octokit({ auth: githubToken });',
      '}',
    ],
  },
};

/** The checks of the sample `findings`. */
export function findingsChecks(): CheckResult[] {
  const unused = ['left-pad', 'moment', 'request'].map((name, index) => ({
    messageId: 'unused',
    message: `The dependency ${name} is imported nowhere.`,
    data: { name },
    location: { path: 'package.json', startLine: 21 + index, startColumn: 5, endColumn: 7 + name.length },
    snippet: {
      startLine: 20 + index,
      lines: ['  "dependencies": {', `    "${name}": "^1.3.0",`, '    "zod": "^3.22.0"'],
    },
  }));
  const more = [
    check(
      'repo/max-file-size',
      {
        title: 'Files stay small',
        description: 'A large file slows every clone for ever.',
        severity: 'warning',
        docsUrl: 'https://example.com/scanrun/repo-max-file-size',
        help: 'Move the file to *Git LFS*, or raise `maxBytes`.',
      },
      {
        timeMs: 310,
        measurements: [{ name: 'largest file', value: 48_211_902, unit: 'bytes' }],
        findings: [
          {
            messageId: 'tooLarge',
            message: 'assets/intro.mp4 is 48.2 MB; the limit is 5.0 MB.',
            location: { path: 'assets/intro.mp4' },
          },
          {
            messageId: 'tooLarge',
            message: 'assets/старт.psd is 12.9 MB; the limit is 5.0 MB.',
            location: { path: 'assets/старт.psd' },
            suppressedBy: { kind: 'baseline' },
          },
        ],
      },
    ),
    check(
      'secrets/credentials',
      {
        title: 'No secret is committed',
        description: 'A committed secret must be taken for stolen.',
        category: 'security',
        help: credentialsHelp,
        docsUrl: 'https://example.com/scanrun/secrets-credentials',
        tags: ['secret'],
      },
      {
        timeMs: 2_140,
        findings: [
          tokenFinding,
          {
            ...tokenFinding,
            message: 'A private key is committed.',
            messageId: 'key',
            location: { path: 'deploy/id_ed25519', startLine: 1, startColumn: 1, endLine: 3, endColumn: 5 },
            snippet: {
              startLine: 1,
              lines: ['-----BEGIN OPENSSH PRIVATE KEY-----', '****************************', '****'],
            },
          },
          {
            ...tokenFinding,
            location: { path: 'src/server/config.ts', startLine: 31, startColumn: 9, endColumn: 31 },
            suppressedBy: { kind: 'inline', reason: 'An example in a comment' },
          },
        ],
      },
    ),
    check(
      'npm/unused-dependencies',
      {
        title: 'Every dependency is used',
        description: 'An unused dependency is risk without use.',
        category: 'dependencies',
        severity: 'warning',
        tier: 'standard',
      },
      { timeMs: 1_630, findings: unused },
    ),
    check(
      'repo/line-endings',
      { title: 'Line endings agree', description: 'Mixed endings make noise in every diff.', severity: 'note' },
      {
        timeMs: 260,
        findings: [
          {
            messageId: 'mixed',
            message:
              '日本語.md mixes CRLF (12 lines) with LF (31 lines), and git will show each of them as changed when somebody with another editor saves the file.',
            location: { path: 'docs/日本語.md', startLine: 3, startColumn: 6 },
            snippet: { startLine: 2, lines: ['', '见 "日本語" を参照', '\tindented\twith tabs'] },
          },
        ],
      },
    ),
  ];
  const ids = new Set(more.map((each) => each.checkId));
  return [...cleanChecks().filter((each) => !ids.has(each.checkId)), ...more];
}

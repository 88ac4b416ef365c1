// The snippets for continuous integration that `scanrun init` offers.

import type { RepositoryFacts } from '../config/facts.js';

/** What runs the jobs. */
export type CiSystem = 'github' | 'gitlab';

/** A job that scans. */
export interface CiSnippet {
  readonly system: CiSystem;
  /** Where it belongs, relative to the root of the repository. */
  readonly path: string;
  /** The whole file. */
  readonly text: string;
}

/** Makes the job for a repository: with its package manager, and the whole history for the checks that ask it. */
export function ciSnippet(system: CiSystem, facts: RepositoryFacts): CiSnippet {
  return system === 'github'
    ? { system, path: '.github/workflows/scanrun.yml', text: github(facts) }
    : { system, path: '.gitlab-ci.yml', text: gitlab(facts) };
}

function github(facts: RepositoryFacts): string {
  // setup-node refuses to cache without a lockfile, and cannot find a package manager that is enabled after it.
  const cache = facts.package?.manager === 'npm' && facts.lockfiles.length > 0;
  return `# Scans every push and pull request. \`scanrun init\` wrote it; it is yours to change.
name: scanrun
on: [push, pull_request]
permissions:
  contents: read
jobs:
  scan:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
        with:
          # Checks ask the history and its tags.
          fetch-depth: 0
          persist-credentials: false
      - uses: actions/setup-node@v4
        with:
          node-version: 24
${cache ? '          cache: npm\n' : ''}${commands(facts)
  .map((line) => `      - run: ${line}\n`)
  .join('')}      - uses: actions/upload-artifact@v4
        if: \${{ !cancelled() }}
        with:
          name: scanrun
          path: reports
          if-no-files-found: ignore
`;
}

function gitlab(facts: RepositoryFacts): string {
  const reporters = ' --reporter terminal --reporter gitlab --reporter junit --reporter html';
  const lines = commands(facts);
  const script = lines.map((line, index) => `    - ${line}${index === lines.length - 1 ? reporters : ''}\n`).join('');
  return `# Scans every push and merge request. \`scanrun init\` wrote it; it is yours to change.
scanrun:
  image: node:24
  variables:
    # Checks ask the history and its tags.
    GIT_DEPTH: 0
  script:
${script}  artifacts:
    when: always
    paths: [reports]
    reports:
      codequality: reports/gl-code-quality-report.json
      junit: reports/junit.xml
`;
}

/** Installs the dependencies, and scans: the last command. */
function commands({ package: manifest, lockfiles }: RepositoryFacts): string[] {
  if (manifest === undefined) return ['npx --yes scanrun'];
  const isLocked = lockfiles.length > 0;
  switch (manifest.manager) {
    case 'pnpm':
      return [
        'corepack enable',
        `pnpm install${isLocked ? ' --frozen-lockfile' : ''}`,
        manifest.scanrun ? 'pnpm exec scanrun' : 'npx --yes scanrun',
      ];
    case 'yarn':
      return [
        'corepack enable',
        `yarn install${isLocked ? ' --frozen-lockfile' : ''}`,
        manifest.scanrun ? 'yarn run scanrun' : 'npx --yes scanrun',
      ];
    case 'npm':
      return [isLocked ? 'npm ci' : 'npm install', manifest.scanrun ? 'npx scanrun' : 'npx --yes scanrun'];
    default:
      return manifest.manager satisfies never;
  }
}

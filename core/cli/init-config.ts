// The text of a first configuration. What is quoted of the repository is on one line: it must not end a comment.

import type { RepositoryFacts } from '../config/facts.js';
import { listText, type Recommendation, type RecommendedChecks } from '../config/recommended.js';
import { plural } from '../model/text.js';
import { oneLine } from './terminal.js';

/** What each plugin of ours is about, in the order in which they are listed. */
export const PLUGINS_ABOUT: Readonly<Record<string, string>> = {
  repo: 'files, names and links that are wrong in any repository',
  secrets: 'tokens, passwords and private keys in files',
  git: 'what git knows: versions and tags, the history, files that are there twice',
  npm: 'manifests, lockfiles, licences, vulnerabilities, what is published',
  code: 'eslint, TypeScript, circles of imports, copies, old TODOs',
  docs: 'links, style and spelling of pages, what the README says',
  ci: 'workflows of GitHub Actions and Dockerfiles',
  sbom: 'a bill of materials; it needs npm',
  web: 'a built site in a real browser; its option `site` names the folder',
  command: 'the answer of any other tool',
};

/** Longest line of what is written. */
const COLUMNS = 110;

/** What there is, a phrase each. */
export function foundIn(facts: RepositoryFacts): string[] {
  const { git, shallow, package: manifest, installed, lockfiles, tsconfigs, eslintConfigs } = facts;
  const { dockerfiles, workflows, gitlab, pages } = facts;
  const some = (names: readonly string[]): string[] =>
    names.length === 0 ? [] : [names.length > 2 ? `${names[0]} and ${names.length - 1} more` : listText(names)];
  const phrases = [
    ...(git ? [shallow ? 'a git work tree (a shallow clone)' : 'a git work tree'] : []),
    ...(manifest === undefined
      ? []
      : [
          `package.json${manifest.workspaces ? ' with workspaces' : ''}${manifest.publishable ? '' : ' (not published)'}`,
        ]),
    ...some(lockfiles),
    ...(installed ? ['installed dependencies'] : []),
    ...some(tsconfigs),
    ...some(eslintConfigs),
    ...(workflows.length === 0 ? [] : [plural(workflows.length, 'workflow')]),
    ...(gitlab ? ['.gitlab-ci.yml'] : []),
    ...some(dockerfiles),
    ...some(pages),
  ];
  return phrases.map(oneLine);
}

/** The text of a scan.config.ts that runs what is recommended, and says why and what else there is. */
export function configText(facts: RepositoryFacts, { plugins, checks }: Recommendation): string {
  const names = plugins.map(({ name }) => name);
  const others = Object.keys(PLUGINS_ABOUT).filter((name) => !names.includes(name));
  const found = foundIn(facts);
  return [
    ...comment(
      `What scanrun checks in this repository. \`scanrun init\` wrote it for what it found: ${
        found.length === 0 ? 'nothing that a plugin is for' : found.join(', ')
      }. It is yours to change.`,
    ),
    ...comment('Every key is explained in node_modules/scanrun/docs/configuration.md.'),
    `import { defineConfig } from 'scanrun';`,
    ...[...names].sort().map((name) => `import ${name} from 'scanrun/plugins/${name}';`),
    '',
    'export default defineConfig({',
    ...comment(
      'A plugin brings checks. `npx scanrun list` shows them, `npx scanrun explain <check>` tells all of one.',
      '  ',
    ),
    '  plugins: [',
    ...plugins.map(({ name }) => `    ${name}, // ${PLUGINS_ABOUT[name] ?? name}`),
    ...(others.length === 0 ? [] : ['    // Import and list these for:']),
    ...others.map((name) => `    // ${name}: ${PLUGINS_ABOUT[name]}`),
    '  ],',
    '',
    ...comment('How much runs: quick, standard or deep. For one run: `npx scanrun --tier deep`.', '  '),
    `  tier: 'standard',`,
    '',
    ...comment(
      "The entry of a check is 'off', a severity ('error', 'warning' or 'note'), or settings such as its `options`. " +
        'What is optional may end without an answer: that is reported, and does not make the scan incomplete.',
      '  ',
    ),
    '  checks: {',
    ...checks.flatMap(entryLines),
    '  },',
    '',
    ...comment('Files that no check sees. What git ignores is not looked at anyway.', '  '),
    `  // exclude: ['fixtures/**'],`,
    '',
    ...comment(
      'What fails: a finding from this severity on (exit code 1), and a check without an answer (exit code 3).',
      '  ',
    ),
    `  gate: { failOn: 'error', minCoverage: 1 },`,
    '',
    ...comment(
      'What is written: terminal and html where this is absent, and annotations under GitHub Actions. ' +
        'Others: sarif, junit, json, gitlab, markdown, csv, cyclonedx, pdf.',
      '  ',
    ),
    `  // reporters: ['terminal', 'html', 'sarif'],`,
    '});',
    '',
  ].join('\n');
}

function entryLines({ ids, entry, why }: RecommendedChecks): string[] {
  const value = entry === 'off' ? `'off'` : '{ optional: true }';
  return [...comment(why, '    '), ...ids.map((id) => `    '${id}': ${value},`)];
}

/** A text as comment lines of bearable length. */
function comment(text: string, margin = ''): string[] {
  const lines: string[] = [];
  let line = `${margin}//`;
  for (const word of oneLine(text).split(' ')) {
    if (line.length + word.length + 1 > COLUMNS && line !== `${margin}//`) {
      lines.push(line);
      line = `${margin}//`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}

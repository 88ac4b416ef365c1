import { type ContextOf, commandOf, defineCheck, findTool, formatCount, type Severity } from 'scanrun';
import { demandOwn } from '../../own-target.js';
import { own } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import { isThere } from '../built.js';
import { doubtfulExports } from '../commonjs.js';
import { doubtfulDependencies, knipAnswer, type NotLoaded } from '../knip-answer.js';
import type { KnipIssue, KnipKind } from '../knip-report.js';
import { installCommandFor } from '../lockfiles/find.js';

/** What is reported by each category. */
const CATEGORIES: Readonly<Record<string, readonly KnipKind[]>> = {
  dependencies: ['dependency', 'peer', 'catalog'],
  unlisted: ['unlisted', 'unresolved', 'binary', 'catalogReference'],
  files: ['file'],
  exports: ['export', 'duplicate', 'member'],
  types: ['type'],
};

const options = {
  categories: {
    type: 'array',
    items: { type: 'string', enum: Object.keys(CATEGORIES) },
    uniqueItems: true,
    minItems: 1,
    default: Object.keys(CATEGORIES),
    description:
      'What is reported: dependencies that nothing uses, what is used and unlisted, files that nothing imports, exports and types that nothing else uses.',
  },
  production: {
    type: 'boolean',
    default: false,
    description: 'Looks only at the code that is shipped, without tests and the dependencies of development.',
  },
} as const;

const messages = {
  dependency: '{{name}} is in {{field}}, and nothing uses it.',
  peer: '{{name}} is an optional peer dependency, and the code refers to it.',
  unlisted: '{{name}} is used, and no package.json that counts lists it.',
  unresolved: "The import '{{name}}' leads nowhere.",
  binary: 'The command {{name}} is used, and no dependency brings it.',
  file: 'Nothing uses {{name}}.',
  export: '{{name}} is exported, and nothing else uses it.',
  type: 'The type {{name}} is exported, and nothing else uses it.',
  member: '{{name}} is a member that nothing uses.',
  duplicate: 'One thing is exported under several names: {{name}}.',
  catalog: '{{name}} is in the catalog, and no package takes it from there.',
  catalogReference: '{{name}} is asked of the catalog, which does not have it.',
} as const;

type Context = ContextOf<typeof options, typeof messages, Record<never, never>>;

const SEVERITY: Readonly<Record<KnipKind, Severity>> = {
  dependency: 'warning',
  peer: 'note',
  unlisted: 'error',
  unresolved: 'error',
  binary: 'warning',
  file: 'warning',
  export: 'warning',
  type: 'note',
  member: 'note',
  duplicate: 'note',
  catalog: 'warning',
  catalogReference: 'error',
};

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Nothing is unused or unlisted',
    description:
      'A dependency that nothing uses is attack surface; one that nobody lists is there by accident, and is gone one day.',
    category: 'dependencies',
    tier: 'deep',
    severity: 'warning',
    lane: 'process',
    tags: ['knip', 'dead-code'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Remove what nothing uses, and list what is used:',
      '',
      '```sh',
      'npm uninstall unused-package',
      'npm install used-package',
      '```',
      '',
      'The check runs [knip](https://knip.dev), which needs to know the entry points of the project: what a framework or a script starts. ' +
        'It knows those of many tools; the rest goes into `knip.json`:',
      '',
      '```json',
      '{ "entry": ["src/index.ts", "scripts/*.ts"], "ignoreDependencies": ["runtime-only-package"] }',
      '```',
      '',
      "knip runs the project's own configuration files, such as `knip.ts` and `vite.config.ts`. So it runs in a project of yours only, " +
        'never in somebody else’s target. What is not installed it cannot follow: install the dependencies first.',
      '',
      'Without such a configuration an unused file is a note. knip does not follow what `require` returns: an export of a CommonJS module ' +
        'whose name occurs in another file is left out, and counted as doubtful. So is, where nothing is installed, a dependency of development ' +
        'with the name of a command that a script runs. Where knip cannot load the configuration of a tool, mostly because something is not built, the check is skipped: what that starts would look unused.',
    ].join('\n'),
  },
  async run(context) {
    demandOwn(context, "knip runs the project's configuration files");
    const packages = await workspacePackages(context);
    const tool = await findTool(context, { name: 'knip', range: '>=5.0.0 <7' });
    const result = await context.exec([
      process.execPath,
      commandOf(tool),
      '--reporter',
      'json',
      '--no-progress',
      '--no-config-hints',
      ...(context.options.production ? ['--production'] : []),
    ]);
    const isInstalled = await hasModules(context);
    const install = await installCommandFor(context, packages[0]);
    if (!isInstalled && result.code === 2)
      context.skip('not-installed', `not installed: the project's dependencies, which knip needs here: ${install}`);
    const answer = knipAnswer(result);
    if ('notLoaded' in answer) return tellNotLoaded(context, answer.notLoaded);
    const { issues } = answer;
    const kinds = new Set(context.options.categories.flatMap((category) => CATEGORIES[category] ?? []));
    if (!isInstalled) {
      // What a dependency brings is known only from its files: every command would look as if nothing brought it.
      kinds.delete('binary');
      context.degraded(`Nothing is installed, so knip could not follow what packages bring. Run \`${install}\` first.`);
    }
    const unsure = isInstalled ? new Set<KnipIssue>() : doubtfulDependencies(issues);
    if (unsure.size > 0) context.measure('doubtful dependencies', unsure.size, 'dependencies');
    const wanted = issues.filter((issue) => kinds.has(issue.kind) && !unsure.has(issue));
    const doubtful = await doubtfulExports(context, wanted);
    if (doubtful.size > 0) context.measure('doubtful exports', doubtful.size, 'exports');
    const known = await hasSettings(context, packages);
    for (const issue of wanted) if (!doubtful.has(issue)) reportIssue(context, issue, packages, known);
  },
});

/** Ends the check where configuration files of tools could not be loaded. */
function tellNotLoaded({ skip }: Context, notLoaded: readonly NotLoaded[]): never {
  const [first] = notLoaded;
  const more = notLoaded.length > 1 ? ` and ${formatCount(notLoaded.length - 1)} more` : '';
  return skip(
    'unreadable',
    `knip could not load ${first?.path} (${first?.why})${more}, and what these start would look unused. Build or install what they import, or leave their tools out in knip.json, such as \`"vite": false\`.`,
  );
}

async function hasModules({ readFile }: Context): Promise<boolean> {
  try {
    await readFile('node_modules');
    return true;
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'ENOENT') return false;
    // A folder is what is expected; one that is linked from elsewhere is there too.
    if (code === 'EISDIR' || code === 'SR_PATH_OUTSIDE') return true;
    throw error;
  }
}

/** Files in which a project tells knip what it starts. https://knip.dev/overview/configuration#location */
const SETTINGS = ['knip', '.knip', 'knip.config'].flatMap((name) =>
  ['json', 'jsonc', 'ts', 'js'].map((ending) => `${name}.${ending}`),
);

async function hasSettings({ readFile }: Context, [root]: readonly WorkspacePackage[]): Promise<boolean> {
  if (own(root?.manifest.json, 'knip') !== undefined) return true;
  for (const path of SETTINGS) if (await isThere({ readFile }, path)) return true;
  return false;
}

/** Configurations of scanrun, which it loads itself and nothing imports. */
const OURS = /(?:^|\/)(?:scan\.config|\.scanrunrc)\.[cm]?[jt]s$/;

function reportIssue(
  context: Context,
  issue: KnipIssue,
  packages: readonly WorkspacePackage[],
  hasOwnSettings: boolean,
): void {
  const { kind, path, name, field, line, column } = issue;
  const file = path.replaceAll('\\', '/');
  if (kind === 'file' && OURS.test(file)) return;
  // The folders are nested, so the longest that fits is the package.
  const item = packages
    .filter(({ folder }) => folder === '' || file.startsWith(`${folder}/`))
    .reduce((best, next) => (next.folder.length > best.folder.length ? next : best));
  context.report({
    messageId: kind,
    data: { name, ...(field === undefined ? {} : { field }) },
    location: {
      path: file,
      ...(line === undefined ? {} : { startLine: line }),
      ...(column === undefined ? {} : { startColumn: column }),
    },
    // What is started by itself, as examples are, only the project knows.
    severity: kind === 'file' && !hasOwnSettings ? 'note' : SEVERITY[kind],
    package: item.name,
  });
}

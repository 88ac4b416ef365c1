import type { Analysis, CheckResult, Package, Problem } from '@arethetypeswrong/core';
import { type ContextOf, defineCheck, findTool, importTool, type Severity } from 'scanrun';
import { type Places, placesIn } from '../../manifest.js';
import { asText, own } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import { degradeUnbuilt, unbuiltFiles } from '../built.js';
import { listOwn, privateOption, publishedManifest, publishedPackage, readPublished } from '../published.js';

const options = {
  ...privateOption,
  ignoreResolutions: {
    type: 'array',
    items: { type: 'string', enum: ['node10', 'node16-cjs', 'node16-esm', 'bundler'] },
    uniqueItems: true,
    default: ['node10'],
    description:
      'Ways of resolving whose problems do not matter. `node10` does not know `exports`, and TypeScript 6 has done away with it; an ESM-only package adds `node16-cjs`.',
  },
  ignoreRules: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    uniqueItems: true,
    default: [],
    description: 'Kinds of problems that do not matter, such as `CJSResolvesToESM`.',
  },
} as const;

const messages = {
  entrypoint: "{{title}}: '{{entrypoint}}' by {{resolutions}} ({{kind}}).",
  file: '{{title}}: {{file}} ({{kind}}).',
} as const;

type Context = ContextOf<typeof options, typeof messages, Record<never, never>, 'package'>;

/** What is used of @arethetypeswrong/core. */
interface Core {
  readonly checkPackage: (item: Package) => Promise<CheckResult>;
  readonly createPackage: (item: WorkspacePackage, files: ReadonlyMap<string, Uint8Array>) => Package;
  readonly titles: Readonly<Record<string, { readonly title: string }>>;
}

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The types fit what runs',
    description:
      'Types that resolve to something else than the code compile for the user and fail when they run, or do not compile at all.',
    category: 'packaging',
    tier: 'deep',
    severity: 'error',
    tags: ['publish', 'typescript'],
    scope: 'package',
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'The word at the end of a finding is a problem of [Are the types wrong?](https://github.com/arethetypeswrong/arethetypeswrong.github.io/tree/main/docs/problems), ' +
        'which explains it. Mostly each condition of `exports` needs types of its own, of the same format as the code:',
      '',
      '```json',
      '{',
      '  "exports": {',
      '    "import": { "types": "./index.d.ts", "default": "./index.js" },',
      '    "require": { "types": "./index.d.cts", "default": "./index.cjs" }',
      '  }',
      '}',
      '```',
      '',
      'The check packs what would be published, without running scripts: build the package first. ' +
        'Packages without types are not looked at, nor private ones.',
    ].join('\n'),
  },
  async run(context) {
    const item = await publishedPackage(context);
    const core = await loadCore(context);
    const unbuilt = await unbuiltFiles(context, [item]);
    degradeUnbuilt(context, unbuilt);
    if (unbuilt.length > 0) return;
    const files = await readPublished(context.target.root, item, await listOwn(context, item));
    if (files === undefined) {
      context.degraded(`${item.name} is too large to be looked at: more than 200 MB would be published.`);
      return;
    }
    const content = new Map(files.map(({ path, content: bytes }) => [path, bytes]));
    content.set('package.json', new TextEncoder().encode(publishedManifest(item)));
    const result = await core.checkPackage(core.createPackage(item, content));
    if (result.types === false) context.skip('not-applicable', `${item.name} has no types.`);
    reportProblems(context, core, result as Analysis, item, await placesIn(item.manifest));
  },
});

async function loadCore(context: Context): Promise<Core> {
  const tool = await findTool(context, { name: '@arethetypeswrong/core', range: '>=0.17.0 <1' });
  const { checkPackage, Package: PackageClass } = await importTool<{
    readonly checkPackage: Core['checkPackage'];
    readonly Package: new (files: Record<string, Uint8Array>, name: string, version: string) => Package;
  }>(tool);
  const { problemKindInfo } = await importTool<{ readonly problemKindInfo: Core['titles'] }>(
    tool,
    '@arethetypeswrong/core/problems',
  );
  return {
    checkPackage,
    titles: problemKindInfo,
    createPackage: (item, files) => {
      const prefix = `/node_modules/${item.name}/`;
      const version = asText(own(item.manifest.json, 'version')) ?? '0.0.0';
      return new PackageClass(
        Object.fromEntries([...files].map(([path, content]) => [prefix + path, content])),
        item.name,
        version,
      );
    },
  };
}

/** Problems that are matters of style, or hit only some users. */
const SEVERITY: Readonly<Record<string, Severity>> = {
  // Node.js 20.19 and 22.12 can require ESM.
  CJSResolvesToESM: 'note',
  FallbackCondition: 'warning',
  CJSOnlyExportsDefault: 'warning',
  NamedExports: 'warning',
};

function reportProblems(
  context: Context,
  { titles }: Core,
  analysis: Analysis,
  item: WorkspacePackage,
  places: Places,
): void {
  const ignored: readonly string[] = context.options.ignoreRules;
  const groups = new Map<
    string,
    { readonly problem: Problem; readonly resolutions: string[]; readonly where: string }
  >();
  for (const [index, problem] of analysis.problems.entries()) {
    if (ignored.includes(problem.kind)) continue;
    const resolutions = resolutionsOf(analysis, index, problem).filter(
      (kind) => !(context.options.ignoreResolutions as readonly string[]).includes(kind),
    );
    if (resolutions.length === 0) continue;
    const where = 'entrypoint' in problem ? problem.entrypoint : fileOf(problem, item.name);
    const key = `${problem.kind} ${where}`;
    const group = groups.get(key) ?? { problem, resolutions: [], where };
    groups.set(key, group);
    group.resolutions.push(...resolutions);
  }
  for (const { problem, resolutions, where } of groups.values()) {
    const title = titles[problem.kind]?.title ?? problem.kind;
    const names = [...new Set(resolutions)].sort().join(', ');
    const severity = SEVERITY[problem.kind];
    context.report({
      messageId: 'entrypoint' in problem ? 'entrypoint' : 'file',
      data: { title, kind: problem.kind, resolutions: names, entrypoint: where, file: where },
      location: 'entrypoint' in problem ? places('exports', problem.entrypoint) : places('exports'),
      ...(severity === undefined ? {} : { severity }),
    });
  }
}

/** The ways of resolving that meet a problem. */
function resolutionsOf(analysis: Analysis, index: number, problem: Problem): string[] {
  if ('resolutionKind' in problem) return [problem.resolutionKind];
  const kinds = Object.values(analysis.entrypoints).flatMap(({ resolutions }) =>
    Object.values(resolutions).flatMap((resolution) =>
      resolution.visibleProblems?.includes(index) ? [resolution.resolutionKind] : [],
    ),
  );
  return [...new Set(kinds)];
}

/** The file of a problem, relative to the package. */
function fileOf(problem: Problem, name: string): string {
  const file = 'typesFileName' in problem ? problem.typesFileName : 'fileName' in problem ? problem.fileName : '';
  return file.replace(`/node_modules/${name}/`, '');
}

import { type ContextOf, defineCheck, formatCount, plural } from 'scanrun';
import { asObject, asText, own, readText, someOf, textList } from '../../text.js';
import { pnpmWorkspace, type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import { blamer } from '../blame.js';
import { installedManifests } from '../installed.js';
import { installCommand, type LockedTree } from '../lockfiles/tree.js';
import { lockedTree } from '../needs.js';
import { projectNpmrc } from '../registry/npmrc.js';
import { yarnSettings } from '../registry/yarnrc.js';
import lockfile from './lockfile.js';

/** The scripts that an installation runs. */
const SCRIPTS = ['preinstall', 'install', 'postinstall'] as const;

const options = {
  allow: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: [],
    description: 'Names of packages whose scripts were looked at, as globs.',
  },
} as const;

const messages = {
  script: '{{package}} runs {{scripts}} when it is installed{{way}}.',
} as const;

type Context = ContextOf<typeof options, typeof messages, { readonly lockfile: typeof lockfile }>;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Install scripts are known',
    description: 'A script of a package runs with the rights of whoever installs it: the usual way in for malware.',
    category: 'security',
    tier: 'standard',
    severity: 'warning',
    lane: 'io',
    tags: ['supply-chain'],
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Read the script. If it is needed, allow it by name:',
      '',
      '```ts',
      "'npm/install-scripts': { options: { allow: ['esbuild', '@parcel/watcher'] } }",
      '```',
      '',
      'Otherwise forbid it, or all of them, with the package manager:',
      '',
      '```sh',
      'npm config set --location=project ignore-scripts=true',
      '```',
      '',
      "What the package manager's own list allows or forbids is known too: `allowBuilds` and `onlyBuiltDependencies` of pnpm, " +
        '`dependenciesMeta.<name>.built` of Yarn, `trustedDependencies`, `lavamoat.allowScripts`. ' +
        'Where scripts are off altogether (`ignore-scripts`, `enableScripts: false`), the check passes. ' +
        'Lockfiles of Yarn and of pnpm 9 and later do not say which packages have scripts: there the packages must be installed.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context) {
    const tree = lockedTree(context);
    const packages = await workspacePackages(context);
    // First: where no script runs, it does not matter who has one, nor whether that can be known.
    const off = await switchedOff(context, tree, packages[0]);
    if (off !== undefined) {
      context.log.info(`Install scripts are off: ${off}.`);
      return;
    }
    const scripts = await scriptsOf(context, tree, packages);
    context.measure('scripts', scripts.size, 'packages');
    const { default: picomatch } = await import('picomatch');
    const isAllowed = picomatch([...context.options.allow]);
    const decided = await decidedNames(context, packages[0]);
    const blame = await blamer(tree, packages);
    for (const [index, names] of scripts) {
      const { name = '', version } = tree.packages[index] ?? {};
      if (isAllowed(name) || decided.has(name)) continue;
      const { location, path, way, isDirect, ...rest } = blame(index);
      const data = { package: `${name}@${version}`, scripts: names, way: isDirect ? '' : ` (${way})`, path };
      context.report({ messageId: 'script', data, location, ...(rest.package ? { package: rest.package } : {}) });
    }
  },
});

/** The packages with scripts by index, and what runs. */
async function scriptsOf(
  context: Context,
  tree: LockedTree,
  packages: readonly WorkspacePackage[],
): Promise<ReadonlyMap<number, string>> {
  const scripts = new Map<number, string>();
  const asked: number[] = [];
  for (const [index, { source, installScript }] of tree.packages.entries()) {
    if (source === 'file') continue;
    if (installScript === undefined) asked.push(index);
    else if (installScript) scripts.set(index, 'a script');
  }
  const wanted = [...scripts.keys(), ...asked];
  const installed = await installedManifests(context, tree, packages, wanted);
  for (const [index, { folder, json }] of installed) {
    const found = SCRIPTS.filter((name) => typeof own(own(json, 'scripts'), name) === 'string');
    // npm builds what has a binding.gyp and no script of its own.
    const isNative = found.length === 0 && (await readText(context, `${folder}/binding.gyp`)) !== undefined;
    if (found.length > 0) scripts.set(index, found.join(' and '));
    else if (isNative && own(json, 'gypfile') !== false) scripts.set(index, 'node-gyp');
  }
  // An optional package may be absent for good: it is for another platform.
  const unknown = asked.filter((index) => !installed.has(index) && !tree.packages[index]?.optional);
  if (unknown.length > 0) {
    const names = unknown.map((index) => tree.packages[index]?.name ?? '');
    context.degraded(
      `${tree.path} does not say which packages have scripts, and ${plural(names.length, 'package')} of ${formatCount(tree.packages.length)} could not be found in node_modules: ${someOf(names)}. Run \`${installCommand(tree.manager)}\` first.`,
      { packages: names },
    );
  }
  return new Map([...scripts].sort(([a], [b]) => a - b));
}

/** The setting that switches scripts off; undefined where they run. */
async function switchedOff(
  context: Context,
  tree: LockedTree,
  { manifest }: WorkspacePackage,
): Promise<string | undefined> {
  if ((await projectNpmrc(context)).get('ignore-scripts') === 'true') return 'ignore-scripts=true in .npmrc';
  if (own(await yarnSettings(context), 'enableScripts') === false) return 'enableScripts: false in .yarnrc.yml';
  const pnpm = /^pnpm@(\d+)/.exec(asText(own(manifest.json, 'packageManager')) ?? '')?.[1];
  if (tree.manager !== 'pnpm' || pnpm === undefined || Number(pnpm) < PNPM_THAT_ASKS) return undefined;
  const settings = [own(manifest.json, 'pnpm'), await pnpmWorkspace(context)];
  const isAll = settings.some((item) => own(item, 'dangerouslyAllowAllBuilds') === true);
  return isAll ? undefined : `pnpm ${pnpm} runs only scripts that are allowed`;
}

/** The first pnpm that runs no script that nobody has allowed. */
const PNPM_THAT_ASKS = 10;

/** The packages of which the project's own settings say whether they may run scripts. */
async function decidedNames(context: Context, root: WorkspacePackage): Promise<ReadonlySet<string>> {
  const { json } = root.manifest;
  const names: string[] = [];
  for (const settings of [own(json, 'pnpm'), await pnpmWorkspace(context)]) {
    for (const list of ['onlyBuiltDependencies', 'neverBuiltDependencies', 'ignoredBuiltDependencies'])
      names.push(...textList(own(settings, list)));
    names.push(...Object.keys(asObject(own(settings, 'allowBuilds')) ?? {}));
  }
  names.push(...textList(own(json, 'trustedDependencies')));
  const lavamoat = asObject(own(own(json, 'lavamoat'), 'allowScripts')) ?? {};
  names.push(...Object.keys(lavamoat).map((key) => key.split('>').at(-1) ?? key));
  for (const [key, meta] of Object.entries(asObject(own(json, 'dependenciesMeta')) ?? {}))
    if (typeof own(meta, 'built') === 'boolean') names.push(key);
  // `esbuild@0.20.0` names one version; who looked at it looked at the package.
  return new Set(names.map((name) => name.replace(/(.)@.*$/, '$1')));
}

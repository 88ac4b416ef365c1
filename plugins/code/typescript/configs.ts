import { posix } from 'node:path';
import type { CheckContext } from 'scanrun';
import { own, readText, textEntries } from '../../text.js';
import { findPackages, type WorkspacePackage } from '../../workspaces.js';
import { compilerCommands } from './commands.js';

/** A configuration of TypeScript that is checked. */
export interface Project {
  /** Its path, relative to the target's root. */
  readonly path: string;
  /** The package that it is in; absent where the target has no package.json. */
  readonly package?: WorkspacePackage;
  /** True where the script that names it leaves the declarations of libraries out. */
  readonly skipLibCheck: boolean;
  /** True where it was named, by the options or by a script; false where it was found. */
  readonly isNamed: boolean;
}

type Context = Pick<CheckContext, 'readFile' | 'files'>;

/** What a repository has of TypeScript. */
export interface Projects {
  /** The configurations to check, each before those that it refers to. */
  readonly projects: readonly Project[];
  /** The packages of the repository; none where the root has no package.json. */
  readonly packages: readonly WorkspacePackage[];
}

/** Folders whose configurations are material: of tests, of examples, of what is copied. */
const MATERIAL =
  /(?:^|\/)(?:__fixtures__|fixtures?|testdata|examples?|samples?|playgrounds?|demos?|templates?|template-[^/]*)\//i;

/**
 * The configurations to check: those that are given; else those that the project names itself, in the scripts of its
 * package.json files that call a compiler; else `tsconfig.json` at the root and in each workspace package; else each
 * that there is, but for those of fixtures, examples and templates.
 */
export async function findProjects(context: Context, given: readonly string[]): Promise<Projects> {
  const packages = await packagesOf(context);
  const existing = new Set<string>();
  for await (const { path } of context.files('**/*.json')) existing.add(path);
  const named = given.map((path): Wanted => ({ path: posix.normalize(path), skipLibCheck: false, isNamed: true }));
  const scripted = named.length > 0 ? named : packages.flatMap((item) => inScripts(item, existing));
  const usual = scripted.length > 0 ? scripted : await inFolders(context, packages, existing);
  const wanted = usual.length > 0 ? usual : elsewhere(existing);
  return { projects: await withReferences(context, wanted, packages, existing), packages };
}

type Wanted = Omit<Project, 'package'>;

async function packagesOf(context: Context): Promise<readonly WorkspacePackage[]> {
  const found = await findPackages(context);
  // A package.json that cannot be read names no scripts; other checks say so.
  return found !== undefined && 'packages' in found ? found.packages : [];
}

/** What the scripts of a package check. */
function inScripts({ folder, manifest }: WorkspacePackage, existing: ReadonlySet<string>): Wanted[] {
  return textEntries(own(manifest.json, 'scripts'))
    .flatMap(([, script]) => compilerCommands(script))
    .flatMap(({ projects, skipLibCheck }) =>
      projects.map((project) => ({ path: fileOf(posix.join(folder, project)), skipLibCheck, isNamed: true })),
    )
    .filter(({ path }) => existing.has(path));
}

/** A folder stands for its tsconfig.json. */
function fileOf(path: string): string {
  return path.endsWith('.json') ? path : posix.join(path, 'tsconfig.json');
}

async function inFolders(
  context: Context,
  packages: readonly WorkspacePackage[],
  existing: ReadonlySet<string>,
): Promise<Wanted[]> {
  const folders = [...new Set(['', ...packages.map(({ folder }) => folder)])];
  const paths = folders.map((folder) => posix.join(folder, 'tsconfig.json')).filter((path) => existing.has(path));
  const isBase = paths.length > 1 && paths[0] === 'tsconfig.json' && !(await hasFiles(context, 'tsconfig.json'));
  return paths.slice(isBase ? 1 : 0).map((path) => ({ path, skipLibCheck: false, isNamed: false }));
}

/** What neither the root nor a workspace has, such as the tsconfig.json of tests in a project of JavaScript. */
function elsewhere(existing: ReadonlySet<string>): Wanted[] {
  return [...existing]
    .filter((path) => posix.basename(path) === 'tsconfig.json' && !MATERIAL.test(path))
    .map((path) => ({ path, skipLibCheck: false, isNamed: false }));
}

/** True where a configuration says what it is for; beside those of packages, one that does not is what they extend. */
async function hasFiles(context: Context, path: string): Promise<boolean> {
  const config = await readConfig(context, path);
  return ['files', 'include', 'references'].some((key) => own(config, key) !== undefined);
}

/** Adds what the configurations refer to, and leaves out those that have nothing but references. */
async function withReferences(
  context: Context,
  wanted: readonly Wanted[],
  packages: readonly WorkspacePackage[],
  existing: ReadonlySet<string>,
): Promise<Project[]> {
  const projects = new Map<string, Project>();
  const seen = new Set<string>();
  const queue = [...wanted];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (seen.has(next.path)) continue;
    seen.add(next.path);
    const config = await readConfig(context, next.path);
    const references = own(config, 'references');
    const inner = (Array.isArray(references) ? references : [])
      .map((reference: unknown) => own(reference, 'path'))
      .filter((path): path is string => typeof path === 'string')
      .map((path) => fileOf(posix.join(posix.dirname(next.path), path)))
      .filter((path) => existing.has(path));
    queue.push(...inner.map((path) => ({ ...next, path })));
    const files = own(config, 'files');
    const isSolution = Array.isArray(files) && files.length === 0 && own(config, 'include') === undefined;
    if (!isSolution || inner.length === 0) projects.set(next.path, { ...next, ...packageOf(next.path, packages) });
  }
  return [...projects.values()];
}

/** The innermost package that a file is in. */
function packageOf(path: string, packages: readonly WorkspacePackage[]): Pick<Project, 'package'> {
  const holding = packages.filter(({ folder }) => folder === '' || path.startsWith(`${folder}/`));
  const item = holding.sort((a, b) => b.folder.length - a.folder.length)[0];
  return item === undefined ? {} : { package: item };
}

/** What a configuration says, comments and trailing commas allowed; what is wrong with it the compiler says. */
async function readConfig(context: Context, path: string): Promise<unknown> {
  const text = await readText(context, path);
  if (text === undefined) return undefined;
  const { default: jsonc } = await import('jsonc-parser');
  try {
    return jsonc.parse(text, [], { allowTrailingComma: true });
  } catch (error) {
    // It recurses: a text of thousands of brackets is no configuration.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { type RepositoryFacts, repositoryFacts } from '../config/facts.js';
import { listText, type Recommendation, recommend } from '../config/recommended.js';
import { configsIn, findConfig } from '../config/search.js';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { topOf } from '../files/top.js';
import { writeNew } from '../files/write-file.js';
import { type CiSystem, ciSnippet } from './init-ci.js';
import { configText, foundIn } from './init-config.js';
import { rootOf } from './target.js';
import { type Colors, colorsFor, oneLine, print, printJson } from './terminal.js';

/** Flags of `init`. */
export interface InitFlags {
  readonly ci?: CiSystem;
  readonly json?: boolean;
  readonly color: boolean;
}

/** The name of the file that is written. */
const CONFIG_FILE = 'scan.config.ts';

/** A file that is there now, and whether this run wrote it. */
interface Placed {
  /** Its absolute path. */
  readonly file: string;
  readonly written: boolean;
}

/** What `init` did, for its output. */
interface Done {
  readonly root: string;
  readonly found: RepositoryFacts;
  readonly recommended: Recommendation;
  readonly config: Placed;
  readonly ci: (Placed & { readonly system: CiSystem; readonly text: string }) | undefined;
  /** True where the imports of the configuration resolve for an editor and the compiler. */
  readonly installed: boolean;
  /** A configuration further up that was used here until now. */
  readonly above: string | undefined;
  /** What to do now: a command or a change, each on a line. */
  readonly next: readonly string[];
}

/**
 * Writes a configuration for a folder, and with `--ci` a job. What is there is never overwritten.
 * @throws ScanError `SR_CONFIG_EXISTS` where there is a configuration and nothing else is asked for, `SR_TARGET_NOT_FOUND`, `SR_REPORT_WRITE`.
 */
export async function init(target: string, flags: InitFlags): Promise<number> {
  const root = rootOf(target);
  if (!statSync(root).isDirectory())
    throw new ScanError('SR_TARGET_NOT_FOUND', `The target ${root} is a file, not a folder.`);
  const found = repositoryFacts(root);
  // The configuration is for years, and for pipelines that install: what is missing in this folder today is not its matter.
  const recommended = recommend({ ...found, installed: true, shallow: false });
  const top = topOf(root) ?? root;
  if (flags.ci !== undefined && top !== root)
    throw new ScanError('SR_USAGE', `A job belongs to the root of the repository, and ${root} is a folder in it.`, {
      next: `Run \`npx scanrun init --ci ${flags.ci}\` in ${top}.`,
    });
  const before = findConfig(root)?.file;
  const config = placeConfig(root, flags, configText(found, recommended));
  const ci = flags.ci === undefined ? undefined : placeCi(root, flags.ci, found, config);
  const installed = isInstalled(root);
  const done: Done = {
    root,
    found,
    recommended,
    config,
    ci,
    installed,
    above: before === undefined || dirname(before) === root ? undefined : before,
    next: nextSteps({ root, found, ci: flags.ci, installed, config }),
  };
  if (flags.json) await printJson(done);
  else await print(text(done, colorsFor(flags.color)));
  return 0;
}

/** Writes the configuration; with `--ci` one that is there stays, and that is no mistake. */
function placeConfig(root: string, { ci }: InitFlags, content: string): Placed {
  const [first, ...others] = configsIn(root);
  if (first === undefined) {
    const file = join(root, CONFIG_FILE);
    if (write(root, CONFIG_FILE, content)) return { file, written: true };
    throw exists(root, [CONFIG_FILE]);
  }
  if (ci === undefined) throw exists(root, [first, ...others]);
  return { file: join(root, first), written: false };
}

function exists(root: string, names: readonly string[]): ScanError {
  const what = names.length === 1 ? 'a configuration' : 'configurations';
  return new ScanError('SR_CONFIG_EXISTS', `There is ${what} already in ${root}: ${listText(names)}.`, {
    next: 'Change it, and see with `npx scanrun list` what runs; or remove it, and run `npx scanrun init` again. `npx scanrun init --ci github` leaves it as it is and adds a job.',
  });
}

function placeCi(root: string, system: CiSystem, found: RepositoryFacts, config: Placed): Done['ci'] {
  const { path, text } = ciSnippet(system, found);
  try {
    return { system, file: join(root, path), written: write(root, path, text), text };
  } catch (error) {
    if (!(error instanceof ScanError) || !config.written) throw error;
    throw new ScanError(error.code, `${error.message} ${config.file} was written.`, { cause: error, next: error.next });
  }
}

/** Writes a file in the folder where there is none; false where there is one. */
function write(root: string, path: string, content: string): boolean {
  const file = join(root, path);
  try {
    if (!isInside(dirname(file), root))
      throw new ScanError('SR_PATH_OUTSIDE', `${file} is not written: a link on the way leads out of ${root}.`, {
        next: 'Remove the link, or write the file yourself.',
      });
    mkdirSync(dirname(file), { recursive: true });
    return writeNew(file, content);
  } catch (error) {
    if (error instanceof ScanError) throw error;
    throw new ScanError('SR_REPORT_WRITE', `${file} could not be written: ${codeOf(error) ?? messageOf(error)}.`, {
      cause: error,
      next: 'Make the folder writable, or name another: `npx scanrun init <folder>`.',
    });
  }
}

/** False where a folder, or the first one above it that is there, lies elsewhere behind a link. */
function isInside(folder: string, root: string): boolean {
  let there = folder;
  while (lstatSync(there, { throwIfNoEntry: false }) === undefined) there = dirname(there);
  const real = realpathSync(there);
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** True where an import of `scanrun` in the folder finds it, as Node.js looks for packages. */
function isInstalled(root: string): boolean {
  for (let folder = root; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'node_modules', 'scanrun', 'package.json'))) return true;
    if (dirname(folder) === folder) return false;
  }
}

function nextSteps({
  root,
  found,
  ci,
  installed,
  config,
}: Pick<Done, 'root' | 'found' | 'installed' | 'config'> & { readonly ci: CiSystem | undefined }): string[] {
  const manager = found.package?.manager ?? 'npm';
  const install = manager === 'npm' ? 'npm install --save-dev scanrun' : `${manager} add --dev scanrun`;
  return [
    ...(found.package !== undefined && !found.installed
      ? [`${manager} install: checks of dependencies ask what is installed`]
      : []),
    ...(config.written && !installed
      ? [`${install}: your editor then knows every id and option; \`npx scanrun\` reads the file without it`]
      : []),
    'npx scanrun',
    ...(found.git && !isIgnored(root) ? ['add reports/ to .gitignore'] : []),
    ...(ci === undefined
      ? [
          `npx scanrun init --ci ${found.gitlab && found.workflows.length === 0 ? 'gitlab' : 'github'}: adds a job (github or gitlab)`,
        ]
      : []),
  ];
}

function isIgnored(root: string): boolean {
  try {
    return /^\/?reports\/?\s*$/m.test(readFileSync(join(root, '.gitignore'), 'utf8'));
  } catch {
    return false;
  }
}

function text({ root, found, recommended, config, ci, above, next }: Done, colors: Colors): string {
  const what = foundIn(found);
  const name = (file: string): string => oneLine(relative(root, file) || basename(file));
  const lines = [
    `${colors.bold('Found')} in ${oneLine(root)}`,
    ...(what.length === 0 ? ['nothing that a plugin is for'] : what).map((phrase) => `  ${phrase}`),
    '',
  ];
  if (config.written) {
    const width = Math.max(...recommended.plugins.map((plugin) => plugin.name.length));
    lines.push(`${colors.green('Wrote')} ${colors.bold(name(config.file))}, which runs`);
    for (const { name: plugin, why } of recommended.plugins)
      lines.push(`  ${plugin.padEnd(width)}  ${colors.dim(oneLine(why))}`);
    if (above !== undefined) lines.push(`It counts in this folder, instead of ${oneLine(above)}.`);
  } else lines.push(`${colors.yellow('Kept')} ${colors.bold(name(config.file))} as it is`);
  if (ci !== undefined) {
    lines.push('');
    if (ci.written) lines.push(`${colors.green('Wrote')} ${colors.bold(name(ci.file))}`);
    else lines.push(`${colors.yellow('Kept')} ${colors.bold(name(ci.file))} as it is. The job to add to it:`);
    lines.push(
      '',
      ...ci.text
        .trimEnd()
        .split('\n')
        .map((line) => `  ${line}`.trimEnd()),
    );
  }
  return [...lines, '', colors.bold('Next'), ...next.map((step) => `  ${step}`)].join('\n');
}

import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ScanError } from 'scanrun';

/** A browser to print with. */
export interface FoundBrowser {
  /** Its path. */
  readonly path: string;
  /** What it must be started with besides our own arguments. */
  readonly args: readonly string[];
  /** Where it was found, for messages. */
  readonly from: string;
  /** True for the headless shell, a Chromium without windows. */
  readonly shell: boolean;
}

/** Where to look. */
export interface BrowserSearch {
  /** The path that the reporter's option names; empty for none. */
  readonly named: string;
  /** The environment of the scan. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder from which packages are resolved, and relative paths. */
  readonly cwd: string;
  /** The system; that of this machine when absent. */
  readonly platform?: NodeJS.Platform;
}

/** The names of browsers on the PATH, the free one first. */
const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'microsoft-edge',
  'microsoft-edge-stable',
  'msedge',
];

/** A package that brings a Chromium of its own, for containers and functions. */
const PACKAGE = '@sparticuz/chromium';

/**
 * Finds a browser: the option or `SCANRUN_CHROMIUM`, the PATH, the well-known places, `@sparticuz/chromium` if the
 * project has it.
 * @throws ScanError `SR_BROWSER_NOT_FOUND` that names these four ways, or the path that was named and is no program.
 */
export async function findBrowser(search: BrowserSearch): Promise<FoundBrowser> {
  const { environment, cwd, platform = process.platform } = search;
  const named: readonly (readonly [string | undefined, string])[] = [
    [search.named, "the option 'browser'"],
    [environment.SCANRUN_CHROMIUM?.trim(), 'SCANRUN_CHROMIUM'],
  ];
  for (const [path, from] of named) {
    if (path === undefined || path === '') continue;
    const absolute = resolve(cwd, path);
    if (await isProgram(absolute)) return { path: absolute, args: [], from, shell: isShell(absolute) };
    throw new ScanError('SR_BROWSER_NOT_FOUND', `${from} names ${absolute}, which is no program that can be run.`);
  }
  for (const [paths, from] of [
    [onPath(environment, platform), 'the PATH'],
    [wellKnown(environment, platform), 'a well-known place'],
  ] as const)
    for (const path of paths) if (await isProgram(path)) return { path, args: [], from, shell: isShell(path) };
  const packaged = await fromPackage(cwd);
  if (packaged !== undefined) return packaged;
  throw new ScanError('SR_BROWSER_NOT_FOUND', NOT_FOUND);
}

const NOT_FOUND = `No browser was found that could print the PDF. Any of these gives one: name it with the reporter's option 'browser' or with SCANRUN_CHROMIUM; put chromium or google-chrome on the PATH; install Chromium or Chrome in its usual place; or run \`npm install --save-dev ${PACKAGE}\`.`;

function isShell(path: string): boolean {
  return /headless[-_]shell/.test(path);
}

function onPath(environment: BrowserSearch['environment'], platform: NodeJS.Platform): string[] {
  const ending = platform === 'win32' ? '.exe' : '';
  // Windows calls it Path.
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, `${name}${ending}`)));
}

/** Where installers put it. */
export function wellKnown(environment: BrowserSearch['environment'], platform: NodeJS.Platform): string[] {
  if (platform === 'darwin') {
    const apps = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
    const folders = ['/Applications', ...(environment.HOME ? [`${environment.HOME}/Applications`] : [])];
    return apps.flatMap((app) => folders.map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`));
  }
  if (platform === 'win32') {
    const { LOCALAPPDATA, PROGRAMFILES, ProgramFiles } = environment;
    const roots = [
      LOCALAPPDATA,
      PROGRAMFILES ?? ProgramFiles,
      environment['ProgramFiles(x86)'] ?? environment['PROGRAMFILES(X86)'],
    ];
    const parts = [
      'Chromium\\Application\\chrome.exe',
      'Google\\Chrome\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ];
    return parts.flatMap((part) => roots.flatMap((root) => (root ? [`${root}\\${part}`] : [])));
  }
  return [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/lib/chromium/chromium',
    '/usr/lib64/chromium-browser/chromium-browser',
    '/snap/bin/chromium',
    '/opt/google/chrome/chrome',
    '/usr/bin/google-chrome-stable',
    '/opt/microsoft/msedge/msedge',
    '/headless-shell/headless-shell',
  ];
}

/** The browser of the package, if the project has it; it unpacks itself into the folder for temporary files. */
async function fromPackage(cwd: string): Promise<FoundBrowser | undefined> {
  let entry: string;
  try {
    entry = createRequire(join(cwd, 'package.json')).resolve(PACKAGE);
  } catch {
    return undefined;
  }
  try {
    const { default: packaged } = (await import(pathToFileURL(entry).href)) as {
      default: { readonly args: readonly string[]; executablePath(): Promise<string> };
    };
    return { path: await packaged.executablePath(), args: packaged.args, from: PACKAGE, shell: true };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ScanError('SR_BROWSER_NOT_FOUND', `${PACKAGE} is installed and gives no browser: ${why}`, {
      cause: error,
    });
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

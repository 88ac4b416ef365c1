// 'scanrun/browser': finds a browser that is installed, and ends one with all its processes. For plugins and reporters
// that need a real one; nothing here starts or downloads any.

import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** A browser that is installed. */
export interface FoundBrowser {
  /** Its absolute path. */
  readonly path: string;
  /** Where it was found, for messages: the option, `SCANRUN_CHROMIUM`, the PATH or a well-known place. */
  readonly from: string;
  /** True for the headless shell, a Chromium without windows. */
  readonly shell: boolean;
}

/** Where to look for a browser. */
export interface BrowserSearch {
  /** The path that an option names; the empty string for none. */
  readonly named: string;
  /** The environment, for `SCANRUN_CHROMIUM` and `PATH`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths start from. */
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

/** What a browser of people does and one that a program starts need not: each is a process, or a request to somewhere. */
const QUIET = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-gpu',
  '--disable-sync',
  '--metrics-recording-only',
  '--no-first-run',
];
const FEATURES_OFF = ['MediaRouter', 'OptimizationHints', 'Translate'];

/** The arguments of a Chromium that does nothing by itself; more features to switch off can be named, since only one list of them counts. */
export function quietArguments(...features: readonly string[]): string[] {
  return [...QUIET, `--disable-features=${[...FEATURES_OFF, ...features].join(',')}`];
}

/** What to do where no browser was found, as a sentence for a message. */
export const HOW_TO_GET_A_BROWSER =
  "Any of these gives one: name it with the option 'browser' or with SCANRUN_CHROMIUM; put chromium or google-chrome on the PATH; or install Chromium or Chrome in its usual place (Debian and Ubuntu: `apt install chromium`).";

/**
 * Finds a browser: the option, else `SCANRUN_CHROMIUM`, else on the PATH, else in the well-known places. Undefined where
 * there is none.
 * @throws Error where the option or the variable names what is no program: nothing else is tried then.
 */
export async function findBrowser(search: BrowserSearch): Promise<FoundBrowser | undefined> {
  const { environment, cwd, platform = process.platform } = search;
  for (const [path, from] of [
    [search.named, "the option 'browser'"],
    [environment.SCANRUN_CHROMIUM?.trim(), 'SCANRUN_CHROMIUM'],
  ] as const) {
    if (path === undefined || path === '') continue;
    const absolute = resolve(cwd, path);
    if (await isProgram(absolute)) return found(absolute, from);
    throw new Error(`${from} names ${absolute}, which is no program that can be run.`);
  }
  for (const path of onPath(environment, platform)) if (await isProgram(path)) return found(path, 'the PATH');
  for (const path of wellKnownBrowsers(environment, platform))
    if (await isProgram(path)) return found(path, 'a well-known place');
  return undefined;
}

function found(path: string, from: string): FoundBrowser {
  return { path, from, shell: /headless[-_]shell/.test(path) };
}

function onPath(environment: BrowserSearch['environment'], platform: NodeJS.Platform): string[] {
  const ending = platform === 'win32' ? '.exe' : '';
  // Windows calls it Path. A relative folder would be one of the target.
  const folders = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, `${name}${ending}`)));
}

/** Where installers put browsers on a system. */
export function wellKnownBrowsers(environment: BrowserSearch['environment'], platform: NodeJS.Platform): string[] {
  if (platform === 'darwin') {
    const apps = ['Chromium', 'Google Chrome', 'Microsoft Edge'];
    const folders = ['/Applications', ...(environment.HOME ? [`${environment.HOME}/Applications`] : [])];
    return apps.flatMap((app) => folders.map((folder) => `${folder}/${app}.app/Contents/MacOS/${app}`));
  }
  if (platform === 'win32') {
    const roots = [
      environment.LOCALAPPDATA,
      environment.PROGRAMFILES ?? environment.ProgramFiles,
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

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

/** The arguments that a browser's sandbox asks for: none, unless it is not wanted or the user is root, to whom Chromium refuses it. */
export function sandboxArguments(wanted: boolean): string[] {
  return wanted && process.getuid?.() !== 0 ? [] : ['--no-sandbox'];
}

/** Milliseconds that a browser has to end by itself. */
const GRACE_MS = 3_000;

/** What `endBrowser` must know of a browser; puppeteer's has it. */
export interface StartedBrowser {
  /** Asks it to end. */
  close(): Promise<void>;
  /** Its process; null where it was not started here. */
  process(): ChildProcess | null;
}

/** Ends a browser and all its processes; one that does not end by itself within `graceMs`, 3,000 by default, is killed. */
export async function endBrowser(browser: StartedBrowser, graceMs = GRACE_MS): Promise<void> {
  const child = browser.process();
  const ended = new Promise<void>((settle) => {
    // Without a pid it never began.
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) settle();
    else child.once('exit', () => settle());
  });
  // A browser that is gone already cannot be asked to go.
  if (graceMs > 0)
    await within(
      graceMs,
      browser.close().catch(() => {}),
    );
  if (child?.pid !== undefined) killGroup(child.pid);
  child?.kill('SIGKILL');
  await within(GRACE_MS, ended);
}

/** puppeteer starts it as the leader of a group: what it started goes with it. Windows has no groups; there a browser's children end with it. */
function killGroup(pid: number): void {
  if (process.platform === 'win32') return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<void>((settle) => {
    timer = setTimeout(settle, ms);
  });
  await Promise.race([work, end]);
  clearTimeout(timer);
}

import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { type CheckContext, compareText } from 'scanrun';
import { SITE_HOST } from './site-server.js';

/** What the configuration says of the site. */
export interface SiteSettings {
  readonly site: string;
  readonly url: string;
  readonly base: string;
  readonly paths: readonly string[];
  readonly maxPages: number;
}

/** A page to load. */
export interface PageAddress {
  /** What the browser opens. */
  readonly address: string;
  /** What people are told. */
  readonly url: string;
  /** Its file in the target; `.` where it is none of it. */
  readonly path: string;
}

/** What is looked at. */
export interface Site {
  /** The absolute folder that is served; undefined for a site that runs elsewhere. */
  readonly folder: string | undefined;
  /** The origin of its pages, and the only one that requests may go to. */
  readonly origin: string;
  readonly base: string;
  readonly pages: readonly PageAddress[];
}

/** Folders that are looked into for pages; deeper ones hold none that a person would open first. */
const MAX_DEPTH = 8;

type SiteContext = Pick<CheckContext, 'target' | 'skip' | 'degraded'>;

/** Finds the site and its pages. Ends the check as skipped where no site is named, or the folder is not there. */
export async function findSite(settings: SiteSettings, context: SiteContext): Promise<Site> {
  if (settings.site !== '' && settings.url !== '')
    throw new Error(
      "The options 'site' and 'url' are both set; give the folder of a built site, or the address of one that runs.",
    );
  if (settings.site !== '') return builtSite(settings, context);
  if (settings.url !== '') return runningSite(settings);
  return context.skip(
    'not-applicable',
    "No site is named. Set the option 'site' of web/pages to the folder of the built site, such as 'dist', or 'url' to the address of one that runs.",
  );
}

function runningSite({ url, paths }: SiteSettings): Site {
  const start = new URL(url);
  const list = paths.length === 0 ? [''] : paths;
  const pages = list.map((path) => {
    const address = new URL(path, start).href;
    if (new URL(address).origin !== start.origin)
      throw new Error(`The option 'paths' has ${JSON.stringify(path)}, which leads away from ${start.origin}.`);
    return { address, url: address, path: '.' };
  });
  return { folder: undefined, origin: start.origin, base: '/', pages };
}

async function builtSite(settings: SiteSettings, context: SiteContext): Promise<Site> {
  const folder = await insideTarget(settings.site, context);
  const base = `/${settings.base
    .split('/')
    .filter((part) => part !== '')
    .join('/')}/`.replace('//', '/');
  const files = settings.paths.length === 0 ? await htmlFiles(folder) : undefined;
  if (files?.length === 0)
    return context.skip('unreadable', `${settings.site} has no .html file. Build the site first.`);
  if (files !== undefined && files.length > settings.maxPages)
    context.degraded(
      `The site has ${files.length} pages, of which ${settings.maxPages} were loaded. Raise the option 'maxPages', or name pages with 'paths'.`,
      { pages: files.length },
    );
  const root = await realpath(context.target.root);
  const shown = relative(root, folder).split(sep).join('/');
  const origin = `http://${SITE_HOST}`;
  const paths =
    files?.slice(0, settings.maxPages).map(addressOf) ?? settings.paths.map((path) => path.replace(/^\//, ''));
  const pages = paths.map((path, index) => {
    const file = files?.[index];
    const url = `${base}${path}`;
    return {
      address: origin + url,
      url,
      path: file === undefined ? shown || '.' : [shown, file].filter(Boolean).join('/'),
    };
  });
  return { folder, origin, base, pages };
}

/** The absolute folder of the site. It must lie in the target, also when links are followed. */
async function insideTarget(site: string, { target, skip }: SiteContext): Promise<string> {
  const root = await realpath(target.root);
  const folder = await realpath(join(root, site)).catch(() => undefined);
  if (folder === undefined || !(await stat(folder)).isDirectory())
    return skip(
      'unreadable',
      `There is no folder ${JSON.stringify(site)}. Build the site first, or mend the option 'site'.`,
    );
  if (folder !== root && !folder.startsWith(root + sep))
    throw new Error(`The option 'site' names ${JSON.stringify(site)}, which lies outside of the target.`);
  return folder;
}

/** The pages of a folder, those nearest to its top first. Links are not followed. */
async function htmlFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const entries: Dirent[] = await readdir(join(folder, path), { withFileTypes: true });
    for (const entry of entries) {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.') && depth < MAX_DEPTH)
        await visit(below, depth + 1);
      // The page for what is not there is no page that anybody opens.
      else if (entry.isFile() && /\.html?$/i.test(entry.name) && below !== '404.html') found.push(below);
    }
  };
  await visit('', 0);
  const depthOf = (path: string): number => path.split('/').length - (/(^|\/)index\.html$/.test(path) ? 1 : 0);
  return found.sort((a, b) => depthOf(a) - depthOf(b) || compareText(a, b));
}

/** The path of a page's URL: `about/index.html` is `about/`. */
function addressOf(file: string): string {
  return file
    .replace(/(^|\/)index\.html$/, '$1')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

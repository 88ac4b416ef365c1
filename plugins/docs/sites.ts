import { below, folderOf } from './text.js';

/** The file that shows a site generator, and where its pages begin, relative to the folder of that file. */
const GENERATORS: readonly (readonly [file: RegExp, pages: string])[] = [
  [/^(?:(.*)\/)?\.vitepress\/config(?:\/index)?\.[cm]?[jt]s$/, ''],
  [/^(?:(.*)\/)?\.vuepress\/config\.[cm]?[jt]s$/, ''],
  [/^(?:(.*)\/)?(?:docusaurus|astro|gatsby|eleventy|nuxt|next)[.-]config\.[cm]?[jt]s$/, ''],
  [/^(?:(.*)\/)?\.eleventy\.[cm]?js$/, ''],
  [/^(?:(.*)\/)?(?:_config\.ya?ml|_sidebar\.md|book\.json|\.gitbook\.yaml)$/, ''],
  [/^(?:(.*)\/)?mkdocs\.ya?ml$/, ''],
  [/^(?:(.*)\/)?book\.toml$/, ''],
  [/^(?:(.*)\/)?hugo\.(?:toml|ya?ml|json)$/, ''],
  [/^(?:(.*)\/)?conf\.py$/, ''],
];

/** Folders whose content a site serves from its root. */
const SERVED = ['public', 'static', 'assets', 'src', 'source', 'docs', 'content', 'src/content/docs', 'src/pages'];

/** The folders in which a generator makes a site of the pages: there `/guide/` and `./guide` mean pages. */
export function siteFolders(paths: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const path of paths)
    for (const [file, pages] of GENERATORS) {
      const found = file.exec(path);
      if (found !== null) folders.add(pages === '' ? (found[1] ?? '') : below(found[1] ?? '', pages));
    }
  return [...folders];
}

/** The folder of the site that a page belongs to: the innermost; undefined for a page of no site. */
export function siteOf(page: string, sites: readonly string[]): string | undefined {
  return sites
    .filter((site) => site === '' || page.startsWith(`${site}/`))
    .sort((a, b) => b.length - a.length)
    .at(0);
}

/**
 * The files that a link of a site's page may mean, as paths of the target with `..` still in them. Generators differ, so
 * whatever one of them would find is found.
 */
export function siteCandidates(page: string, site: string, path: string): string[] {
  const starts: string[] = [];
  if (path.startsWith('/')) {
    // A language or a version of the site has its own root: each folder from the page up to the site may be one.
    for (let folder = folderOf(page); ; folder = folderOf(folder)) {
      starts.push(below(folder, path.slice(1)));
      if (folder === site || folder === '') break;
    }
    for (const served of SERVED) starts.push(below(site, `${served}${path}`));
    // A site under a base path, as project pages on GitHub are: `/name/guide`.
    const [, rest] = /^\/[^/]+\/(.*)$/.exec(path) ?? [];
    if (rest !== undefined) starts.push(below(site, rest));
  } else {
    starts.push(below(folderOf(page), path));
    // Where a page is served as a folder, `../x` starts from that folder.
    starts.push(below(page.replace(/\.[^./]+$/, ''), path));
    for (const served of SERVED) starts.push(below(site, `${served}/${path}`));
  }
  return starts.flatMap((start) => pagesOf(start));
}

function pagesOf(path: string): string[] {
  const bare = path.replace(/\/+$/, '').replace(/\.html?$/, '');
  return [
    path,
    ...['.md', '.mdx', '.markdown', '/index.md', '/index.mdx', '/README.md', '/_index.md', '.vue', '.astro'].map(
      (end) => bare + end,
    ),
  ];
}

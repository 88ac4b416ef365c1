import { join, relative, sep } from 'node:path';
import type { WorkTree } from './git.js';
import { commonDirOf, smallText } from './git-files.js';
import { prefixOf } from './git-source.js';
import type { Listing } from './listing.js';
import { records } from './records.js';

// Git converts files between the work tree and what it keeps: line ends, `$Id$`, encodings, and whatever a filter does.
// Its index names what it keeps. For line ends the size tells the versions of a file apart (see `contentIdOf`). The
// others may turn two different files of the same size into the same kept content, so that git calls a file unchanged
// that a check would see changed.

/** Attributes of git that name such a conversion, with the exceptions to each. */
const LOSSY: Readonly<Record<string, readonly string[]>> = {
  ident: [],
  'working-tree-encoding': [],
  // Git LFS keeps the SHA-256 of the content: what it keeps of two files differs when they do.
  filter: [':(exclude,attr:filter=lfs)'],
};

const ATTRIBUTES = '.gitattributes';
/** The value of the attribute `filter` for files of Git LFS: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md */
const LFS = 'lfs';

/** What git's attributes say of the files of a listing. */
export interface Attributes {
  /** The tracked files whose name in git's index says too little of what lies in the work tree; `all` where git could not say. */
  readonly lossy: ReadonlySet<string> | 'all';
  /** The files that Git LFS stores, those among them that are not tracked yet; undefined where git could not say. */
  readonly lfs: ReadonlySet<string> | undefined;
}

/** Asks git what its attributes say; not where none of them mentions what counts here. */
export async function attributesOf(
  root: string,
  tree: WorkTree,
  listing: Listing,
  globalFiles: readonly string[],
): Promise<Attributes> {
  const texts = attributeTexts(root, tree, listing, globalFiles);
  const isNamed = (word: string): boolean => listing.hidesAttributes || texts.some((text) => text.includes(word));
  const [lossy, lfs] = await Promise.all([
    lossyPaths(root, tree, Object.keys(LOSSY).filter(isNamed)),
    isNamed(LFS) ? lfsPaths(root, tree, listing) : new Set<string>(),
  ]);
  return { lossy, lfs };
}

/** The files, tracked or not, that Git LFS stores. */
async function lfsPaths(root: string, tree: WorkTree, { entries }: Listing): Promise<ReadonlySet<string> | undefined> {
  const untracked = entries.filter(({ tracked }) => tracked === false).map(({ path }) => path);
  const [tracked, attributes] = await Promise.all([
    // From the top: elsewhere git looks for the attributes of a path that begins there.
    tree.run(tree.top, ['ls-files', '-z', '--', `:(attr:filter=${LFS})`]),
    // It is asked for them by name, since a list of them has been made.
    untracked.length === 0
      ? undefined
      : tree.run(root, ['check-attr', '-z', '--stdin', 'filter'], untracked.map((path) => `${path}\0`).join('')),
  ]);
  if (tracked.code !== 0 || (attributes !== undefined && attributes.code !== 0)) return undefined;
  const prefix = prefixOf(root, tree);
  const below = [...records(tracked.stdout, () => {})].filter((path) => path.startsWith(prefix));
  const paths = new Set(below.map((path) => path.slice(prefix.length)));
  // Path, attribute and value, again and again.
  const told = [...records(attributes?.stdout ?? Buffer.alloc(0), () => {})];
  for (let at = 0; at + 2 < told.length; at += 3) if (told[at + 2] === LFS) paths.add(told[at] as string);
  return paths;
}

async function lossyPaths(
  root: string,
  tree: WorkTree,
  words: readonly string[],
): Promise<ReadonlySet<string> | 'all'> {
  const found = await Promise.all(
    words.map((word) => tree.run(root, ['ls-files', '-z', '--', `:(exclude,attr:!${word})`, ...(LOSSY[word] ?? [])])),
  );
  if (found.some(({ code }) => code !== 0)) return 'all';
  return new Set(found.flatMap(({ stdout }) => [...records(stdout, () => {})]));
}

/** The texts of all files with attributes: https://git-scm.com/docs/gitattributes */
function attributeTexts(root: string, tree: WorkTree, listing: Listing, globalFiles: readonly string[]): string[] {
  const inside = listing.entries.filter(({ path }) => path.endsWith(ATTRIBUTES)).map(({ path }) => join(root, path));
  const folders = relative(tree.top, root).split(sep);
  const above = folders.map((_, index) => join(tree.top, ...folders.slice(0, index), ATTRIBUTES));
  const info = join(commonDirOf(tree.gitDir), 'info', 'attributes');
  return [...inside, ...above, info, ...globalFiles, '/etc/gitattributes'].map((file) => smallText(file));
}

/** Where the user's own attributes are. */
export async function globalAttributeFiles(root: string, tree: WorkTree): Promise<string[]> {
  const { code, stdout } = await tree.run(root, ['config', '-z', '--type=path', '--get', 'core.attributesFile']);
  if (code === 0) return [stdout.toString('utf8').split('\0')[0] ?? ''];
  const { XDG_CONFIG_HOME: config, HOME: home } = tree.environment;
  const folder = config || (home ? join(home, '.config') : undefined);
  return folder === undefined ? [] : [join(folder, 'git', 'attributes')];
}

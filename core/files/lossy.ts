import { join, relative, sep } from 'node:path';
import type { WorkTree } from './git.js';
import { commonDirOf, smallText } from './git-files.js';
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

/**
 * The tracked files whose name in git's index says too little of what lies in the work tree. Nothing is asked of git
 * where no attributes mention such a conversion.
 * @returns The paths, or `all` where git could not say.
 */
export async function lossyPaths(
  root: string,
  tree: WorkTree,
  listing: Listing,
  globalFiles: readonly string[],
): Promise<ReadonlySet<string> | 'all'> {
  const texts = attributeTexts(root, tree, listing, globalFiles);
  const words = Object.keys(LOSSY).filter(
    (word) => listing.hidesAttributes || texts.some((text) => text.includes(word)),
  );
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

import type { FileEntry } from 'scanrun';

/** Every path of a target: its files, links and submodules, and the folders that hold them. */
export type Tree = Map<string, FileEntry | 'folder'>;

/** Collects files and the folders above them, each folder before what it holds. */
export async function readTree(files: AsyncIterable<FileEntry>): Promise<Tree> {
  const tree: Tree = new Map();
  for await (const entry of files) addToTree(tree, entry);
  return tree;
}

/** Adds one file and the folders above it. */
export function addToTree(tree: Tree, entry: FileEntry): void {
  for (let at = entry.path.indexOf('/'); at > 0; at = entry.path.indexOf('/', at + 1)) {
    const folder = entry.path.slice(0, at);
    if (!tree.has(folder)) tree.set(folder, 'folder');
  }
  tree.set(entry.path, entry);
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

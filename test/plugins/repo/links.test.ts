import { mkdirSync, mkdtempSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import type { FileEntry } from 'scanrun';
import { expect, it } from 'vitest';
import { follow } from '../../../plugins/repo/links.js';
import { addToTree, type Tree } from '../../../plugins/repo/tree.js';

const FILES = ['a/f', 'a/b/f', 'c/f'];
const LINKS = ['x', 'y', 'a/x', 'a/y', 'a/b/x', 'c/x'];
const part = fc.constantFrom('a', 'b', 'c', 'f', 'x', 'y', '.', '..', '..', '');

function entry(path: string, type: FileEntry['type'], linkTarget?: string): FileEntry {
  return {
    path,
    type,
    sizeBytes: 1,
    modifiedMs: 0,
    executable: false,
    ...(linkTarget === undefined ? {} : { linkTarget }),
  };
}

/** What the system makes of a link. */
function bySystem(root: string, path: string): string {
  try {
    const real = realpathSync.native(join(root, path));
    return real === root || real.startsWith(`${root}/`) ? 'found' : 'outside';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

it('follows links as the system does', () => {
  // Deep enough that no target climbs to a folder that others write to.
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'scanrun-links-')));
  const root = join(base, '1/2/3/4/5/6/7/8/root');
  try {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...LINKS), fc.array(part, { minLength: 1, maxLength: 5 })),
        (targets) => {
          rmSync(root, { recursive: true, force: true });
          const tree: Tree = new Map();
          for (const path of FILES) {
            mkdirSync(dirname(join(root, path)), { recursive: true });
            writeFileSync(join(root, path), '');
            addToTree(tree, entry(path, 'file'));
          }
          const made = Object.entries(targets).map(([path, parts]) => {
            // Not empty, and not absolute.
            symlinkSync(parts.join('/').replace(/^\/*/, './'), join(root, path));
            return entry(path, 'symlink', readlinkSync(join(root, path)));
          });
          for (const link of made) addToTree(tree, link);
          for (const link of made) {
            const { end } = follow(link, tree);
            const expected = bySystem(root, link.path);
            const allowed = {
              found: ['found'],
              loop: ['ELOOP'],
              unlisted: ['ENOENT', 'ENOTDIR'],
              outside: ['outside', 'found', 'ENOENT', 'ENOTDIR', 'ELOOP'],
            };
            expect(allowed[end], `${link.path} -> ${link.linkTarget}`).toContain(expected);
          }
        },
      ),
      { numRuns: 500 },
    );
  } finally {
    rmSync(base, { recursive: true });
  }
});

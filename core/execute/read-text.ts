import { readFileSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import { decode } from '../files/text.js';
import { LineIndex } from './lines.js';
import { MAX_READ_BYTES } from './visit.js';

/** A file's lines for a code frame; a frame is a courtesy, so a file that cannot be read, or lies outside the target, has none. */
export function readLines(root: string, path: string, stored: string | undefined): LineIndex | undefined {
  const text = readText(root, path, stored);
  return text === undefined ? undefined : new LineIndex(text);
}

/**
 * The text of a file of the target; undefined for one that cannot be read, is binary or too large, or lies outside.
 * @param stored where it lies when not at its path.
 */
export function readText(root: string, path: string, stored?: string): string | undefined {
  try {
    const real = stored ?? realpathSync(join(root, path));
    if (stored === undefined && !real.startsWith(root + sep)) return undefined;
    const bytes = readFileSync(real);
    return bytes.length > MAX_READ_BYTES ? undefined : decode(bytes);
  } catch {
    return undefined;
  }
}

import type { FixOffer } from 'scanrun';
import type { Manifest } from '../manifest.js';
import { asText, own } from '../text.js';

/** What is used of a message of publint. */
interface Suggesting {
  readonly path: readonly string[];
  readonly args?: unknown;
}

/**
 * Writes the value that publint suggests, such as `./index.js` for `index.js` in `exports`. Nothing where it suggests none,
 * or where the text has no such value: publint may speak of what it derived.
 */
export async function suggestedFix(
  { path, text }: Pick<Manifest, 'path' | 'text'>,
  message: Suggesting,
): Promise<{ readonly fix?: FixOffer }> {
  const value = asText(own(message.args, 'suggestValue'));
  if (value === undefined) return {};
  const { default: jsonc } = await import('jsonc-parser');
  const root = jsonc.parseTree(text);
  const keys = message.path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  const node = root === undefined ? undefined : jsonc.findNodeAtLocation(root, keys);
  if (node?.type !== 'string' || node.value === value) return {};
  const replacement = { start: node.offset, end: node.offset + node.length, text: JSON.stringify(value) };
  return { fix: { description: `Write ${value}`, changes: [{ path, replacements: [replacement] }] } };
}

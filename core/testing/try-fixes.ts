import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encodeAs } from '../files/text.js';
import { chooseFixes, type FileProblem, type Opened } from '../fix/choose.js';
import type { Finding } from '../model/finding.js';
import type { ExpectedFinding } from './cases.js';

/** Rounds until fixes that undo each other are told. */
const MAX_ROUNDS = 10;

/** What a case says of its fixes. */
interface Expected {
  readonly title: string;
  readonly fixed?: Readonly<Record<string, string | Uint8Array>>;
  readonly left?: readonly ExpectedFinding[];
}

/**
 * Makes the fixes that a check offers, and asserts what becomes of the files and of what it finds.
 * @param again runs the check over what is there now.
 * @param compare asserts that findings are as expected.
 */
export async function tryFixes(
  found: readonly Finding[],
  { title, fixed, left }: Expected,
  root: string,
  again: () => Promise<readonly Finding[]>,
  compare: (findings: readonly Finding[], expected: readonly ExpectedFinding[], title: string) => void,
): Promise<void> {
  const offers = found.filter((finding) => finding.fix !== undefined);
  if (offers.length === 0) {
    assert.ok(fixed === undefined && left === undefined, `${title}: no finding offers a fix`);
    return;
  }
  let findings = found;
  for (let round = 1; findings.some(({ fix }) => fix !== undefined); round += 1) {
    assert.ok(round <= MAX_ROUNDS, `${title}: after ${MAX_ROUNDS} rounds there is still something to fix`);
    const { edits, left: unmade } = chooseFixes(findings, { unsafe: true, open: (path) => open(root, path) });
    const failed = unmade.find(({ why }) => why !== 'overlap');
    assert.equal(failed, undefined, `${title}: a fix could not be made: ${failed?.message}`);
    for (const { path, file, after } of edits) writeFileSync(join(root, path), encodeAs(file, after));
    findings = await again();
  }
  for (const [path, content] of Object.entries(fixed ?? {})) {
    const wanted = typeof content === 'string' ? content : Buffer.from(content);
    const bytes = readFileSync(join(root, path));
    assert.deepEqual(
      typeof wanted === 'string' ? bytes.toString() : bytes,
      wanted,
      `${title}: ${path} after the fixes`,
    );
  }
  if (fixed !== undefined || left !== undefined) compare(findings, left ?? [], `${title}, after the fixes`);
}

function open(root: string, path: string): Opened<Buffer> | FileProblem {
  const bytes = readFileSync(join(root, path));
  const text = decode(bytes);
  return text === undefined ? { why: 'not-text', message: 'is not text' } : { text, file: bytes };
}

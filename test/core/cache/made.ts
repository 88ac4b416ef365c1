// Caches for tests: what a check "says" follows from what it was asked, so that every wrong answer shows. Without
// vitest, since processes of their own use it too.
import { FileAnswers } from '../../../core/cache/file-answers.js';
import type { IdentifiedFile } from '../../../core/cache/file-identity.js';
import type { FileAnswersOptions, FileCheckKey } from '../../../core/cache/file-lookup.js';
import { CacheFolder } from '../../../core/cache/folder.js';
import { keyOf } from '../../../core/cache/parts.js';
import { Signer } from '../../../core/cache/signer.js';
import type { KeptFileAnswer } from '../../../core/model/kept.js';

export const signer = new Signer('a secret of tests');
export const TODAY = 20_000;

/** A check by name; another `code` is another version of it. */
export function check(name: string, code = '1', over: Partial<FileCheckKey> = {}): FileCheckKey {
  const parts = { check: name, code };
  return { key: keyOf(signer, parts), parts, ...over };
}

/** A file by path and content. */
export function file(path: string, content = path, over: Partial<IdentifiedFile> = {}): IdentifiedFile {
  const contentId = signer.digest(content);
  return { path, type: 'file', executable: false, tracked: true, contentId, ...over };
}

/** What a check says of a file: about a third have something to say. */
export function saidBy(
  { key }: FileCheckKey,
  { path, contentId, type, executable, tracked }: IdentifiedFile,
): KeptFileAnswer | undefined {
  const digest = signer.digest(`${key} ${path} ${contentId} ${type} ${executable} ${tracked}`);
  if (Number.parseInt(digest.slice(0, 2), 16) % 3 > 0) return undefined;
  return {
    findings: [{ messageId: digest, message: `ü ${digest}`, data: {}, location: { startLine: 1 } }],
  };
}

/** A session over a folder. */
export function answers(
  root: string,
  checks: readonly (FileCheckKey | undefined)[],
  over: Partial<FileAnswersOptions> = {},
): FileAnswers {
  return new FileAnswers({
    folder: new CacheFolder(root),
    signer,
    checks,
    today: TODAY,
    maxAgeDays: 30,
    maxBytes: 10_000_000,
    ...over,
  });
}

/** Asks for every file and keeps what is missing, as a scan does; gives the paths that had to be visited and what was wrong. */
export function scanFiles(
  session: FileAnswers,
  checks: readonly FileCheckKey[],
  files: readonly IdentifiedFile[],
): { readonly visited: string[]; readonly wrong: string[] } {
  const wanted = checks.map((_, index) => index);
  const visited: string[] = [];
  const wrong: string[] = [];
  for (const one of files) {
    const { missing, answers: found } = session.lookup(one, wanted);
    for (const [index, own] of checks.entries()) {
      const expected = JSON.stringify(saidBy(own, one));
      const known = JSON.stringify(found.find((answer) => answer.check === index)?.answer);
      if (!missing.includes(index) && known !== expected)
        wrong.push(`${own.parts.check} ${one.path}: ${known}, not ${expected}`);
    }
    if (missing.length > 0) visited.push(one.path);
    for (const index of missing) session.keep(one, index, saidBy(checks[index] as FileCheckKey, one));
  }
  return { visited, wrong };
}

/** Leaves everything as it is. */
export const plain = <T>(value: T): T => value;

/** One whole scan: asks, keeps, saves. */
export async function scanOnce(
  root: string,
  checks: readonly FileCheckKey[],
  files: readonly IdentifiedFile[],
  over: Partial<FileAnswersOptions> = {},
) {
  const session = answers(root, checks, over);
  const scanned = scanFiles(session, checks, files);
  const full = await session.save(plain);
  return { ...scanned, session, full };
}

/** Files `dir-0/file-0.ts` and so on, in order of path. */
export function manyFiles(count: number): IdentifiedFile[] {
  return Array.from({ length: count }, (_, index) => file(`dir-${index % 17}/file-${index}.ts`)).sort((a, b) =>
    a.path < b.path ? -1 : 1,
  );
}

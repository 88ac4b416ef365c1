/** A commit and how much it changes. */
export interface SizedCommit {
  readonly id: string;
  readonly subject: string;
  /** Lines added and removed; binary files have none. */
  readonly lines: number;
  /** Files changed. */
  readonly files: number;
}

/** Begins each commit's own line. */
const MARK = '\u0001';

/**
 * Reads what `git log -z --numstat --format=%x01%H %s` prints.
 * @throws Error for what is neither a commit nor a file: nothing may be left out unseen.
 */
export function parseNumstat(output: string): SizedCommit[] {
  const commits: { id: string; subject: string; lines: number; files: number }[] = [];
  const records = output.split('\0');
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at]?.replace(/^\n/, '') ?? '';
    if (record === '') continue;
    if (record.startsWith(MARK)) {
      const space = record.indexOf(' ');
      commits.push({ id: record.slice(1, space), subject: record.slice(space + 1), lines: 0, files: 0 });
      continue;
    }
    const [, added, removed, path] = /^(\d+|-)\t(\d+|-)\t(.*)$/s.exec(record) ?? [];
    const commit = commits.at(-1);
    if (commit === undefined || path === undefined)
      throw new Error(`git log --numstat printed what is not known: ${JSON.stringify(record.slice(0, 200))}`);
    commit.lines += numberOf(added) + numberOf(removed);
    commit.files += 1;
    // Of a renamed file the old and the new path follow.
    if (path === '') at += 2;
  }
  return commits;
}

function numberOf(text: string | undefined): number {
  return text === undefined || text === '-' ? 0 : Number(text);
}

import { emptyEntry, type IndexEntries, type IndexEntry, nameEntry } from './git-index.js';

/** What `ls-files --debug` prints below an entry. Git says that this form may change. */
const STAT =
  /^ {2}ctime: (\d+):(\d+)\n {2}mtime: (\d+):(\d+)\n {2}dev: \d+\tino: (\d+)\n {2}uid: \d+\tgid: \d+\n {2}size: (\d+)\tflags: ([0-9a-f]+)\n/;
const FLAG_ASSUME_UNCHANGED = 0x8000;
const FLAG_INTENT_TO_ADD = 0x2000_0000;
const FLAG_SKIP_WORKTREE = 0x4000_0000;
/** Longer than any of these blocks. */
const STAT_BYTES = 256;

/** The arguments of git that print its index. */
export const STAGE_LIST = ['ls-files', '-z', '--stage'] as const;

/**
 * Reads what git prints of its index where the index file itself is not read: a split or sparse index, or a version
 * yet to come. Paths are relative to the folder in which git ran. With `withStat` the output is that of `--debug`.
 * Undefined for an output that does not have that form.
 */
export function readStageList(output: Buffer, withStat: boolean, idBytes: number): IndexEntries | undefined {
  let count = 0;
  let newestSeconds = 0;
  const isWhole = readAll(output, withStat, Buffer.alloc(0), idBytes, (entry) => {
    count += 1;
    newestSeconds = Math.max(newestSeconds, entry.ctimeSeconds, entry.mtimeSeconds);
  });
  if (!isWhole) return undefined;
  return {
    newestSeconds,
    each: (_, give) => void readAll(output, withStat, Buffer.alloc(count * idBytes), idBytes, give),
  };
}

function readAll(
  output: Buffer,
  withStat: boolean,
  ids: Buffer,
  idBytes: number,
  give: (entry: IndexEntry) => void,
): boolean {
  const entry = emptyEntry();
  let idAt = 0;
  for (let at = 0; at < output.length; idAt += idBytes) {
    const tab = output.indexOf('\t', at);
    const end = tab < 0 ? -1 : output.indexOf(0, tab);
    if (end < 0) return false;
    const [mode = '', id = '', stage = ''] = output.toString('latin1', at, tab).split(' ');
    Object.assign(entry, emptyEntry(), { ids, idAt, idBytes, mode: Number.parseInt(mode, 8), stage: Number(stage) });
    if (ids.length > 0) ids.write(id, idAt, 'hex');
    nameEntry(entry, output, tab + 1, end);
    at = end + 1;
    if (withStat) {
      const stat = STAT.exec(output.toString('latin1', at, at + STAT_BYTES));
      if (stat === null) return false;
      setStat(entry, stat);
      at += stat[0].length;
    }
    give(entry);
  }
  return true;
}

function setStat(entry: IndexEntry, stat: RegExpExecArray): void {
  const numbers = stat.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  [entry.ctimeSeconds, entry.ctimeNanoseconds, entry.mtimeSeconds, entry.mtimeNanoseconds] = numbers;
  [, , , , entry.inode, entry.sizeBytes] = numbers;
  const flags = Number.parseInt(stat[7] ?? '', 16);
  entry.assumeUnchanged = (flags & FLAG_ASSUME_UNCHANGED) !== 0;
  entry.skipWorktree = (flags & FLAG_SKIP_WORKTREE) !== 0;
  entry.intentToAdd = (flags & FLAG_INTENT_TO_ADD) !== 0;
}

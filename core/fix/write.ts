// Puts fixed texts in the place of files: each is the old one or the new one, whatever happens.

import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf, messageOf, ScanError } from '../errors.js';
import { openStateFolder } from '../files/state.js';
import { encodeAs } from '../files/text.js';
import { writeAll } from '../files/write-file.js';
import { withLock } from '../lock.js';
import type { Finding } from '../model/finding.js';
import { chooseFixes, type FileEdit, type FileProblem, type LeftFix, type Round } from './choose.js';
import { type FileStates, type OpenFile, sameStats } from './file-states.js';
import { opener } from './open.js';

/** What is written, and where. */
export interface WriteInput {
  /** The target's real path. */
  readonly root: string;
  readonly findings: readonly Finding[];
  readonly unsafe: boolean;
  /** What the files were before the scan. */
  readonly states: FileStates;
}

/** What one round wrote. */
export interface Written {
  /** The files that are the new ones now, in order of path. */
  readonly edits: readonly FileEdit<OpenFile>[];
  /** The findings of which all files are. */
  readonly fixed: readonly Finding[];
  readonly left: readonly LeftFix[];
}

/** The folder of the target in which new versions lie until they are whole. */
const FOLDER = 'fix';

/**
 * Makes the fixes of one round, if no other process makes any in this target.
 * @throws ScanError `SR_FIX_BUSY` while another process does; `SR_FIX_FAILED` when there is no place to prepare files.
 */
export function writeFixes(input: WriteInput): Written {
  const opened = openStateFolder(input.root, FOLDER);
  if ('problem' in opened) throw new ScanError('SR_FIX_FAILED', `Nothing was fixed: ${opened.problem}.`);
  const { folder } = opened;
  let written: Written | undefined;
  const work = (goOn: () => void): void => {
    sweep(folder);
    written = writeRound(input, folder, goOn);
  };
  const failed = (error: unknown): ScanError =>
    new ScanError('SR_FIX_FAILED', `Fixes could not be prepared in ${folder}: ${messageOf(error)}`, { cause: error });
  try {
    withLock(join(folder, 'write'), work);
  } catch (error) {
    // What was written is told, also where the lock could not be taken away.
    if (written === undefined) throw failed(error);
  }
  if (written === undefined)
    throw new ScanError('SR_FIX_BUSY', `Another scanrun makes fixes in ${input.root} at this moment.`);
  return written;
}

/** Removes what a process left that died. Only whoever has the lock may. */
function sweep(folder: string): void {
  for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) rmSync(join(folder, name), { force: true });
}

/** A file's new version, whole and on the disk, beside the old one. */
interface Staged {
  readonly edit: FileEdit<OpenFile>;
  readonly temporary: string;
}

function writeRound({ root, findings, unsafe, states }: WriteInput, folder: string, goOn: () => void): Written {
  const problems = new Map<string, FileProblem>();
  const open = opener(root, states);
  for (;;) {
    const round = chooseFixes(findings, { unsafe, open: (path) => problems.get(path) ?? open(path) });
    const known = problems.size;
    const staged: Staged[] = [];
    for (const edit of round.edits) {
      goOn();
      const temporary = join(folder, `${staged.length}.tmp`);
      const failure = attempt(() => stage(edit, temporary), temporary);
      if (failure === undefined) staged.push({ edit, temporary });
      else problems.set(edit.path, failure);
    }
    // Nothing has happened yet: where one file has no new version, its fixes are made in none.
    if (problems.size === known) return commit(root, round, staged, goOn);
    for (const { temporary } of staged) rmSync(temporary, { force: true });
  }
}

/** Writes a new version to the disk, with the rights of the old one. */
function stage({ after, file: { bytes, stats } }: FileEdit<OpenFile>, temporary: string): void {
  const handle = openSync(temporary, 'wx', 0o600);
  try {
    writeAll(handle, encodeAs(bytes, after));
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  const own = lstatSync(temporary, { bigint: true });
  if (own.uid !== stats.uid || own.gid !== stats.gid) chownSync(temporary, Number(stats.uid), Number(stats.gid));
  chmodSync(temporary, Number(stats.mode & 0o7777n));
}

function commit(root: string, round: Round<OpenFile>, staged: readonly Staged[], goOn: () => void): Written {
  const failed = new Map<string, FileProblem>();
  for (const { edit, temporary } of staged) {
    goOn();
    const file = join(root, edit.path);
    const failure = changedSince(file, edit.file) ?? attempt(() => replace(temporary, file, edit), temporary);
    rmSync(temporary, { force: true });
    if (failure !== undefined) failed.set(edit.path, failure);
  }
  const problemOf = ({ fix }: Finding): LeftFix['message'] | undefined => {
    const path = fix?.changes.find((change) => failed.has(change.path))?.path;
    return path === undefined ? undefined : `${path} ${failed.get(path)?.message}`;
  };
  const whyOf = ({ fix }: Finding): LeftFix['why'] =>
    fix?.changes.map(({ path }) => failed.get(path)?.why).find((why) => why !== undefined) ?? 'unwritable';
  return {
    edits: round.edits.filter(({ path }) => !failed.has(path)),
    fixed: round.fixed.filter((finding) => problemOf(finding) === undefined),
    left: [
      ...round.left,
      ...round.fixed.flatMap((finding) => {
        const message = problemOf(finding);
        return message === undefined ? [] : [{ finding, why: whyOf(finding), message }];
      }),
    ],
  };
}

/** The last look, a moment before the file is replaced. */
function changedSince(file: string, { stats }: OpenFile): FileProblem | undefined {
  try {
    const isSame = realpathSync(dirname(file)) === dirname(file) && sameStats(lstatSync(file, { bigint: true }), stats);
    return isSame ? undefined : { why: 'changed', message: 'has changed since it was scanned' };
  } catch {
    return { why: 'changed', message: 'has changed since it was scanned' };
  }
}

function replace(temporary: string, file: string, edit: FileEdit<OpenFile>): void {
  try {
    renameSync(temporary, file);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // The state folder is on another disk than this file: the last step begins beside it.
    const beside = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);
    try {
      stage(edit, beside);
      renameSync(beside, file);
    } catch (failure) {
      rmSync(beside, { force: true });
      throw failure;
    }
  }
}

/** Does something to a file; where that fails, nothing is left of it. */
function attempt(work: () => void, temporary: string): FileProblem | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    rmSync(temporary, { force: true });
    return { why: 'unwritable', message: `could not be written: ${codeOf(error) ?? messageOf(error)}` };
  }
}

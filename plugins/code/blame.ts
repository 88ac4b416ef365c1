import type { CheckContext, VisitedFile } from 'scanrun';
import { lastWords } from './paths.js';

/** Who wrote a line, and when. */
export interface BlamedLine {
  /** Its line, from 1. */
  readonly line: number;
  /** When it was written, in milliseconds since 1970. */
  readonly writtenMs: number;
  readonly author: string;
  /** True where git knows nothing older: the first commit, or where a shallow clone begins. */
  readonly isBoundary: boolean;
}

/** A repository's settings must not make git start a program of theirs. */
const GIT = ['git', '-c', 'core.fsmonitor=false'];

/** Commits that only moved code, where GitHub looks for them too. */
const IGNORED_REVS = '.git-blame-ignore-revs';

const MAX_OUTPUT_BYTES = 67_108_864;

type Context = Pick<CheckContext, 'exec' | 'readFile' | 'log'>;

/** Asks git who wrote lines of a file, white space aside. Empty for a file that is not committed yet. */
export async function blame(
  context: Context,
  { path, text }: Pick<VisitedFile, 'path' | 'text'>,
  lines: readonly number[],
): Promise<BlamedLine[]> {
  const ranges = lines.flatMap((line) => ['-L', `${line},${line}`]);
  const ask = (more: readonly string[]) =>
    // The text that was read is what counts, whatever lies in the work tree now.
    context.exec([...GIT, 'blame', '--line-porcelain', '-w', ...more, ...ranges, '--contents', '-', '--', path], {
      input: text,
      maxBytes: MAX_OUTPUT_BYTES,
      workTree: false,
    });
  const moved = (await hasIgnoredRevs(context)) ? ['--ignore-revs-file', IGNORED_REVS] : [];
  let answer = await ask(moved);
  if (answer.code !== 0 && moved.length > 0) {
    context.log.warn(`git blame could not use ${IGNORED_REVS}: ${lastWords(answer.stderr)}`);
    answer = await ask([]);
  }
  const { code, signal, stdout, stderr, truncated } = answer;
  if (code !== 0 && /no such path/.test(stderr)) return [];
  if (code !== 0 || truncated)
    throw new Error(`git blame of ${path} failed (${signal ?? `exit code ${code}`}): ${lastWords(stderr)}`);
  return readBlame(stdout);
}

/** What is the same for all files of a run, asked once: each process costs as much as reading a hundred files. */
const IGNORES_REVS = new WeakMap<object, Promise<boolean>>();
const SHALLOW = new WeakMap<object, Promise<boolean>>();

function hasIgnoredRevs(context: Pick<CheckContext, 'readFile'>): Promise<boolean> {
  const known =
    IGNORES_REVS.get(context) ??
    context.readFile(IGNORED_REVS).then(
      () => true,
      // Without it every commit counts, which is what git does too.
      () => false,
    );
  IGNORES_REVS.set(context, known);
  return known;
}

/** Reads `git blame --line-porcelain`. Lines that are not committed are left out. */
export function readBlame(stdout: string): BlamedLine[] {
  const found: BlamedLine[] = [];
  let line: number | undefined;
  let fields = new Map<string, string>();
  for (const row of stdout.split('\n')) {
    const header = /^([0-9a-f]{40,64}) \d+ (\d+)/.exec(row);
    if (line === undefined && header !== null) {
      line = Number(header[2]);
      fields = new Map([['commit', header[1] ?? '']]);
    } else if (row.startsWith('\t')) {
      const seconds = Number(fields.get('author-time'));
      if (line !== undefined && !/^0+$/.test(fields.get('commit') ?? '0') && Number.isFinite(seconds))
        found.push({
          line,
          writtenMs: seconds * 1_000,
          author: fields.get('author') ?? '',
          isBoundary: fields.has('boundary'),
        });
      line = undefined;
    } else {
      const [, key = '', value = ''] = /^(\S+) ?(.*)$/.exec(row) ?? [];
      if (!fields.has(key)) fields.set(key, value);
    }
  }
  return found;
}

/** True for a clone without its whole history: what is older than its beginning looks as old as that. */
export function isShallow(context: Pick<CheckContext, 'exec'>): Promise<boolean> {
  const known =
    SHALLOW.get(context) ??
    context
      .exec([...GIT, 'rev-parse', '--is-shallow-repository'], { workTree: false })
      .then(({ stdout }) => stdout.trim() === 'true');
  SHALLOW.set(context, known);
  return known;
}

import { type CheckContext, compareText, defineCheck, formatBytes } from 'scanrun';
import { type GitContext, openRepository, type Repository, recordsOf } from '../repository.js';

const options = {
  maxBytes: {
    type: 'integer',
    default: 1_073_741_824,
    minimum: 1,
    description:
      'How large the history may be, in bytes on disk; the default is 1 GiB, which GitHub recommends as the most.',
  },
  maxBlobBytes: {
    type: 'integer',
    default: 5_242_880,
    minimum: 1,
    description: 'How large a file of the past may have been, in bytes; the default is 5 MiB.',
  },
} as const;

/** How many files of the past are reported: the largest. */
const MAX_REPORTED = 50;

type Context = CheckContext<{ readonly maxBytes: number; readonly maxBlobBytes: number }, 'history' | 'blob'>;

/** A content that is larger than the limit. */
interface Blob {
  readonly id: string;
  readonly sizeBytes: number;
}

/** The objects of a repository. */
interface Objects {
  /** Bytes on disk. */
  readonly diskBytes: number;
  readonly count: number;
  readonly large: readonly Blob[];
}

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The history stays small',
    description: 'Every clone brings the whole history, also the large file that was deleted the day after.',
    category: 'repository',
    tier: 'standard',
    severity: 'warning',
    estimate: '2s',
    tags: ['git', 'size'],
    lane: 'process',
    when: { git: true },
    options,
    messages: {
      history: 'The history takes {{size}} on disk; the limit is {{limit}}.',
      blob: 'The history has a version of {{path}} of {{size}}, which is not in the tree any more; the limit is {{limit}}.',
    },
    help: [
      'A large file of the past only goes when the history is rewritten, which changes the ids of all commits since and must be ' +
        'agreed with everybody who has a clone. With [git filter-repo](https://github.com/newren/git-filter-repo):',
      '',
      '```sh',
      'git filter-repo --analyze',
      'git filter-repo --strip-blobs-bigger-than 5M',
      '```',
      '',
      'Only what branches, tags and remote branches reach is named. Files that are large today are reported by `repo/max-file-size`. ' +
        'The size is that of this clone, which may be more than that of a fresh one: `git gc` packs it.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    if (context.target.commit === undefined)
      return context.skip('not-applicable', 'The repository has no commit yet, so it has no history.');
    await sayPartial(repository, context);
    const { maxBytes, maxBlobBytes } = context.options;
    const objects = await readObjects(repository, maxBlobBytes);
    context.measure('history', objects.diskBytes, 'bytes');
    context.measure('objects', objects.count, 'objects');
    if (objects.diskBytes > maxBytes)
      context.report({
        messageId: 'history',
        data: { size: formatBytes(objects.diskBytes), limit: formatBytes(maxBytes), sizeBytes: objects.diskBytes },
        location: { path: '.' },
      });
    const largeFiles = await reportBlobs(objects.large, repository, context);
    return { bytes: objects.diskBytes, objects: objects.count, largeFiles };
  },
});

/** Says that the clone has not the whole history, where it has not. */
async function sayPartial({ shallow, ask }: Repository, context: GitContext): Promise<void> {
  if (shallow)
    context.degraded('This is a shallow clone, which has only a part of the history. Run `git fetch --unshallow`.');
  const { code } = await ask(['config', '--get-regexp', '^(remote\\..*\\.promisor|extensions\\.partialclone)$']);
  if (code === 0)
    context.degraded(
      'This is a partial clone, which lacks files of the past. Clone without `--filter` to see them all.',
    );
}

/** Reads sizes only; what the objects hold stays packed. Names are asked for where one is too large: they are most of what git would print. */
async function readObjects(repository: Repository, maxBlobBytes: number): Promise<Objects> {
  let diskBytes = 0;
  let count = 0;
  let isLarge = false;
  for (const [type, size, disk] of await listObjects(repository, ['objecttype', 'objectsize', 'objectsize:disk'])) {
    count += 1;
    diskBytes += Number(disk);
    isLarge ||= type === 'blob' && Number(size) > maxBlobBytes;
  }
  if (!isLarge) return { diskBytes, count, large: [] };
  const large: Blob[] = [];
  for (const [type, size, id = ''] of await listObjects(repository, ['objecttype', 'objectsize', 'objectname']))
    if (type === 'blob' && Number(size) > maxBlobBytes) large.push({ id, sizeBytes: Number(size) });
  return { diskBytes, count, large };
}

/** What git knows of every object, one after another: there may be millions, and a list of them would be larger than what git printed. */
async function listObjects({ git }: Repository, fields: readonly string[]): Promise<Iterable<readonly string[]>> {
  const format = fields.map((field) => `%(${field})`).join(' ');
  const output = await git(['cat-file', '--batch-all-objects', '--unordered', `--batch-check=${format}`]);
  return readLines(output, fields.length);
}

function* readLines(output: string, fields: number): Generator<readonly string[]> {
  for (let start = 0; start < output.length; ) {
    const found = output.indexOf('\n', start);
    const end = found < 0 ? output.length : found;
    const line = output.slice(start, end);
    const parts = line.split(' ');
    if (parts.length !== fields)
      throw new Error(`git cat-file printed what is not known: ${JSON.stringify(line.slice(0, 200))}`);
    yield parts;
    start = end + 1;
  }
}

/** Reports the largest of what is only in the history; gives how many there are. */
async function reportBlobs(large: readonly Blob[], repository: Repository, context: Context): Promise<number> {
  const current = new Set(
    recordsOf(await repository.git(['ls-files', '--stage', '-z'])).map((record) => record.split(' ')[1]),
  );
  const past = large.filter(({ id }) => !current.has(id));
  if (past.length === 0) return 0;
  const paths = await pathsOf(new Set(past.map(({ id }) => id)), repository);
  // What no path leads to is on this machine only: nobody gets it with a clone.
  const reachable = past
    .filter(({ id }) => paths.has(id))
    .sort((a, b) => b.sizeBytes - a.sizeBytes || compareText(a.id, b.id));
  const limit = formatBytes(context.options.maxBlobBytes);
  for (const { id, sizeBytes } of reachable.slice(0, MAX_REPORTED)) {
    const path = paths.get(id) ?? '';
    context.report({
      messageId: 'blob',
      data: { path, size: formatBytes(sizeBytes), limit, sizeBytes, blob: id },
      location: { path },
    });
  }
  if (reachable.length > MAX_REPORTED)
    context.log.info(`${reachable.length} files of the past are too large; the largest ${MAX_REPORTED} are reported.`);
  return reachable.length;
}

/** A path that each content has had, by its id. The stash and what only the reflog knows is nobody else's. */
async function pathsOf(ids: ReadonlySet<string>, { git }: Repository): Promise<Map<string, string>> {
  const paths = new Map<string, string>();
  const revisions = ['HEAD', '--branches', '--tags', '--remotes'];
  for (const line of (await git(['rev-list', '--objects', ...revisions])).split('\n')) {
    const space = line.indexOf(' ');
    if (space > 0 && ids.has(line.slice(0, space))) paths.set(line.slice(0, space), line.slice(space + 1));
  }
  return paths;
}

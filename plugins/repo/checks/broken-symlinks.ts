import { type CheckContext, defineCheck, type FileEntry } from 'scanrun';
import { type Destination, follow } from '../links.js';
import { addToTree, readTree, type Tree } from '../tree.js';

type MessageId = 'broken' | 'loop' | 'absolute' | 'outside';
type Context = CheckContext<object, MessageId>;

/** What can be said of a link: a problem, nothing, or why it could not be judged. */
type Verdict = { readonly problem: MessageId } | { readonly unknown: string } | undefined;

/** What the system says of a path that does not exist. */
const MISSING = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG']);

/** What `readFile` says of a folder, of a file over its limit, and of a pipe or device: there is something. */
const THERE = new Set(['EISDIR', 'EFBIG', 'EINVAL']);

/** Such a name is a folder elsewhere, so a path of the repository goes first. */
const WINDOWS_DRIVE = /^[A-Za-z]:\//;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Symbolic links lead to files of the repository',
    description:
      'A link whose target is missing, or lies on one machine only, breaks builds and packages everywhere else.',
    category: 'repository',
    tier: 'quick',
    severity: 'error',
    estimate: '100ms',
    tags: ['links', 'portability'],
    lane: 'io',
    messages: {
      broken: '{{path}} links to {{target}}, which does not exist.',
      loop: '{{path}} links to {{target}}, which leads round in a circle.',
      absolute: '{{path}} links to the absolute path {{target}}, which other machines do not have.',
      outside: '{{path}} links to {{target}}, which lies outside the repository.',
    },
    help: [
      'Point the link to a path of the repository, relative to the folder of the link, or remove it:',
      '',
      '```sh',
      'ln -sfn ../lib/target.js path/to/link',
      'git add path/to/link',
      '```',
      '',
      'Links that are absolute or leave the repository are warnings: they may work here, but in no other clone. ' +
        'A target that git ignores counts as there when it is. ' +
        'For a link into a submodule run `git submodule update --init` first: without it the link cannot be judged.',
    ].join('\n'),
  },
  async run(context) {
    const tree = await readTree(context.files());
    const links = [...tree.values()].filter((entry) => entry !== 'folder').filter(({ type }) => type === 'symlink');
    const unlisted = links.filter((link) => follow(link, tree).end === 'unlisted');
    if (unlisted.length > 0 && context.target.kind === 'git') await addSparsePaths(tree, context);
    const unknown: { path: string; why: string }[] = [];
    for (const link of links) {
      const verdict = await judge(link, follow(link, tree), context);
      if (verdict === undefined) continue;
      if ('problem' in verdict) report(link, verdict.problem, context);
      else unknown.push({ path: link.path, why: verdict.unknown });
    }
    if (unknown.length > 0) {
      const [first] = unknown;
      const more = unknown.length > 1 ? ` (and ${unknown.length - 1} more)` : '';
      context.degraded(`The link '${first?.path}'${more} could not be judged: ${first?.why}.`, { links: unknown });
    }
  },
});

function report(link: FileEntry, messageId: MessageId, context: Context): void {
  context.report({
    messageId,
    data: { path: link.path, target: link.linkTarget ?? 'an unreadable target' },
    location: { path: link.path },
    severity: messageId === 'broken' || messageId === 'loop' ? 'error' : 'warning',
  });
}

async function judge(link: FileEntry, destination: Destination, context: Context): Promise<Verdict> {
  if (link.linkTarget?.startsWith('/')) return { problem: 'absolute' };
  if (destination.end === 'found') return undefined;
  if (destination.end !== 'unlisted') return { problem: destination.end };
  if (WINDOWS_DRIVE.test(link.linkTarget ?? '')) return { problem: 'absolute' };
  // The list has only what git does not ignore, so the disk has the last word.
  const code = await failureOf(link.path, context);
  if (code === undefined) return undefined;
  if (code === 'ELOOP') return { problem: 'loop' };
  if (code === 'SR_PATH_OUTSIDE') return { problem: 'outside' };
  if (!MISSING.has(code)) return { unknown: code };
  if (
    destination.submodule !== undefined &&
    (await failureOf(`${destination.submodule}/.git`, context)) !== undefined
  ) {
    return { unknown: `the submodule ${destination.submodule} is not checked out` };
  }
  return { problem: 'broken' };
}

/** Why a path cannot be read; undefined where there is a file or folder. */
async function failureOf(path: string, context: Context): Promise<string | undefined> {
  try {
    await context.readFile(path);
    return undefined;
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : undefined;
    if (code === undefined) throw error;
    return THERE.has(code) ? undefined : code;
  }
}

/** Adds what a sparse checkout leaves out: it is in the repository, though not on this disk. */
async function addSparsePaths(tree: Tree, context: Context): Promise<void> {
  const { code, signal, stdout, stderr, truncated } = await context.exec(
    ['git', '-c', 'core.fsmonitor=false', 'ls-files', '-z', '-t', '--cached'],
    { maxBytes: 268_435_456, workTree: false },
  );
  if (code !== 0 || truncated) {
    const cause = truncated ? 'its output was cut short' : (signal ?? `exit code ${code}`);
    throw new Error(`git ls-files failed (${cause}): ${stderr.trim() || 'it printed nothing'}`);
  }
  for (const record of stdout.split('\0')) {
    if (!record.startsWith('S ')) continue;
    addToTree(tree, { path: record.slice(2), sizeBytes: 0, modifiedMs: 0, type: 'file', executable: false });
  }
}

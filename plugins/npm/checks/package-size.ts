import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type ContextOf, defineCheck, formatBytes, formatCount, plural } from 'scanrun';
import { placesIn } from '../../manifest.js';
import { someOf } from '../../text.js';
import type { WorkspacePackage } from '../../workspaces.js';
import { degradeUnbuilt, unbuiltFiles } from '../built.js';
import { listOwn, type PublishedFile, privateOption, publishedPackage, readPublished } from '../published.js';

const options = {
  ...privateOption,
  maxFiles: { type: 'integer', minimum: 1, default: 2_000, description: 'The most files that a package may have.' },
  maxBytes: {
    type: 'integer',
    minimum: 1,
    default: 20_000_000,
    description: 'The most bytes that a package may take when it is installed.',
  },
  maxGzipBytes: {
    type: 'integer',
    minimum: 1,
    default: 5_000_000,
    description: 'The most bytes that the tarball, which is downloaded, may have.',
  },
} as const;

const messages = {
  files: '{{name}} would be published with {{files}} files; the limit is {{limit}}. Most are in {{largest}}.',
  bytes:
    '{{name}} would take {{size}} when it is installed; the limit is {{limit}}. The largest files are {{largest}}.',
  gzip: '{{name}} would be a tarball of {{size}}; the limit is {{limit}}. The largest files are {{largest}}.',
} as const;

type Context = ContextOf<typeof options, typeof messages, Record<never, never>, 'package'>;

/** The time that npm gives to every file of a tarball, so that the same files make the same tarball. */
const NPM_TIME = new Date('1985-10-26T08:15:00.000Z');

export default defineCheck(import.meta.url, {
  meta: {
    title: 'What is published is small',
    description: 'Each file of a package is downloaded, unpacked and kept by everyone who installs it.',
    category: 'packaging',
    tier: 'standard',
    severity: 'warning',
    tags: ['publish', 'size'],
    scope: 'package',
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'Name what belongs into the package in `files` of package.json, and look at the list:',
      '',
      '```sh',
      'npm pack --dry-run',
      '```',
      '',
      'Files, bytes and the size of the tarball of each package are in the report, measured as `npm pack --ignore-scripts` would make it: ' +
        'what a script builds must have been built. Bundled dependencies are not counted, and make the check degraded. ' +
        'Private packages are not looked at.',
    ].join('\n'),
  },
  async run(context) {
    const item = await publishedPackage(context);
    degradeUnbuilt(context, await unbuiltFiles(context, [item]));
    const listed = await listOwn(context, item);
    if (listed.bundled.length > 0)
      context.degraded(`${item.name} bundles ${someOf(listed.bundled)}, whose files were not counted.`);
    const files = await readPublished(context.target.root, item, listed);
    if (files === undefined) {
      context.degraded(`${item.name} is too large to be packed: more than 200 MB would be published.`);
      return;
    }
    const bytes = files.reduce((sum, { content }) => sum + content.length, 0);
    const gzipBytes = await tarballBytes(files);
    await reportSizes(context, item, files, { bytes, gzipBytes });
    context.measure('files', files.length, 'files');
    context.measure('unpacked', bytes, 'bytes');
    context.measure('gzip', gzipBytes, 'bytes');
    return { files: files.length, bytes, gzipBytes };
  },
});

/** The size of the tarball that npm would make. */
async function tarballBytes(files: readonly PublishedFile[]): Promise<number> {
  const { packTar } = await import('modern-tar');
  const tar = await packTar(
    files.map(({ path, content }) => ({
      header: { name: `package/${path}`, size: content.length, mode: 0o644, mtime: NPM_TIME, type: 'file' as const },
      body: content,
    })),
  );
  return (await promisify(gzip)(tar, { level: 9 })).length;
}

async function reportSizes(
  context: Context,
  item: WorkspacePackage,
  files: readonly PublishedFile[],
  { bytes, gzipBytes }: { readonly bytes: number; readonly gzipBytes: number },
): Promise<void> {
  const { maxFiles, maxBytes, maxGzipBytes } = context.options;
  const places = await placesIn(item.manifest);
  const location = places('files');
  const { name } = item;
  if (files.length > maxFiles) {
    const data = { name, files: formatCount(files.length), limit: formatCount(maxFiles), largest: folders(files) };
    context.report({ messageId: 'files', data: { ...data, count: files.length }, location });
  }
  const heavy = largest(files);
  if (bytes > maxBytes)
    context.report({
      messageId: 'bytes',
      data: { name, size: formatBytes(bytes), limit: formatBytes(maxBytes), largest: heavy, bytes },
      location,
    });
  if (gzipBytes > maxGzipBytes)
    context.report({
      messageId: 'gzip',
      data: { name, size: formatBytes(gzipBytes), limit: formatBytes(maxGzipBytes), largest: heavy, bytes: gzipBytes },
      location,
    });
}

/** The three largest files with their sizes. */
function largest(files: readonly PublishedFile[]): string {
  return [...files]
    .sort((a, b) => b.content.length - a.content.length)
    .slice(0, 3)
    .map(({ path, content }) => `${path} (${formatBytes(content.length)})`)
    .join(', ');
}

/** The three folders at the top with the most files. */
function folders(files: readonly PublishedFile[]): string {
  const counts = new Map<string, number>();
  for (const { path } of files) {
    const top = path.includes('/') ? path.slice(0, path.indexOf('/') + 1) : './';
    counts.set(top, (counts.get(top) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  return most.map(([folder, count]) => `${folder} (${plural(count, 'file')})`).join(', ');
}

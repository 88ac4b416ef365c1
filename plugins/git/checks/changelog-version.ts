import { type CheckContext, defineCheck, type FileEntry } from 'scanrun';
import { type Section, sectionOf, sectionsOf, unreleasedOf } from '../changelog.js';
import { openRepository, type Repository } from '../repository.js';
import {
  isTagOf,
  loadSemver,
  type Manifest,
  readManifests,
  readTags,
  type Semver,
  versionOptions,
} from '../versions.js';

const options = {
  ...versionOptions,
  names: {
    type: 'array',
    items: { type: 'string', minLength: 1, pattern: '^[^/]+$' },
    default: ['CHANGELOG', 'CHANGES', 'HISTORY', 'RELEASES', 'NEWS'],
    minItems: 1,
    description: 'What a changelog is called, without its ending and in any case.',
  },
} as const;

type Context = CheckContext<{ readonly release: boolean }, 'none' | 'missing' | 'empty'>;

/** A changelog and the packages that it is of. */
interface Changelog {
  readonly path: string;
  readonly manifests: readonly Manifest[];
}

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The changelog has the version',
    description: 'Who is to upgrade reads the changelog first, and a version that is not in it has changed nothing.',
    category: 'release',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['git', 'release', 'npm'],
    lane: 'io',
    when: { git: true, files: ['package.json'] },
    options,
    messages: {
      none: 'There is no changelog beside {{manifest}} for {{version}}: {{names}} are looked for.',
      missing: '{{path}} has no heading for {{version}}, which {{manifest}} states.',
      empty: '{{path}} has a heading for {{version}} and nothing below it.',
    },
    help: [
      'Say what changed for those who use it, the newest version first ([Keep a Changelog](https://keepachangelog.com)):',
      '',
      '```text',
      '## [1.3.0] - 2026-01-31',
      '',
      '### Added',
      '',
      '- An option that says when.',
      '```',
      '',
      'As long as the version has no tag, a heading such as `Unreleased` with text below it stands for it; with ' +
        '`release: true` it does not. Of several packages each with a changelog of its own is looked at; ' +
        'the changelog at the root may be of any of them.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    const semver = await loadSemver();
    const manifests = await readManifests(context, context.options.manifests, semver);
    if (manifests.length === 0)
      return context.skip('not-applicable', 'No package.json has a version that is released.');
    const changelogs = await findChangelogs(context, context.options.names, manifests);
    if (changelogs.length === 0) return withoutChangelog(context, context.options.names, manifests);
    for (const changelog of changelogs) await judge(changelog, repository, semver, context);
  },
});

function withoutChangelog(
  context: Pick<Context, 'report' | 'skip'>,
  names: readonly string[],
  manifests: readonly Manifest[],
): void {
  const [first] = manifests;
  if (first === undefined || first.private) {
    context.skip('not-applicable', 'The package is private and has no changelog.');
  }
  context.report({
    messageId: 'none',
    data: { manifest: first.path, version: first.version, names: names.join(', ') },
    location: { path: first.path },
  });
}

/** Each changelog that lies beside a package.json, and the one at the root. */
async function findChangelogs(
  context: Pick<CheckContext, 'files'>,
  names: readonly string[],
  manifests: readonly Manifest[],
): Promise<Changelog[]> {
  const wanted = names.map((name) => name.toLowerCase());
  const byFolder = new Map<string, FileEntry>();
  for await (const entry of context.files()) {
    const at = entry.path.lastIndexOf('/');
    const [name = ''] = entry.path
      .slice(at + 1)
      .toLowerCase()
      .split('.');
    const folder = at < 0 ? '' : entry.path.slice(0, at);
    const isOne = entry.type === 'file' && wanted.includes(name) && !/\.(js|ts|json|ya?ml)$/i.test(entry.path);
    if (isOne && !byFolder.has(folder)) byFolder.set(folder, entry);
  }
  const root = byFolder.get('');
  const own = manifests.filter(({ folder }) => folder !== '' && byFolder.has(folder));
  const atRoot = manifests.filter((manifest) => !own.includes(manifest));
  return [
    ...(root === undefined || atRoot.length === 0 ? [] : [{ path: root.path, manifests: atRoot }]),
    ...own.map((manifest) => ({ path: byFolder.get(manifest.folder)?.path ?? '', manifests: [manifest] })),
  ];
}

/** A changelog of several packages has what is to be there when it has one of their versions. */
async function judge(
  { path, manifests }: Changelog,
  repository: Repository,
  semver: Semver,
  context: Context,
): Promise<void> {
  const sections = sectionsOf(new TextDecoder().decode(await context.readFile(path)));
  const found = manifests.map(({ version }) => sectionOf(sections, version)).filter((section) => section !== undefined);
  const [newest] = [...manifests].sort((a, b) => semver.rcompare(a.version, b.version));
  if (newest === undefined) return;
  const { version, path: manifest } = newest;
  if (found.some(({ hasText }) => hasText)) return;
  const [empty] = found;
  if (empty !== undefined) {
    context.report({ messageId: 'empty', data: { path, version }, location: { path, startLine: empty.line } });
    return;
  }
  if (!context.options.release && (await isUnderWay(sections, manifests, repository, semver, context))) return;
  context.report({ messageId: 'missing', data: { path, version, manifest }, location: { path } });
}

/** True while the version is not tagged and the changelog collects what it will bring. */
async function isUnderWay(
  sections: readonly Section[],
  manifests: readonly Manifest[],
  repository: Repository,
  semver: Semver,
  context: Pick<Context, 'target'>,
): Promise<boolean> {
  if (unreleasedOf(sections) === undefined) return false;
  if (context.target.commit === undefined) return true;
  const tags = await readTags(repository, 'before', manifests, semver);
  return !tags.some((tag) => manifests.some((manifest) => isTagOf(tag, manifest, semver)));
}

import { type CheckContext, defineCheck } from 'scanrun';
import { openRepository, SHALLOW } from '../repository.js';
import {
  isTagOf,
  loadSemver,
  type Manifest,
  readManifests,
  readTags,
  type Semver,
  type VersionTag,
  versionOptions,
} from '../versions.js';

type Context = CheckContext<object, 'mismatch' | 'behind' | 'untagged'>;

/** Packages that share tags, and these tags. */
interface Group {
  readonly manifests: readonly Manifest[];
  /** Tags of the commit that is checked out. */
  readonly head: readonly VersionTag[];
  /** Tags of it and the commits before. */
  readonly before: readonly VersionTag[];
}

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The version is that of its tag',
    description: 'When tag and package.json disagree, nobody can find the source of what was published.',
    category: 'release',
    tier: 'quick',
    severity: 'error',
    estimate: '200ms',
    tags: ['git', 'release', 'npm'],
    lane: 'io',
    when: { git: true, files: ['package.json'] },
    options: versionOptions,
    messages: {
      mismatch: 'The commit has the tag {{tag}}, but {{path}} says {{version}}.',
      behind: '{{path}} says {{version}}, but {{tag}} is tagged already.',
      untagged: '{{path}} says {{version}}, and the commit has no tag for it.',
    },
    help: [
      'Let npm set both at once:',
      '',
      '```sh',
      'npm version minor',
      'git push --follow-tags',
      '```',
      '',
      'A tag that was not published yet can be moved: `git tag --force v1.2.3`. ' +
        'Tags such as `v1.2.3`, `v1.2`, `1.2.3`, `release-1.2.3` and, for one package of several, `name@1.2.3` or `name-v1.2.3` count. ' +
        'A commit without a tag must not have a version older than the last tag. With `release: true` it must have a tag.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    if (context.target.commit === undefined)
      return context.skip('not-applicable', 'The repository has no commit yet, so none can have a tag.');
    const semver = await loadSemver();
    const manifests = await readManifests(context, context.options.manifests, semver);
    if (manifests.length === 0)
      return context.skip('not-applicable', 'No package.json has a version that is released.');
    const head = await readTags(repository, 'head', manifests, semver);
    const before = await readTags(repository, 'before', manifests, semver);
    for (const group of groupsOf(manifests, head, before)) judge(group, semver, context);
    if (context.options.release) requireTags(manifests, head, semver, context);
    // A tag at the commit itself is there also in a shallow clone; without one those before it may be what is missing.
    else if (repository.shallow && head.length === 0) context.degraded(SHALLOW);
  },
});

/** One group for tags without a name, which any of the packages may stand for, and one for each package with tags of its own. */
function groupsOf(manifests: readonly Manifest[], head: readonly VersionTag[], before: readonly VersionTag[]): Group[] {
  const names = new Set([...head, ...before].map(({ name }) => name));
  return [...names].map((name) => {
    const of = (tag: VersionTag): boolean => tag.name === name;
    return {
      manifests: name === undefined ? manifests : manifests.filter((manifest) => manifest.name === name),
      head: head.filter(of),
      before: before.filter(of),
    };
  });
}

function judge({ manifests, head, before }: Group, semver: Semver, context: Context): void {
  const [newest] = [...manifests].sort((a, b) => semver.rcompare(a.version, b.version));
  if (newest === undefined) return;
  const { path, version } = newest;
  const [tag] = head;
  if (tag !== undefined) {
    // A commit may have several tags, such as that of the last candidate and that of the release.
    const matches = head.some((each) => manifests.some((manifest) => isTagOf(each, manifest, semver)));
    if (!matches) context.report({ messageId: 'mismatch', data: { tag: tag.tag, path, version }, location: { path } });
    return;
  }
  const [last] = [...before].sort((a, b) => semver.rcompare(a.version, b.version));
  if (last !== undefined && semver.lt(version, last.version))
    context.report({ messageId: 'behind', data: { tag: last.tag, path, version }, location: { path } });
}

/** A release has a tag: one that names a package, or one without a name for all of them. */
function requireTags(
  manifests: readonly Manifest[],
  head: readonly VersionTag[],
  semver: Semver,
  context: Context,
): void {
  if (head.some((tag) => manifests.some((manifest) => isTagOf(tag, manifest, semver)))) return;
  // What is tagged with another version was reported.
  if (head.length > 0) return;
  const [newest] = [...manifests].sort((a, b) => semver.rcompare(a.version, b.version));
  if (newest === undefined) return;
  const { path, version } = newest;
  context.report({ messageId: 'untagged', data: { path, version }, location: { path } });
}

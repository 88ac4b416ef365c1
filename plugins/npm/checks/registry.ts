import { type CheckContext, compareText, defineCheck, plural } from 'scanrun';
import { type Declared, declaredIn, FIELDS, placesIn } from '../../manifest.js';
import { asObject, asText, own, someOf } from '../../text.js';
import { type WorkspacePackage, workspacePackages } from '../../workspaces.js';
import type { SemverModule } from '../advisories/range.js';
import { nodeRange, optional } from '../lockfiles/fields.js';
import type { LockedTree } from '../lockfiles/tree.js';
import { registryAccess } from '../registry/access.js';
import { fromRegistry, type KnownPackage, type RegistryData } from '../registry/answers.js';
import { forEachOf, RegistryClient, type RegistryReply } from '../registry/client.js';
import lockfile, { type LockfileData } from './lockfile.js';

const messages = {
  unknown: '{{host}} does not know {{name}}, so whoever takes the name decides what is installed.',
} as const;

type Context = CheckContext<object, keyof typeof messages> & {
  readonly needs: { readonly lockfile: LockfileData };
};

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The registry knows the dependencies',
    description:
      'A name that a registry does not know is free for everyone: what is installed is then decided by whoever takes it.',
    category: 'dependencies',
    tier: 'deep',
    severity: 'error',
    lane: 'io',
    tags: ['registry', 'supply-chain'],
    when: { files: ['package.json'] },
    messages,
    help: [
      'Mend the name, or say where the package comes from, with its token, in `.npmrc`:',
      '',
      '```ini',
      '@example:registry=https://npm.example.com/',
      '//npm.example.com/:_authToken=${NPM_TOKEN}',
      '```',
      '',
      'The check asks once for each direct dependency, and, where the lockfile does not say what is deprecated (Yarn), for ' +
        'each other package. `npm/outdated` and `npm/deprecated` use the answers. A registry that does not answer is asked once.',
    ].join('\n'),
  },
  needs: { lockfile },
  async run(context): Promise<RegistryData> {
    const packages = await workspacePackages(context);
    const { default: semver } = await import('semver');
    const client = new RegistryClient(context, await registryAccess(context));
    const tree = context.needs.lockfile.state === 'read' ? context.needs.lockfile.tree : undefined;
    const answers = new Answers(tree, semver);
    const direct = askedFor(packages);
    await forEachOf([...direct], context, async ([name, { specs }]) =>
      answers.add(name, specs, await client.ask(name)),
    );
    await forEachOf(others(tree, new Set(direct.keys())), context, async ({ name, version }) =>
      answers.addVersion(name, version, await client.ask(name, version)),
    );
    await reportUnknown(context, answers.missing, direct);
    for (const [why, names] of answers.failed)
      context.degraded(
        `The registry could not be asked for ${plural(names.length, 'package')} (${why}): ${someOf(names)}.`,
      );
    context.measure('packages', answers.count, 'packages');
    return answers.data();
  },
});

interface Asked {
  /** The ranges that are asked for. */
  readonly specs: Set<string>;
  /** Who asks, for the place of a finding. */
  readonly by: { readonly item: WorkspacePackage; readonly declared: Declared };
}

/** What the packages of the project ask a registry for, by the real name. */
function askedFor(packages: readonly WorkspacePackage[]): ReadonlyMap<string, Asked> {
  const names = new Set(packages.map(({ name }) => name));
  const asked = new Map<string, Asked>();
  for (const item of packages) {
    for (const declared of declaredIn(item.manifest)) {
      const wanted = fromRegistry(declared);
      if (declared.kind === 'peer' || wanted === undefined || names.has(wanted.name)) continue;
      const known = asked.get(wanted.name) ?? { specs: new Set<string>(), by: { item, declared } };
      asked.set(wanted.name, known);
      known.specs.add(wanted.spec);
    }
  }
  return new Map([...asked].sort(([a], [b]) => compareText(a, b)));
}

/** The other packages whose deprecation only the registry knows. */
function others(
  tree: LockedTree | undefined,
  asked: ReadonlySet<string>,
): { readonly name: string; readonly version: string }[] {
  if (tree === undefined || tree.says.deprecated) return [];
  return tree.packages.filter(
    ({ name, version, source }) => source === 'registry' && version !== '' && !asked.has(name),
  );
}

/** Collects what the registry answered. */
class Answers {
  /** Names that the registry does not know, with its host. */
  readonly missing: { readonly name: string; readonly host: string }[] = [];
  /** What nobody answered for, by why. */
  readonly failed = new Map<string, string[]>();
  readonly #known: KnownPackage[] = [];
  readonly #deprecated: { name: string; version: string; reason: string }[] = [];
  readonly #locked = new Map<string, Set<string>>();
  readonly #semver: SemverModule;
  /** How many were asked for. */
  count = 0;

  constructor(tree: LockedTree | undefined, semver: SemverModule) {
    this.#semver = semver;
    for (const { name, version } of tree?.packages ?? [])
      this.#locked.set(name, (this.#locked.get(name) ?? new Set()).add(version));
  }

  /** Takes the answer for a direct dependency. */
  add(name: string, specs: ReadonlySet<string>, reply: RegistryReply): void {
    if (reply.kind === 'missing') this.missing.push({ name, host: reply.host });
    if (!this.#isFound(name, reply)) return;
    const versions = asObject(own(reply.json, 'versions')) ?? {};
    const tags = own(reply.json, 'dist-tags');
    const latest = asText(own(tags, 'latest'));
    const all = Object.keys(versions).filter((version) => this.#semver.valid(version) !== null);
    const wanted = [...specs].flatMap((spec) => {
      const version = asText(own(tags, spec)) ?? this.#semver.maxSatisfying(all, spec) ?? undefined;
      return version === undefined ? [] : [{ spec, version }];
    });
    const latestNode = latest === undefined ? undefined : nodeRange(own(own(versions, latest), 'engines'));
    this.#known.push({ name, wanted, ...optional('latest', latest), ...optional('latestNode', latestNode) });
    // Without a lockfile the newest that fits is what is installed.
    const used = this.#locked.get(name) ?? new Set(wanted.map(({ version }) => version));
    for (const version of used) this.#note(name, version, own(versions, version));
  }

  /** Takes the answer for one version of another package. */
  addVersion(name: string, version: string, reply: RegistryReply): void {
    if (reply.kind === 'missing') this.#fail('404', `${name}@${version}`);
    if (this.#isFound(`${name}@${version}`, reply)) this.#note(name, version, reply.json);
  }

  /** What came of it, in an order that does not depend on who answered first. */
  data(): RegistryData {
    return {
      known: this.#known.sort((a, b) => compareText(a.name, b.name)),
      deprecated: this.#deprecated.sort((a, b) => compareText(a.name, b.name) || compareText(a.version, b.version)),
      unanswered: [...this.failed.values()].flat().sort(compareText),
    };
  }

  #isFound(name: string, reply: RegistryReply): reply is Extract<RegistryReply, { readonly kind: 'found' }> {
    this.count += 1;
    if (reply.kind === 'failed') this.#fail(reply.why, name);
    return reply.kind === 'found';
  }

  #fail(why: string, name: string): void {
    this.failed.set(why, [...(this.failed.get(why) ?? []), name]);
  }

  #note(name: string, version: string, manifest: unknown): void {
    const reason = own(manifest, 'deprecated');
    if (reason === true || asText(reason) !== undefined)
      this.#deprecated.push({ name, version, reason: asText(reason) ?? 'no reason is given' });
  }
}

async function reportUnknown(
  context: Context,
  missing: readonly { readonly name: string; readonly host: string }[],
  direct: ReadonlyMap<string, Asked>,
): Promise<void> {
  for (const { name, host } of [...missing].sort((a, b) => compareText(a.name, b.name))) {
    const by = direct.get(name)?.by;
    if (by === undefined) continue;
    const places = await placesIn(by.item.manifest);
    const location = places(FIELDS[by.declared.kind], by.declared.name);
    context.report({ messageId: 'unknown', data: { name, host }, location, package: by.item.name });
  }
}

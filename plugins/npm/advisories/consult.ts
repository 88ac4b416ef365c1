import { resolve } from 'node:path';
import { type CheckContext, plural } from 'scanrun';
import type { LockedTree } from '../lockfiles/tree.js';
import { registryAccess } from '../registry/access.js';
import { someOf } from '../text.js';
import type { Advisory, Subject } from './advisory.js';
import { askNpm } from './npm-audit.js';
import { searchOsv } from './osv-database.js';
import { OsvError } from './osv-files.js';
import type { SemverModule } from './range.js';
import { askRegistries, type BulkAnswer } from './registry-bulk.js';

/** Where advisories came from. */
export type Source = 'osv' | 'registry' | 'npm-audit';

/** What the sources say. */
export interface Consulted {
  readonly advisories: readonly Advisory[];
  /** Those that answered; nothing was looked up where there is none. */
  readonly sources: readonly Source[];
}

type Context = Pick<
  CheckContext,
  'fetch' | 'exec' | 'readFile' | 'degraded' | 'log' | 'redact' | 'measure' | 'signal' | 'target'
>;

/** Where to look. */
export interface ConsultOptions {
  /** The path of a database of OSV, relative to the target's root; undefined without one. */
  readonly osv?: string | undefined;
  /** Hosts of registries that are not asked. */
  readonly ignoreRegistries: readonly string[];
}

/**
 * Looks for advisories: in the database that is given, else at the registries, else by npm. What none of them could
 * answer makes the check degraded.
 */
export async function consult(
  context: Context,
  tree: LockedTree,
  subjects: readonly Subject[],
  { osv, ignoreRegistries }: ConsultOptions,
  semver: SemverModule,
): Promise<Consulted> {
  const local = osv === undefined ? undefined : await fromOsv(context, osv, subjects, semver);
  if (local !== undefined) return { advisories: local, sources: ['osv'] };
  const registryOf = await registryAccess(context);
  const hostOf = (name: string): string => new URL(registryOf(name).url).host;
  const asked = subjects.filter(({ name }) => !ignoreRegistries.includes(hostOf(name)));
  const answers = await askRegistries(context, registryOf, asked, semver);
  const advisories = answers.flatMap((answer) => ('advisories' in answer ? answer.advisories : []));
  const sources: Source[] = answers.some((answer) => 'advisories' in answer) ? ['registry'] : [];
  const failed = answers.filter((answer) => 'failure' in answer);
  // npm asks the registry of everything that has no scope, and would not know what comes from another.
  const home = failed.find(({ host }) => host === hostOf('a'));
  const audit = home === undefined ? undefined : await auditInstead(context, tree, home, semver);
  for (const { failure, host, subjects: open } of failed) {
    if (host === home?.host && audit !== undefined) continue;
    const names = open.map(({ name }) => name);
    context.degraded(
      `advisories could not be checked (${failure}) at ${host} for ${plural(open.length, 'package')}: ${someOf(names, 3)}.`,
      { host, failure, packages: open.map(({ name, version }) => `${name}@${version}`) },
    );
  }
  if (audit === undefined) return { advisories, sources };
  return { advisories: [...advisories, ...audit], sources: [...sources, 'npm-audit'] };
}

/** What npm says in the place of a registry that did not answer us; undefined where it does not either, or must not be asked. */
async function auditInstead(
  context: Context,
  tree: LockedTree,
  home: Failed,
  semver: SemverModule,
): Promise<readonly Advisory[] | undefined> {
  const why = reasonNotToAudit(context, tree, home);
  const audit = why === undefined ? await askNpm(context, semver) : { failure: why };
  if ('advisories' in audit) return audit.advisories;
  context.log.info(`npm audit was no way out: ${audit.failure}.`);
  return undefined;
}

/** The advisories of a database; undefined, and the check degraded, where it is none. */
async function fromOsv(
  context: Context,
  osv: string,
  subjects: readonly Subject[],
  semver: SemverModule,
): Promise<readonly Advisory[] | undefined> {
  const names = new Set(subjects.map(({ name }) => name));
  try {
    const answer = await searchOsv(resolve(context.target.root, osv), names, semver, context.signal);
    context.measure('advisory records', answer.records, 'records');
    if (answer.records === 0) {
      context.degraded(`The OSV database ${osv} has no records of the ecosystem npm; the registry was asked instead.`);
      return undefined;
    }
    const [first] = answer.failed;
    if (first !== undefined)
      context.degraded(
        `${plural(answer.failed.length, 'record')} of the OSV database ${osv} could not be read: ${first.place} (${first.why}).`,
      );
    if (answer.newest !== undefined) context.log.info(`The newest record of the OSV database is of ${answer.newest}.`);
    return answer.advisories;
  } catch (error) {
    if (!(error instanceof OsvError)) throw error;
    context.degraded(`The OSV database could not be used: ${error.message}. The registry was asked instead.`);
    return undefined;
  }
}

type Failed = Extract<BulkAnswer, { readonly failure: string }>;

/** Why npm cannot help, or must not be asked; undefined where it may. */
function reasonNotToAudit(
  { target }: Context,
  { manager, installed }: LockedTree,
  { failure }: Failed,
): string | undefined {
  if (!target.own) return 'it would run with the settings of a target that is not your own';
  if (manager !== 'npm' || installed) return 'there is no lockfile of npm';
  // It would wait for the same registry once more.
  return failure === 'ETIMEDOUT' ? 'the registry hangs' : undefined;
}

import { posix } from 'node:path';
import type { Message } from 'publint';
import { type ContextOf, defineCheck, findTool, importTool, type Severity } from 'scanrun';
import { type Places, placesIn } from '../../manifest.js';
import { asText, messageOf, own } from '../../text.js';
import { readOwn, type WorkspacePackage } from '../../workspaces.js';
import { buildProducts, degradeUnbuilt, isThere, type Missing } from '../built.js';
import { suggestedFix } from '../manifest-fix.js';
import { listOwn, privateOption, publishedPackage, readPublished } from '../published.js';

const options = {
  ...privateOption,
  level: {
    type: 'string',
    enum: ['suggestion', 'warning', 'error'],
    default: 'suggestion',
    description: 'The least of what publint says that is reported; a suggestion is a note.',
  },
} as const;

const messages = {
  unreadable: '{{path}} cannot be read: {{why}}.',
  name: "The name '{{name}}' cannot be published: {{why}}.",
  version: "The version '{{version}}' is not one of Semantic Versioning, so nothing can be published.",
  problem: '{{message}} ({{code}})',
} as const;

type Context = ContextOf<typeof options, typeof messages, Record<never, never>, 'package'>;

/** What is used of publint. */
interface Publint {
  readonly publint: typeof import('publint').publint;
  readonly formatMessage: typeof import('publint/utils').formatMessage;
}

const SEVERITY: Readonly<Record<Message['type'], Severity>> = {
  error: 'error',
  warning: 'warning',
  suggestion: 'note',
};

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The manifest leads to what is published',
    description:
      'A package whose entry points are missing or of the wrong format breaks for those who install it, not for those who test it.',
    category: 'packaging',
    tier: 'standard',
    severity: 'error',
    tags: ['publish'],
    scope: 'package',
    when: { files: ['package.json'] },
    options,
    messages,
    help: [
      'The code at the end of a finding is a rule of [publint](https://publint.dev/rules), which explains it and says what to write. ' +
        'See what would be published:',
      '',
      '```sh',
      'npm pack --dry-run',
      '```',
      '',
      'The check looks at what `npm pack` would take, without running scripts. Build the package first: ' +
        'where entry points are missing that git ignores, it is not built, and the check is degraded. ' +
        'Private packages are not looked at.',
    ].join('\n'),
  },
  async run(context) {
    if (await reportUnreadable(context)) return;
    const item = await publishedPackage(context);
    const tool = await findTool(context, { name: 'publint', range: '>=0.3.0 <1' });
    const publint: Publint = {
      ...(await importTool<Pick<Publint, 'publint'>>(tool)),
      ...(await importTool<Pick<Publint, 'formatMessage'>>(tool, 'publint/utils')),
    };
    const { default: semver } = await import('semver');
    const places = await placesIn(item.manifest);
    checkNames(context, item, places, (version) => semver.valid(version) !== null);
    await reportMissing(context, await lint(context, publint, item, places));
  },
});

/** Reports a manifest that is no JSON object; true where it is none, so that there is nothing else to say. */
async function reportUnreadable(context: Context): Promise<boolean> {
  const found = await readOwn(context);
  if (found === undefined || !('why' in found)) return false;
  const { path, why } = found;
  context.report({ messageId: 'unreadable', data: { path, why }, location: { path } });
  return true;
}

/** The rules of the registry for names. https://docs.npmjs.com/cli/configuring-npm/package-json#name */
function checkNames(
  context: Context,
  { name, manifest }: WorkspacePackage,
  places: Places,
  isVersion: (version: string) => boolean,
): void {
  const why =
    name.length > 214
      ? 'it has more than 214 characters'
      : !/^(?:@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name)
        ? 'only lower case letters, digits, dots, dashes and underscores are allowed, and it may not begin with a dot or underscore'
        : undefined;
  if (why !== undefined) context.report({ messageId: 'name', data: { name, why }, location: places('name') });
  const version = asText(own(manifest.json, 'version')) ?? '';
  if (!isVersion(version)) context.report({ messageId: 'version', data: { version }, location: places('version') });
}

/** A file that is not among what would be published, and how to report it. */
interface MissingFile extends Missing {
  /** Reports it, by what became of it: it lies on the disk, or nowhere. */
  readonly report: (isThere: boolean) => void;
}

/** Reports what publint says of a package, and hands over what it says of missing files: given files only, it cannot know which of them lie on the disk. */
async function lint(
  context: Context,
  { publint, formatMessage }: Publint,
  item: WorkspacePackage,
  places: Places,
): Promise<MissingFile[]> {
  const listed = await listOwn(context, item);
  const files = await readPublished(context.target.root, item, listed);
  if (files === undefined) {
    context.degraded(`${item.name} is too large to be looked at: more than 200 MB would be published.`);
    return [];
  }
  const { messages: found, pkg } = await publint({
    pkgDir: 'package',
    level: context.options.level,
    pack: { files: files.map(({ path, content }) => ({ name: `package/${path}`, data: content })) },
  }).catch((error: unknown) => {
    throw new Error(`publint failed on ${item.name}: ${messageOf(error)}`, { cause: error });
  });
  const fixes = new Map<Message, Awaited<ReturnType<typeof suggestedFix>>>();
  for (const message of found) fixes.set(message, await suggestedFix(item.manifest, message));
  const report = (message: Message): void =>
    context.report({
      messageId: 'problem',
      data: {
        message: (formatMessage(message, pkg, { color: false }) ?? message.code).trim(),
        code: message.code,
        path: [...message.path],
      },
      location: places(...message.path.map(asKey)),
      severity: SEVERITY[message.type],
      ...fixes.get(message),
    });
  return found.flatMap((message) => {
    const path = missingPath(message, pkg);
    if (path === undefined) {
      report(message);
      return [];
    }
    const published = { ...message, code: 'FILE_NOT_PUBLISHED' } as Message;
    return [
      {
        item,
        path: posix.join(item.folder, path),
        report: (isThere: boolean) => report(isThere ? published : message),
      },
    ];
  });
}

/** The path of a message that says that a file is missing. */
function missingPath({ code, path }: Message, pkg: unknown): string | undefined {
  if (code !== 'FILE_DOES_NOT_EXIST' && code !== 'EXPORTS_GLOB_NO_MATCHED_FILES') return undefined;
  const value = path.reduce<unknown>(
    (at, key) => (Array.isArray(at) ? (at as unknown[])[Number(key)] : own(at, key)),
    pkg,
  );
  return asText(value);
}

function asKey(part: string): string | number {
  return /^\d+$/.test(part) ? Number(part) : part;
}

/** Reports missing files, except those that a build makes. */
async function reportMissing(context: Context, missing: readonly MissingFile[]): Promise<void> {
  const products = await buildProducts(context, missing);
  const unbuilt: Missing[] = [];
  for (const file of missing) {
    if (await isThere(context, file.path)) file.report(true);
    else if (products.has(file.path)) unbuilt.push(file);
    else file.report(false);
  }
  degradeUnbuilt(context, unbuilt);
}

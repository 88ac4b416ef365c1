import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CheckContext } from 'scanrun';
import { codeOf } from '../text.js';
import { type Npmrc, parseNpmrc, projectNpmrc } from './npmrc.js';
import { yarnRegistries } from './yarnrc.js';

/** A registry, and how to ask it. */
export interface Registry {
  /** Its URL, with a slash at the end and without credentials. */
  readonly url: string;
  /** Headers for it, the token among them. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The registry of each package, by its name. */
export type RegistryOf = (name: string) => Registry;

/** Where a package comes from when nobody says anything. */
export const DEFAULT_REGISTRY = 'https://registry.npmjs.org/';

type Environment = Readonly<Record<string, string | undefined>>;

/** What is used of a check's context. */
type Context = Pick<CheckContext, 'readFile' | 'target' | 'redact' | 'log'>;

/**
 * The registries that packages come from, as npm finds them: environment, the project's .npmrc, the user's, that of the
 * installation; for Yarn .yarnrc.yml. Variables in them are filled in. Tokens and passwords are masked in every output.
 *
 * The files of somebody else's target do not count: they could send the user's variables to a host of their own.
 */
export async function registryAccess(context: Context, environment: Environment = process.env): Promise<RegistryOf> {
  const { target } = context;
  const layers: Npmrc[] = [fromEnvironment(environment)];
  if (target.own) layers.push(await projectNpmrc(context), await fromYarn(context));
  else context.log.info('The registry settings of the target do not count, since it is not your own.');
  layers.push(await fileLayer(userFile(environment)), await fileLayer(globalFile(environment)));
  const get = (key: string): string | undefined => {
    const layer = layers.find((settings) => settings.has(key));
    return layer === undefined ? undefined : fillIn(layer.get(key) ?? '', environment);
  };
  const keyed = new Map<string, Registry>();
  return (name) => {
    const scope = /^(@[^/]+)\//.exec(name)?.[1];
    const written = (scope === undefined ? undefined : get(`${scope}:registry`)) ?? get('registry') ?? DEFAULT_REGISTRY;
    const known = keyed.get(written) ?? registryAt(written, get, context);
    keyed.set(written, known);
    return known;
  };
}

/** Settings of the environment: `npm_config_registry`, in any case. */
function fromEnvironment(environment: Environment): Npmrc {
  const settings = new Map<string, string>();
  for (const [key, value] of Object.entries(environment)) {
    if (!/^npm_config_/i.test(key) || value === undefined || value === '') continue;
    const name = key.slice('npm_config_'.length);
    // Underscores stand for dashes, except in what belongs to a registry.
    settings.set(/^(?:\/\/|@)/.test(name) ? name : name.toLowerCase().replaceAll(/(?!^)_/g, '-'), value);
  }
  return settings;
}

/** What .yarnrc.yml says, in the words of .npmrc. */
async function fromYarn(context: Pick<CheckContext, 'readFile'>): Promise<Npmrc> {
  const settings = new Map<string, string>();
  for (const { scope, url, token } of await yarnRegistries(context)) {
    settings.set(scope === '' ? 'registry' : `${scope}:registry`, url);
    if (token !== undefined && URL.canParse(url)) settings.set(`${dartOf(new URL(url))}:_authToken`, token);
  }
  return settings;
}

function userFile(environment: Environment): string {
  return environment.NPM_CONFIG_USERCONFIG ?? environment.npm_config_userconfig ?? join(homedir(), '.npmrc');
}

function globalFile(environment: Environment): string {
  const known = environment.NPM_CONFIG_GLOBALCONFIG ?? environment.npm_config_globalconfig;
  return known ?? join(dirname(dirname(process.execPath)), 'etc', 'npmrc');
}

async function fileLayer(path: string): Promise<Npmrc> {
  try {
    return await parseNpmrc(await readFile(path, 'utf8'));
  } catch (error) {
    // Most people have none; one that may not be read is none for npm as well.
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(codeOf(error) ?? '')) return new Map();
    throw error;
  }
}

/** Puts variables in: `${NAME}`, `${NAME-default}`, `${NAME:-default}`. One that is not set and has no default stays as it is. */
function fillIn(text: string, environment: Environment): string {
  return text.replaceAll(
    /\$\{([^${}:?-]+)(?:(:?-)([^${}]*)|\?)?\}/g,
    (whole, name: string, how?: string, other?: string) => {
      const value = environment[name];
      if (value !== undefined && !(how === ':-' && value === '')) return value;
      return other ?? (whole.endsWith('?}') ? '' : whole);
    },
  );
}

/** `//registry.example.com/npm/`: the beginning of the settings of a registry. */
function dartOf({ host, pathname }: URL): string {
  return `//${host}${pathname.endsWith('/') ? pathname : `${pathname}/`}`;
}

function registryAt(written: string, get: (key: string) => string | undefined, { redact, log }: Context): Registry {
  if (!URL.canParse(written) || !/^https?:$/.test(new URL(written).protocol)) {
    log.warn(`The registry '${written}' is no URL of the web; ${DEFAULT_REGISTRY} is asked.`);
    return registryAt(DEFAULT_REGISTRY, get, { redact, log } as Context);
  }
  const url = new URL(written);
  const inUrl =
    url.username === '' ? undefined : `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  [url.username, url.password, url.search, url.hash] = ['', '', '', ''];
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  const authorization =
    inUrl === undefined ? authorizationFor(url, get, redact) : basic(Buffer.from(inUrl).toString('base64'), redact);
  return { url: url.href, headers: authorization === undefined ? {} : { authorization } };
}

/** The Authorization header for a URL: of the longest beginning of it that has a token or a password. */
function authorizationFor(
  url: URL,
  get: (key: string) => string | undefined,
  redact: CheckContext['redact'],
): string | undefined {
  const parts = url.pathname.split('/').filter((part) => part !== '');
  for (let length = parts.length; length >= 0; length -= 1) {
    const dart = `//${url.host}/${parts
      .slice(0, length)
      .map((part) => `${part}/`)
      .join('')}`;
    const token = get(`${dart}:_authToken`);
    if (token !== undefined && token !== '') {
      redact(token);
      return `Bearer ${token}`;
    }
    const auth = get(`${dart}:_auth`);
    if (auth !== undefined && auth !== '') return basic(auth, redact);
    const [username, password] = [get(`${dart}:username`), get(`${dart}:_password`)];
    if (username !== undefined && password !== undefined)
      return basic(Buffer.from(`${username}:${Buffer.from(password, 'base64')}`).toString('base64'), redact);
  }
  return undefined;
}

function basic(auth: string, redact: CheckContext['redact']): string {
  redact(auth);
  const password = Buffer.from(auth, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
  if (password !== '') redact(password);
  return `Basic ${auth}`;
}

import type { CheckContext } from 'scanrun';
import { asObject, asText, own, readText } from '../text.js';

/** What .yarnrc.yml says; undefined without one. A file that is no YAML says nothing here: reading the lockfile tells of it. */
export async function yarnSettings(context: Pick<CheckContext, 'readFile'>): Promise<unknown> {
  const text = await readText(context, '.yarnrc.yml');
  if (text === undefined) return undefined;
  const { load, YAMLException } = await import('js-yaml');
  try {
    return load(text);
  } catch (error) {
    if (error instanceof YAMLException) return undefined;
    throw error;
  }
}

/** A registry of .yarnrc.yml. */
export interface YarnRegistry {
  /** The scope with its `@`; empty for the default one. */
  readonly scope: string;
  /** Its URL. */
  readonly url: string;
  /** Its token as written; absent without one. */
  readonly token?: string;
}

/** The registries that .yarnrc.yml names. */
export async function yarnRegistries(context: Pick<CheckContext, 'readFile'>): Promise<YarnRegistry[]> {
  const settings = await yarnSettings(context);
  const scopes = Object.entries(asObject(own(settings, 'npmScopes')) ?? {});
  return [['', settings] as const, ...scopes.map(([scope, value]) => [`@${scope}`, value] as const)].flatMap(
    ([scope, value]) => {
      const url = asText(own(value, 'npmRegistryServer'));
      const token = asText(own(value, 'npmAuthToken'));
      return url === undefined ? [] : [{ scope, url, ...(token === undefined ? {} : { token }) }];
    },
  );
}

import type { CheckContext } from 'scanrun';
import { readText } from '../text.js';
import { yarnRegistries } from './yarnrc.js';

/** Settings of one .npmrc by key; values are texts, as written. */
export type Npmrc = ReadonlyMap<string, string>;

/** Parses an .npmrc. Sections, which npm does not have, and lists are left out. */
export async function parseNpmrc(text: string): Promise<Npmrc> {
  const { parse } = await import('ini');
  const settings = new Map<string, string>();
  for (const [key, value] of Object.entries(parse(text)))
    if (['string', 'boolean', 'number'].includes(typeof value)) settings.set(key, String(value));
  return settings;
}

/** The settings of the project's own .npmrc; empty without one. */
export async function projectNpmrc(context: Pick<CheckContext, 'readFile'>): Promise<Npmrc> {
  return parseNpmrc((await readText(context, '.npmrc')) ?? '');
}

/** The registries that the project's own files name: of .npmrc and .yarnrc.yml, scopes included. */
export async function configuredRegistries(context: Pick<CheckContext, 'readFile'>): Promise<string[]> {
  const settings = await projectNpmrc(context);
  const named = [...settings].filter(([key]) => key === 'registry' || /^@[^:]+:registry$/.test(key));
  return [...named.map(([, value]) => value), ...(await yarnRegistries(context)).map(({ url }) => url)];
}

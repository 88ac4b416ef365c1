import type { Node } from 'jsonc-parser';
import type { Location } from 'scanrun';
import { asObject, messageOf, own, textEntries } from './text.js';

/** Why a dependency is there. */
export type DependencyKind = 'prod' | 'dev' | 'optional' | 'peer';

/** A dependency as a package.json declares it. */
export type Declared = {
  readonly name: string;
  /** The range, tag, URL or path that is asked for. */
  readonly spec: string;
  readonly kind: DependencyKind;
};

/** Where each kind is declared. */
export const FIELDS: Readonly<Record<DependencyKind, string>> = {
  prod: 'dependencies',
  dev: 'devDependencies',
  optional: 'optionalDependencies',
  peer: 'peerDependencies',
};

/** A package.json that could be parsed. */
export interface Manifest {
  /** Its path in the target. */
  readonly path: string;
  /** Its text. */
  readonly text: string;
  /** What it says. Values may have any type. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** A package.json that is no JSON object. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * Parses a package.json.
 * @throws ManifestError saying what is wrong with it, without its path.
 */
export function parseManifest(path: string, text: string): Manifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new ManifestError(`it is not JSON: ${messageOf(error)}`);
  }
  const object = asObject(json);
  if (object === undefined) throw new ManifestError('it is JSON, but no object');
  return { path, text, json: object };
}

/**
 * The dependencies that a manifest declares, each name once for what is installed: `optionalDependencies` overrides
 * `dependencies`, which overrides `devDependencies`, as npm has it. Peers are listed besides.
 */
export function declaredIn({ json }: Manifest): Declared[] {
  const installed = new Map<string, Declared>();
  for (const kind of ['dev', 'prod', 'optional'] as const)
    for (const [name, spec] of textEntries(own(json, FIELDS[kind]))) installed.set(name, { name, spec, kind });
  const peers = textEntries(own(json, FIELDS.peer)).map(([name, spec]): Declared => ({ name, spec, kind: 'peer' }));
  return [...installed.values(), ...peers];
}

/** Finds the places of values in one JSON text. */
export type Places = (...keys: readonly (string | number)[]) => Location;

/** Parses a JSON text once for many questions: the place of a value by its keys, or of the nearest that exists. */
export async function placesIn({ path, text }: Pick<Manifest, 'path' | 'text'>): Promise<Places> {
  const { default: jsonc } = await import('jsonc-parser');
  const root = treeOf(jsonc.parseTree, text);
  return (...keys) => {
    for (let length = keys.length; root !== undefined && length > 0; length -= 1) {
      const value = jsonc.findNodeAtLocation(root, keys.slice(0, length));
      if (value === undefined) continue;
      const node = value.parent?.type === 'property' ? value.parent : value;
      const before = text.slice(0, node.offset);
      return { path, startLine: before.split('\n').length, startColumn: node.offset - before.lastIndexOf('\n') };
    }
    return { path };
  };
}

function treeOf(parse: (text: string) => Node | undefined, text: string): Node | undefined {
  try {
    return parse(text);
  } catch (error) {
    // It recurses: a text of a thousand brackets has no places, which are a courtesy.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

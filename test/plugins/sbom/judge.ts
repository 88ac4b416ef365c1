// What judges a bill of materials: the validator of the library, and what its schema cannot say.
import { type Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect } from 'vitest';

/** A component, as far as tests look at it. */
export interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly group?: string;
  readonly name: string;
  readonly version?: string;
  readonly purl?: string;
  readonly scope?: string;
  readonly description?: string;
  readonly author?: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
  readonly externalReferences?: readonly {
    readonly type: string;
    readonly url: string;
    readonly hashes?: readonly object[];
  }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

/** A bill, as far as tests look at it. */
export interface Bom {
  readonly specVersion: string;
  readonly serialNumber?: string;
  readonly metadata: {
    readonly timestamp?: string;
    readonly tools?: { readonly components: readonly { readonly name: string; readonly version?: string }[] };
    readonly component: Component;
    readonly lifecycles: readonly { readonly phase: string }[];
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
  readonly vulnerabilities?: readonly {
    readonly id: string;
    readonly ratings?: readonly { readonly score?: number; readonly severity?: string; readonly method?: string }[];
    readonly references?: readonly { readonly id: string }[];
    readonly affects: readonly { readonly ref: string }[];
    readonly recommendation?: string;
  }[];
}

/** Asserts that a bill is valid by the strict schema of its version, and that all its references lead somewhere. */
export async function judged(text: string): Promise<Bom> {
  const bom = JSON.parse(text) as Bom;
  const problems = await new Validation.JsonStrictValidator(bom.specVersion as Spec.Version).validate(text);
  expect(problems).toBeNull();
  const references = [bom.metadata.component, ...bom.components].map((component) => component['bom-ref']);
  expect(new Set(references).size).toBe(references.length);
  const used = [
    ...bom.dependencies.flatMap(({ ref, dependsOn = [] }) => [ref, ...dependsOn]),
    ...(bom.vulnerabilities ?? []).flatMap(({ affects }) => affects.map(({ ref }) => ref)),
  ];
  expect(used.filter((ref) => !references.includes(ref))).toEqual([]);
  return bom;
}

/** What a component needs, by name. */
export function needsOf({ components, dependencies, metadata }: Bom, name: string): string[] {
  const all = [metadata.component, ...components];
  const nameOf = (ref: string): string => all.find((component) => component['bom-ref'] === ref)?.name ?? ref;
  const ref = all.find((component) => component.name === name)?.['bom-ref'];
  return (dependencies.find((entry) => entry.ref === ref)?.dependsOn ?? []).map(nameOf).sort();
}

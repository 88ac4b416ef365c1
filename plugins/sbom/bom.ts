import type { Models } from '@cyclonedx/cyclonedx-library';
import type { JsonObject } from 'scanrun';
import { purlMaker, repositoryUrl, split, withoutSecrets } from './addresses.js';
import type { BillInputs, LockedPackage, PackageFacts, ProjectFacts } from './inputs.js';
import { hashesOf } from './integrity.js';

/** The library. */
export type CycloneDx = typeof import('@cyclonedx/cyclonedx-library');

/** The versions of CycloneDX that can be written. */
export const SPEC_VERSIONS = ['1.5', '1.6', '1.7'] as const;

/** A bill of materials. */
export interface Bill {
  /** It, as CycloneDX has it in JSON; without time and serial number, so that equal projects have equal bills. */
  readonly json: JsonObject;
  /** How many components it lists. */
  readonly components: number;
}

/** A version of CycloneDX as the library knows it. */
export type BomSpec = ConstructorParameters<CycloneDx['Serialize']['JSON']['Normalize']['Factory']>[0];

/** The version of CycloneDX; undefined where the library is older. */
export function specOf({ Spec }: CycloneDx, version: string): BomSpec | undefined {
  return Object.values(Spec.SpecVersionDict).find((item) => item?.version === version);
}

/** Makes the bill of materials of a project. */
export async function buildBom(library: CycloneDx, inputs: BillInputs, spec: BomSpec): Promise<Bill> {
  const { Enums, Models: Classes, Serialize } = library;
  const maker = new ComponentMaker(library, inputs.licenceOf, await purlMaker());
  const { tree, inventory } = inputs;
  const components = tree.packages.map((item, index) =>
    inputs.isWanted(item) ? maker.locked(item, inventory.packages[index] ?? undefined) : undefined,
  );
  const projects = projectsOf(inputs).map((facts) => ({ facts, component: maker.project(facts) }));
  connect(inputs, components, projects);
  const [root, ...workspaces] = projects.map(({ component }) => component);
  const bom = new Classes.Bom();
  if (root !== undefined) bom.metadata.component = root;
  bom.metadata.lifecycles.add(tree.installed ? Enums.LifecyclePhase.Build : Enums.LifecyclePhase.PreBuild);
  bom.metadata.properties.add(new Classes.Property('scanrun:lockfile', tree.path));
  const listed = [...workspaces, ...components.filter((component) => component !== undefined)];
  for (const component of listed) bom.components.add(component);
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(spec));
  return { json: JSON.parse(serializer.serialize(bom, { sortLists: true })) as JsonObject, components: listed.length };
}

interface Project {
  readonly facts: ProjectFacts;
  readonly component: Models.Component;
}

/** The packages of the project; those too that only the lockfile knows. */
function projectsOf({ tree, inventory: { projects } }: BillInputs): ProjectFacts[] {
  const known = new Set(projects.map(({ folder }) => folder));
  const more = tree.importers.filter(({ folder }) => !known.has(folder));
  return [...projects, ...more.map(({ folder }) => ({ folder, name: folder, private: true as const }))];
}

/** Adds what needs what. */
function connect(
  { tree, inventory }: BillInputs,
  components: readonly (Models.Component | undefined)[],
  projects: readonly Project[],
): void {
  for (const [index, { dependencies }] of tree.packages.entries())
    for (const to of dependencies) depend(components[index], components[to]);
  const [root] = projects;
  for (const { folder, dependencies } of tree.importers) {
    const from = projects.find(({ facts }) => facts.folder === folder)?.component;
    for (const { name, to, link } of dependencies) {
      const other = link ? projects.find(({ facts }) => facts.name === name)?.component : undefined;
      depend(from, to === undefined ? other : components[to]);
    }
  }
  // As npm has it: the root of a monorepo needs its workspaces.
  for (const { component } of projects.slice(1, inventory.projects.length)) depend(root?.component, component);
}

function depend(from: Models.Component | undefined, to: Models.Component | undefined): void {
  if (from !== undefined && to !== undefined && from !== to) from.dependencies.add(to.bomRef);
}

/** Makes the components of one bill; their references are unique in it. */
class ComponentMaker {
  readonly #library: CycloneDx;
  readonly #licenceOf: BillInputs['licenceOf'];
  readonly #purlOf: Awaited<ReturnType<typeof purlMaker>>;
  readonly #references = new Set<string>();

  constructor(library: CycloneDx, licenceOf: BillInputs['licenceOf'], purlOf: Awaited<ReturnType<typeof purlMaker>>) {
    this.#library = library;
    this.#licenceOf = licenceOf;
    this.#purlOf = purlOf;
  }

  /** A package of the project. */
  project(facts: ProjectFacts): Models.Component {
    const { Enums, Models: Classes } = this.#library;
    const type = facts.private ? Enums.ComponentType.Application : Enums.ComponentType.Library;
    const { name, version, folder } = facts;
    const component = this.#make(type, name, version, this.#purlOf({ name, version }), facts);
    if (folder !== '') component.properties.add(new Classes.Property('scanrun:folder', folder));
    if (facts.private) component.properties.add(new Classes.Property('cdx:npm:package:private', 'true'));
    return component;
  }

  /** A package of the lockfile. */
  locked(item: LockedPackage, facts: PackageFacts | undefined): Models.Component {
    const { Enums, Models: Classes } = this.#library;
    const { name, version, license, resolved, integrity, dev, optional, bundled, deprecated } = item;
    const licence = license ?? facts?.licence;
    const known = { ...facts, ...(licence === undefined ? {} : { licence }) };
    const component = this.#make(Enums.ComponentType.Library, name, version, this.#purlOf(item), known);
    component.scope = dev
      ? Enums.ComponentScope.Excluded
      : optional
        ? Enums.ComponentScope.Optional
        : Enums.ComponentScope.Required;
    const hashes = hashesOf(integrity).map(([algorithm, digest]) => [Enums.HashAlgorithm[algorithm], digest] as const);
    for (const [algorithm, digest] of hashes) component.hashes.set(algorithm, digest);
    this.#distribution(component, resolved, hashes);
    // The names are those of the taxonomy: https://github.com/CycloneDX/cyclonedx-property-taxonomy/blob/main/cdx/npm.md
    const marks = { 'cdx:npm:package:development': dev, 'cdx:npm:package:bundled': bundled };
    for (const [mark, isSet] of Object.entries(marks))
      if (isSet) component.properties.add(new Classes.Property(mark, 'true'));
    if (deprecated !== undefined) component.properties.add(new Classes.Property('scanrun:deprecated', deprecated));
    return component;
  }

  #make(
    type: Models.Component['type'],
    name: string,
    version: string | undefined,
    purl: string | undefined,
    facts: PackageFacts,
  ): Models.Component {
    const { Models: Classes } = this.#library;
    const { group, base } = split(name);
    const component = new Classes.Component(type, base, {
      bomRef: this.#reference(purl ?? `${name}@${version ?? ''}`),
    });
    if (group !== undefined) component.group = group;
    if (version) component.version = version;
    if (purl !== undefined) component.purl = purl;
    if (facts.description !== undefined) component.description = facts.description;
    if (facts.author !== undefined) component.author = facts.author;
    if (facts.licence !== undefined) component.licenses.add(this.#licenceOf(facts.licence));
    this.#addresses(component, facts);
    return component;
  }

  /** A name of its own for each component: one version of a package may come from several places. */
  #reference(wanted: string): string {
    let reference = wanted;
    for (let count = 2; this.#references.has(reference); count += 1) reference = `${wanted}#${count}`;
    this.#references.add(reference);
    return reference;
  }

  #addresses(component: Models.Component, { homepage, repository, bugs }: PackageFacts): void {
    const { Enums, Models: Classes } = this.#library;
    const { Website, VCS, IssueTracker } = Enums.ExternalReferenceType;
    const found = [
      [Website, homepage === undefined ? undefined : withoutSecrets(homepage)],
      [VCS, repository === undefined ? undefined : repositoryUrl(repository)],
      [IssueTracker, bugs === undefined ? undefined : withoutSecrets(bugs)],
    ] as const;
    for (const [type, url] of found)
      if (url !== undefined) component.externalReferences.add(new Classes.ExternalReference(url, type));
  }

  /** Where it is fetched from, with the hash of what is fetched. */
  #distribution(component: Models.Component, resolved: string | undefined, hashes: readonly Models.Hash[]): void {
    const { Enums, Models: Classes } = this.#library;
    const url = resolved === undefined ? undefined : withoutSecrets(resolved);
    if (url === undefined || /^(?:file|link|portal):/.test(url)) return;
    const reference = new Classes.ExternalReference(url, Enums.ExternalReferenceType.Distribution);
    for (const [algorithm, digest] of hashes) reference.hashes.set(algorithm, digest);
    component.externalReferences.add(reference);
  }
}

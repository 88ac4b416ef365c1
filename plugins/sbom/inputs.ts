import type { InventoryData, LockedPackage, LockedTree, PackageFacts, ProjectFacts } from 'scanrun/plugins/npm';

export type { InventoryData, LockedPackage, LockedTree, PackageFacts, ProjectFacts };

/** What a bill is made of. */
export interface BillInputs {
  /** What the lockfile says. */
  readonly tree: LockedTree;
  /** What the manifests say. */
  readonly inventory: InventoryData;
  /** Which packages of the lockfile are listed. */
  readonly isWanted: (item: LockedPackage) => boolean;
  /** The licence of a text, as CycloneDX has it. */
  readonly licenceOf: (text: string) => import('@cyclonedx/cyclonedx-library').Models.License;
}

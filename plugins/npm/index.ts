import { definePlugin } from 'scanrun';
import deprecated from './checks/deprecated.js';
import duplicateVersions from './checks/duplicate-versions.js';
import engines from './checks/engines.js';
import installScripts from './checks/install-scripts.js';
import inventory from './checks/inventory.js';
import licences from './checks/licences.js';
import lockfile from './checks/lockfile.js';
import lockfileHosts from './checks/lockfile-hosts.js';
import lockfileInSync from './checks/lockfile-in-sync.js';
import lockfilePresent from './checks/lockfile-present.js';
import manifest from './checks/manifest.js';
import outdated from './checks/outdated.js';
import packageSize from './checks/package-size.js';
import registry from './checks/registry.js';
import types from './checks/types.js';
import unused from './checks/unused.js';
import vulnerabilities from './checks/vulnerabilities.js';

export type { InventoryData, PackageFacts, ProjectFacts } from './checks/inventory.js';
export type { LockfileData } from './checks/lockfile.js';
export type { ImportedDependency, Importer, LockedPackage, LockedTree, Manager } from './lockfiles/tree.js';
export { installCommand } from './lockfiles/tree.js';

/** Checks of what npm, Yarn and pnpm make of a repository: its manifests, its dependencies and what it publishes. */
export default definePlugin({
  name: 'npm',
  checks: {
    deprecated,
    'duplicate-versions': duplicateVersions,
    engines,
    'install-scripts': installScripts,
    inventory,
    licences,
    lockfile,
    'lockfile-hosts': lockfileHosts,
    'lockfile-in-sync': lockfileInSync,
    'lockfile-present': lockfilePresent,
    manifest,
    outdated,
    'package-size': packageSize,
    registry,
    types,
    unused,
    vulnerabilities,
  },
});

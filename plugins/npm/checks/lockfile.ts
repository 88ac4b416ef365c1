import { defineCheck } from 'scanrun';
import { workspacePackages } from '../../workspaces.js';
import { findLockfile, installWithoutLockfile, parseLockfile } from '../lockfiles/find.js';
import { type LockedTree, LockfileError } from '../lockfiles/tree.js';

/** What the other checks need of the lockfile. Plain data. */
export type LockfileData =
  | { readonly state: 'read'; readonly tree: LockedTree }
  /** `install` is the command that installs the dependencies. */
  | { readonly state: 'none'; readonly install: string }
  | { readonly state: 'unreadable'; readonly path: string; readonly why: string };

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The lockfile can be read',
    description: 'Which versions are used is known from the lockfile alone; checks of dependencies build on it.',
    category: 'dependencies',
    tier: 'quick',
    severity: 'error',
    tags: ['lockfile'],
    when: { files: ['package.json'] },
    messages: { unreadable: '{{path}} cannot be read: {{why}}.' },
    help: [
      'Take the last version that worked, or let the package manager write it anew:',
      '',
      '```sh',
      'git checkout HEAD~1 -- package-lock.json',
      'npm install --package-lock-only',
      '```',
      '',
      'Understood are `package-lock.json` and `npm-shrinkwrap.json` (versions 1 to 3), `yarn.lock` (Yarn 1 and later) and ' +
        '`pnpm-lock.yaml` (versions 5 to 9). Of several that of the package manager counts that `packageManager` in package.json names. ' +
        'Without a lockfile, what is installed counts: `node_modules/.package-lock.json` or `node_modules/.pnpm/lock.yaml`. ' +
        'Where there is neither, the check is degraded, and those that need to know versions are skipped: install the dependencies first.',
    ].join('\n'),
  },
  async run(context): Promise<LockfileData> {
    const packages = await workspacePackages(context);
    const [root] = packages;
    const lockfile = await findLockfile(context, root);
    if (lockfile === undefined) {
      const install = installWithoutLockfile(root);
      context.degraded(`There is no lockfile that is understood, and nothing is installed. Run \`${install}\` first.`);
      return { state: 'none', install };
    }
    const { path } = lockfile;
    try {
      const tree = await parseLockfile(lockfile, packages);
      context.measure('packages', tree.packages.length, 'packages');
      return { state: 'read', tree };
    } catch (error) {
      if (!(error instanceof LockfileError)) throw error;
      context.report({ messageId: 'unreadable', data: { path, why: error.message }, location: { path } });
      return { state: 'unreadable', path, why: error.message };
    }
  },
});

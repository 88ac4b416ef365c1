import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import lockfileInSync from '../../../plugins/npm/checks/lockfile-in-sync.js';
import { filesOf, fixture, json, locked, lockfileCase, npmProject, UNLOCKED } from './locked.js';

const MADE_BY = ['npm-1', 'npm-2', 'npm-3', 'yarn-1', 'yarn-berry-3', 'yarn-berry-4', 'pnpm-7', 'pnpm-8', 'pnpm-9'];

/** A case whose manifest is another than the one its lockfile was made for. */
async function changed(files: Record<string, string>, manifests: Record<string, unknown>) {
  const all = {
    ...files,
    ...Object.fromEntries(Object.entries(manifests).map(([path, value]) => [path, json(value)])),
  };
  return { files: all, needs: await locked(all) };
}

it('finds that lockfiles made by the package managers fit their manifests', async () => {
  await testCheck(lockfileInSync, {
    passes: await Promise.all(MADE_BY.map(lockfileCase)),
    fails: [],
  });
});

it.each(MADE_BY)('finds a range that changed and a dependency that is new, in a lockfile of %s', async (name) => {
  const files = filesOf(fixture(`lockfiles/${name}`));
  const root = JSON.parse(files['package.json'] ?? '') as { dependencies: object; workspaces?: unknown };
  const b = JSON.parse(files['packages/b/package.json'] ?? '') as object;
  const project = await changed(files, {
    'package.json': { ...root, dependencies: { ...root.dependencies, debug: '^3.0.0' } },
    'packages/b/package.json': { ...b, dependencies: { ms: '^2.1.2', 'left-pad': '^1.3.0' } },
  });
  await testCheck(lockfileInSync, {
    passes: [],
    fails: [
      {
        ...project,
        findings: [
          // Yarn 1 has an entry for each range, so another range is another dependency.
          {
            messageId: name === 'npm-1' ? 'unsatisfied' : name === 'yarn-1' ? 'missing' : 'changed',
            path: 'package.json',
            severity: 'error',
          },
          { messageId: 'missing', path: 'packages/b/package.json', severity: 'error' },
        ],
      },
    ],
  });
});

it('tells what differs', async () => {
  const files = npmProject(
    { name: 'a', dependencies: { kept: '^1.0.0', fits: '^1.0.0', gone: '1', moved: '1' }, devDependencies: {} },
    Object.fromEntries(['kept', 'fits', 'gone', 'moved'].map((name) => [`node_modules/${name}`, { version: '1.5.0' }])),
  );
  await testCheck(lockfileInSync, {
    passes: [
      {
        name: 'what is overridden is not compared',
        ...(await changed(
          {
            'package.json': '{}',
            'pnpm-lock.yaml': `lockfileVersion: '9.0'\noverrides:\n  x: 2.0.0\nimporters:\n  .:\n    dependencies:\n      x: { specifier: 2.0.0, version: 2.0.0 }\npackages:\n  x@2.0.0: {}\nsnapshots:\n  x@2.0.0: {}\n`,
          },
          { 'package.json': { dependencies: { x: '^1.0.0' } } },
        )),
      },
      {
        name: 'links need no entry',
        ...(await changed(
          { 'package.json': '{}', 'yarn.lock': '# yarn lockfile v1\n', 'p/package.json': json({ name: 'p' }) },
          { 'package.json': { workspaces: ['p'], dependencies: { p: '^1.0.0', l: 'link:../l', f: 'file:./f' } } },
        )),
      },
      { name: 'empty', ...(await changed(npmProject({}), {})) },
      { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
      {
        name: 'a lockfile that is none',
        files: { 'package.json': '{}' },
        needs: { lockfile: { state: 'unreadable', path: 'yarn.lock', why: 'it is empty' } },
        outcome: 'skipped',
      },
    ],
    fails: [
      {
        name: 'npm',
        ...(await changed(files, {
          'package.json': {
            name: 'a',
            dependencies: { kept: '^2.0.0', fits: '~1.5.0', neu: '1', local: 'file:./local' },
            devDependencies: { moved: '1' },
          },
        })),
        findings: [
          { messageId: 'extraneous', startLine: 3, data: { lockfile: 'package-lock.json', name: 'gone' } },
          {
            messageId: 'changed',
            startLine: 4,
            severity: 'error',
            message: 'dependencies asks for kept ^2.0.0, package-lock.json was made for ^1.0.0.',
          },
          { messageId: 'changed', startLine: 5, severity: 'warning' },
          { messageId: 'missing', startLine: 6, message: 'neu is in dependencies and not in package-lock.json.' },
          {
            messageId: 'moved',
            startLine: 10,
            severity: 'warning',
            message: 'moved is in devDependencies, in package-lock.json it is in dependencies.',
          },
        ],
      },
      {
        name: 'a workspace that the lockfile does not know',
        ...(await changed(npmProject({ name: 'a', workspaces: ['p/*'] }), {
          'p/x/package.json': { name: 'x', dependencies: { y: '1' } },
        })),
        findings: [{ messageId: 'unknownPackage', path: 'p/x/package.json' }],
      },
      {
        name: 'what was locked and never resolved',
        ...(await changed(npmProject({ dependencies: { x: '^1.0.0', '<b>': '1' } }), {})),
        findings: [
          { messageId: 'missing' },
          { messageId: 'missing', message: '<b> is in dependencies and not in package-lock.json.' },
        ],
      },
    ],
  });
});

it('names the package of the workspace', async () => {
  expect(lockfileInSync.meta.when).toEqual({
    files: ['package.json', '{pnpm-lock.yaml,yarn.lock,npm-shrinkwrap.json,package-lock.json}'],
  });
});

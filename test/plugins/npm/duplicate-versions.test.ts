import { readdirSync } from 'node:fs';
import { testCheck } from 'scanrun/testing';
import semver from 'semver';
import { expect, it } from 'vitest';
import duplicateVersions from '../../../plugins/npm/checks/duplicate-versions.js';
import { fixture, locked, npmProject, treeOf, UNLOCKED } from './locked.js';

async function project(packages: Parameters<typeof npmProject>[1], manifest = {}) {
  const files = npmProject({ name: 'a', dependencies: { a: '1', b: '1' }, ...manifest }, packages);
  return { files, needs: await locked(files) };
}

const both = {
  'node_modules/a': { version: '1.0.0', dependencies: { x: '*' } },
  'node_modules/b': { version: '1.0.0', dependencies: { x: '*' } },
};

it('finds packages that are there in several versions', async () => {
  await testCheck(duplicateVersions, {
    passes: [
      {
        name: 'one version in two places',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '1.0.0' },
        })),
      },
      {
        name: 'in development only',
        ...(await project({
          'node_modules/x': { version: '1.0.0', dev: true },
          'node_modules/y/node_modules/x': { version: '2.0.0', dev: true },
        })),
      },
      {
        name: 'inside of another package',
        ...(await project({
          'node_modules/x': { version: '1.0.0' },
          'node_modules/npm/node_modules/x': { version: '2.0.0', inBundle: true },
        })),
      },
      {
        name: 'allowed by name',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '2.0.0' },
        })),
        options: { ignore: ['x'] },
      },
      {
        name: 'allowed by number',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '2.0.0' },
        })),
        options: { maxVersions: 2 },
      },
      { name: 'nothing', ...(await project({})) },
      { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'another major version that all would take, with who brings it',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '2.0.0' },
        })),
        findings: [
          {
            messageId: 'mergeable',
            path: 'package-lock.json',
            severity: 'note',
            // Both ask for any: the newer one does for both.
            message:
              'x is there in 2 versions, and 2.0.0 is in every range that leads to 1.0.0: 1.0.0 (by a), 2.0.0 (by b).',
          },
        ],
      },
      {
        name: 'one that the project itself asks for, and one by another name',
        ...(await project(
          {
            'node_modules/a': { version: '1.0.0', dependencies: { x: '1' } },
            'node_modules/x': { version: '3.0.0' },
            'node_modules/x2': { name: 'x', version: '2.0.0' },
            'node_modules/a/node_modules/x': { version: '1.0.0' },
          },
          { dependencies: { a: '1', x: '3', x2: 'npm:x@2' } },
        )),
        findings: [
          {
            messageId: 'several',
            message: 'x is there in 3 versions: 1.0.0 (by a), 2.0.0 (direct, as x2), 3.0.0 (direct).',
          },
        ],
      },
      {
        name: 'one that is in every range that leads to the other, and one that is not though the major is the same',
        ...(await project({
          'node_modules/a': { version: '1.0.0', dependencies: { x: '^1.0.0', y: '~1.0.0', z: '^2.0.0' } },
          'node_modules/b': { version: '1.0.0', dependencies: { x: '^1.2.0', y: '^1.2.0', z: 'npm:z@^2.1.0' } },
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '1.2.0' },
          'node_modules/y': { version: '1.0.3' },
          'node_modules/b/node_modules/y': { version: '1.2.0' },
          'node_modules/z': { version: '2.0.0' },
          'node_modules/b/node_modules/z': { version: '2.3.0' },
        })),
        findings: [
          {
            messageId: 'mergeable',
            severity: 'note',
            message:
              'x is there in 2 versions, and 1.2.0 is in every range that leads to 1.0.0: 1.0.0 (by a), 1.2.0 (by b).',
            data: {
              name: 'x',
              count: 2,
              same: '1.2.0',
              others: '1.0.0',
              versions: '1.0.0 (by a), 1.2.0 (by b)',
              brought: [
                { version: '1.0.0', by: 'a', asked: ['^1.0.0'] },
                { version: '1.2.0', by: 'b', asked: ['^1.2.0'] },
              ],
            },
          },
          { messageId: 'several', message: 'y is there in 2 versions: 1.0.3 (by a), 1.2.0 (by b).' },
          {
            messageId: 'mergeable',
            message:
              'z is there in 2 versions, and 2.3.0 is in every range that leads to 2.0.0: 2.0.0 (by a), 2.3.0 (by b).',
          },
        ],
      },
      {
        name: 'one of three that does for one other, also of the project itself, and a range that is none',
        ...(await project(
          {
            'node_modules/a': { version: '1.0.0', dependencies: { x: '>=1 <3', y: 'latest' } },
            'node_modules/b': { version: '1.0.0', dependencies: { x: '3', y: '*' } },
            'node_modules/x': { version: '2.5.0' },
            'node_modules/a/node_modules/x': { version: '1.9.0' },
            'node_modules/b/node_modules/x': { version: '3.0.0' },
            'node_modules/y': { version: '1.0.0-rc.1' },
            'node_modules/a/node_modules/y': { version: '1.0.0' },
          },
          { dependencies: { a: '1', b: '1', x: '^2.0.0' } },
        )),
        findings: [
          {
            messageId: 'mergeable',
            message:
              'x is there in 3 versions, and 2.5.0 is in every range that leads to 1.9.0: 1.9.0 (by a), 2.5.0 (direct), 3.0.0 (by b).',
          },
          {
            messageId: 'mergeable',
            message:
              'y is there in 2 versions, and 1.0.0 is in every range that leads to 1.0.0-rc.1: 1.0.0-rc.1 (by b), 1.0.0 (by a).',
          },
        ],
      },
      {
        name: 'with what comes along, which is not reported by itself',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0', dependencies: { 'x-linux': '1.0.0' } },
          'node_modules/x-linux': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '1.2.0', dependencies: { 'x-linux': '1.2.0' } },
          'node_modules/b/node_modules/x-linux': { version: '1.2.0' },
        })),
        findings: [
          {
            messageId: 'mergeable',
            message:
              'x is there in 2 versions, and 1.2.0 is in every range that leads to 1.0.0: 1.0.0 (by a), 1.2.0 (by b).',
          },
        ],
      },
      {
        name: 'in development',
        ...(await project({
          'node_modules/x': { version: '1.0.0', dev: true },
          'node_modules/y/node_modules/x': { version: '2.0.0', dev: true },
        })),
        options: { dev: true },
        findings: [{ messageId: 'several' }],
      },
      {
        name: 'names with markup, and versions that are none',
        ...(await project({
          'node_modules/<b>': { version: '1.0.0' },
          'node_modules/q/node_modules/<b>': { version: '<i>' },
        })),
        findings: [
          {
            messageId: 'several',
            message: '<b> is there in 2 versions: 1.0.0 (nobody asks for it), <i> (nobody asks for it).',
          },
        ],
      },
    ],
    refuses: [{ maxVersions: 0 }, { ignore: [''] }, { dev: 'yes' }],
  });
});

const real = readdirSync(fixture('lockfiles'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

it.each(real.map(({ name }) => name))(
  'knows of a real lockfile which ranges lead to what, or that it does not say: %s',
  async (name) => {
    const { manager, format, packages } = await treeOf(fixture(`lockfiles/${name}`));
    const says = manager !== 'pnpm' && !(manager === 'npm' && format === '1');
    expect(packages.map(({ asked }) => asked !== undefined)).toEqual(packages.map(() => says));
    for (const { name: of, version, asked = [] } of packages) {
      const ranges = asked
        .map((range) => range.replace(/^npm:(?:.+@)?/, ''))
        .filter((range) => semver.validRange(range));
      for (const range of ranges)
        expect([of, version, range, semver.satisfies(version, range)]).toEqual([of, version, range, true]);
    }
    if (says && packages.length > 0) expect(packages.some(({ asked = [] }) => asked.length > 0)).toBe(true);
  },
);

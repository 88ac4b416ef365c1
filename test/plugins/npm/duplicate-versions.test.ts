import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import duplicateVersions from '../../../plugins/npm/checks/duplicate-versions.js';
import { locked, npmProject, UNLOCKED } from './locked.js';

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
        name: 'another major version, with who brings it',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '2.0.0' },
        })),
        findings: [
          {
            messageId: 'several',
            path: 'package-lock.json',
            severity: 'note',
            message: 'x is there in 2 versions: 1.0.0 (by a), 2.0.0 (by b).',
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
        name: 'the same major version, and before 1.0.0 the same minor one',
        ...(await project({
          ...both,
          'node_modules/x': { version: '1.0.0' },
          'node_modules/b/node_modules/x': { version: '1.2.0' },
          'node_modules/y': { version: '0.2.0' },
          'node_modules/a/node_modules/y': { version: '0.2.1' },
          'node_modules/b/node_modules/y': { version: '0.3.0' },
        })),
        findings: [
          {
            messageId: 'mergeable',
            severity: 'note',
            message: 'x is there in 2 versions, of which 1.x may become one: 1.0.0 (by a), 1.2.0 (by b).',
          },
          {
            messageId: 'mergeable',
            data: {
              name: 'y',
              count: 3,
              same: '0.2.x',
              versions: '0.2.0 (nobody asks for it), 0.2.1 (nobody asks for it), 0.3.0 (nobody asks for it)',
              brought: [
                { version: '0.2.0', by: 'y' },
                { version: '0.2.1', by: 'y' },
                { version: '0.3.0', by: 'y' },
              ],
            },
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
            message: 'x is there in 2 versions, of which 1.x may become one: 1.0.0 (by a), 1.2.0 (by b).',
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

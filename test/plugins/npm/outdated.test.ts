import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import deprecated from '../../../plugins/npm/checks/deprecated.js';
import outdated from '../../../plugins/npm/checks/outdated.js';
import type { RegistryData } from '../../../plugins/npm/registry/answers.js';
import { json, locked, npmProject, UNLOCKED } from './locked.js';

const NOTHING: RegistryData = { known: [], deprecated: [], unanswered: [] };

async function project(
  registry: Partial<RegistryData>,
  packages: Parameters<typeof npmProject>[1],
  manifest: object = {},
) {
  const files = npmProject({ name: 'app', dependencies: { x: '^1.0.0' }, ...manifest }, packages);
  return { files, needs: { ...(await locked(files)), registry: { ...NOTHING, ...registry } } };
}

const known = (latest: string, version?: string, spec = '^1.0.0') => ({
  known: [{ name: 'x', latest, wanted: version === undefined ? [] : [{ spec, version }] }],
});
const at = (version: string) => ({ 'node_modules/x': { version } });

it('finds dependencies that are behind', async () => {
  await testCheck(outdated, {
    passes: [
      { name: 'current', ...(await project(known('1.0.0', '1.0.0'), at('1.0.0'))) },
      { name: 'a minor version does not matter', ...(await project(known('1.9.0', '1.9.0'), at('1.0.0'))) },
      { name: 'ahead', ...(await project(known('1.0.0', '1.0.0'), at('2.0.0-rc.1'))) },
      { name: 'ignored', ...(await project(known('2.0.0', '1.0.0'), at('1.0.0'))), options: { ignore: ['x'] } },
      { name: 'a version that is none', ...(await project(known('<b>', '1.0.0'), at('1.0.0'))) },
      { name: 'nothing', ...(await project({}, {}, { dependencies: {} })) },
      { name: 'no answer', ...(await project({ unanswered: ['x'] }, at('1.0.0'))), outcome: 'degraded' },
    ],
    fails: [
      {
        name: 'a major version, with what fits the range',
        ...(await project(known('3.1.0', '1.4.0'), at('1.0.0'))),
        findings: [
          {
            messageId: 'outdated',
            path: 'package.json',
            startLine: 4,
            severity: 'note',
            message: 'x 1.0.0 is behind by a major version: the latest is 3.1.0, and 1.4.0 fits the range.',
          },
        ],
      },
      {
        name: 'a version that needs a newer Node.js than the package promises',
        ...(await project(
          {
            known: [
              { name: 'x', latest: '3.0.0', latestNode: '>=22', wanted: [] },
              { name: 'y', latest: '3.0.0', latestNode: '>=18', wanted: [] },
              { name: 'z', latest: '3.0.0', latestNode: 'a newer one', wanted: [] },
            ],
          },
          { ...at('1.0.0'), 'node_modules/y': { version: '1.0.0' }, 'node_modules/z': { version: '1.0.0' } },
          { engines: { node: '>=20' }, dependencies: { x: '^1.0.0', y: '^1.0.0', z: '^1.0.0' } },
        )),
        findings: [
          {
            messageId: 'outdated',
            message: 'x 1.0.0 is behind by a major version: the latest is 3.0.0, which needs Node.js >=22.',
          },
          { messageId: 'outdated', message: 'y 1.0.0 is behind by a major version: the latest is 3.0.0.' },
          { messageId: 'outdated', message: 'z 1.0.0 is behind by a major version: the latest is 3.0.0.' },
        ],
      },
      {
        name: 'a minor and a patch, where asked for',
        ...(await project(
          {
            known: [
              { name: 'x', latest: '1.2.0', wanted: [] },
              { name: 'y', latest: '1.0.1', wanted: [] },
            ],
          },
          { ...at('1.0.0'), 'node_modules/y': { version: '1.0.0' } },
          { dependencies: { x: '^1.0.0', y: '^1.0.0' } },
        )),
        options: { level: 'patch' },
        findings: [
          { messageId: 'outdated', message: 'x 1.0.0 is behind by a minor version: the latest is 1.2.0.' },
          { messageId: 'outdated', message: 'y 1.0.0 is behind by a patch version: the latest is 1.0.1.' },
        ],
      },
      {
        name: 'without a lockfile what fits the range',
        files: { 'package.json': json({ dependencies: { x: '^1.0.0' } }) },
        needs: { ...UNLOCKED, registry: { ...NOTHING, ...known('2.0.0', '1.4.0') } },
        findings: [{ messageId: 'outdated', message: 'x 1.4.0 is behind by a major version: the latest is 2.0.0.' }],
      },
      {
        name: 'a range that nothing fits',
        files: { 'package.json': json({ dependencies: { x: '^9.0.0' } }) },
        needs: { ...UNLOCKED, registry: { ...NOTHING, ...known('2.0.0') } },
        findings: [
          {
            messageId: 'unavailable',
            severity: 'warning',
            message: 'x ^9.0.0 asks for a version that the registry does not have; the latest is 2.0.0.',
          },
        ],
      },
      {
        name: 'two packages of the project that ask for the same, once',
        ...(await (async () => {
          const files = {
            ...npmProject(
              { name: 'root', workspaces: ['p/*'], dependencies: { x: '^1.0.0' } },
              { ...at('1.0.0'), 'p/a': { version: '1.0.0', dependencies: { x: '^1.0.0' } } },
            ),
            'p/a/package.json': json({ name: 'a', dependencies: { x: '^1.0.0' } }),
          };
          return { files, needs: { ...(await locked(files)), registry: { ...NOTHING, ...known('2.0.0', '1.0.0') } } };
        })()),
        findings: [{ messageId: 'outdated', path: 'package.json' }],
      },
    ],
    refuses: [{ level: 'epoch' }, { ignore: 'x' }],
  });
});

it('finds dependencies that their authors gave up', async () => {
  const deep = {
    'node_modules/x': { version: '1.0.0', dependencies: { y: '1' } },
    'node_modules/y': { version: '2.0.0', deprecated: 'Use\n z   instead.' },
  };
  await testCheck(deprecated, {
    passes: [
      { name: 'none', ...(await project(known('1.0.0'), at('1.0.0'))) },
      { name: 'only what others bring', ...(await project({}, deep)), options: { transitive: false } },
      { name: 'known', ...(await project({}, deep)), options: { ignore: ['y'] } },
      {
        name: 'another version',
        ...(await project({ deprecated: [{ name: 'x', version: '0.9.0', reason: 'old' }] }, at('1.0.0'))),
      },
      { name: 'no answer', ...(await project({ unanswered: ['x'] }, at('1.0.0'))), outcome: 'degraded' },
      {
        name: 'no lockfile',
        files: { 'package.json': '{}' },
        needs: { ...UNLOCKED, registry: NOTHING },
        outcome: 'skipped',
      },
    ],
    fails: [
      {
        name: 'by the registry',
        ...(await project({ deprecated: [{ name: 'x', version: '1.0.0', reason: '<i>Gone</i>' }] }, at('1.0.0'))),
        findings: [
          {
            messageId: 'direct',
            path: 'package.json',
            startLine: 4,
            severity: 'warning',
            message: 'x@1.0.0 is deprecated: <i>Gone</i>',
          },
        ],
      },
      {
        name: 'by the lockfile, also where the registry does not answer',
        ...(await project({ unanswered: ['x'] }, deep)),
        findings: [
          {
            messageId: 'transitive',
            severity: 'note',
            message: 'y@2.0.0 is deprecated: Use z instead. (brought by x@1.0.0 > y@2.0.0)',
          },
        ],
        outcome: 'degraded',
      },
    ],
    refuses: [{ transitive: 1 }],
  });
});

import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import engines from '../../../plugins/npm/checks/engines.js';
import { nodeInCi } from '../../../plugins/npm/node-in-ci.js';
import { json, locked, npmProject, reader, UNLOCKED } from './locked.js';

const workflow = (steps: string, head = '') => `on: push
jobs:
  test:
${head}    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
${steps}`;

const setup = (version: string) =>
  workflow(`      - uses: actions/setup-node@v4\n        with:\n          node-version: ${version}\n`);

async function project(
  range: string | undefined,
  packages: Parameters<typeof npmProject>[1] = {},
  more: Record<string, string> = {},
  manifest = {},
) {
  const files = {
    ...npmProject(
      {
        name: 'a',
        version: '1.0.0',
        ...(range === undefined ? {} : { engines: { node: range } }),
        dependencies: { x: '1' },
        ...manifest,
      },
      packages,
    ),
    ...more,
  };
  return { files, needs: await locked(files) };
}

it('compares engines.node with CI and with the dependencies', async () => {
  await testCheck(engines, {
    passes: [
      {
        name: 'all fits',
        ...(await project(
          '>=20',
          { 'node_modules/x': { version: '1.0.0', engines: { node: '>=18' } } },
          { '.github/workflows/ci.yml': setup('20.x') },
        )),
      },
      { name: 'private, and promises nothing', ...(await project(undefined, {}, {}, { private: true })) },
      {
        name: 'what moves with time says nothing',
        ...(await project('>=22', {}, { '.github/workflows/ci.yml': setup('lts/*') })),
      },
      {
        name: 'development may need more',
        ...(await project(
          '>=18',
          { 'node_modules/x': { version: '1.0.0', engines: { node: '>=22' } } },
          {},
          { dependencies: {}, devDependencies: { x: '1' } },
        )),
      },
      {
        name: 'so may what may be absent',
        ...(await project('>=18', {
          'node_modules/x': { version: '1.0.0', optional: true, engines: { node: '>=22' } },
        })),
      },
      {
        name: 'ranges that are none',
        ...(await project('>=18', { 'node_modules/x': { version: '1.0.0', engines: { node: '<b>' } } })),
      },
      {
        name: 'no lockfile',
        files: { 'package.json': json({ engines: { node: '>=18' } }) },
        needs: UNLOCKED,
        outcome: 'degraded',
      },
      {
        name: 'a workflow that is no YAML',
        ...(await project('>=18', {}, { '.github/workflows/ci.yml': 'jobs: [' })),
        outcome: 'degraded',
      },
      {
        name: 'a lockfile that does not say, and nothing is installed',
        ...(await (async () => {
          const files = {
            'package.json': json({ name: 'a', engines: { node: '>=18' }, dependencies: { x: '^1.0.0' } }),
            'yarn.lock': '# yarn lockfile v1\nx@^1.0.0:\n  version "1.0.0"\n',
          };
          return { files, needs: await locked(files) };
        })()),
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'nothing is said',
        ...(await project(undefined)),
        findings: [{ messageId: 'missing', path: 'package.json', startLine: 2, severity: 'note' }],
      },
      {
        name: 'no range',
        ...(await project('new')),
        findings: [
          { messageId: 'invalid', severity: 'error', message: "engines.node is 'new', which is no range of versions." },
        ],
      },
      {
        name: 'CI runs what is not allowed, and never the lowest',
        ...(await project(
          '>=20.10',
          {},
          { '.github/workflows/ci.yml': setup("'18'"), '.github/workflows/more.yaml': setup('22') },
        )),
        findings: [
          {
            messageId: 'ciOutside',
            path: '.github/workflows/ci.yml',
            startLine: 9,
            severity: 'warning',
            data: { version: '18', range: '>=20.10' },
          },
          {
            messageId: 'lowestUntested',
            path: 'package.json',
            startLine: 5,
            severity: 'note',
            message: 'engines.node (>=20.10) allows Node.js 20, which CI never runs: it runs 18, 22.',
          },
        ],
      },
      {
        name: 'dependencies that refuse the lowest version, and one that leaves a gap',
        ...(await project('>=18', {
          'node_modules/x': { version: '1.0.0', engines: { node: '>=20' }, dependencies: { y: '1', z: '1' } },
          'node_modules/y': { version: '2.0.0', engines: { node: '>=20' } },
          'node_modules/z': { version: '3.0.0', engines: { node: '^18.0.0 || >=20' } },
        })),
        findings: [
          {
            messageId: 'dependency',
            severity: 'note',
            message:
              'engines.node (>=18) allows versions that 1 package it needs does not: ^18.0.0 || >=20 is asked for by z@3.0.0.',
          },
          {
            messageId: 'dependency',
            startLine: 5,
            severity: 'warning',
            message:
              'engines.node (>=18) allows versions that 2 packages it needs do not: >=20 is asked for by x@1.0.0, y@2.0.0.',
          },
        ],
      },
      {
        name: 'each package of a workspace by itself',
        ...(await (async () => {
          const files = {
            ...npmProject(
              { name: 'root', private: true, workspaces: ['p/*'] },
              {
                'p/old': { version: '1.0.0', dependencies: { x: '1' } },
                'p/new': { version: '1.0.0', dependencies: { x: '1' } },
                'node_modules/x': { version: '1.0.0', engines: { node: '>=20' } },
              },
            ),
            'p/old/package.json': json({ name: 'old', engines: { node: '>=16' }, dependencies: { x: '1' } }),
            'p/new/package.json': json({ name: 'new', engines: { node: '>=22' }, dependencies: { x: '1' } }),
          };
          return { files, needs: await locked(files) };
        })()),
        findings: [{ messageId: 'dependency', path: 'p/old/package.json' }],
      },
    ],
  });
});

describe('the versions of a workflow', () => {
  const versionsOf = async (text: string, more: Record<string, string> = {}) => {
    const { versions } = await nodeInCi(reader({ '.github/workflows/ci.yml': text, ...more }));
    return versions.map(({ range, written }) => (range === undefined ? `${written} (moves)` : range));
  };

  it.each([
    ['20', ['20']],
    ['20.10', ['20.10']],
    ['v18.2.0', ['18.2.0']],
    ['lts/iron', ['20']],
    ['LTS/Hydrogen', ['LTS/Hydrogen (moves)']],
    ['lts/*', ['lts/* (moves)']],
    ['latest', ['latest (moves)']],
    ['">=18 <21"', ['>=18 <21']],
    ['${{ inputs.node }}', ['${{ inputs.node }} (moves)']],
    ['lts/constructor', ['lts/constructor (moves)']],
  ])('%s', async (written, versions) => {
    expect(await versionsOf(setup(written))).toEqual(versions);
  });

  it('are those of the matrix', async () => {
    const step = '      - uses: actions/setup-node@v4\n        with:\n          node-version: ${{ matrix.node }}\n';
    const matrix = (text: string) => workflow(step, `    strategy:\n      matrix:\n${text}`);
    expect(await versionsOf(matrix('        node: [18, 20.10, lts/*]\n'))).toEqual(['18', '20.10', 'lts/* (moves)']);
    expect(await versionsOf(matrix('        include:\n          - node: 16\n          - os: windows\n'))).toEqual([
      '16',
    ]);
    expect(await versionsOf(matrix('        node: ${{ fromJSON(needs.a.outputs.b) }}\n'))).toEqual([
      '${{ matrix.node }} (moves)',
    ]);
    const deep = step.replace('matrix.node', 'matrix.node.version');
    expect(
      await versionsOf(workflow(deep, '    strategy:\n      matrix:\n        node:\n          - { version: 18 }\n')),
    ).toEqual(['18']);
  });

  it('are those of variables and files', async () => {
    const step = (field: string) =>
      workflow(
        `      - uses: actions/setup-node@v4\n        with:\n          ${field}\n`,
        '    env:\n      NODE: 20\n',
      );
    expect(await versionsOf(step('node-version: ${{ env.NODE }}'))).toEqual(['20']);
    const file = (name: string, text: string) => versionsOf(step(`node-version-file: ./${name}`), { [name]: text });
    expect(await file('.nvmrc', 'v20.11.1\n')).toEqual(['20.11.1']);
    expect(await file('.node-version', '# why\n18\n')).toEqual(['18']);
    expect(await file('.tool-versions', 'python 3.12\nnodejs 22.1.0\n')).toEqual(['22.1.0']);
    expect(await file('package.json', json({ volta: { node: '18.19.0' }, engines: { node: '>=18' } }))).toEqual([
      '18.19.0',
    ]);
    expect(await file('package.json', json({ engines: { node: '>=18' } }))).toEqual([]);
    expect(await file('package.json', '{')).toEqual([]);
    expect(await versionsOf(step('node-version-file: gone'))).toEqual([]);
  });

  it('are none of other steps', async () => {
    expect(
      await versionsOf(
        workflow('      - uses: actions/setup-nodex@v4\n        with: { node-version: 12 }\n      - run: node\n'),
      ),
    ).toEqual([]);
    expect(await versionsOf('jobs: text\n')).toEqual([]);
    expect(await versionsOf('')).toEqual([]);
    expect(await versionsOf('jobs:\n  a: { steps: text }\n  b: null\n')).toEqual([]);
  });
});

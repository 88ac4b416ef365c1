// Bills of materials of real lockfiles and of hostile ones, before the validator of the library.
import type { JsonObject } from 'scanrun';
import npm from 'scanrun/plugins/npm';
import sbom from 'scanrun/plugins/sbom';
import { expect, it } from 'vitest';
import cyclonedx from '../../../plugins/sbom/checks/cyclonedx.js';
import { folder, write } from '../../support/folders.js';
import { checkOf, runScan } from '../../support/run-scan.js';
import { filesOf, fixture, json, npmProject } from '../npm/locked.js';
import { type Bom, type Component, judged, needsOf } from './judge.js';

const SHA512 = `sha512-${Buffer.alloc(64, 7).toString('base64')}`;

async function scanned(files: Readonly<Record<string, string>>, options: JsonObject = {}) {
  const { result } = await runScan(folder({ ...files }), {
    config: { plugins: [npm, sbom], reporters: [], tier: 'standard', checks: { 'sbom/cyclonedx': { options } } },
    overrides: { check: ['sbom/cyclonedx'] },
  });
  return checkOf(result, 'sbom/cyclonedx');
}

async function billOf(files: Readonly<Record<string, string>>, options: JsonObject = {}): Promise<Bom> {
  return judged(JSON.stringify((await scanned(files, options)).data));
}

const named = (bom: Bom, name: string): Component | undefined => bom.components.find((item) => item.name === name);

it.each(['npm-1', 'npm-2', 'npm-3', 'yarn-1', 'yarn-berry-3', 'yarn-berry-4', 'pnpm-7', 'pnpm-8', 'pnpm-9'])(
  'lists what is in a lockfile of %s',
  async (name) => {
    const bom = await billOf(filesOf(fixture(`lockfiles/${name}`)));
    expect(bom.metadata.component).toMatchObject({ name: 'shop', version: '1.0.0', type: 'application' });
    expect(named(bom, 'debug')).toMatchObject({ version: '4.3.4', purl: 'pkg:npm/debug@4.3.4', scope: 'required' });
    expect(named(bom, 'a')).toMatchObject({ group: '@shop', purl: 'pkg:npm/%40shop/a@1.0.0' });
    // Under the name of the package, not under its alias.
    expect(bom.components.filter((item) => item.name === 'ms').map(({ version }) => version)).toContain('2.0.0');
    expect(needsOf(bom, 'debug')).toEqual(['ms']);
    expect(needsOf(bom, 'shop')).toEqual(expect.arrayContaining(['a', 'b', 'debug', 'ms', 'semver']));
    expect(named(bom, 'semver')?.scope).toBe('excluded');
    const hashes = named(bom, 'debug')?.hashes;
    if (name.startsWith('yarn-berry')) expect(hashes).toBeUndefined();
    else expect(hashes?.[0]).toMatchObject({ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) });
  },
);

it.each(['1.5', '1.6', '1.7'])('writes CycloneDX %s', async (specVersion) => {
  const bom = await billOf(filesOf(fixture('lockfiles/npm-3')), { specVersion });
  expect(bom.specVersion).toBe(specVersion);
});

it('has licences, hashes, addresses and scopes', async () => {
  const bom = await billOf(
    npmProject(
      {
        name: '@acme/rocket',
        version: '2.0.0',
        license: 'Apache-2.0',
        dependencies: { one: '1', two: '1', named: '1', near: '1', git: 'a/git#main', private: '1' },
        devDependencies: { tool: '1' },
        optionalDependencies: { maybe: '1' },
      },
      {
        'node_modules/one': {
          version: '1.0.0',
          license: 'MIT',
          integrity: SHA512,
          resolved: 'https://registry.npmjs.org/one/-/one-1.0.0.tgz',
          dependencies: { bundled: '1' },
        },
        'node_modules/one/node_modules/bundled': { version: '1.0.0', license: 'MIT', inBundle: true },
        'node_modules/two': { version: '1.0.0', license: '(MIT OR Apache-2.0)' },
        'node_modules/named': { version: '1.0.0', license: 'SEE LICENSE IN eula.txt' },
        'node_modules/near': { version: '1.0.0', license: 'Apache 2.0' },
        'node_modules/git': { version: '0.1.0', resolved: 'git+ssh://git@github.com/a/git.git#0123abc' },
        'node_modules/private': {
          version: '1.0.0',
          resolved: 'https://me:hunter2@npm.example.com/private/-/private-1.0.0.tgz?token=hunter3',
        },
        'node_modules/tool': { version: '1.0.0', dev: true, license: 'ISC', deprecated: 'Use another.' },
        'node_modules/maybe': { version: '1.0.0', optional: true, license: 'ISC' },
      },
    ),
  );
  expect(bom.metadata.component).toMatchObject({
    type: 'library',
    group: '@acme',
    name: 'rocket',
    purl: 'pkg:npm/%40acme/rocket@2.0.0',
    licenses: [{ license: { id: 'Apache-2.0', acknowledgement: 'declared' } }],
  });
  const digest = { alg: 'SHA-512', content: '07'.repeat(64) };
  expect(named(bom, 'one')).toMatchObject({
    licenses: [{ license: { id: 'MIT' } }],
    hashes: [digest],
    externalReferences: [
      { type: 'distribution', url: 'https://registry.npmjs.org/one/-/one-1.0.0.tgz', hashes: [digest] },
    ],
    purl: 'pkg:npm/one@1.0.0',
  });
  expect(named(bom, 'bundled')?.properties).toEqual([{ name: 'cdx:npm:package:bundled', value: 'true' }]);
  expect(named(bom, 'two')?.licenses).toEqual([{ expression: '(MIT OR Apache-2.0)', acknowledgement: 'declared' }]);
  expect(named(bom, 'named')?.licenses).toEqual([
    { license: { name: 'SEE LICENSE IN eula.txt', acknowledgement: 'declared' } },
  ]);
  expect(named(bom, 'near')?.licenses).toMatchObject([{ license: { id: 'Apache-2.0' } }]);
  expect(named(bom, 'git')?.purl).toBe(
    'pkg:npm/git@0.1.0?vcs_url=git%2Bssh%3A%2F%2Fgit%40github.com%2Fa%2Fgit.git%230123abc',
  );
  expect(named(bom, 'private')?.purl).toBe(
    'pkg:npm/private@1.0.0?download_url=https%3A%2F%2Fnpm.example.com%2Fprivate%2F-%2Fprivate-1.0.0.tgz',
  );
  expect(JSON.stringify(bom)).not.toMatch(/hunter/);
  expect([named(bom, 'tool')?.scope, named(bom, 'maybe')?.scope]).toEqual(['excluded', 'optional']);
  expect(named(bom, 'tool')?.properties).toContainEqual({ name: 'scanrun:deprecated', value: 'Use another.' });
  expect(needsOf(bom, 'rocket')).toEqual(['git', 'maybe', 'named', 'near', 'one', 'private', 'tool', 'two']);
  expect(bom.metadata.lifecycles).toEqual([{ phase: 'pre-build' }]);
});

it('takes from manifests what the lockfile does not say, and leaves out development when told to', async () => {
  const root = npmProject(
    { name: 'app', private: true, dependencies: { one: '1' }, devDependencies: { tool: '1' } },
    {
      'node_modules/one': { version: '1.0.0', integrity: SHA512 },
      'node_modules/tool': { version: '1.0.0', dev: true, integrity: SHA512 },
    },
  );
  const manifest = {
    name: 'one',
    version: '1.0.0',
    license: 'ISC',
    description: 'Does one thing.',
    author: 'Ann <ann@example.com> (https://ann.example)',
    homepage: 'https://one.example',
    repository: 'github:ann/one',
    bugs: { url: 'https://one.example/bugs' },
  };
  const check = await scanned({ ...root, 'node_modules/one/package.json': json(manifest) }, { dev: false });
  expect(check.outcome.status).toBe('passed');
  const bom = await judged(JSON.stringify(check.data));
  expect(bom.components).toHaveLength(1);
  expect(bom.components[0]).toMatchObject({
    description: 'Does one thing.',
    author: 'Ann',
    licenses: [{ license: { id: 'ISC' } }],
    externalReferences: [
      { type: 'issue-tracker', url: 'https://one.example/bugs' },
      { type: 'vcs', url: 'https://github.com/ann/one' },
      { type: 'website', url: 'https://one.example/' },
    ],
  });
});

it('says what it lacks', async () => {
  const bare = npmProject(
    { name: 'app', dependencies: { one: '1', two: '1' } },
    {
      'node_modules/one': { version: '1.0.0', resolved: 'https://registry.npmjs.org/one/-/one-1.0.0.tgz' },
      'node_modules/two': { version: '1.0.0', integrity: SHA512 },
    },
  );
  const check = await scanned({
    ...bare,
    'node_modules/two/package.json': json({ name: 'two', version: '1.0.0' }),
    // Of another version: what it says is not of the one that is locked.
    'node_modules/one/package.json': json({ name: 'one', version: '1.0.1', license: 'MIT' }),
  });
  expect(check.outcome).toMatchObject({
    status: 'degraded',
    reason: { message: expect.stringContaining('the licences of 1 package of 2') },
  });
  expect(check.findings.map(({ message, severity }) => [severity, message])).toEqual([
    [
      'note',
      '1 package of package-lock.json has no hash, so nobody can tell whether what is installed is what was locked: one@1.0.0.',
    ],
    ['note', '1 package says nothing of a licence: two@1.0.0.'],
  ]);
  await judged(JSON.stringify(check.data));
});

it('makes a valid bill of a hostile lockfile', async () => {
  const names = ['__proto__', 'a b', '../../up', '@/x', '@a/b/c', 'ü', '%2e', 'x\u0000y', '-', 'a'.repeat(500)];
  const entries = names.map((name, index) => [
    `node_modules/${name}`,
    {
      name,
      version: index % 2 ? '1.0.0' : 'not a <version> "',
      license: index % 3 ? 'a'.repeat(5_000) : '((MIT',
      integrity: 'sha512-short sha1-AAAA md5-x',
      resolved: 'javascript:alert(1)',
      deprecated: '<script>',
    },
  ]);
  const twice = {
    'node_modules/x': { version: '1.0.0', resolved: 'https://a.example/x.zip' },
    'node_modules/y/node_modules/x': { version: '1.0.0', resolved: 'https://b.example/x.zip' },
  };
  const bom = await billOf(
    npmProject({ name: 'app', dependencies: { x: '1' } }, { ...Object.fromEntries(entries), ...twice }),
  );
  expect(bom.components.length).toBeGreaterThan(names.length);
  expect(bom.components.filter(({ name }) => name === 'x').map((item) => item['bom-ref'])).toHaveLength(2);
  expect(bom.components.some(({ hashes }) => hashes !== undefined)).toBe(false);
});

it('is skipped where nobody knows what is used, and equal for equal projects', async () => {
  const check = await scanned({ 'package.json': json({ name: 'app' }) });
  expect(check.outcome).toMatchObject({ status: 'skipped', reason: { code: 'not-applicable' } });
  expect(check.data).toBeUndefined();
  const files = filesOf(fixture('lockfiles/npm-3'));
  expect((await scanned(files)).data).toEqual((await scanned(files)).data);
});

it('is made by the library of the project, where that has one that is known', async () => {
  const root = folder(filesOf(fixture('lockfiles/npm-3')));
  const own = {
    'node_modules/@cyclonedx/cyclonedx-library/package.json': json({
      name: '@cyclonedx/cyclonedx-library',
      version: '10.0.0',
      exports: './broken.cjs',
    }),
    'node_modules/@cyclonedx/cyclonedx-library/broken.cjs': 'throw new Error("mine");',
  };
  write(root, own);
  const settings = {
    config: { plugins: [npm, sbom], reporters: [], tier: 'standard' as const },
    overrides: { check: ['sbom/cyclonedx'] },
  };
  const mine = await runScan(root, settings);
  expect(checkOf(mine.result, 'sbom/cyclonedx').outcome).toMatchObject({ status: 'errored' });
  // Of somebody else's target nothing runs.
  const foreign = await runScan(folder(), { ...settings, target: root });
  expect(checkOf(foreign.result, 'sbom/cyclonedx').data).toMatchObject({ bomFormat: 'CycloneDX' });
});

it('is skipped where the library of the project is too old for the version that is asked for', async () => {
  const check = await scanned({
    ...filesOf(fixture('lockfiles/npm-3')),
    'node_modules/@cyclonedx/cyclonedx-library/package.json': json({
      name: '@cyclonedx/cyclonedx-library',
      version: '8.0.0',
      exports: './old.cjs',
    }),
    'node_modules/@cyclonedx/cyclonedx-library/old.cjs': 'exports.Spec = { SpecVersionDict: {} };',
  });
  expect(check.outcome).toMatchObject({
    status: 'skipped',
    reason: { code: 'not-installed', message: expect.stringContaining('npm i -D @cyclonedx/cyclonedx-library@latest') },
  });
});

it('is planned only where there is a manifest', async () => {
  expect(cyclonedx.meta.when).toEqual({ files: ['package.json'] });
  const { result } = await runScan(folder({ 'a.txt': 'a' }), {
    config: { plugins: [npm, sbom], reporters: [], tier: 'standard' },
    overrides: { check: ['sbom/cyclonedx'] },
  });
  expect(result.notPlanned.map(({ checkId }) => checkId)).toContain('sbom/cyclonedx');
});

it('wants the plugin npm', async () => {
  await expect(
    runScan(folder({ 'package.json': '{}' }), { config: { plugins: [sbom], reporters: [] } }),
  ).rejects.toThrow(/sbom\/cyclonedx needs 'lockfile': .* add 'npm' to plugins/);
});

import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import lockfileHosts from '../../../plugins/npm/checks/lockfile-hosts.js';
import { type Entry, locked, lockfileCase, npmProject, UNLOCKED } from './locked.js';

const SHA512 = 'sha512-PRWFHuSU3eDtQJPvnNY7Jcket1j0t5OuOsFzPPzsekD52Zl8qUfFIPEiswXqIvHWGVHOgX+7G/vCNNhehwxfkQ==';

/** A project with one package, and its lockfile as the need. */
async function project(entry: Entry, more: Record<string, string> = {}) {
  const files = {
    ...npmProject({ name: 'a' }, { 'node_modules/x': { version: '1.0.0', integrity: SHA512, ...entry } }),
    ...more,
  };
  return { files, needs: await locked(files) };
}

const npm = (name: string) => `https://registry.npmjs.org/${name}/-/${name}-1.0.0.tgz`;

it('passes lockfiles of the package managers', async () => {
  const names = ['npm-1', 'npm-3', 'yarn-1', 'yarn-berry-4', 'pnpm-9'];
  await testCheck(lockfileHosts, {
    passes: await Promise.all(names.map(lockfileCase)),
    fails: [],
  });
});

it('trusts hosts, schemes, names and hashes as lockfile-lint does', async () => {
  await testCheck(lockfileHosts, {
    passes: [
      { name: 'the registry', ...(await project({ resolved: npm('x') })) },
      { name: 'no URL: the registry that is configured', ...(await project({})) },
      {
        name: 'the registries of the project',
        ...(await project(
          { resolved: 'https://npm.example.com/x/-/x-1.0.0.tgz' },
          { '.npmrc': '@s:registry=https://npm.example.com/\n//npm.example.com/:_authToken=${TOKEN}\n' },
        )),
      },
      {
        name: 'the registries of .yarnrc.yml',
        ...(await project(
          { resolved: 'https://yarn.example.com/x/-/x-1.0.0.tgz' },
          { '.yarnrc.yml': 'npmScopes:\n  s:\n    npmRegistryServer: "https://yarn.example.com"\n' },
        )),
      },
      {
        name: 'a git host that is named',
        ...(await project({ resolved: 'git+ssh://git@github.com/a/x.git#01', integrity: undefined })),
        options: { hosts: ['github.com'] },
      },
      { name: 'a folder', ...(await project({ resolved: 'file:../x', integrity: undefined })) },
      { name: 'what another package brings', ...(await project({ inBundle: true, integrity: undefined })) },
      { name: 'any hash', ...(await project({ integrity: 'sha1-abc=' })), options: { integrity: 'any' } },
      { name: 'no hash', ...(await project({ integrity: undefined })), options: { integrity: 'off' } },
      { name: 'the strongest of several', ...(await project({ integrity: `sha1-abc= ${SHA512}` })) },
      { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'another host, at its line',
        ...(await project({ resolved: 'https://evil.example/x/-/x-1.0.0.tgz' })),
        findings: [
          {
            messageId: 'host',
            path: 'package-lock.json',
            startLine: 11,
            severity: 'error',
            message: 'x@1.0.0 comes from evil.example, which is not trusted (npm, yarn are).',
          },
        ],
      },
      {
        name: 'the registries of the project, where they do not count',
        ...(await project(
          { resolved: 'https://npm.example.com/x/-/x-1.0.0.tgz' },
          { '.npmrc': 'registry=https://npm.example.com\n' },
        )),
        options: { trustConfigured: false },
        findings: [{ messageId: 'host' }],
      },
      {
        name: 'no encryption',
        ...(await project({ resolved: 'http://registry.npmjs.org/x/-/x-1.0.0.tgz' })),
        findings: [{ messageId: 'scheme', message: 'x@1.0.0 comes by http:, which somebody on the way can change.' }],
      },
      {
        name: 'another package',
        ...(await project({ resolved: npm('y') })),
        findings: [{ messageId: 'name', message: `x@1.0.0 comes from ${npm('y')}, which is another package.` }],
      },
      {
        name: 'git, in the short form',
        ...(await project({ resolved: 'git@github.com:a/x.git#01', integrity: undefined })),
        findings: [{ messageId: 'host', data: { package: 'x@1.0.0', host: 'github.com', hosts: 'npm, yarn' } }],
      },
      {
        name: 'no URL at all',
        ...(await project({ resolved: '<script>alert(1)</script>.tgz', integrity: undefined })),
        findings: [{ messageId: 'noIntegrity' }, { messageId: 'noUrl', startLine: 10 }],
      },
      {
        name: 'a weak hash in one place of two where the same version is installed',
        ...(await (async () => {
          const x = { version: '1.0.0', resolved: npm('x') };
          const files = npmProject(
            { name: 'a' },
            {
              'node_modules/x': { ...x, integrity: SHA512 },
              'node_modules/y/node_modules/x': { ...x, integrity: 'sha1-abc=' },
              'node_modules/z/node_modules/x': { ...x, integrity: SHA512.replace('PRW', 'QRW') },
            },
          );
          return { files, needs: await locked(files) };
        })()),
        findings: [
          { messageId: 'weakIntegrity', data: { count: '1 package', names: 'x@1.0.0', packages: ['x@1.0.0'] } },
        ],
      },
      {
        name: 'no hash and a weak one',
        ...(await (async () => {
          const files = npmProject(
            { name: 'a' },
            { 'node_modules/w': { version: '1.0.0', integrity: 'sha1-abc=' }, 'node_modules/n': { version: '2.0.0' } },
          );
          return { files, needs: await locked(files) };
        })()),
        findings: [
          {
            messageId: 'noIntegrity',
            severity: 'warning',
            data: { count: '1 package', names: 'n@2.0.0', packages: ['n@2.0.0'] },
          },
          {
            messageId: 'weakIntegrity',
            severity: 'warning',
            message: 'There is only a weaker hash than SHA-512 for 1 package: w@1.0.0.',
          },
        ],
      },
    ],
    refuses: [{ integrity: 'md5' }, { hosts: [''] }, { schemes: ['https'] }, { hosts: 'npm' }],
  });
});

it('is about security', () => {
  expect(lockfileHosts.meta.category).toBe('security');
});

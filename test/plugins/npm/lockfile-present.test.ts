import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import lockfilePresent from '../../../plugins/npm/checks/lockfile-present.js';
import { fixture, json } from './locked.js';

const manifest = json({ name: 'a', dependencies: { x: '1' } });

it('asks for one lockfile, and no other beside it', async () => {
  await testCheck(lockfilePresent, {
    passes: [
      { name: 'npm', fixture: fixture('lockfiles/npm-3') },
      { name: 'bun', files: { 'package.json': manifest, 'bun.lock': '{}' } },
      { name: 'nothing to lock', files: { 'package.json': json({ name: 'a', peerDependencies: { x: '*' } }) } },
      {
        name: 'of another project',
        files: { 'package.json': manifest, 'yarn.lock': '', 'examples/x/package-lock.json': '{}' },
      },
      {
        name: 'named and there',
        files: { 'package.json': json({ packageManager: 'pnpm@10.0.0' }), 'pnpm-lock.yaml': '' },
      },
      { name: 'no manifest', files: {}, outcome: 'skipped' },
      { name: 'no JSON', files: { 'package.json': '<!doctype html>' }, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'none',
        files: { 'package.json': manifest },
        findings: [{ messageId: 'missing', path: 'package.json', severity: 'warning' }],
      },
      {
        name: 'none, with dependencies in a workspace only',
        files: { 'package.json': json({ workspaces: ['p'] }), 'p/package.json': manifest },
        findings: [{ messageId: 'missing', path: 'package.json' }],
      },
      {
        name: 'turned off',
        files: { 'package.json': manifest, '.npmrc': 'package-lock = false\n' },
        findings: [
          {
            messageId: 'disabled',
            path: '.npmrc',
            severity: 'note',
            message: '.npmrc turns lockfiles off (package-lock=false): every installation may get other versions.',
          },
        ],
      },
      {
        name: 'on the disk, and ignored',
        files: { 'package.json': manifest, '.gitignore': 'yarn.lock\n' },
        git: true,
        setup: (root) => writeFileSync(join(root, 'yarn.lock'), ''),
        findings: [{ messageId: 'ignored', path: 'package.json', data: { path: 'yarn.lock' } }],
      },
      {
        name: 'two, of which the one that is named is not one',
        files: {
          'package.json': json({ name: 'a', packageManager: 'pnpm@9.0.0' }),
          'yarn.lock': '',
          'package-lock.json': '{}',
        },
        findings: [
          {
            messageId: 'several',
            path: 'package-lock.json',
            message:
              'package-lock.json and yarn.lock lie beside each other: what is installed depends on who installs.',
          },
          {
            messageId: 'mismatch',
            path: 'package-lock.json',
            data: { path: 'package-lock.json', writer: 'npm', manager: 'pnpm' },
          },
        ],
      },
      {
        name: 'one in a workspace',
        files: {
          'package.json': json({ workspaces: ['p/*'] }),
          'package-lock.json': '{}',
          'p/x/package.json': manifest,
          'p/x/package-lock.json': '{}',
        },
        findings: [{ messageId: 'stray', path: 'p/x/package-lock.json' }],
      },
    ],
  });
});

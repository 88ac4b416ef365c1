import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isOwnTarget } from '../../../core/files/own-target.js';
import { folder } from '../../support/folders.js';

it('is where the scan was started, or above', () => {
  const root = folder({ 'a/b/x.txt': '' });
  expect(isOwnTarget(root, root, undefined)).toBe(true);
  expect(isOwnTarget(root, join(root, 'a/b'), undefined)).toBe(true);
  expect(isOwnTarget(join(root, 'a'), root, undefined)).toBe(false);
  // A name that only begins like the folder's is another folder.
  mkdirSync(join(root, 'a-copy'));
  expect(isOwnTarget(join(root, 'a'), join(root, 'a-copy'), undefined)).toBe(false);
});

it('is where the configuration comes from', () => {
  const root = folder({ 'scan.config.json': '{}' });
  const elsewhere = folder({ 'scan.config.json': '{}' });
  expect(isOwnTarget(root, elsewhere, join(root, 'scan.config.json'))).toBe(true);
  expect(isOwnTarget(root, elsewhere, join(elsewhere, 'scan.config.json'))).toBe(false);
});

it('is the repository that is worked in, and no other one inside of it', () => {
  const root = folder({ '.git/HEAD': '', 'packages/a/x.txt': '', 'clones/evil/.git/HEAD': '' });
  expect(isOwnTarget(join(root, 'packages/a'), root, undefined)).toBe(true);
  expect(isOwnTarget(join(root, 'clones/evil'), root, undefined)).toBe(false);
});

it('follows links to where things are', () => {
  const root = folder({ 'x.txt': '' });
  const elsewhere = folder();
  symlinkSync(root, join(elsewhere, 'link'));
  expect(isOwnTarget(root, join(elsewhere, 'link'), undefined)).toBe(true);
});

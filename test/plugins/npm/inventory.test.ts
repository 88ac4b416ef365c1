import npm from 'scanrun/plugins/npm';
import { expect, it } from 'vitest';
import inventory, { type InventoryData } from '../../../plugins/npm/checks/inventory.js';
import { folder, write } from '../../support/folders.js';
import { checkOf, runScan } from '../../support/run-scan.js';
import { filesOf, fixture, json } from './locked.js';

async function collected(root: string): Promise<InventoryData> {
  const { result } = await runScan(root, {
    config: { plugins: [npm], reporters: [], tier: 'standard' },
    overrides: { check: ['npm/inventory'] },
  });
  const check = checkOf(result, 'npm/inventory');
  expect(check.outcome.status).toBe('passed');
  return check.data as InventoryData;
}

it('reads the manifests of the project, and of what is installed in the version of the lockfile', async () => {
  const root = folder({ ...filesOf(fixture('lockfiles/npm-3')) });
  const before = await collected(root);
  expect(before.projects[0]).toMatchObject({ folder: '', name: 'shop', version: '1.0.0' });
  expect(before.packages.every((facts) => facts === null)).toBe(true);
  const debug = { name: 'debug', version: '4.3.4', license: 'MIT', author: 'TJ <tj@example.invalid>' };
  write(root, { 'node_modules/debug/package.json': json(debug) });
  const after = await collected(root);
  expect(after.packages.filter((facts) => facts !== null)).toEqual([expect.objectContaining({ licence: 'MIT' })]);
  write(root, { 'node_modules/debug/package.json': json({ ...debug, version: '4.3.3' }) });
  expect((await collected(root)).packages.every((facts) => facts === null)).toBe(true);
});

it('finds nothing by itself', () => {
  expect(inventory.meta.messages).toEqual({});
});

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import licences from '../../../plugins/npm/checks/licences.js';
import { compilePolicy, withoutOwn } from '../../../plugins/npm/licence-policy.js';
import { json, locked, npmProject, UNLOCKED } from './locked.js';

async function project(licence: unknown, entry: object = {}, manifest: object = {}) {
  const x = { version: '1.0.0', ...(licence === undefined ? {} : { license: licence }), ...entry };
  const files = npmProject({ name: 'app', dependencies: { x: '1' }, ...manifest }, { 'node_modules/x': x });
  return { files, needs: await locked(files) };
}

const install =
  (manifest: object, folder = 'node_modules/x') =>
  (root: string) => {
    const path = join(root, folder, 'package.json');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, json({ name: 'x', version: '1.0.0', ...manifest }));
  };

it('judges licences by the policy', async () => {
  await testCheck(licences, {
    passes: [
      { name: 'MIT', ...(await project('MIT')) },
      { name: 'a choice', ...(await project('(MIT OR GPL-3.0-only)')) },
      { name: 'nearly an identifier', ...(await project('Apache 2.0')) },
      { name: 'an object of old', ...(await project({ type: 'BSD-3-Clause', url: 'x' })) },
      { name: 'in node_modules', ...(await project(undefined)), setup: install({ license: 'ISC' }) },
      {
        name: 'a list of old, in node_modules',
        ...(await project(undefined)),
        setup: install({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] }),
      },
      { name: 'development only', ...(await project('AGPL-3.0-only', { dev: true })) },
      {
        name: 'the licence of the project itself',
        ...(await project('GPL-2.0-or-later', {}, { license: 'GPL-3.0-or-later' })),
        options: { deny: ['GPL-3.0-only'] },
      },
      { name: 'clarified by name', ...(await project('see the website')), options: { packages: { x: 'MIT' } } },
      {
        name: 'clarified by version',
        ...(await project(undefined)),
        options: { packages: { 'x@1.0.0': 'MIT', x: 'GPL-3.0-only' } },
      },
      { name: 'cleared', ...(await project('GPL-3.0-only')), options: { ignore: ['x'] } },
      { name: 'allowed', ...(await project('MIT')), options: { allow: ['MIT', 'ISC'] } },
      {
        name: 'allowed, with an exception more',
        ...(await project('Apache-2.0 WITH LLVM-exception')),
        options: { allow: ['Apache-2.0'] },
      },
      { name: 'a folder of the project', ...(await project('GPL-3.0-only', { resolved: 'file:../x' })) },
      { name: 'not known anywhere', ...(await project(undefined)), outcome: 'degraded' },
      {
        name: 'installed in another version',
        ...(await project(undefined)),
        setup: install({ version: '2.0.0', license: 'MIT' }),
        outcome: 'degraded',
      },
      { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
      { name: 'nothing', files: npmProject({ name: 'app' }), needs: await locked(npmProject({ name: 'app' })) },
    ],
    fails: [
      {
        name: 'denied, at the line of the dependency',
        ...(await project('AGPL-3.0')),
        findings: [
          {
            messageId: 'denied',
            path: 'package.json',
            startLine: 4,
            severity: 'error',
            message: 'x@1.0.0 is under AGPL-3.0, which the policy does not allow.',
            data: { package: 'x@1.0.0', way: '', path: ['x@1.0.0'], licence: 'AGPL-3.0' },
          },
        ],
      },
      { name: 'both are asked for', ...(await project('MIT AND GPL-3.0-only')), findings: [{ messageId: 'denied' }] },
      {
        name: 'not among the allowed',
        ...(await project('MPL-2.0')),
        options: { allow: ['MIT'] },
        findings: [{ messageId: 'denied' }],
      },
      {
        name: 'development, where asked for',
        ...(await project('GPL-3.0-only', { dev: true })),
        options: { dev: true },
        findings: [{ messageId: 'denied' }],
      },
      {
        name: 'a name that is none',
        ...(await project('<b>my own</b>')),
        findings: [
          {
            messageId: 'unknown',
            severity: 'warning',
            message: "x@1.0.0 has no licence that is known: '<b>my own</b>' is no licence of SPDX.",
          },
        ],
      },
      {
        name: 'UNLICENSED',
        ...(await project('UNLICENSED')),
        findings: [
          {
            messageId: 'unknown',
            message:
              'x@1.0.0 has no licence that is known: it says UNLICENSED: nobody may use it without an agreement.',
          },
        ],
      },
      {
        name: 'in a file',
        ...(await project('SEE LICENSE IN LICENSE.txt')),
        findings: [
          {
            messageId: 'unknown',
            message:
              'x@1.0.0 has no licence that is known: it refers to the file LICENSE.txt, which somebody must read.',
          },
        ],
      },
      {
        name: 'none at all',
        ...(await project(undefined)),
        setup: install({}),
        findings: [
          {
            messageId: 'none',
            severity: 'warning',
            message: 'x@1.0.0 says nothing of a licence, so nobody may use it.',
          },
        ],
      },
      {
        name: 'LGPL is not GPL, for a project under LGPL',
        ...(await project('GPL-3.0-only', {}, { license: 'LGPL-3.0-only' })),
        findings: [{ messageId: 'denied' }],
      },
    ],
    refuses: [{ allow: 'MIT' }, { deny: [''] }, { packages: { x: 1 } }, { deny: ['MIT', 'MIT'] }],
  });
});

it('refuses a policy that names no licences', async () => {
  await testCheck(licences, {
    passes: [{ ...(await project('MIT')), options: { allow: ['MIT', 'Mine'] }, outcome: 'errored' }],
    fails: [],
  });
  await expect(compilePolicy({ allow: ['MIT OR ISC'], deny: [] })).rejects.toThrow('no licence of SPDX: MIT OR ISC');
});

describe('a policy', () => {
  const verdict = async (text: string, options: { allow?: string[]; deny?: string[] }) =>
    (await compilePolicy({ allow: [], deny: [], ...options }))(text).verdict;

  it.each([
    ['GPL-3.0', 'denied'],
    ['GPL-3.0+', 'denied'],
    ['GPL-3.0-or-later', 'denied'],
    ['GPLv3', 'denied'],
    ['GPL-2.0-only', 'allowed'],
    ['LGPL-3.0-only', 'allowed'],
    ['(MIT AND (GPL-3.0-only OR BSD-2-Clause))', 'allowed'],
    ['(GPL-3.0-only OR GPL-3.0-or-later)', 'denied'],
    ['MIT OR Apache2', 'allowed'],
    ['(MIT and GPLv3)', 'denied'],
    ['MIT OR whatever it may be', 'unknown'],
    ['', 'unknown'],
    ['AND', 'unknown'],
    ['+', 'unknown'],
    [`${' '.repeat(100_000)}OR`, 'unknown'],
  ])('that denies GPL-3.0 says of %s: %s', async (text, expected) => {
    expect(await verdict(text, { deny: ['GPL-3.0-only', 'GPL-3.0-or-later'] })).toBe(expected);
  });

  it('lets an alternative through exactly when one side passes', async () => {
    const ids = fc.constantFrom('MIT', 'ISC', 'GPL-3.0-only', 'Apache-2.0', 'MPL-2.0');
    const some = fc.uniqueArray(ids, { minLength: 1 });
    await fc.assert(
      fc.asyncProperty(ids, ids, some, async (a, b, allow) => {
        const passes = async (text: string) => (await verdict(text, { allow })) === 'allowed';
        expect(await passes(`${a} OR ${b}`)).toBe((await passes(a)) || (await passes(b)));
        expect(await passes(`${a} AND ${b}`)).toBe((await passes(a)) && (await passes(b)));
      }),
    );
  });

  it('survives any text', async () => {
    const policy = await compilePolicy({ allow: [], deny: ['GPL-3.0-only'] });
    fc.assert(fc.property(fc.string(), (text) => ['allowed', 'denied', 'unknown'].includes(policy(text).verdict)));
  });

  it('does not hold for what the project has itself', async () => {
    expect(await withoutOwn(['GPL-3.0-only', 'AGPL-3.0-only', 'GPL-2.0-only'], 'GPL-3.0-or-later')).toEqual([
      'AGPL-3.0-only',
      'GPL-2.0-only',
    ]);
    expect(await withoutOwn(['GPL-3.0-only'], 'LGPL-3.0-only')).toEqual(['GPL-3.0-only']);
    expect(await withoutOwn(['GPL-3.0-only'], undefined)).toEqual(['GPL-3.0-only']);
    expect(await withoutOwn(['GPL-3.0-only'], 'Mine')).toEqual(['GPL-3.0-only']);
  });
});

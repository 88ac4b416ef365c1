import type { ServerResponse } from 'node:http';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import { readAudit } from '../../../plugins/npm/advisories/npm-audit.js';
import vulnerabilities from '../../../plugins/npm/checks/vulnerabilities.js';
import { json, locked, npmProject, UNLOCKED } from './locked.js';
import { type Asked, advisory, BULK, send, startRegistry, startTrap, withoutNpmSettings } from './registry-server.js';

withoutNpmSettings();

const PACKAGES = {
  'node_modules/a': { version: '1.0.0', dependencies: { lodash: '^4.0.0' } },
  'node_modules/lodash': { version: '4.17.20' },
  'node_modules/tool': { version: '2.0.0', dev: true },
  'packages/mine': { name: 'mine', version: '1.0.0' },
};

async function project(npmrc: string, more: Record<string, string> = {}) {
  const manifest = { name: 'app', dependencies: { a: '1' }, devDependencies: { tool: '2' } };
  const files = { ...npmProject(manifest, PACKAGES), '.npmrc': npmrc, ...more };
  return { files, needs: await locked(files) };
}

/** Answers the endpoint for advisories, and nothing else, with this. */
const answering = (status: number, body: object | string) => (asked: Asked, response: ServerResponse) => {
  if (asked.path === BULK) send(response, status, body);
  return asked.path === BULK;
};

const only = (asked: readonly Asked[]) => asked.filter(({ path }) => path === BULK);

describe('the registry', () => {
  it('is asked once for all packages, and says what is vulnerable', async () => {
    const { npmrc, asked } = await startRegistry({ advisories: { lodash: [advisory()], other: [advisory()] } });
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [
        {
          name: 'with path, fix, identifier and score',
          ...(await project(npmrc)),
          findings: [
            {
              messageId: 'vulnerable',
              path: 'package.json',
              startLine: 4,
              severity: 'error',
              message:
                'lodash@4.17.20: Command Injection in lodash (CVSS 7.2; GHSA-35jh-r3h4-6jhm), fixed in 4.17.21, brought by a@1.0.0 > lodash@4.17.20.',
            },
          ],
        },
      ],
    });
    // Twice in this thread and once in another; each time one request, with every version of every package.
    expect(asked).toHaveLength(3);
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: BULK,
      body: { a: ['1.0.0'], lodash: ['4.17.20'], tool: ['2.0.0'] },
    });
  });

  it('says "none" only when it was asked', async () => {
    const { npmrc, asked } = await startRegistry({ advisories: {} });
    await testCheck(vulnerabilities, {
      passes: [
        { name: 'none', ...(await project(npmrc)) },
        {
          name: 'not about this version',
          ...(await project(
            (
              await startRegistry({ advisories: { lodash: [advisory({ vulnerable_versions: '<4.0.0' })] } })
            ).npmrc,
          )),
        },
        {
          name: 'accepted',
          ...(await project((await startRegistry({ advisories: { lodash: [advisory()] } })).npmrc)),
          options: { ignore: ['ghsa-35jh-r3h4-6jhm'] },
        },
        {
          name: 'development does not count',
          ...(await project((await startRegistry({ advisories: { tool: [advisory()] } })).npmrc)),
          options: { dev: false },
        },
        {
          name: 'nothing to ask for',
          files: npmProject({ name: 'x' }),
          needs: await locked(npmProject({ name: 'x' })),
        },
        { name: 'no lockfile', files: { 'package.json': '{}' }, needs: UNLOCKED, outcome: 'skipped' },
      ],
      fails: [],
    });
    expect(asked.length).toBe(3);
  });

  it.each([
    ['that does not have the endpoint', 405, {}],
    ['that wants to know who asks', 401, {}],
    ['that does not know it', 404, {}],
    ['that is ill', 500, 'oops'],
  ])('%s makes the check degraded', async (_, status, body) => {
    const { npmrc, host } = await startRegistry({
      instead: answering(status, body),
    });
    const result = await degradedBy(
      npmrc,
      `advisories could not be checked (${status}) at ${host} for 3 packages: a, lodash, tool.`,
    );
    expect(result).toBe(true);
  });

  it.each([
    ['a page', '<!doctype html><p>Log in</p>'],
    ['nothing', ''],
    ['a list', '[]'],
    ['an error', '{"error": "no"}'],
    ['lists that are none', '{"lodash": {}}'],
  ])('that answers with %s is no source', async (_, body) => {
    const { npmrc } = await startRegistry({
      instead: answering(200, body),
    });
    expect(await degradedBy(npmrc, 'advisories could not be checked (no advisories in the answer)')).toBe(true);
  });

  it('that is not there is no source', async () => {
    expect(await degradedBy('registry=http://127.0.0.1:9/\n', 'advisories could not be checked (E')).toBe(true);
  });

  it('of a scope is asked for its packages only', async () => {
    const own = await startRegistry({
      advisories: { '@corp/x': [advisory({ title: 'Own' })] },
      token: 'hunter2-scope',
    });
    const main = await startRegistry({ advisories: {} });
    const npmrc = `${main.npmrc}@corp:registry=${own.url}\n//${own.host}/:_authToken=hunter2-scope\n`;
    const files = {
      ...npmProject(
        { name: 'app', dependencies: { '@corp/x': '1', y: '1' } },
        { 'node_modules/@corp/x': { version: '1.0.0' }, 'node_modules/y': { version: '1.0.0' } },
      ),
      '.npmrc': npmrc,
    };
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [{ files, needs: await locked(files), findings: [{ messageId: 'vulnerable' }] }],
    });
    expect(only(own.asked)[0]).toMatchObject({ body: { '@corp/x': ['1.0.0'] }, authorization: 'Bearer hunter2-scope' });
    expect(only(main.asked)[0]).toMatchObject({ body: { y: ['1.0.0'] }, authorization: undefined });
  });

  it('without advisories may be left out, and then only it', async () => {
    const own = await startRegistry();
    const main = await startRegistry({ advisories: {} });
    const npmrc = `${main.npmrc}@corp:registry=${own.url}\n`;
    const files = {
      ...npmProject(
        { name: 'app' },
        { 'node_modules/@corp/x': { version: '1.0.0' }, 'node_modules/y': { version: '1.0.0' } },
      ),
      '.npmrc': npmrc,
    };
    await testCheck(vulnerabilities, {
      passes: [
        { name: 'not left out', files, needs: await locked(files), outcome: 'degraded' },
        { name: 'left out', files, needs: await locked(files), options: { ignoreRegistries: [own.host] } },
      ],
      fails: [],
      refuses: [{ ignore: ['not an id'] }, { osv: '' }, { ignoreRegistries: [''] }],
    });
  });

  it("of somebody else's target does not count, nor do its variables", async () => {
    const { trap, mine, npmrc } = await startTrap();
    await testCheck(vulnerabilities, { passes: [{ ...(await project(npmrc)), foreign: true }], fails: [] });
    expect(trap.asked).toEqual([]);
    expect(only(mine.asked)).toHaveLength(3);
  });
});

/** True where the check ends degraded with a reason that begins so; asserts that it found nothing. */
async function degradedBy(npmrc: string, reason: string): Promise<boolean> {
  const { files, needs } = await project(npmrc);
  // npm must not be the way out here: the lockfile is not one of its.
  const tree = { ...needs.lockfile, tree: { ...(needs.lockfile as { tree: object }).tree, manager: 'yarn' } };
  const error = await testCheck(vulnerabilities, {
    passes: [{ files, needs: { lockfile: tree } as never }],
    fails: [],
  }).catch((thrown: unknown) => thrown);
  return error instanceof Error && error.message.includes('ended degraded') && error.message.includes(reason);
}

describe('severity and identifiers', () => {
  it.each([
    [{ cvss: { score: 9.8 } }, 'error', 'CVSS 9.8'],
    [{ cvss: { score: 7 } }, 'error', 'CVSS 7.0'],
    [{ cvss: { score: 6.9 } }, 'warning', 'CVSS 6.9'],
    [{ cvss: { score: 4 } }, 'warning', 'CVSS 4.0'],
    [{ cvss: { score: 3.9 }, severity: 'critical' }, 'note', 'CVSS 3.9'],
    [{ cvss: { score: 0, vectorString: null }, severity: 'critical' }, 'error', 'critical'],
    [{ cvss: undefined, severity: 'moderate' }, 'warning', 'moderate'],
    [{ cvss: undefined, severity: 'low' }, 'note', 'low'],
    [{ cvss: undefined, severity: undefined }, 'warning', 'not rated'],
  ] as const)('%j is a %s', async (fields, severity, rating) => {
    const { npmrc } = await startRegistry({
      advisories: { tool: [advisory({ title: '<b>\n*Bad*</b>', ...fields, vulnerable_versions: '*' })] },
    });
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [
        {
          ...(await project(npmrc)),
          findings: [
            {
              messageId: 'vulnerable',
              severity,
              message: `tool@2.0.0: <b> *Bad*</b> (${rating}, development only; GHSA-35jh-r3h4-6jhm), not fixed yet.`,
            },
          ],
        },
      ],
    });
  });

  it('of malware and of an advisory without an identifier', async () => {
    const { npmrc } = await startRegistry({
      advisories: {
        a: [advisory({ title: 'Malware in a', cvss: undefined, severity: 'low' })],
        tool: [advisory({ url: 'https://x.example', id: 7 })],
      },
    });
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [
        {
          ...(await project(npmrc)),
          findings: [
            {
              messageId: 'malicious',
              severity: 'error',
              message:
                'a@1.0.0 was made to do harm: Malware in a (GHSA-35jh-r3h4-6jhm). Remove it, and change every secret of machines that installed it.',
            },
            {
              messageId: 'vulnerable',
              message: 'tool@2.0.0: Command Injection in lodash (CVSS 7.2, development only; npm-7), fixed in 4.17.21.',
            },
          ],
        },
      ],
    });
  });
});

describe('npm audit', () => {
  it('is the way out where the registry answers npm and not us', async () => {
    const { npmrc, asked } = await startRegistry({
      instead: (one, response) => {
        const isNpm = one.agent.startsWith('npm/');
        return (isNpm ? answering(200, { lodash: [advisory()] }) : answering(405, {}))(one, response);
      },
      packages: {
        lodash: {
          name: 'lodash',
          'dist-tags': { latest: '4.17.21' },
          versions: {
            '4.17.20': { name: 'lodash', version: '4.17.20' },
            '4.17.21': { name: 'lodash', version: '4.17.21' },
          },
        },
        a: {
          name: 'a',
          'dist-tags': { latest: '1.0.0' },
          versions: { '1.0.0': { name: 'a', version: '1.0.0', dependencies: { lodash: '^4.0.0' } } },
        },
      },
    });
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [
        {
          ...(await project(npmrc)),
          findings: [{ messageId: 'vulnerable', message: expect.stringContaining('fixed in 4.17.21') as never }].map(
            ({ messageId }) => ({ messageId }),
          ),
        },
      ],
    });
    expect(only(asked).some(({ agent }) => agent.startsWith('npm/'))).toBe(true);
  }, 120_000);

  const semver = async () => (await import('semver')).default;

  it('is read in the form of npm 7 and later', async () => {
    const report = {
      auditReportVersion: 2,
      vulnerabilities: {
        lodash: {
          name: 'lodash',
          via: [{ source: 1, name: 'lodash', ...advisory({ range: '<4.17.21', vulnerable_versions: undefined }) }],
        },
        a: { name: 'a', via: ['lodash'] },
      },
    };
    const answer = readAudit(json(report), await semver());
    expect(
      'advisories' in answer && answer.advisories.map(({ name, of }) => [name, of('4.17.20')?.fixed, of('4.17.21')]),
    ).toEqual([['lodash', '4.17.21', undefined]]);
  });

  it('is read in the form of npm 6, which knows CVE identifiers', async () => {
    const report = {
      advisories: {
        7: {
          module_name: 'x',
          vulnerable_versions: '>=1.0.0 <1.2.0',
          cves: ['CVE-2020-1234', 7],
          github_advisory_id: 'GHSA-aaaa-bbbb-cccc',
          title: 'T',
          severity: 'moderate',
        },
      },
    };
    const answer = readAudit(json(report), await semver());
    expect('advisories' in answer && answer.advisories[0]?.of('1.1.0')).toMatchObject({
      ids: ['GHSA-aaaa-bbbb-cccc', 'CVE-2020-1234'],
      fixed: '1.2.0',
      level: 'moderate',
    });
  });

  it.each([
    ['', 'npm audit printed no JSON'],
    ['{}', 'npm audit printed no report'],
    ['[]', 'npm audit printed no report'],
    ['{"error":{"code":"ENOLOCK","summary":"x"}}', 'npm audit: ENOLOCK'],
    ['{"message":"405 Method Not Allowed","statusCode":405}', 'npm audit: 405'],
    ['{"vulnerabilities":{}}', 'npm audit printed no report'],
  ])('that printed %j found nothing out', async (stdout, failure) => {
    expect(readAudit(stdout, await semver())).toEqual({ failure });
  });
});

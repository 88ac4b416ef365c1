import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { testCheck } from 'scanrun/testing';
import semver from 'semver';
import { afterAll, describe, expect, it } from 'vitest';
import {
  mergeVulnerabilities,
  scoreOf,
  severityOf,
  type Vulnerability,
} from '../../../plugins/npm/advisories/advisory.js';
import { advisoriesOf } from '../../../plugins/npm/advisories/osv.js';
import { searchOsv } from '../../../plugins/npm/advisories/osv-database.js';
import { fixedAfter, isInRange } from '../../../plugins/npm/advisories/range.js';
import vulnerabilities from '../../../plugins/npm/checks/vulnerabilities.js';
import { json, locked, npmProject } from './locked.js';
import { advisory, startRegistry, withoutNpmSettings } from './registry-server.js';
import { zip } from './zip.js';

withoutNpmSettings();

/** A record of OSV about lodash; versions from 4.0.0, fixed in 4.17.21. */
const record = (fields: Readonly<Record<string, unknown>> = {}, affected: Readonly<Record<string, unknown>> = {}) => ({
  schema_version: '1.6.0',
  id: 'GHSA-35jh-r3h4-6jhm',
  modified: '2024-01-02T03:04:05Z',
  aliases: ['CVE-2021-23337'],
  summary: 'Command Injection in lodash',
  severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
  affected: [
    {
      package: { ecosystem: 'npm', name: 'lodash' },
      ranges: [{ type: 'SEMVER', events: [{ introduced: '4.0.0' }, { fixed: '4.17.21' }] }],
      ...affected,
    },
  ],
  ...fields,
});

/** What a record says of a version of lodash. */
async function said(version: string, value: unknown): Promise<Vulnerability | undefined> {
  const [found] = await advisoriesOf(value, semver);
  return found?.of(version);
}

describe('a record of OSV', () => {
  const ranges = (...events: object[]) => record({}, { ranges: [{ type: 'SEMVER', events }] });

  it.each([
    ['3.9.9', undefined],
    ['4.0.0-rc.1', undefined],
    ['4.0.0', '4.17.21'],
    ['4.17.20', '4.17.21'],
    ['4.17.21-beta', '4.17.21'],
    ['4.17.21', undefined],
    ['5.0.0', undefined],
    ['nonsense', undefined],
  ])('says of %s that it is fixed in %s', async (version, fixed) => {
    expect((await said(version, record()))?.fixed).toBe(fixed);
  });

  it('has identifiers, score and address', async () => {
    expect(await said('4.17.20', record())).toEqual({
      ids: ['GHSA-35jh-r3h4-6jhm', 'CVE-2021-23337'],
      title: 'Command Injection in lodash',
      url: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
      isMalicious: false,
      fixed: '4.17.21',
      score: 7.2,
      vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
    });
  });

  it('may have several lines, an end that is vulnerable itself, and no beginning', async () => {
    const lines = ranges({ introduced: '0' }, { fixed: '1.2.0' }, { introduced: '2.0.0' }, { last_affected: '2.3.0' });
    const affected = async (version: string) => (await said(version, lines)) !== undefined;
    expect(await affected('0.0.1-alpha')).toBe(true);
    expect(await affected('1.1.9')).toBe(true);
    expect(await affected('1.2.0')).toBe(false);
    expect(await affected('2.0.0')).toBe(true);
    expect(await affected('2.3.0')).toBe(true);
    expect(await affected('2.3.1')).toBe(false);
    expect((await said('1.0.0', lines))?.fixed).toBe('1.2.0');
    expect((await said('2.1.0', lines))?.fixed).toBeUndefined();
  });

  it('may have events in any order, and ranges of the type ECOSYSTEM', async () => {
    const mixed = record(
      {},
      { ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: '1.1.0' }, { introduced: '1.0.0' }] }] },
    );
    expect((await said('1.0.5', mixed))?.fixed).toBe('1.1.0');
    expect(await said('1.1.0', mixed)).toBeUndefined();
  });

  it('may have a list of versions', async () => {
    const listed = record({}, { ranges: undefined, versions: ['6.6.6'] });
    expect((await said('6.6.6', listed))?.ids).toHaveLength(2);
    expect(await said('6.6.7', listed)).toBeUndefined();
  });

  it('is about npm, and not withdrawn', async () => {
    expect(await advisoriesOf(record({ withdrawn: '2024-01-01T00:00:00Z' }), semver)).toEqual([]);
    expect(await advisoriesOf(record({}, { package: { ecosystem: 'PyPI', name: 'lodash' } }), semver)).toEqual([]);
  });

  it('takes the newest version of CVSS, that of the package before the whole', async () => {
    const v4 = 'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N';
    const v3 = 'CVSS:3.1/AV:N/AC:H/PR:L/UI:R/S:U/C:L/I:N/A:N';
    const both = [
      { type: 'CVSS_V3', score: v3 },
      { type: 'CVSS_V4', score: v4 },
    ];
    expect((await said('4.1.0', record({ severity: both })))?.score).toBe(9.3);
    expect((await said('4.1.0', record({ severity: both }, { severity: [both[0]] })))?.score).toBe(2.6);
    expect(
      await said(
        '4.1.0',
        record({ severity: [{ type: 'CVSS_V3', score: 'nonsense' }], database_specific: { severity: 'MODERATE' } }),
      ),
    ).toMatchObject({ level: 'moderate' });
  });

  it.each([
    null,
    1,
    'x',
    [],
    {},
    { id: 'X' },
    { id: 'X', affected: 1 },
    { id: 'X', affected: [null] },
    {
      id: 'X',
      affected: [
        {
          package: { ecosystem: 'npm', name: 'a' },
          ranges: [{ type: 'SEMVER', events: [{ introduced: '<b>' }, null, 7] }],
          versions: [1],
        },
      ],
    },
  ])('that is none finds nothing: %j', async (value) => {
    for (const found of await advisoriesOf(value, semver)) expect(found.of('1.0.0')).toBeUndefined();
  });
});

describe('scores', () => {
  it.each([
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
    ['CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:H', 5.9],
    ['AV:N/AC:L/Au:N/C:P/I:P/A:P', 7.5],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', undefined],
    ['', undefined],
    ['<script>', undefined],
    ['CVSS:9.9/AV:N', undefined],
  ])('of %s is %s', async (vector, score) => {
    expect(await scoreOf(vector)).toBe(score);
  });

  it('are judged by the scale of CVSS', () => {
    const of = (score: number | undefined, level?: string) =>
      severityOf({
        isMalicious: false,
        ...(score === undefined ? {} : { score }),
        ...(level === undefined ? {} : { level }),
      });
    expect([10, 7, 6.9, 4, 3.9, 0.1].map((score) => of(score))).toEqual([
      'error',
      'error',
      'warning',
      'warning',
      'note',
      'note',
    ]);
    expect(severityOf({ isMalicious: true, score: 1 })).toBe('error');
  });
});

describe('ranges of npm', () => {
  it.each([
    ['<4.17.21', '4.17.20', '4.17.21'],
    ['>=1.0.0 <1.2.0 || >=2.0.0 <2.1.0', '2.0.5', '2.1.0'],
    ['>=1.0.0 <1.2.0 || >=1.2.0 <1.3.0', '1.1.0', '1.3.0'],
    ['<=1.2.0', '1.0.0', undefined],
    ['*', '1.0.0', undefined],
    ['1.0.0', '1.0.0', undefined],
    ['<2.0.0', '3.0.0', undefined],
  ])('%s: %s is fixed in %s', (range, version, fixed) => {
    expect(fixedAfter(semver, version, range)).toBe(fixed);
  });

  it('have prereleases, and nothing for what is no range', () => {
    expect(isInRange(semver, '1.2.0-beta.1', '<1.2.0')).toBe(true);
    expect(isInRange(semver, '1.0.0', 'all of them')).toBe(false);
  });

  it('give a fix that is out of the range and above the version', () => {
    const number = fc.integer({ min: 0, max: 3 });
    const version = fc.tuple(number, number, number).map((parts) => parts.join('.'));
    const part = fc.tuple(version, version).map(([from, to]) => `>=${from} <${to}`);
    fc.assert(
      fc.property(
        version,
        fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(' || ')),
        (at, range) => {
          const fixed = fixedAfter(semver, at, range);
          expect(fixed === undefined).toBe(!isInRange(semver, at, range));
          if (fixed === undefined) return;
          expect(isInRange(semver, fixed, range)).toBe(false);
          expect(semver.gt(fixed, at)).toBe(true);
        },
      ),
    );
  });
});

it('merges what has an identifier in common', () => {
  const base = { title: '', isMalicious: false };
  const merged = mergeVulnerabilities([
    { ...base, ids: ['GHSA-a'], score: 5, title: 'First' },
    { ...base, ids: ['CVE-2'], fixed: '2.0.0' },
    { ...base, ids: ['CVE-1', 'GHSA-a'], score: 8, vector: 'V', url: 'u' },
    { ...base, ids: ['CVE-1', 'CVE-2'], isMalicious: true },
    { ...base, ids: ['CVE-9'] },
  ]);
  expect(merged).toEqual([
    {
      ids: ['GHSA-a', 'CVE-1', 'CVE-2'],
      title: 'First',
      score: 8,
      vector: 'V',
      url: 'u',
      fixed: '2.0.0',
      isMalicious: true,
    },
    { ids: ['CVE-9'], title: '', isMalicious: false },
  ]);
});

describe('a database', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-osv-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (path: string, content: string | Buffer): string => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    return join(folder, path);
  };
  const search = (path: string) =>
    searchOsv(path, new Set(['lodash', '__proto__']), semver, new AbortController().signal);

  it('is a folder, with folders and archives in it', async () => {
    write('db/GHSA-1.json', json(record({ id: 'GHSA-1' })));
    write('db/deep/er/GHSA-2.json', json(record({ id: 'GHSA-2', modified: '2025-05-05T00:00:00Z' })));
    write('db/npm.zip', zip({ 'a/GHSA-3.json': json(record({ id: 'GHSA-3' })), 'README.md': 'no record' }));
    write('db/other.json', json(record({ id: 'GHSA-4' }, { package: { ecosystem: 'npm', name: 'other' } })));
    write('db/pypi.json', json(record({ id: 'PYSEC-1' }, { package: { ecosystem: 'PyPI', name: 'lodash' } })));
    write('db/notes.txt', 'no record');
    symlinkSync('..', join(folder, 'db/loop'));
    const answer = await search(join(folder, 'db'));
    expect(answer).toMatchObject({ records: 4, newest: '2025-05-05T00:00:00Z', failed: [] });
    expect(answer.advisories.map(({ of }) => of('4.17.20')?.ids[0])).toEqual(['GHSA-1', 'GHSA-2', 'GHSA-3']);
  });

  it('is an archive of any size, read record by record', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3_000 }, (_, index) => [
        `GHSA-${index}.json`,
        json(record({ id: `GHSA-${index}` }, { package: { ecosystem: 'npm', name: `p${index}` } })),
      ]),
    );
    const path = write('all.zip', zip({ ...many, 'hit.json': json(record({ id: 'GHSA-hit' })) }));
    expect(await search(path)).toMatchObject({ records: 3_001, advisories: [{ name: 'lodash' }], failed: [] });
  });

  it('tells which records could not be read', async () => {
    const path = write(
      'bad.zip',
      zip({ 'cut.json': json(record()).slice(0, -30), 'empty.json': '', 'good.json': json(record()) }),
    );
    const answer = await search(path);
    expect(answer.advisories).toHaveLength(1);
    expect(answer.failed.map(({ place }) => place)).toEqual([`${path}:cut.json`, `${path}:empty.json`]);
  });

  it.each([
    ['is not there', () => join(folder, 'nowhere'), /cannot be opened \(ENOENT\)/],
    ['is no archive', () => write('fake.zip', 'no archive'), /is no zip archive/],
    ['is something else', () => write('db.tar', ''), /is neither a folder, nor a \.zip, nor a \.json/],
    [
      'is a damaged archive',
      () => {
        const path = write('cut.zip', zip({ 'a.json': json(record()) }));
        truncateSync(path, 40);
        return path;
      },
      /is no zip archive/,
    ],
  ])('that %s cannot be used', async (_, make, why) => {
    await expect(search(make())).rejects.toThrow(why);
  });

  it('has nothing for names that are also names of an object', async () => {
    const path = write('proto.json', json(record({}, { package: { ecosystem: 'npm', name: 'constructor' } })));
    expect((await search(path)).advisories).toEqual([]);
  });

  const project = async (npmrc = 'registry=http://127.0.0.1:9/\n') => {
    const files = {
      ...npmProject({ name: 'app', dependencies: { lodash: '4' } }, { 'node_modules/lodash': { version: '4.17.20' } }),
      '.npmrc': npmrc,
    };
    return { files, needs: await locked(files) };
  };

  it('is asked before the registry, and instead of it', async () => {
    write('aliases/1.json', json(record()));
    write('aliases/2.json', json(record({ id: 'CVE-2021-23337', aliases: [], summary: '', severity: [] })));
    write('aliases/3.json', json(record({ id: 'GHSA-gone', aliases: [], withdrawn: '2024-01-01T00:00:00Z' })));
    await testCheck(vulnerabilities, {
      passes: [{ name: 'not about this', ...(await project()), options: { osv: join(folder, 'db/other.json') } }],
      fails: [
        {
          name: 'once, though two records are about it',
          ...(await project()),
          options: { osv: join(folder, 'aliases') },
          findings: [
            {
              messageId: 'vulnerable',
              message:
                'lodash@4.17.20: Command Injection in lodash (CVSS 7.2; GHSA-35jh-r3h4-6jhm, CVE-2021-23337), fixed in 4.17.21.',
            },
          ],
        },
        {
          name: 'relative to the target',
          ...(await project()),
          setup: (root) => {
            mkdirSync(join(root, 'osv'));
            writeFileSync(join(root, 'osv/1.json'), json(record({ id: 'MAL-2024-1', summary: 'Malicious code' })));
          },
          options: { osv: './osv' },
          findings: [{ messageId: 'malicious', severity: 'error' }],
        },
        {
          name: 'some records could not be read',
          ...(await project()),
          options: { osv: join(folder, 'bad.zip') },
          findings: [{ messageId: 'vulnerable' }],
          outcome: 'degraded',
        },
      ],
    });
  });

  it('that is none leaves the question to the registry, and the check degraded', async () => {
    const { npmrc } = await startRegistry({ advisories: { lodash: [advisory()] } });
    await testCheck(vulnerabilities, {
      passes: [],
      fails: [
        {
          name: 'not there',
          ...(await project(npmrc)),
          options: { osv: './nowhere' },
          findings: [{ messageId: 'vulnerable' }],
          outcome: 'degraded',
        },
        {
          name: 'of another ecosystem',
          ...(await project(npmrc)),
          options: { osv: join(folder, 'db/pypi.json') },
          findings: [{ messageId: 'vulnerable' }],
          outcome: 'degraded',
        },
      ],
    });
  });
});

// The machine formats before those who judge them, for samples, for hostile text, and for real scans by the built command.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Reporter, RunResult } from 'scanrun';
import gitlab from 'scanrun/reporters/gitlab';
import junit from 'scanrun/reporters/junit';
import sarif from 'scanrun/reporters/sarif';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkProject } from '../support/check-projects.js';
import { folder, git, repository, write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import {
  gitlabSchema,
  hasXmllint,
  problemsOf,
  sarifSchema,
  sarifTool,
  sarifToolErrors,
  schemaFile,
  xmlProblems,
} from './conformance.js';
import { naughty } from './naughty.js';
import { render } from './render.js';
import { hostile, large, manyTasks } from './sample-extremes.js';
import * as samples from './sample-result.js';
import { rich } from './sample-rich.js';
import { sinceBaseline, sinceRun } from './sample-states.js';

const results: Readonly<Record<string, () => RunResult>> = {
  ...samples,
  rich,
  sinceBaseline,
  sinceRun,
  hostile,
  naughty,
  tasks: () => manyTasks(60),
  large: () => large(300),
};
const missing = (what: string) => `${what} is not there; the other judges of the format are asked`;

async function rendered(reporter: Reporter, options: object = {}): Promise<Record<string, string>> {
  const entries = Object.entries(results).map(
    async ([name, make]) => [name, await render(reporter, make(), { options: { ...options } })] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}

/** Reports with what is fixed, by name. */
const gone = (reports: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(reports).map(([name, text]) => [`${name}-gone`, text]));

/** Reports of real scans, by name of the scan and format. */
const real: Record<string, Record<'sarif' | 'junit' | 'gitlab', string>> = {};

beforeAll(async () => {
  const own = folder();
  git(own, 'clone', '--quiet', '--no-hardlinks', fileURLToPath(new URL('../../', import.meta.url)), 'clone');
  const broken = checkProject({
    throws: "throw new Error('boom ]]> <b> \\u0000');",
    finds: "report(c, 'x\\u0007 ]]> | @you', { path: 'a b/ü#?.txt', startLine: 1, startColumn: 1, endColumn: 2 });",
    hangs: { run: 'await new Promise(() => {});', meta: { timeout: '5s' } },
  });
  write(broken, { 'a b/ü#?.txt': 'one\ntwo\n', 'scan.config.json': { plugins: ['./plugin.mjs', 'repo'] } });
  git(broken, 'init', '--quiet');
  git(broken, 'remote', 'add', 'origin', 'git@github.com:acme/rocket.git');
  const nothing = repository({ 'README.md': '# Nothing\n', LICENSE: 'MIT\n' });
  write(join(own, 'clone'), {
    'plain.json': { plugins: ['repo', 'secrets'], checks: { 'repo/max-file-size': { options: { maxBytes: 20_000 } } } },
  });
  const scans: [string, string, string[]][] = [
    ['this repository', join(own, 'clone'), ['--config', 'plain.json']],
    ['checks that break', broken, []],
    ['a clean repository', nothing, []],
  ];
  await Promise.all(
    scans.map(async ([name, cwd, args]) => {
      mkdirSync(join(cwd, 'reports'), { recursive: true });
      const formats = ['sarif', 'junit', 'gitlab'] as const;
      const flags = formats.flatMap((format) => ['--reporter', `${format}=reports/${format}`]);
      const { code, stderr } = await scanrun([...args, ...flags], { cwd });
      if (![0, 1, 3].includes(code ?? 2)) throw new Error(stderr);
      real[name] = Object.fromEntries(
        formats.map((format) => [format, readFileSync(join(cwd, 'reports', format), 'utf8')]),
      ) as (typeof real)[string];
    }),
  );
}, 120_000);

describe('sarif', () => {
  it('is what the schema of OASIS says', async ({ skip }) => {
    const validate = sarifSchema();
    if (validate === undefined) return skip(missing('../shared/schemas/sarif-schema-2.1.0.json'));
    const all = {
      ...(await rendered(sarif)),
      ...gone(await rendered(sarif, { absent: true })),
      ...split(await rendered(sarif, { split: 'category' })),
      ...realOf('sarif'),
    };
    for (const [name, text] of Object.entries(all))
      expect([name, problemsOf(validate, JSON.parse(text))]).toEqual([name, []]);
    // The schema refuses what is none, or the lines above would prove nothing.
    expect(problemsOf(validate, { version: '2.1.0', runs: [{ tool: { driver: {} } }] })).not.toEqual([]);
  });

  it("has no error for Microsoft's tool, by its rules for SARIF and for code scanning", async ({ skip }) => {
    const tool = sarifTool();
    if (tool === undefined) return skip(missing('@microsoft/sarif-multitool for this machine'));
    // It takes a second or two for each file: of what others hold too, one is enough.
    const { clean, empty, rich: one, hostile: text, naughty: more } = await rendered(sarif);
    const { 'rich-split': runs } = split(await rendered(sarif, { split: 'category' }));
    const { 'sinceRun-gone': states } = gone(await rendered(sarif, { absent: true }));
    const all = { clean, empty, one, text, more, runs, states, ...realOf('sarif') } as Record<string, string>;
    expect(sarifToolErrors(tool, all)).toEqual([]);
    const bad = '{"version":"2.1.0","runs":[{"tool":{"driver":{}}}]}';
    expect(sarifToolErrors(tool, { bad, torn: (one ?? '').slice(0, -200) }).sort()).toEqual([
      expect.stringMatching(/^JSON0001 .* torn\.sarif$/),
      expect.stringMatching(/^JSON1002 .* bad\.sarif$/),
    ]);
  }, 180_000);
});

describe('junit', () => {
  it.skipIf(!hasXmllint())('is what the schema of Jenkins says, for xmllint', async () => {
    const schema = schemaFile('junit-10.xsd');
    for (const [name, text] of Object.entries({ ...(await rendered(junit)), ...realOf('junit') }))
      expect([name, xmlProblems(text, schema)]).toEqual([name, '']);
    expect(xmlProblems('<testsuites><b/></testsuites', schema)).not.toBe('');
    if (schema !== undefined) expect(xmlProblems('<testsuites><b/></testsuites>', schema)).not.toBe('');
  });

  it('was held to a schema', ({ skip }) => {
    if (schemaFile('junit-10.xsd') === undefined) skip(missing('../shared/schemas/junit-10.xsd'));
    if (!hasXmllint())
      skip('xmllint is not installed (Debian: libxml2-utils); test/reporters/junit.test.ts parses it all the same');
  });
});

describe('gitlab', () => {
  it('is what the schema of GitLab says', async ({ skip }) => {
    const validate = gitlabSchema();
    if (validate === undefined) return skip(missing('../shared/schemas/gitlab-codequality.schema.json'));
    for (const [name, text] of Object.entries({ ...(await rendered(gitlab)), ...realOf('gitlab') }))
      expect([name, problemsOf(validate, JSON.parse(text))]).toEqual([name, []]);
    expect(problemsOf(validate, [{ description: 'x' }])).not.toEqual([]);
  });
});

const split = (documents: Record<string, string>) =>
  Object.fromEntries(Object.entries(documents).map(([name, text]) => [`${name}-split`, text]));

function realOf(format: 'sarif' | 'junit' | 'gitlab'): Record<string, string> {
  expect(Object.keys(real)).toHaveLength(3);
  return Object.fromEntries(
    Object.entries(real).map(([name, reports]) => [name.replaceAll(' ', '-'), reports[format]]),
  );
}

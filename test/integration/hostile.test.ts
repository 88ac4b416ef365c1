// Checks that misbehave in every way, beside ones that do not, in the built command.
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { type CheckText, checkProject } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { checkOf, ends } from '../support/run-scan.js';

const bad: Record<string, CheckText> = {
  throws: { run: "throw new Error('boom');" },
  spins: { run: 'for (;;) {}' },
  exits: { run: 'process.exit(0);' },
  // On a busy machine this may take longer than 5 s.
  ooms: { run: 'const all = []; for (;;) all.push(new Array(1e6).fill(1.5));', meta: { timeout: '60s' } },
  hangs: { run: "console.log('torn apart'); await new Promise(() => {});" },
};
const good = Object.fromEntries(
  ['1', '2', '3', '4', '5'].map((key): [string, CheckText] => [
    `good${key}`,
    { visit: `if (file.path === 'README.md') report(c, 'good ${key}', { path: file.path, startLine: 1 });` },
  ]),
);
const expected = {
  throws: 'errored threw',
  spins: 'timed-out timeout',
  exits: 'errored exited',
  ooms: 'errored out-of-memory',
  hangs: 'timed-out timeout',
  ...Object.fromEntries(Object.keys(good).map((key) => [key, 'failed'])),
};
const config = { reporters: ['json'], tiers: { standard: { concurrency: 10 } } };

describe('five checks that misbehave and five that do not', () => {
  // The time is the wall's: a machine that does much else gets a second try.
  it('end within the timeout, the grace and two seconds, each with its own answer', { retry: 2 }, async () => {
    const root = checkProject({ ...bad, ...good }, { 'README.md': '# Hostile\n' });
    write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], ...config } });
    const { code, stdout, timeMs } = await scanrun([], { cwd: root });
    expect(code).toBe(3);
    const result = JSON.parse(stdout) as RunResult;
    expect(ends(result)).toEqual(expected);
    for (const key of Object.keys(good)) expect(checkOf(result, `local/${key}`).findings).toHaveLength(1);
    expect(result.verdict).toMatchObject({ status: 'incomplete', coverage: 0.5 });
    expect(timeMs).toBeLessThan(8_000);
  });

  it('are the same in TypeScript, where scanrun is not installed', async () => {
    const root = folder({ 'README.md': '# Hostile\n' });
    const all = { ...bad, ...good };
    for (const [key, check] of Object.entries(all)) write(root, { [`checks/${key}.ts`]: typescript(key, check) });
    const keys = Object.keys(all);
    write(root, {
      'scan.config.ts': `import { defineConfig, definePlugin } from 'scanrun';
${keys.map((key) => `import ${key} from './checks/${key}';`).join('\n')}
export default defineConfig({ plugins: [definePlugin({ name: 'local', checks: { ${keys.join(', ')} } })], reporters: ['json'], tiers: { standard: { concurrency: 10 } } });
`,
    });
    const { code, stdout } = await scanrun([], { cwd: root });
    expect(code).toBe(3);
    expect(ends(JSON.parse(stdout) as RunResult)).toEqual(expected);
  });
});

function typescript(key: string, { run, visit, meta }: CheckText): string {
  const body =
    run === undefined
      ? `visit(file, c) { ${visit} }`
      : `async run() { ${run.replace('const all = []', 'const all: number[][] = []')} }`;
  return `import { type CheckContext, defineCheck, type Location } from 'scanrun';
const report = (c: Pick<CheckContext<object, 'found'>, 'report'>, what: string, location: Location): void => c.report({ messageId: 'found', data: { what }, location });
void report;
export default defineCheck(import.meta.url, {
  meta: { title: '${key}', description: 'd', category: 'test', tier: 'quick', severity: 'warning', timeout: '${meta === undefined ? '5s' : '60s'}', messages: { found: 'found {{what}}' } },
  ${body},
});
`;
}

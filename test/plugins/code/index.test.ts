import code from 'scanrun/plugins/code';
import { expect, it } from 'vitest';
import { folder } from '../../support/folders.js';
import { checkOf, endOf, runScan } from '../../support/run-scan.js';
import { expectDescribed } from '../described.js';
import { json } from './installed.js';

it('brings its checks under the names of their files', () => {
  expect(code.name).toBe('code');
  const modules = Object.entries(code.checks).map(([key, { module }]) => [
    key,
    module.replace(/^.*\/(.*)\.[jt]s$/, '$1'),
  ]);
  expect(modules).toEqual(['duplicates', 'eslint', 'import-cycles', 'todo-age', 'typescript'].map((key) => [key, key]));
});

it('plans each check by its cost, and says how long it takes', () => {
  const tiers = Object.fromEntries(Object.entries(code.checks).map(([key, { meta }]) => [key, meta.tier]));
  expect(tiers).toEqual({
    duplicates: 'quick',
    eslint: 'deep',
    'import-cycles': 'standard',
    'todo-age': 'standard',
    typescript: 'deep',
  });
  for (const [key, { meta }] of Object.entries(code.checks)) {
    const [, amount, unit] = /^(\d+)(m?s)$/.exec(String(meta.estimate)) ?? [];
    const seconds = Number(amount) / (unit === 'ms' ? 1_000 : 1);
    expect(seconds, key).toBeGreaterThan(0);
    if (meta.tier === 'quick') expect(seconds, key).toBeLessThan(1);
    if (meta.tier === 'standard') expect(seconds, key).toBeLessThan(10);
  }
});

it('says for each check how to mend what it finds, and what each option does', () => {
  expectDescribed(code);
});

const config = (tier: 'standard' | 'deep') => ({ plugins: [code], reporters: [], tier });

it.each(['eslint.config.mjs', '.eslintrc.yml', 'packages/a/.eslintrc.json', '.eslintrc'])(
  'plans eslint for %s',
  async (path) => {
    const { result } = await runScan(folder(), { target: folder({ [path]: '' }), config: config('deep') });
    expect(endOf(result, 'code/eslint')).toBe('skipped not-applicable');
  },
);

it('plans nothing where there is nothing to look at', async () => {
  const { result } = await runScan(folder({ 'README.md': '# x', 'package.json': '{}' }), { config: config('deep') });
  expect(result.checks).toEqual([]);
  expect(new Set(result.notPlanned.map(({ code: reason }) => reason))).toEqual(new Set(['not-applicable']));
});

const cycle = { 'a.js': "import './b.js';\n", 'b.js': "import './a.js';\n" };

it('finds through the threads of a scan what it finds alone, less what the configuration excludes', async () => {
  const root = folder({ ...cycle, 'old/a.js': "import './a.js';\n", 'package.json': json({ name: 'app' }) });
  const { result } = await runScan(root, { config: { ...config('standard'), exclude: ['old/**'] } });
  expect(checkOf(result, 'code/import-cycles').findings.map(({ location }) => location.path)).toEqual(['a.js']);
  expect(checkOf(result, 'code/import-cycles').data).toEqual({ modules: 2, imports: 2, cycles: 1 });
});

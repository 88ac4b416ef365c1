import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import code from 'scanrun/plugins/code';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import eslint from '../../../plugins/code/checks/eslint.js';
import { missingPackage, readLintReport } from '../../../plugins/code/eslint-report.js';
import { folder } from '../../support/folders.js';
import { runScan } from '../../support/run-scan.js';
import { install, json } from './installed.js';

const config = "export default [{ ignores: ['ignored.js'] }, { rules: { 'no-var': 'error', eqeqeq: 'warn' } }];\n";

const project = {
  'package.json': json({ name: 'app', type: 'module', devDependencies: { eslint: '10' } }),
  'eslint.config.js': config,
};

const bad = 'var a = 1;\nif (a == 2) throw a;\n';

it('says what the eslint of the project says', async () => {
  await testCheck(eslint, {
    passes: [
      { name: 'clean', files: { ...project, 'a.js': 'export {};\n' }, setup: install({ eslint: 'eslint' }) },
      {
        name: 'nothing to look at',
        files: { ...project, 'eslint.config.js': "export default [{ ignores: ['**'] }];\n" },
        outcome: 'skipped',
      },
      {
        name: "somebody else's project, whose configuration must not run",
        files: {
          'eslint.config.mjs':
            "import { writeFileSync } from 'node:fs';\nwriteFileSync('ran.txt', '');\nexport default [];\n",
          'a.js': 'var a;\n',
        },
        foreign: true,
        outcome: 'skipped',
      },
      {
        name: 'a package of the configuration is missing',
        files: {
          ...project,
          'eslint.config.js': "import x from '@scope/eslint-plugin-missing/flat';\nexport default [x];\n",
        },
        outcome: 'skipped',
      },
      {
        name: 'a configuration that breaks',
        files: { ...project, 'eslint.config.js': 'throw new Error("broken");\n' },
        outcome: 'errored',
      },
      {
        name: 'a configuration that imports a file that is missing',
        files: { ...project, 'eslint.config.js': "import './missing.js';\nexport default [];\n" },
        outcome: 'errored',
      },
      {
        name: 'a configuration of an older kind, for which no eslint is installed',
        files: { '.eslintrc.json': '{}', 'a.js': bad },
        outcome: 'skipped',
      },
      {
        name: 'what git ignores',
        files: { ...project, '.gitignore': 'built.js\n', 'a.js': 'export {};\n' },
        git: true,
        setup: (root) => writeFileSync(join(root, 'built.js'), bad),
      },
    ],
    fails: [
      {
        name: 'an error, a warning, and a file that is no JavaScript',
        files: { ...project, 'src/a.js': bad, 'ignored.js': bad, 'src/b.js': 'const = 1;\n' },
        setup: install({ eslint: 'eslint' }),
        findings: [
          {
            messageId: 'problem',
            path: 'src/a.js',
            startLine: 1,
            startColumn: 1,
            severity: 'error',
            message: 'Unexpected var, use let or const instead. (no-var)',
          },
          {
            messageId: 'problem',
            path: 'src/a.js',
            startLine: 2,
            severity: 'warning',
            data: { message: "Expected '===' and instead saw '=='.", rule: 'eqeqeq' },
          },
          { messageId: 'problemWithoutRule', path: 'src/b.js', startLine: 1, severity: 'error' },
        ],
      },
      {
        name: 'what eslint would mend itself, in its own units: a byte order mark, Windows and an emoji',
        files: { ...project, 'a.js': '\ufeffconst s = "😀";\r\nvar a = s; if (a == 2) throw a;\r\n' },
        setup: install({ eslint: 'eslint' }),
        findings: [
          { messageId: 'problem', startLine: 2, fix: true },
          {
            messageId: 'problem',
            startLine: 2,
            data: { message: "Expected '===' and instead saw '=='.", rule: 'eqeqeq' },
            fix: false,
          },
        ],
        fixed: { 'a.js': '\ufeffconst s = "😀";\r\nlet a = s; if (a == 2) throw a;\r\n' },
        left: [{ messageId: 'problem', fix: false }],
      },
      {
        name: 'only what is asked for, and a configuration that prints',
        files: { ...project, 'eslint.config.js': `console.log('[hello]');\n${config}`, 'src/a.js': bad, 'b.js': bad },
        options: { patterns: ['src'] },
        findings: [{ messageId: 'problem', path: 'src/a.js' }, { messageId: 'problem' }],
      },
      {
        name: 'configurations in packages, each in its folder',
        files: {
          'package.json': json({ name: 'root', type: 'module' }),
          'packages/a/eslint.config.js': config,
          'packages/a/a.js': bad,
          'packages/a/inner/eslint.config.js': "export default [{ rules: { 'no-var': 'off' } }];\n",
          'packages/b/eslint.config.mjs': "export default [{ rules: { 'no-var': 'warn' } }];\n",
          'packages/b/b.js': bad,
        },
        findings: [
          { messageId: 'problem', path: 'packages/a/a.js', startLine: 1, severity: 'error' },
          { messageId: 'problem', path: 'packages/a/a.js', startLine: 2 },
          { messageId: 'problem', path: 'packages/b/b.js', startLine: 1, severity: 'warning' },
        ],
      },
    ],
    refuses: [{ patterns: [] }, { patterns: [''] }, { patterns: 'src' }],
  });
}, 240_000);

it("writes nothing, and takes the project's eslint, not ours", async () => {
  const print =
    'console.log(JSON.stringify([{ filePath: process.cwd() + "/a.js", messages: [{ ruleId: "own", severity: 2, message: "mine", line: 1, column: 1 }] }])); process.exitCode = 1;\n';
  await testCheck(eslint, {
    passes: [],
    fails: [
      {
        files: { ...project, 'a.js': 'export {};\n' },
        setup: (root) => {
          mkdirSync(join(root, 'node_modules/eslint'), { recursive: true });
          writeFileSync(join(root, 'node_modules/eslint/cli.cjs'), print);
          const manifest = { name: 'eslint', version: '9.9.9', bin: { eslint: 'cli.cjs' } };
          writeFileSync(join(root, 'node_modules/eslint/package.json'), json(manifest));
        },
        findings: [{ messageId: 'problem', path: 'a.js', message: 'mine (own)' }],
      },
    ],
  });
}, 60_000);

it.each([
  [
    'that package.json declares',
    { devDependencies: { eslint: '^8.47.0' } },
    'which package.json declares: npm install',
  ],
  ['of another version than ours', {}, 'npm i -D eslint@9'],
])('names the command for an eslint %s', { timeout: 60_000 }, async (_, manifest, command) => {
  const root = folder({ 'package.json': { name: 'app', ...manifest }, '.eslintrc.json': '{}', 'a.js': bad });
  const { result } = await runScan(root, {
    config: { plugins: [code], reporters: [], tier: 'deep' },
    overrides: { check: ['code/eslint'] },
  });
  const outcome = result.checks.find(({ checkId }) => checkId === 'code/eslint')?.outcome;
  expect(outcome).toMatchObject({ status: 'skipped', reason: { code: 'not-installed' } });
  expect(outcome).toHaveProperty('reason.message', expect.stringContaining(command));
});

describe('the report', () => {
  it.each(['', 'Oops', '{}', '[1]', '[{"filePath": ""}]', '[{'])(
    'that is none is never "nothing found": %j',
    (text) => {
      expect(readLintReport(text)).toBeUndefined();
    },
  );

  it('has places only where they are whole', () => {
    const message = { severity: 1, message: 'm' };
    const places = [
      { line: 0, column: 0 },
      { line: 2, column: 3, endLine: 2, endColumn: 5 },
      { line: 2, column: 3, endLine: 1, endColumn: 5 },
      { line: 2.5 },
      {},
    ].map((place) => ({ ...message, ...place }));
    const [result] = readLintReport(JSON.stringify([{ filePath: '/a', messages: places }])) ?? [];
    expect(result?.messages.map(({ message: _, severity: __, ...place }) => place)).toEqual([
      {},
      { startLine: 2, startColumn: 3, endLine: 2, endColumn: 5 },
      { startLine: 2, startColumn: 3 },
      {},
      {},
    ]);
  });

  it('of a failure names the package that is missing, and no file', () => {
    expect(missingPackage("Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@a/b' imported from /x")).toBe('@a/b');
    expect(missingPackage("Error: Cannot find module 'typescript-eslint/x'\nRequire stack")).toBe('typescript-eslint');
    expect(missingPackage('ESLint couldn\'t find the plugin "eslint-plugin-react".')).toBe('eslint-plugin-react');
    expect(missingPackage("Cannot find module '/home/x/missing.js' imported from /x")).toBeUndefined();
    expect(missingPackage("Cannot find module './missing.js'")).toBeUndefined();
    expect(missingPackage('SyntaxError: x')).toBeUndefined();
  });
});

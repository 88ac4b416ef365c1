import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, it } from 'vitest';
import command from '../../../plugins/command/checks/command.js';
import { biome, node, tsc } from './programs.js';

describe('real tools', () => {
  it('find what they find', async () => {
    const config = { 'biome.json': '{ "linter": { "enabled": true } }' };
    const wrong = { ...config, 'src/a.ts': 'export const a = 1;\nif (a == 2) debugger;\n' };
    const tsconfig = {
      'tsconfig.json': '{ "compilerOptions": { "strict": true, "noEmit": true, "types": [] }, "include": ["src"] }',
    };
    const pattern =
      '^(?<path>.+?)\\((?<line>\\d+),(?<column>\\d+)\\): (?<severity>\\w+) (?<rule>TS\\d+): (?<message>.+)$';
    await testCheck(command, {
      passes: [
        {
          name: 'biome',
          files: { ...config, 'src/a.ts': 'export const a = 1;\n' },
          options: { argv: [node, biome, 'lint', '--reporter=sarif', '.'], parser: 'sarif' },
        },
        {
          name: 'tsc',
          files: { ...tsconfig, 'src/a.ts': 'export const a: number = 1;\n' },
          options: { argv: [node, tsc], findingCodes: [1, 2], parser: 'regex', pattern },
        },
        {
          name: 'node:test',
          files: { 'a.test.mjs': "import test from 'node:test';\ntest('fine', () => {});\n" },
          options: { argv: [node, '--test', '--test-reporter=junit'], parser: 'junit' },
        },
      ],
      fails: [
        ...(['sarif', 'checkstyle', 'junit'] as const).map((parser) => ({
          name: `biome with ${parser}`,
          files: wrong,
          options: { argv: [node, biome, 'lint', `--reporter=${parser}`, '.'], parser },
          findings: [
            {
              messageId: parser === 'junit' ? 'problem' : 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 7,
            },
            {
              messageId: parser === 'junit' ? 'problem' : 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 13,
              severity: 'error' as const,
            },
          ],
        })),
        {
          name: 'tsc',
          files: { ...tsconfig, 'src/a.ts': "\nexport const a: number = 'x';\n" },
          options: { argv: [node, tsc], findingCodes: [1, 2], parser: 'regex', pattern },
          findings: [
            {
              messageId: 'problemOfRule',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 14,
              message: "Type 'string' is not assignable to type 'number'. (TS2322)",
            },
          ],
        },
        {
          name: 'node:test, in a folder behind a link',
          setup: (root) => {
            writeFileSync(
              join(root, 'a.test.mjs'),
              "import test from 'node:test';\ntest('adds', () => { throw new Error('boom'); });\n",
            );
            symlinkSync(realpathSync(root), join(root, 'link'));
          },
          options: {
            argv: [node, '--test', '--test-reporter=junit', 'a.test.mjs'],
            parser: 'junit',
          },
          findings: [
            {
              messageId: 'problemOfRule',
              path: 'a.test.mjs',
              startLine: 2,
              message: 'test > adds: boom (testCodeFailure)',
            },
          ],
        },
      ],
    });
  }, 180_000);
});

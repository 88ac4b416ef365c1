import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** What the compiler says of a file, with the repository's settings: `line: message`. */
function compile(source: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-types-'));
  try {
    const file = join(folder, 'scan.config.mts');
    writeFileSync(file, source);
    const { config } = ts.readConfigFile(join(repository, 'tsconfig.json'), (path) => readFileSync(path, 'utf8'));
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, repository);
    const program = ts.createProgram([file], {
      ...options,
      noEmit: true,
      rootDir: '/',
      typeRoots: [join(repository, 'node_modules/@types')],
    });
    return ts.getPreEmitDiagnostics(program).map((diagnostic) => {
      const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? -1;
      return `${line + 1}: ${ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n')}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const config = (
  body: string,
) => `import { defineCheck, defineConfig, definePlugin } from '${join(repository, 'core/index.js')}';
const meta = { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {}, options: { maxBytes: { type: 'integer', default: 1 } } } as const;
const size = defineCheck(import.meta.url, { meta, run() {} });
const files = definePlugin({ name: 'files', checks: { size } });
${body}
`;

// The compiler reads its own library first: seconds, on a machine that does other things too.
const timeout = 120_000;

it('a right configuration compiles', { timeout }, () => {
  expect(
    compile(
      config(
        "export default defineConfig({ plugins: [files], checks: { 'files/size': { options: { maxBytes: 2 } } } });",
      ),
    ),
  ).toEqual([]);
});

it('a misspelt id, option or type is an error that names it', { timeout }, () => {
  const errors = compile(
    config(`export const a = defineConfig({ plugins: [files], checks: { 'files/sise': 'error' } });
export const b = defineConfig({ plugins: [files], checks: { 'files/size': { options: { maxBytess: 2 } } } });
export const c = defineConfig({ plugins: [files], checks: { 'files/size': { options: { maxBytes: 'two' } } } });
export const d = defineConfig({ plugins: [files], profiles: { nightly: { checks: { 'files/sise': 'error' } } } });`),
  );
  expect(errors).toHaveLength(4);
  expect(errors[0]).toMatch(/^5: .*'files\/sise'.*files\/size/s);
  expect(errors[1]).toMatch(/^6: .*'maxBytess'.*maxBytes/s);
  expect(errors[2]).toMatch(/^7: .*'string' is not assignable to type 'number'/s);
  expect(errors[3]).toMatch(/^8: .*'files\/sise'.*files\/size/s);
});

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeBlocks, pagePaths, ROOT, read } from './pages.js';

// Every block marked `ts` is compiled as a user would: against the types of the built package. A block that begins
// with `// path/to/file.ts` can be imported by the others of its page; those of the README by all pages.

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanrun-docs-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(ROOT, join(folder, 'node_modules/scanrun'), 'dir');
  for (const name of ['@types', 'vitest'])
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), 'dir');
  const compilerOptions = {
    target: 'ES2023',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    types: ['node'],
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['pages'] }));
  write('package.json', JSON.stringify({ type: 'module' }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Writes the blocks of a page into a folder of its own; returns how many. */
function writeBlocks(page: string, text: string): number {
  const blocks = codeBlocks(text).filter(({ info }) => info === 'ts');
  const place = `pages/${page.replaceAll('/', '_').replace(/\.md$/, '')}`;
  if (blocks.length > 0)
    for (const { code, file } of codeBlocks(read('README.md')))
      if (file?.startsWith('checks/')) write(`${place}/${file}`, code);
  for (const { code, line, file } of blocks) write(`${place}/${file ?? `line-${line}.ts`}`, code);
  return blocks.length;
}

async function compile(): Promise<string> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const run = promisify(execFile)(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], { cwd: folder });
  return run.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  );
}

it('compiles every block of TypeScript', async () => {
  const count = pagePaths().reduce((sum, path) => sum + writeBlocks(path, read(path)), 0);
  expect(count).toBeGreaterThan(20);
  expect(await compile()).toBe('');
  writeBlocks('broken.md', "```ts\nimport { defineConfig } from 'scanrun';\ndefineConfig({ tier: 'quik' });\n```\n");
  expect(await compile()).toMatch(/^pages\/broken\/line-1\.ts\(2,16\): error TS2820/);
}, 120_000);

it('marks every other block as something else than TypeScript', () => {
  const odd = pagePaths().flatMap((path) =>
    codeBlocks(read(path))
      .filter(
        ({ info }) => !['ts', 'ts fragment', 'sh', 'text', 'yaml', 'json', 'js', 'gitattributes', 'ini'].includes(info),
      )
      .map(({ info, line }) => `${path}:${line} ${info}`),
  );
  expect(odd).toEqual([]);
});

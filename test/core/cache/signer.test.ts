import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { digestPart } from '../../../core/cache/parts.js';
import { loadSecret, Signer } from '../../../core/cache/signer.js';
import { folder } from '../../support/folders.js';

describe("a user's key", () => {
  it('is made once, for the user alone', () => {
    const file = join(folder(), 'a/b/cache.key');
    const secret = loadSecret(file);
    expect(secret).toMatch(/^[0-9a-f]{64}\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(loadSecret(file)).toBe(secret);
    expect(readdirSync(join(file, '..'))).toEqual(['cache.key']);
    expect(loadSecret(join(folder(), 'cache.key'))).not.toBe(secret);
  });

  it('is made anew where the file holds none', () => {
    const file = join(folder({ 'cache.key': '' }), 'cache.key');
    const secret = loadSecret(file);
    expect(readFileSync(file, 'utf8')).toBe(secret);
  });

  it('that cannot be read or made is said', () => {
    const file = join(folder(), 'cache.key');
    mkdirSync(file);
    expect(() => loadSecret(file)).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    const inFile = join(folder({ plain: 'x' }), 'plain/cache.key');
    expect(() => loadSecret(inFile)).toThrow();
  });

  it.skipIf(process.getuid?.() === 0)('in a folder that may not be written is said', () => {
    const root = folder();
    chmodSync(root, 0o555);
    expect(() => loadSecret(join(root, 'cache.key'))).toThrow(expect.objectContaining({ code: 'EACCES' }));
  });
});

describe('a signer', () => {
  const [one, other] = [new Signer('one'), new Signer('other')];

  it('signs a content under a name', () => {
    const signed = one.sign('name', 'content');
    expect(one.sign('name', Buffer.from('content'))).toBe(signed);
    const others = [one.sign('nam', 'econtent'), one.sign('name', 'content '), other.sign('name', 'content')];
    expect(new Set([signed, ...others]).size).toBe(4);
    expect(one.id).not.toBe(other.id);
  });

  it('makes digests that tell values apart and nothing else', () => {
    expect(digestPart(one, { a: 1, b: [{ d: 1, c: 2 }] })).toBe(digestPart(one, { b: [{ c: 2, d: 1 }], a: 1 }));
    const values = [1, '1', null, [], {}, [1], { a: 1 }, { a: '1' }, ''];
    expect(new Set(values.map((value) => digestPart(one, value))).size).toBe(values.length);
    expect(digestPart(one, 'secret')).not.toBe(digestPart(other, 'secret'));
    expect(digestPart(one, 'secret')).toMatch(/^#[0-9a-f]{20}$/);
  });
});

it('is the same for processes that make it at once', async () => {
  const root = folder();
  const module = join(root, 'signer.mjs');
  const entryPoints = [fileURLToPath(new URL('../../../core/cache/signer.ts', import.meta.url))];
  buildSync({ entryPoints, outfile: module, bundle: true, format: 'esm', platform: 'node', logLevel: 'error' });
  const script = `import { loadSecret } from ${JSON.stringify(pathToFileURL(module).href)};
    process.stdout.write(loadSecret(process.argv[1]));`;
  const args = ['--input-type=module', '-e', script, join(root, 'cache.key')];
  const run = promisify(execFile);
  const made = await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, args)));
  expect(new Set(made.map(({ stdout }) => stdout)).size).toBe(1);
  expect(readdirSync(root).sort()).toEqual(['cache.key', 'signer.mjs']);
});

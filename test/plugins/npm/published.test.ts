import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import manifest from '../../../plugins/npm/checks/manifest.js';
import packageSize from '../../../plugins/npm/checks/package-size.js';
import { listPublished } from '../../../plugins/npm/published.js';
import type { ProjectPackages } from '../../../plugins/workspaces.js';
import { findPackages } from '../../../plugins/workspaces.js';
import { folder } from '../../support/folders.js';
import { publishable as good } from '../../support/manifests.js';
import { json, reader } from './locked.js';

describe('what is published', () => {
  /** A package with something of everything that npm leaves out or takes in. */
  const FILES = {
    'package.json': json({
      name: '@s/x',
      version: '1.2.3',
      main: 'lib/index.js',
      bin: 'cli.js',
      files: ['lib', '!lib/**/*.map', 'extra/*.txt'],
    }),
    'README.md': '# x',
    'LICENSE.txt': 'MIT',
    'cli.js': '#!/usr/bin/env node\n',
    'lib/index.js': 'exports.x = 1;\n',
    'lib/index.js.map': '{}',
    'lib/deep/er.js': '',
    'extra/a.txt': 'a'.repeat(5_000),
    'extra/b.md': '',
    'test/x.test.js': '',
    '.npmrc': 'a=b\n',
    'node_modules/y/index.js': '',
    'package-lock.json': '{}',
  };

  it('is what npm packs, to the byte', async () => {
    const root = folder(FILES);
    const found = (await findPackages(reader(FILES))) as ProjectPackages;
    const { files } = await listPublished(root, found.packages[0], found.packages);
    const [packed] = JSON.parse(
      execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString('utf8'),
    ) as [{ files: { path: string }[]; unpackedSize: number; size: number }];
    expect([...files].sort()).toEqual(packed.files.map(({ path }) => path).sort());
    expect(files).toContain('lib/deep/er.js');
    await testCheck(packageSize, {
      passes: [{ files: FILES }],
      fails: [
        {
          name: 'the limit is one byte less than npm says',
          files: FILES,
          options: { maxBytes: packed.unpackedSize - 1, maxFiles: packed.files.length, maxGzipBytes: 10_000 },
          findings: [{ messageId: 'bytes' }],
        },
      ],
    });
    // npm's own tarball has modes of its own; a few bytes are all that differs.
    await testCheck(packageSize, {
      passes: [{ files: FILES, options: { maxGzipBytes: packed.size + 20 } }],
      fails: [{ files: FILES, options: { maxGzipBytes: packed.size - 20 }, findings: [{ messageId: 'gzip' }] }],
    });
  });

  it('is what npm packs of a workspace', async () => {
    const files = {
      'package.json': json({ name: 'root', version: '1.0.0', workspaces: ['p/*'] }),
      '.npmignore': 'secret.txt\n',
      'index.js': '',
      'secret.txt': '',
      'p/a/package.json': json({ name: 'a', version: '1.0.0' }),
      'p/a/index.js': '',
      'p/a/secret.txt': '',
    };
    const root = folder(files);
    const found = (await findPackages(reader(files))) as ProjectPackages;
    for (const [index, expected] of [
      [0, ['index.js', 'package.json']],
      [1, ['index.js', 'package.json']],
    ] as const) {
      const listed = await listPublished(root, found.packages[index] as never, found.packages);
      expect([...listed.files].sort()).toEqual(expected);
    }
  });
});

it('measures packages against limits', async () => {
  await testCheck(packageSize, {
    passes: [
      { name: 'small', files: { 'package.json': json(good), 'index.js': '' } },
      { name: 'private', files: { 'package.json': json({ ...good, private: true }) }, outcome: 'skipped' },
      { name: 'nameless', files: { 'package.json': '{}' }, outcome: 'skipped' },
      {
        name: 'not built',
        files: { 'package.json': json({ ...good, files: ['dist'], main: 'dist/index.js' }), '.gitignore': 'dist\n' },
        git: true,
        outcome: 'degraded',
      },
      {
        name: 'bundles others',
        files: { 'package.json': json({ ...good, bundleDependencies: ['x'] }), 'index.js': '' },
        outcome: 'degraded',
      },
      {
        name: 'fields of other types',
        files: {
          'package.json': json({ ...good, files: 'lib', main: {}, bin: [1], browser: [], bundleDependencies: {} }),
        },
      },
    ],
    fails: [
      {
        name: 'many files',
        files: {
          'package.json': json({ name: 'x', version: '1.0.0', files: ['a'] }),
          ...Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`a/${index}.js`, ''])),
        },
        options: { maxFiles: 5 },
        findings: [
          {
            messageId: 'files',
            path: 'package.json',
            startLine: 4,
            severity: 'warning',
            message: 'x would be published with 6 files; the limit is 5. Most are in a/ (5 files), ./ (1 file).',
          },
        ],
      },
      {
        name: 'a private one, where asked for',
        files: { 'package.json': json({ name: 'x', version: '1.0.0', private: true }), 'big.bin': 'x'.repeat(2_000) },
        options: { private: true, maxBytes: 1_000 },
        findings: [{ messageId: 'bytes', message: /big\.bin/ as never }].map(({ messageId }) => ({ messageId })),
      },
      {
        name: 'each package of a workspace',
        files: {
          'package.json': json({ private: true, workspaces: ['p/*'] }),
          'p/<b>/package.json': json({ name: '<b>', version: '1.0.0' }),
          'p/<b>/big.bin': 'x'.repeat(2_000),
        },
        options: { maxBytes: 1_000 },
        findings: [{ messageId: 'bytes', path: 'p/<b>/package.json' }],
      },
    ],
    refuses: [{ maxBytes: 0 }, { private: 'no' }],
  });
});

it('finds entry points that lead nowhere, as publint does', async () => {
  await testCheck(manifest, {
    passes: [
      { name: 'all well', files: { 'package.json': json(good), 'index.js': 'export {};\n' } },
      { name: 'private', files: { 'package.json': json({ ...good, private: true }) }, outcome: 'skipped' },
      { name: 'no manifest', files: {}, outcome: 'skipped' },
      {
        name: 'not built: git ignores what is missing',
        files: {
          'package.json': json({
            ...good,
            files: ['dist'],
            exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
          }),
          '.gitignore': 'dist/\n',
        },
        git: true,
        outcome: 'degraded',
      },
      {
        name: 'not built, without git: a script builds it',
        files: {
          'package.json': json({ ...good, files: ['dist'], exports: './dist/index.js', scripts: { build: 'x' } }),
        },
        outcome: 'degraded',
      },
      {
        name: 'suggestions do not matter',
        files: { 'package.json': json({ name: 'x', version: '1.0.0', files: ['index.js'] }), 'index.js': '' },
        options: { level: 'warning' },
      },
    ],
    fails: [
      {
        name: 'missing for good',
        files: { 'package.json': json({ ...good, exports: './gone.js' }), 'index.js': '' },
        git: true,
        findings: [
          {
            messageId: 'problem',
            path: 'package.json',
            startLine: 12,
            severity: 'error',
            message: 'pkg.exports is ./gone.js but the file does not exist. (FILE_DOES_NOT_EXIST)',
          },
        ],
      },
      {
        name: 'values that publint knows better',
        files: {
          'package.json': `\ufeff${json({ ...good, exports: { '.': 'index.js' }, repository: { type: 'git', url: 'https://github.com/o/r' } })}`,
          'index.js': 'export {};\n',
        },
        findings: [
          { messageId: 'problem', fix: true },
          { messageId: 'problem', fix: true },
        ],
        fixed: {
          'package.json': `\ufeff${json({ ...good, exports: { '.': './index.js' }, repository: { type: 'git', url: 'git+https://github.com/o/r.git' } })}`,
        },
      },
      {
        name: 'there, and not published',
        files: { 'package.json': json({ ...good, exports: './src/index.js' }), 'src/index.js': 'export {};\n' },
        findings: [
          {
            messageId: 'problem',
            data: {
              message: 'pkg.exports is ./src/index.js but the file is not published. Is it specified in pkg.files?',
              code: 'FILE_NOT_PUBLISHED',
              path: ['exports'],
            },
          },
        ],
      },
      {
        name: 'of the wrong format',
        files: { 'package.json': json({ ...good, type: 'commonjs' }), 'index.js': 'export const a = 1;\n' },
        findings: [{ messageId: 'problem', severity: 'warning' }],
      },
      {
        name: 'a name and a version that cannot be published',
        files: { 'package.json': json({ ...good, name: '<img src=x>', version: 'new' }), 'index.js': 'export {};\n' },
        findings: [
          { messageId: 'name', startLine: 2, severity: 'error' },
          {
            messageId: 'version',
            startLine: 3,
            message: "The version 'new' is not one of Semantic Versioning, so nothing can be published.",
          },
        ],
      },
      {
        name: 'no JSON',
        files: { 'package.json': '{\n<<<<<<<' },
        findings: [{ messageId: 'unreadable', path: 'package.json', severity: 'error' }],
      },
      {
        name: 'no JSON in a workspace',
        files: {
          'package.json': json({ ...good, private: true, workspaces: ['p/*'] }),
          'p/x/package.json': '[]',
          'p/y/package.json': json(good),
          'p/y/index.js': 'export {};\n',
        },
        findings: [{ messageId: 'unreadable', path: 'p/x/package.json', package: 'p/x' }],
      },
      {
        name: 'each workspace by itself, those of one name by their folders',
        files: {
          'package.json': json({ name: 'root', private: true, workspaces: ['p/*'] }),
          'p/a/package.json': json({ ...good, exports: './none.js' }),
          'p/b/package.json': json({ ...good, exports: './none.js' }),
          'p/c/package.json': json({ ...good, name: 'c' }),
          'p/c/index.js': 'export {};\n',
          'p/d/package.json': json({ ...good, name: 'd', private: true, exports: './none.js' }),
        },
        findings: [
          { messageId: 'problem', path: 'p/a/package.json', package: 'p/a' },
          { messageId: 'problem', path: 'p/b/package.json', package: 'p/b' },
        ],
      },
      {
        name: 'names of an object, paths that lead out, and links',
        files: {
          'package.json': `{"name":"x","version":"1.0.0","files":["index.js"],"main":"../../../etc/passwd","__proto__":{"main":"a"},"constructor":{}}`,
          'index.js': '',
        },
        git: true,
        setup: (root) => {
          mkdirSync(join(root, 'sub'));
          writeFileSync(join(root, 'sub/a.js'), '');
          symlinkSync('/etc', join(root, 'etc'));
        },
        options: { level: 'error' },
        findings: [{ messageId: 'problem', severity: 'error' }],
      },
    ],
    refuses: [{ level: 'all' }, { private: 1 }],
  });
});

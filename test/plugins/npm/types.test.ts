import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import types from '../../../plugins/npm/checks/types.js';
import { json } from './locked.js';

const both = {
  name: 'x',
  version: '1.0.0',
  type: 'module',
  exports: {
    '.': {
      import: { types: './index.d.ts', default: './index.js' },
      require: { types: './index.d.cts', default: './index.cjs' },
    },
  },
};

const sources = {
  'index.js': 'export const a = 1;\n',
  'index.cjs': 'exports.a = 1;\n',
  'index.d.ts': 'export declare const a: number;\n',
  'index.d.cts': 'export declare const a: number;\n',
};

it('finds types that do not fit what runs', async () => {
  await testCheck(types, {
    passes: [
      { name: 'both formats', files: { 'package.json': json(both), ...sources } },
      {
        name: 'an ESM package, where require does not matter',
        files: { 'package.json': json({ ...both, exports: './index.js', types: './index.d.ts' }), ...sources },
        options: { ignoreResolutions: ['node10', 'node16-cjs'] },
      },
      {
        name: 'the same by its rule',
        files: { 'package.json': json({ ...both, exports: './index.js', types: './index.d.ts' }), ...sources },
        options: { ignoreRules: ['CJSResolvesToESM'] },
      },
      { name: 'private', files: { 'package.json': json({ ...both, private: true }), ...sources }, outcome: 'skipped' },
      {
        name: 'no types',
        files: { 'package.json': json({ name: 'x', version: '1.0.0' }), 'index.js': '' },
        outcome: 'skipped',
      },
      {
        name: 'not built',
        files: {
          'package.json': json({ ...both, exports: { types: './dist/i.d.ts', default: './dist/i.js' } }),
          '.gitignore': 'dist\n',
        },
        git: true,
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'types of one format for two',
        files: {
          'package.json': json({
            ...both,
            exports: { '.': { types: './index.d.ts', import: './index.js', require: './index.cjs' } },
          }),
          ...sources,
        },
        findings: [
          {
            messageId: 'file',
            path: 'package.json',
            severity: 'error',
            message: 'Types are ESM, but implementation is CJS: index.d.ts (FalseESM).',
          },
        ],
      },
      {
        name: 'an entry point without types, in the other way of resolving too',
        files: {
          'package.json': json({ ...both, exports: { ...both.exports, './bare': './bare.js' } }),
          ...sources,
          'bare.js': 'export {};\n',
        },
        options: { ignoreResolutions: [] },
        findings: [
          {
            messageId: 'entrypoint',
            path: 'package.json',
            severity: 'error',
            message: "Could not find types: './bare' by bundler, node10, node16-cjs, node16-esm (UntypedResolution).",
          },
          {
            messageId: 'entrypoint',
            severity: 'note',
            message: "Entrypoint is ESM-only: './bare' by node16-cjs (CJSResolvesToESM).",
          },
        ],
      },
    ],
    refuses: [{ ignoreResolutions: ['node20'] }, { ignoreRules: [''] }],
  });
}, 240_000);

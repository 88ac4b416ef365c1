import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import importCycles from '../../../plugins/code/checks/import-cycles.js';
import { json } from './installed.js';

const types = {
  'order.ts':
    "import { Customer } from './customer';\nexport interface Order { by: Customer }\nexport const a: Customer[] = [];\n",
  'customer.ts': "import type { Order } from './order.js';\nexport class Customer { orders: Order[] = []; }\n",
};

it('finds modules that import each other', async () => {
  await testCheck(importCycles, {
    passes: [
      {
        name: 'a chain',
        files: { 'a.js': "import './b.js';\n", 'b.js': "export * from './c.js';\n", 'c.js': 'export {};\n' },
      },
      {
        name: 'names in texts and comments, packages, and what a bundler makes',
        files: {
          'a.js':
            "// import './b.js'\nexport const x = `import './b.js'`;\nimport 'b';\nimport 'node:fs';\nimport './b.js?raw';\n",
          'b.js': "import './a.js';\n",
        },
      },
      { name: 'fixtures, which may be circles on purpose', files: { 'test/fixtures/a.js': "import './a.js';\n" } },
      { name: 'only kinds that are asked for', files: types, options: { kinds: ['static', 'lazy'] } },
      { name: 'empty and binary', files: { 'a.js': '', 'b.ts': new Uint8Array([0, 1, 2, 255]) } },
      {
        name: 'a file that nobody can parse',
        files: { 'a.js': "const = ;\n{{{\nimport './b.js';\n", 'b.js': "import './a.js';\n" },
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'one component, with the shortest way round',
        files: {
          'src/a.js': "import './b.js';\nimport './c.js';\n",
          'src/b.js': "import './c.js';\n",
          'src/c.js': "\n  import './a.js';\n",
          'src/d.js': "import './a.js';\n",
        },
        findings: [
          {
            messageId: 'static',
            path: 'src/a.js',
            startLine: 2,
            startColumn: 1,
            severity: 'warning',
            message: '3 modules import each other: src/a.js > src/c.js > src/a.js.',
            data: {
              count: 3,
              cycle: 'src/a.js > src/c.js > src/a.js',
              modules: ['src/a.js', 'src/b.js', 'src/c.js'],
              way: ['src/a.js', 'src/c.js'],
            },
          },
        ],
      },
      {
        name: 'other files, where that is asked for',
        files: { 'fixtures/a.js': "import './a.js';\n", 'a.js': "import './a.js';\n", 'fixtures/a.md': 'text' },
        options: { files: ['fixtures/**'] },
        findings: [{ messageId: 'self', path: 'fixtures/a.js' }],
      },
      {
        name: 'CommonJS, an index, and a module that imports itself',
        files: {
          'a.cjs': "const { b } = require('./lib');\nexports.a = b;\n",
          'lib/index.js': "module.exports = { b: require('../a.cjs') };\n",
          'self.mjs': "export * as self from './self.mjs';\n",
        },
        findings: [
          { messageId: 'static', path: 'a.cjs', startLine: 1, startColumn: 15 },
          { messageId: 'self', path: 'self.mjs', message: 'self.mjs imports itself.' },
        ],
      },
      {
        name: 'what is imported later',
        files: {
          'a.mjs': "export const load = () => import('./b.mjs');\n",
          'b.mjs': "import './a.mjs';\n",
          'c.cjs': "exports.load = () => require('./d.cjs');\n",
          'd.cjs': "require('./c.cjs');\n",
        },
        findings: [
          { messageId: 'lazy', path: 'a.mjs', severity: 'note' },
          { messageId: 'lazy', path: 'c.cjs', severity: 'note' },
        ],
      },
      {
        name: 'types, with and without the word, and endings of what is built',
        files: types,
        findings: [
          {
            messageId: 'type',
            path: 'customer.ts',
            startLine: 1,
            severity: 'note',
            message: '2 modules import types of each other: customer.ts > order.ts > customer.ts.',
          },
        ],
      },
      {
        name: 'a type that is used as a value, by decorators too, is none',
        files: {
          'a.ts': "import { B } from './b';\nexport class A { b = new B(); }\n",
          'b.ts':
            "import { A } from './a';\nfunction Many(_: unknown) { return (__: object, ___: string) => {}; }\nexport class B { @Many(1) a!: A; }\n",
          'c.tsx': "import { D } from './d';\nexport const C = () => <D />;\n",
          'd.tsx': "import { C } from './c';\nexport const D = () => <>{C()}</>;\n",
        },
        findings: [
          { messageId: 'static', path: 'a.ts' },
          { messageId: 'static', path: 'c.tsx' },
        ],
      },
      {
        name: 'types that are handed on',
        files: {
          'index.ts': "export { T } from './t';\nexport { v } from './v';\n",
          't.ts': "import { v } from './index';\nexport interface T {}\nexport const u = v;\n",
          'v.ts': 'export const v = 1;\n',
        },
        findings: [{ messageId: 'type', path: 'index.ts', startLine: 1 }],
      },
      {
        name: 'the paths of tsconfig.json and the imports of package.json',
        files: {
          'package.json': json({ name: 'app', type: 'module', imports: { '#b': './src/b.ts' } }),
          'tsconfig.json': json({ compilerOptions: { paths: { '@/*': ['./src/*'] } } }),
          'src/a.ts': "import { b } from '#b';\nexport const a = b;\n",
          'src/b.ts': "import { a } from '@/a';\nexport const b = () => a;\n",
        },
        findings: [{ messageId: 'static', path: 'src/a.ts' }],
      },
      {
        name: 'a cycle of types around one that is there while loading',
        files: {
          'a.ts': "import { b } from './b';\nimport type { C } from './c';\nexport const a = (): C => b();\n",
          'b.ts': "import { a } from './a';\nexport const b = () => a();\n",
          'c.ts': "import { a } from './a';\nexport type C = ReturnType<typeof a>;\nexport const c = a;\n",
        },
        findings: [
          {
            messageId: 'static',
            path: 'a.ts',
            startLine: 1,
            data: { count: 2, cycle: 'a.ts > b.ts > a.ts', modules: ['a.ts', 'b.ts'], way: ['a.ts', 'b.ts'] },
          },
          {
            messageId: 'type',
            path: 'a.ts',
            startLine: 2,
            message: '3 modules import types of each other: a.ts > c.ts > a.ts.',
          },
        ],
      },
    ],
    refuses: [{ kinds: [] }, { kinds: ['dynamic'] }, { kinds: ['type', 'type'] }],
  });
}, 120_000);

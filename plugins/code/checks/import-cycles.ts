import { type ContextOf, defineCheck, type Needs, type Severity } from 'scanrun';
import { MODULES, readGraph, textOf } from '../modules/edges.js';
import { type Cycle, cyclesOf } from '../modules/graph.js';
import type { ImportKind } from '../modules/read.js';

/** The kinds of imports, each with what is known before it is looked at. */
const KINDS: Readonly<Record<ImportKind, { readonly known: readonly ImportKind[]; readonly severity: Severity }>> = {
  static: { known: [], severity: 'warning' },
  lazy: { known: ['static'], severity: 'note' },
  type: { known: ['static', 'lazy'], severity: 'note' },
};

/** Fixtures may be circles on purpose; the rest is not written here. */
const LEFT_OUT = [
  '**/{fixtures,__fixtures__,testdata,examples,example,playground}/**',
  '**/{vendor,third_party,dist,generated,__generated__}/**',
  '**/*.min.*',
];

const options = {
  files: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    minItems: 1,
    default: [MODULES, ...LEFT_OUT.map((glob) => `!${glob}`)],
    description: 'Globs of the files whose imports are followed; one that starts with ! takes files out again.',
  },
  kinds: {
    type: 'array',
    items: { type: 'string', enum: Object.keys(KINDS) as ImportKind[] },
    uniqueItems: true,
    minItems: 1,
    default: Object.keys(KINDS) as ImportKind[],
    description:
      'Which cycles are reported: those that are there while modules load (static), those that need an import() or a require inside of a function (lazy), and those that need an import of types (type).',
  },
} as const;

const messages = {
  self: '{{cycle}} imports itself.',
  static: '{{count}} modules import each other: {{cycle}}.',
  lazy: '{{count}} modules import each other, some of them later: {{cycle}}.',
  type: '{{count}} modules import types of each other: {{cycle}}.',
} as const;

type Context = ContextOf<typeof options, typeof messages, Needs>;

/** Modules of a way round that are shown in a message; the data has all. */
const SHOWN = 8;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No modules import each other in a circle',
    description:
      'In a circle one module runs before what it imports, so a name is undefined depending on who is imported first.',
    category: 'quality',
    tier: 'standard',
    severity: 'warning',
    estimate: '2s',
    timeout: '120s',
    tags: ['imports', 'architecture'],
    when: { files: [MODULES] },
    options,
    messages,
    help: [
      'Move what both modules need into a third one, or give it to a function as an argument. Where only a type is needed, say so:',
      '',
      '```ts',
      "import type { Order } from './order.js';",
      '```',
      '',
      'Modules that all lead to each other (a strongly connected component) are one finding, with the shortest way round. ' +
        'A circle that closes while the modules load is a warning. One that needs an `import()`, or a `require` inside of a function, ' +
        'is a note, and so is one that needs an import of types: they break nothing, but the modules cannot be understood or moved alone.',
      '',
      'The imports are read with [oxc-parser](https://www.npmjs.com/package/oxc-parser), JavaScript and TypeScript alike, ' +
        'and followed as Node.js and TypeScript do, with `exports`, `imports` and the `paths` of tsconfig.json. ' +
        'An import of TypeScript that only brings types counts as one of types, with or without the word `type`. ' +
        'Fixtures, examples, vendored and generated files are left out; the option `files` chooses others.',
    ].join('\n'),
  },
  async run(context) {
    const { modules, edges } = await readGraph(context, context.options.files);
    context.measure('modules', modules, 'modules');
    context.measure('imports', edges.length, 'imports');
    const wanted = new Set(context.options.kinds);
    let cycles = 0;
    for (const kind of Object.keys(KINDS) as ImportKind[]) {
      if (!wanted.has(kind)) continue;
      for (const cycle of cyclesOf(edges, kind, KINDS[kind].known)) {
        cycles += 1;
        await report(context, kind, cycle);
      }
    }
    return { modules, imports: edges.length, cycles };
  },
});

async function report(context: Context, kind: ImportKind, cycle: Cycle): Promise<void> {
  const { members, way } = cycle;
  const [first] = way;
  if (first === undefined) return;
  const paths = way.map(({ from }) => from);
  const shown = paths.length > SHOWN ? [...paths.slice(0, SHOWN - 1), '…'] : paths;
  const text = await textOf(context, first.from);
  context.report({
    messageId: members.length === 1 ? 'self' : kind,
    data: {
      count: members.length,
      cycle: members.length === 1 ? first.from : [...shown, first.from].join(' > '),
      modules: [...members],
      way: paths,
    },
    location: { path: first.from, ...(text === undefined ? {} : placeOf(text, first.start)) },
    severity: KINDS[kind].severity,
  });
}

/** Line and column, from 1, of a place in a text. */
function placeOf(text: string, start: number): { readonly startLine: number; readonly startColumn: number } {
  const before = text.slice(0, start);
  return { startLine: before.split('\n').length, startColumn: start - before.lastIndexOf('\n') };
}

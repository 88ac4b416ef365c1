import type { Parse, ParsedModule, SyntaxNode } from './oxc.js';
import { childrenOf } from './syntax.js';

/** When an import is followed: while the module loads, later when code asks for it, or never, since only types are taken. */
export type ImportKind = 'static' | 'lazy' | 'type';

/** One import of a file. */
export interface Import {
  readonly specifier: string;
  readonly kind: ImportKind;
  /** Where it stands, in UTF-16 units from 0. */
  readonly start: number;
  /** The names it gives to this file. All of them may turn out to be types; absent where it has another effect. */
  readonly names?: readonly string[];
  /** The names of the other file that it hands on; absent where it hands on all, or none. */
  readonly handsOn?: readonly string[];
}

/** The language of a file for the parser; JSX is allowed wherever no type could look like it. */
export function langOf(path: string): string {
  if (/\.d\.[cm]?ts$/.test(path)) return 'dts';
  if (path.endsWith('.tsx')) return 'tsx';
  return /\.[cm]?ts$/.test(path) ? 'ts' : 'jsx';
}

/** What nearly every import has. */
const LOOKS_LIKE_IMPORT = /\b(?:from|import)\s*["']|\b(?:require|import)\s*\(\s*["']/g;

/** Words without which no file imports anything, and the parser need not be asked: it takes longer than all the rest. */
const WORDS = ['import', 'require', 'from'];

/** An import, or what the parser would be asked about because it looks like one. */
const MAY_IMPORT = /import|\brequire\s*\(|\bfrom\s*["']|\bexport\b[\s\S]*\bfrom\b/;

/** False for what imports nothing, whatever the parser says. Keywords have no escapes, so they stand there as they are. */
export function mayImport(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Looking for bytes takes a fraction of decoding them.
  return WORDS.some((word) => text.includes(word, 0, 'latin1')) && MAY_IMPORT.test(text.toString('latin1'));
}

/** Reads a file's imports. Undefined for a text that is none of JavaScript, and seems to import more than the parser found. */
export function importsIn(parse: Parse, path: string, text: string): readonly Import[] | undefined {
  const parsed = parse(path, text, { lang: langOf(path) });
  const { staticImports, staticExports, dynamicImports } = parsed.module;
  const imports: Import[] = [
    ...staticImports.map(({ start, moduleRequest, entries }): Import => {
      const kind = entries.length > 0 && entries.every(({ isType }) => isType) ? 'type' : 'static';
      const names = entries.filter(({ isType }) => !isType).map(({ localName }) => localName.value);
      return { specifier: moduleRequest.value, kind, start, ...(names.length > 0 ? { names } : {}) };
    }),
    ...reexports(staticExports),
    ...dynamicImports.flatMap(({ start, moduleRequest }): Import[] => {
      const specifier = literal(text.slice(moduleRequest.start, moduleRequest.end));
      return specifier === undefined ? [] : [{ specifier, kind: 'lazy', start }];
    }),
    ...(/\brequire\s*\(/.test(text) ? requires(parsed.program) : []),
  ];
  // The parser goes on after most mistakes, and then knows the imports all the same.
  if (parsed.errors.length > 0 && imports.length < (text.match(LOOKS_LIKE_IMPORT)?.length ?? 0)) return undefined;
  return path.includes('.d.') && langOf(path) === 'dts' ? imports.map(asType) : imports;
}

/** A declaration runs nothing, so all that it imports are types. */
function asType(item: Import): Import {
  return { specifier: item.specifier, kind: 'type', start: item.start };
}

function reexports(exports: ParsedModule['module']['staticExports']): Import[] {
  return exports.flatMap(({ start, entries }) => {
    // An import that is exported again belongs to its import, which is further up.
    const from = entries.filter(({ moduleRequest }) => moduleRequest !== null);
    const specifier = from[0]?.moduleRequest?.value;
    if (specifier === undefined || from.every(({ importName }) => importName.kind === 'None')) return [];
    const values = from.filter(({ isType }) => !isType);
    const names = values.map(({ importName }) => importName.name);
    const handsOn = names.filter((name): name is string => name !== null);
    return [
      {
        specifier,
        kind: values.length === 0 ? 'type' : 'static',
        start,
        ...(handsOn.length > 0 && handsOn.length === names.length ? { handsOn } : {}),
      } satisfies Import,
    ];
  });
}

/** The names that a file exports as types only. */
export function typesIn(parse: Parse, path: string, text: string): ReadonlySet<string> {
  const { staticExports } = parse(path, text, { lang: langOf(path) }).module;
  const entries = staticExports.flatMap((item) => item.entries);
  const named = (isType: boolean) =>
    entries.filter((entry) => entry.isType === isType).map(({ exportName }) => exportName.name ?? 'default');
  const values = new Set(named(false));
  return new Set(named(true).filter((name) => !values.has(name)));
}

/** The text of a string literal without escapes; undefined for any other expression. */
function literal(source: string): string | undefined {
  const found = /^(["'`])([^"'`\\$]*)\1$/.exec(source.trim())?.[2];
  // Copied: a part of a text keeps the whole of it in memory.
  return found === undefined ? undefined : Buffer.from(found).toString();
}

/** Calls of `require` with a text, and `import x = require()`; those inside of functions are followed later. */
function requires(program: SyntaxNode): Import[] {
  const found: Import[] = [];
  const stack: { readonly node: SyntaxNode; readonly inFunction: boolean }[] = [{ node: program, inFunction: false }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { node, inFunction } = next;
    const specifier = required(node);
    if (specifier !== undefined) found.push({ specifier, kind: inFunction ? 'lazy' : 'static', start: node.start });
    const inner = inFunction || /Function/.test(node.type);
    for (const child of childrenOf(node)) stack.push({ node: child, inFunction: inner });
  }
  return found;
}

function required(node: SyntaxNode): string | undefined {
  if (node.type === 'TSExternalModuleReference') return textOf(node.expression);
  if (node.type !== 'CallExpression') return undefined;
  const callee = node.callee as SyntaxNode | undefined;
  const [first] = Array.isArray(node.arguments) ? (node.arguments as unknown[]) : [];
  return callee?.type === 'Identifier' && callee.name === 'require' ? textOf(first) : undefined;
}

function textOf(node: unknown): string | undefined {
  const { type, value } = (node ?? {}) as { readonly type?: unknown; readonly value?: unknown };
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}

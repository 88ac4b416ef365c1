import type { CheckContext } from 'scanrun';
import { findTool, importTool } from 'scanrun';

/** A node of a syntax tree; its other fields depend on its type. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [field: string]: unknown;
}

/** A name in an import or export, and whether it is only a type. */
interface ImportEntry {
  readonly localName: { readonly value: string };
  readonly isType: boolean;
}

interface ExportEntry {
  readonly moduleRequest: { readonly value: string } | null;
  readonly importName: { readonly kind: string; readonly name: string | null };
  readonly exportName: { readonly kind: string; readonly name: string | null };
  readonly isType: boolean;
}

/** What oxc-parser makes of a file; of its interface only what is used here. */
export interface ParsedModule {
  /** Made when it is asked for, which takes longer than all the rest. */
  readonly program: SyntaxNode;
  readonly module: {
    readonly staticImports: readonly {
      readonly start: number;
      readonly moduleRequest: { readonly value: string };
      readonly entries: readonly ImportEntry[];
    }[];
    readonly staticExports: readonly { readonly start: number; readonly entries: readonly ExportEntry[] }[];
    readonly dynamicImports: readonly {
      readonly start: number;
      readonly moduleRequest: { readonly start: number; readonly end: number };
    }[];
  };
  readonly errors: readonly unknown[];
}

/** Parses a file; says in `errors` what is wrong with it, and never throws for that. */
export type Parse = (path: string, text: string, options: { readonly lang: string }) => ParsedModule;

/** Finds the absolute path that a specifier leads to from an absolute path; undefined for nothing. */
export type Resolve = (from: string, specifier: string) => string | undefined;

/**
 * The parser of all versions of JavaScript and TypeScript.
 *
 * Ends the check as skipped, `not-installed`, where it is missing: without it nobody knows what a file imports.
 */
export async function loadParser(context: Pick<CheckContext, 'target' | 'skip'>): Promise<Parse> {
  const tool = await findTool(context, { name: 'oxc-parser', range: '>=0.90.0 <1' });
  const { parseSync } = await importTool<{ readonly parseSync: Parse }>(tool);
  return parseSync;
}

interface Resolver {
  resolveFileSync(file: string, specifier: string): { readonly path?: string };
}

/** What a specifier without an ending, or with the ending of what will be built, may stand for. */
const ENDINGS = {
  extensions: ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts'],
  extensionAlias: {
    '.js': ['.ts', '.tsx', '.js', '.jsx', '.d.ts'],
    '.jsx': ['.tsx', '.jsx'],
    '.mjs': ['.mts', '.mjs', '.d.mts'],
    '.cjs': ['.cts', '.cjs', '.d.cts'],
  },
};

/** Resolves as Node.js and TypeScript do: `exports`, `imports`, and the `paths` of the nearest tsconfig.json. */
export async function loadResolver(context: Pick<CheckContext, 'target' | 'skip'>): Promise<Resolve> {
  const tool = await findTool(context, { name: 'oxc-resolver', range: '>=11.10.0 <12' });
  const { ResolverFactory } = await importTool<{ readonly ResolverFactory: new (options: object) => Resolver }>(tool);
  const resolver = new ResolverFactory({
    ...ENDINGS,
    conditionNames: ['node', 'import', 'require', 'default'],
    mainFields: ['module', 'main'],
    tsconfig: 'auto',
  });
  return (from, specifier) => resolver.resolveFileSync(from, specifier).path;
}

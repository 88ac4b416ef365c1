import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A source file: its path from the repository's root, and its text. */
export interface Module {
  readonly path: string;
  readonly text: string;
}

/** One import, re-export, `import()`, `import('...')` type or `require`. */
export interface Import {
  readonly from: string;
  readonly line: number;
  readonly specifier: string;
  /** `type` vanishes when compiled, `dynamic` runs later, `static` runs when the module is loaded. */
  readonly kind: 'static' | 'dynamic' | 'type';
  /** The path of our own file that it means; undefined for packages and Node's modules. */
  readonly target?: string;
}

/** All files below the folders whose names end with one of the endings. */
export function readModules(folders: readonly string[], endings: readonly string[] = ['.ts']): Module[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'))
      .sort()
      .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') })),
  );
}

/** The syntax tree of a module. */
export function parse({ path, text }: Module): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

/** Calls back for each node below, the deepest last. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  node.forEachChild((child) => {
    visit(child);
    walk(child, visit);
  });
}

/** The line of a node, from 1. */
export function lineOf(node: ts.Node): number {
  const file = node.getSourceFile();
  return file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
}

/** Everything that a module imports, also types. */
export function importsOf(module: Module): Import[] {
  const imports: Import[] = [];
  walk(parse(module), (node) => {
    const found = importOf(node);
    if (found === undefined) return;
    const target = found.specifier.startsWith('.')
      ? posix.join(posix.dirname(module.path), found.specifier).replace(/\.js$/, '.ts')
      : undefined;
    imports.push({ from: module.path, line: lineOf(node), ...found, ...(target === undefined ? {} : { target }) });
  });
  return imports;
}

function importOf(node: ts.Node): Pick<Import, 'specifier' | 'kind'> | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return { specifier: node.moduleSpecifier.text, kind: isTypeImport(node.importClause) ? 'type' : 'static' };
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
    const types =
      node.isTypeOnly ||
      (node.exportClause !== undefined &&
        ts.isNamedExports(node.exportClause) &&
        node.exportClause.elements.every(({ isTypeOnly }) => isTypeOnly));
    return { specifier: node.moduleSpecifier.text, kind: types ? 'type' : 'static' };
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal))
    return { specifier: node.argument.literal.text, kind: 'type' };
  if (!ts.isCallExpression(node)) return undefined;
  const [argument] = node.arguments;
  if (argument === undefined || !ts.isStringLiteralLike(argument)) return undefined;
  if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return { specifier: argument.text, kind: 'dynamic' };
  return isRequire(node.expression) ? { specifier: argument.text, kind: 'dynamic' } : undefined;
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.isTypeOnly) return true;
  const { name, namedBindings } = clause;
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly)
  );
}

/** `require(...)`, or `createRequire(...)(...)`. */
function isRequire(expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return expression.text === 'require';
  return (
    ts.isCallExpression(expression) &&
    ts.isIdentifier(expression.expression) &&
    expression.expression.text === 'createRequire'
  );
}

/** The name of the package that a specifier means; undefined for files and Node's modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^(\.|node:)/.test(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The folder or file of core that a path belongs to. */
export function partOfCore(path: string): string | undefined {
  return /^core\/([^/.]+)/.exec(path)?.[1];
}

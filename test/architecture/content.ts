import ts from 'typescript';
import type { Violations } from './direction.js';
import { lineOf, type Module, parse, partOfCore, walk } from './modules.js';

/** Members of `process` that belong to whoever started it. `platform`, `hrtime` and `versions` are facts. */
const HOST = /^(argv|stdin|stdout|stderr|env|cwd|chdir|exit|exitCode|abort|on|once|addListener|off)$/;

/** Files that may use some of them, and why. */
const HOST_EXCEPTIONS: Readonly<Record<string, { readonly members: readonly string[]; readonly why: string }>> = {
  'core/files/git.ts': {
    members: ['env'],
    why: 'git inherits the environment, less what points it to another repository',
  },
  'core/execute/process-tree.ts': { members: ['env'], why: 'a command inherits the environment' },
  'core/execute/worker.ts': {
    members: ['exit', 'on', 'stdout', 'stderr'],
    why: 'it is the first module of a thread, and guards the process that the thread sees',
  },
};

/** Only the command line touches the process: a program that scans has streams, signals and an exit code of its own. */
export function processViolations(modules: readonly Module[]): Violations {
  return outsideCli(modules).flatMap((module) => {
    const found: string[] = [];
    const allowed = HOST_EXCEPTIONS[module.path]?.members ?? [];
    const complain = (node: ts.Node, what: string): void => {
      found.push(`${module.path}:${lineOf(node)} must not use ${what}: only core/cli touches the process`);
    };
    walk(parse(module), (node) => {
      if (
        ts.isImportDeclaration(node) &&
        ts.isStringLiteral(node.moduleSpecifier) &&
        /^(node:)?process$/.test(node.moduleSpecifier.text)
      )
        complain(node, node.moduleSpecifier.text);
      const access = memberOf(node);
      if (access === undefined) return;
      if (access.object === 'console') complain(node, `console.${access.member}`);
      if (access.object === 'process' && HOST.test(access.member) && !allowed.includes(access.member))
        complain(node, `process.${access.member}`);
    });
    return found;
  });
}

function memberOf(node: ts.Node): { readonly object: string; readonly member: string } | undefined {
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression))
    return { object: node.expression.text, member: node.name.text };
  if (
    ts.isElementAccessExpression(node) &&
    ts.isIdentifier(node.expression) &&
    ts.isStringLiteralLike(node.argumentExpression)
  )
    return { object: node.expression.text, member: node.argumentExpression.text };
  return undefined;
}

function outsideCli(modules: readonly Module[]): Module[] {
  return modules.filter(({ path }) => partOfCore(path) !== undefined && partOfCore(path) !== 'cli');
}

/** Variables of modules that may change, and why. */
const STATE_EXCEPTIONS: Readonly<Record<string, string>> = {
  'core/check/glob.ts picomatch': 'a library that is loaded with the first glob; it is the same for every scan',
};

const MUTATORS = /^(set|add|delete|clear|push|pop|shift|unshift|splice|sort|reverse|fill|copyWithin)$/;

/** No module of core holds state that changes: two scans in one process must not see each other. */
export function stateViolations(modules: readonly Module[]): Violations {
  return modules
    .filter(({ path }) => partOfCore(path) !== undefined)
    .flatMap((module) => {
      const source = parse(module);
      const found: string[] = [];
      const constants = new Set<string>();
      const complain = (node: ts.Node, name: string): void => {
        if (STATE_EXCEPTIONS[`${module.path} ${name}`] !== undefined) return;
        found.push(`${module.path}:${lineOf(node)} keeps state in '${name}': two scans must not see each other`);
      };
      for (const statement of source.statements) {
        if (!ts.isVariableStatement(statement)) continue;
        const constant = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0;
        for (const { name } of statement.declarationList.declarations) {
          if (!constant) complain(statement, name.getText(source));
          else if (ts.isIdentifier(name)) constants.add(name.text);
        }
      }
      walk(source, (node) => {
        const name = mutated(node);
        if (name !== undefined && constants.has(name)) complain(node, name);
      });
      return found;
    });
}

/** The name of the variable whose content a node changes. */
function mutated(node: ts.Node): string | undefined {
  const isAssignment =
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
  const changed = isAssignment ? node.left : ts.isDeleteExpression(node) ? node.expression : undefined;
  if (changed !== undefined)
    return (ts.isPropertyAccessExpression(changed) || ts.isElementAccessExpression(changed)) &&
      ts.isIdentifier(changed.expression)
      ? changed.expression.text
      : undefined;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression, name } = node.expression;
  return ts.isIdentifier(expression) && MUTATORS.test(name.text) ? expression.text : undefined;
}

/** A file that does not fit into a head is split. */
export function lengthViolations(modules: readonly Module[], limit = 300): Violations {
  return modules
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > limit)
    .map(({ path, lines }) => `${path} has ${lines} lines; at most ${limit}, so that it can be read at once`);
}

/** A name that says nothing collects everything. */
export function nameViolations(modules: readonly Module[]): Violations {
  return modules
    .filter(({ path }) => /(^|[/-])(utils?|helpers?|misc|common|shared|lib)(\.|\/|$)/i.test(path))
    .map(({ path }) => `${path} has a name that says nothing, and will collect everything`);
}

/** What a user can import is explained where it is defined: editors show it. */
export function docstringViolations(modules: readonly Module[]): Violations {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const surface = modules.filter(({ path }) => path === 'core/index.ts' || path === 'core/testing.ts');
  return surface.flatMap((barrel) => {
    const own = undocumented(parse(barrel), exportedHere(parse(barrel)));
    const others = reexports(parse(barrel)).flatMap(({ file, names }) => {
      const module = byPath.get(`core/${file.replace(/^\.\//, '').replace(/\.js$/, '.ts')}`);
      return module === undefined
        ? [`${barrel.path} exports from ${file}, which is not there`]
        : undocumented(parse(module), names);
    });
    return [...own, ...others];
  });
}

function reexports(source: ts.SourceFile): { readonly file: string; readonly names: ReadonlySet<string> }[] {
  return source.statements.flatMap((statement) => {
    if (!ts.isExportDeclaration(statement) || statement.exportClause === undefined) return [];
    if (!ts.isNamedExports(statement.exportClause) || statement.moduleSpecifier === undefined) return [];
    const names = new Set(statement.exportClause.elements.map(({ propertyName, name }) => (propertyName ?? name).text));
    return [{ file: (statement.moduleSpecifier as ts.StringLiteral).text, names }];
  });
}

function exportedHere(source: ts.SourceFile): Set<string> {
  return new Set(source.statements.flatMap((statement) => (isExported(statement) ? namesOf(statement) : [])));
}

function isExported(statement: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(statement) &&
    (ts.getModifiers(statement) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

/** The declarations with these names, and the members of interfaces among them, that have no docstring. */
function undocumented(source: ts.SourceFile, names: ReadonlySet<string>): string[] {
  return source.statements.flatMap((statement) => {
    const named = namesOf(statement).filter((name) => names.has(name));
    if (named.length === 0) return [];
    const members = ts.isInterfaceDeclaration(statement) ? [...statement.members] : [];
    return [statement, ...members]
      .filter((node) => !ts.getJSDocCommentsAndTags(node).some(ts.isJSDoc))
      .map((node) => {
        const what =
          node === statement
            ? named.join(', ')
            : `${named.join(', ')}.${(node as ts.TypeElement).name?.getText() ?? '()'}`;
        return `${source.fileName}:${lineOf(node)} exports ${what} without a sentence that says what it is`;
      });
  });
}

import type { SyntaxNode } from './oxc.js';

/** The nodes directly below a node. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return Object.values(node).flatMap((value) => (Array.isArray(value) ? value : [value]).filter(isNode));
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Syntax of TypeScript that has values in it. All other of its syntax is types. */
const WITH_VALUES = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSEnumDeclaration',
  'TSEnumBody',
  'TSEnumMember',
  'TSModuleDeclaration',
  'TSModuleBlock',
  'TSExportAssignment',
  'TSImportEqualsDeclaration',
  'TSQualifiedName',
  'TSParameterProperty',
]);

/** The field of a node that is a name of its own, not one that was imported. */
const OWN_NAMES: Readonly<Record<string, string>> = {
  MemberExpression: 'property',
  Property: 'key',
  MethodDefinition: 'key',
  PropertyDefinition: 'key',
  AccessorProperty: 'key',
};

/**
 * The names that a file uses as values. An import of TypeScript whose names are all used as types leaves no trace in
 * what runs. Undefined where that is not so: a decorator may make values of types.
 */
export function valuesIn(program: SyntaxNode): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const stack: SyntaxNode[] = [program];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const { type } = node;
    if (type === 'Decorator') return undefined;
    if (type === 'ImportDeclaration' || (type.startsWith('TS') && !WITH_VALUES.has(type))) continue;
    if ((type === 'Identifier' || type === 'JSXIdentifier') && typeof node.name === 'string') names.add(node.name);
    const own = node.computed === true ? undefined : OWN_NAMES[type];
    const skipped = own === undefined ? undefined : node[own];
    stack.push(...childrenOf(node).filter((child) => child !== skipped));
  }
  return names;
}

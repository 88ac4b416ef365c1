import { asObject, asText, own, textList } from './text.js';

/** What kind of thing knip found. */
export type KnipKind =
  | 'dependency'
  | 'peer'
  | 'unlisted'
  | 'unresolved'
  | 'binary'
  | 'file'
  | 'export'
  | 'type'
  | 'member'
  | 'duplicate'
  | 'catalog'
  | 'catalogReference';

/** One thing that knip found. */
export interface KnipIssue {
  readonly kind: KnipKind;
  /** The file it is in, relative to where knip ran. */
  readonly path: string;
  /** What it is called. */
  readonly name: string;
  /** The field of package.json, for dependencies. */
  readonly field?: string;
  readonly line?: number;
  readonly column?: number;
}

/** The lists of a row of knip's report, and what they hold. */
const LISTS: Readonly<Record<string, KnipKind>> = {
  dependencies: 'dependency',
  devDependencies: 'dependency',
  optionalPeerDependencies: 'peer',
  unlisted: 'unlisted',
  unresolved: 'unresolved',
  binaries: 'binary',
  exports: 'export',
  nsExports: 'export',
  types: 'type',
  nsTypes: 'type',
  catalog: 'catalog',
  catalogReferences: 'catalogReference',
};

/** Lists of lists in some versions: members by the enumeration they are of. */
const MEMBERS = ['enumMembers', 'namespaceMembers', 'classMembers'] as const;

/**
 * Reads what `knip --reporter json` prints, of version 5 and 6. Configurations that it loads may print before.
 * @throws Error for an output that has no report.
 */
export function readKnipReport(stdout: string): KnipIssue[] {
  const report = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map(parsed)
    .findLast((value) => Array.isArray(own(value, 'issues')));
  if (report === undefined) throw new Error('knip printed no report');
  const rows = own(report, 'issues') as readonly unknown[];
  // Version 5 lists unused files apart from the rows.
  const files = textList(own(report, 'files')).map((path): KnipIssue => ({ kind: 'file', path, name: path }));
  return [...files, ...rows.flatMap(issuesOf)];
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Something that a configuration printed; without any report the caller says so.
    return undefined;
  }
}

function issuesOf(row: unknown): KnipIssue[] {
  const path = asText(own(row, 'file'));
  if (path === undefined) return [];
  const issues: KnipIssue[] = [];
  for (const [list, kind] of Object.entries(LISTS))
    for (const item of listOf(own(row, list)))
      issues.push({ kind, path, ...placed(item), ...(kind === 'dependency' ? { field: list } : {}) });
  for (const list of MEMBERS) {
    const members = own(row, list);
    const groups = Array.isArray(members) ? [members] : Object.values(asObject(members) ?? {});
    for (const item of groups.flatMap(listOf)) issues.push({ kind: 'member', path, ...placed(item) });
  }
  for (const item of listOf(own(row, 'files'))) issues.push({ kind: 'file', path, name: placed(item).name });
  for (const group of listOf(own(row, 'duplicates'))) {
    const [first, ...rest] = listOf(group).map(placed);
    if (first !== undefined)
      issues.push({ ...first, kind: 'duplicate', path, name: [first, ...rest].map(({ name }) => name).join(', ') });
  }
  return issues;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function placed(item: unknown): Pick<KnipIssue, 'name' | 'line' | 'column'> {
  const [line, column] = [own(item, 'line'), own(item, 'col')];
  const namespace = asText(own(item, 'namespace'));
  const name = asText(own(item, 'name')) ?? asText(item) ?? '';
  return {
    name: namespace === undefined ? name : `${namespace}.${name}`,
    ...(typeof line === 'number' && line > 0 ? { line } : {}),
    ...(typeof line === 'number' && line > 0 && typeof column === 'number' && column > 0 ? { column } : {}),
  };
}

import { posix } from 'node:path';
import type { CheckContext, Location, Replacement, Severity } from 'scanrun';
import { asText, own, parsedJson } from '../text.js';

/** A folder that eslint runs in. */
export interface LintFolder {
  /** Relative to the target's root; empty for the root. */
  readonly folder: string;
  /** True for `eslint.config.*`, false for `.eslintrc*`. */
  readonly isFlat: boolean;
}

/** One problem of a file. */
export interface LintMessage extends Omit<Location, 'path'> {
  readonly message: string;
  /** The rule; absent for a file that could not be parsed. */
  readonly rule?: string;
  readonly severity: Severity;
  /** What its rule would write instead, where the rule is sure: `eslint --fix`. */
  readonly fix?: Replacement;
}

/** What eslint says of a file. */
export interface LintResult {
  /** Its absolute path. */
  readonly path: string;
  readonly messages: readonly LintMessage[];
}

/** The folders with a configuration that no folder above has one for: eslint looks at everything below. */
export async function lintFolders({ files }: Pick<CheckContext, 'files'>): Promise<LintFolder[]> {
  const found = new Map<string, boolean>();
  for await (const { path, type } of files(['**/eslint.config.*', '**/.eslintrc', '**/.eslintrc.*'])) {
    if (type === 'submodule') continue;
    const name = posix.basename(path);
    const isFlat = /^eslint\.config\.[cm]?[jt]s$/.test(name);
    if (!isFlat && !/^\.eslintrc(?:\.(?:js|cjs|json|ya?ml))?$/.test(name)) continue;
    const folder = posix.dirname(path).replace(/^\.$/, '');
    found.set(folder, isFlat || found.get(folder) === true);
  }
  const folders = [...found.keys()].sort();
  return folders
    .filter((folder) => !folders.some((above) => isBelow(folder, above)))
    .map((folder) => ({ folder, isFlat: found.get(folder) === true }));
}

function isBelow(folder: string, above: string): boolean {
  return folder !== above && (above === '' || folder.startsWith(`${above}/`));
}

/** Reads what `eslint --format json` prints; undefined for anything else. Configurations may print before. */
export function readLintReport(stdout: string): LintResult[] | undefined {
  for (const line of stdout.split('\n').reverse()) {
    if (!line.startsWith('[')) continue;
    // Some other line may begin with a bracket too.
    const rows = parsedJson(line);
    if (!Array.isArray(rows) || !rows.every((row) => asText(own(row, 'filePath')) !== undefined)) continue;
    return rows.map((row: unknown) => ({
      path: asText(own(row, 'filePath')) ?? '',
      messages: listOf(own(row, 'messages')).map(messageOf),
    }));
  }
  return undefined;
}

function messageOf(item: unknown): LintMessage {
  const rule = asText(own(item, 'ruleId'));
  const isError = own(item, 'severity') === 2 || own(item, 'fatal') === true;
  return {
    message: asText(own(item, 'message')) ?? 'eslint reports a problem without a message.',
    ...(rule === undefined ? {} : { rule }),
    severity: isError ? 'error' : 'warning',
    ...placeOf(item),
    ...fixOf(own(item, 'fix')),
  };
}

/** A range in UTF-16 units behind a byte order mark, which a rule may want to take away by -1: that is no part of the text. */
function fixOf(fix: unknown): { readonly fix?: Replacement } {
  const [start, end] = listOf(own(fix, 'range'));
  const text = own(fix, 'text');
  const isRange = Number.isInteger(start) && Number.isInteger(end) && (start as number) >= 0;
  if (!isRange || typeof text !== 'string' || (end as number) < (start as number)) return {};
  return start === end && text === '' ? {} : { fix: { start: start as number, end: end as number, text } };
}

/** Lines and columns from 1; a rule may give none, or half of them. */
function placeOf(item: unknown): Omit<Location, 'path'> {
  const [startLine, startColumn, endLine, endColumn] = ['line', 'column', 'endLine', 'endColumn'].map((key) => {
    const value = own(item, key);
    return typeof value === 'number' && Number.isInteger(value) && value >= 1 ? value : undefined;
  });
  if (startLine === undefined) return {};
  if (startColumn === undefined) return { startLine };
  if (endLine === undefined || endColumn === undefined || endLine < startLine) return { startLine, startColumn };
  return { startLine, startColumn, endLine, endColumn };
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What eslint says when its configuration names a package that is not there. */
const MISSING = [
  /Cannot find (?:package|module) '([^']+)'/,
  /couldn't find the plugin "([^"]+)"/,
  /couldn't find the config "([^"]+)" to extend from/,
  /The '(jiti)' library is required/,
];

/** The package that a failed eslint misses; undefined where it failed for another reason. */
export function missingPackage(stderr: string): string | undefined {
  for (const pattern of MISSING) {
    const specifier = pattern.exec(stderr)?.[1];
    // A file of the project that is missing is a mistake in the configuration.
    if (specifier === undefined || /^[./\\]|^[A-Za-z]:|^file:/.test(specifier)) continue;
    return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0];
  }
  return undefined;
}

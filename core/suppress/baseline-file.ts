import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { codeOf, messageOf, type Problem, ScanError } from '../errors.js';
import type { KnownFinding } from '../model/comparison.js';
import type { Notice } from '../model/result.js';
import { formatBytes, plural } from '../model/text.js';
import { BASELINE_FILE, belongs } from './baseline.js';
import type { KnownFindings } from './known.js';
import { knownFromReport } from './report.js';

/** More than the json report of 100,000 findings. */
const MAX_BYTES = 200_000_000;
/** Problems that an error lists; the rest is counted. */
const MAX_PROBLEMS = 100;

/** Which baseline to read. */
export interface BaselineRequest {
  /** The absolute path of the file that was named; the one in the target where there is one when absent. */
  readonly file?: string | undefined;
  /** The target's root. */
  readonly root: string;
  /** Whether the target is scanned as somebody else's: what it brings does not decide what counts. */
  readonly foreign: () => boolean;
  readonly notice: (notice: Notice) => void;
}

/**
 * Reads the known findings of a baseline, or of the json report of an earlier scan. Undefined where none is named and
 * the target has none.
 * @throws ScanError `SR_BASELINE_NOT_FOUND`, `SR_BASELINE_INVALID` with everything that is wrong with it.
 */
export function readBaseline({ file, root, foreign, notice }: BaselineRequest): KnownFindings | undefined {
  if (file !== undefined) return read(file, root);
  const own = join(root, BASELINE_FILE);
  if (lstatSync(own, { throwIfNoEntry: false }) === undefined) return undefined;
  const isForeign = foreign();
  if (!isForeign && isInside(own, root)) return read(own, root);
  const why = isForeign ? 'the target is another project than the working folder' : 'it is a link that leads elsewhere';
  const message = `The target has a baseline, which is not used, since ${why}. Name it to use it: --baseline ${JSON.stringify(own)}.`;
  notice({ code: 'baseline-unused', level: 'warning', message });
  return undefined;
}

/**
 * The findings of a baseline file, to be changed.
 * @throws ScanError as `readBaseline`; also for a json report, which is not to be changed.
 */
export function readBaselineFile(file: string): readonly KnownFinding[] {
  const { findings, problems } = parseBaseline(parse(readText(file), file), basename(file));
  if (problems.length > 0) throw invalid(file, problems);
  return findings;
}

/** What a reader calls a file: its path in the target, or where it is. */
export function baselineName(file: string, root: string): string {
  const inside = relative(root, file);
  return inside.startsWith('..') || inside === '' ? file : inside.split(sep).join('/');
}

function isInside(file: string, root: string): boolean {
  try {
    return dirname(realpathSync(file)) === root;
  } catch {
    // A link that leads nowhere: reading it tells.
    return true;
  }
}

function read(file: string, root: string): KnownFindings {
  const name = baselineName(file, root);
  const value = parse(readText(file), file);
  const from = { kind: 'baseline', name } as const;
  const report = knownFromReport(value, belongs);
  if (report !== undefined) return { from: { ...from, ...startOf(report) }, findings: report.findings };
  const { findings, problems } = parseBaseline(value, basename(file));
  if (problems.length > 0) throw invalid(file, problems);
  return { from, findings };
}

function startOf({ from: { startedAt, commit } }: KnownFindings): { startedAt?: string; commit?: string } {
  return { ...(startedAt === undefined ? {} : { startedAt }), ...(commit === undefined ? {} : { commit }) };
}

function readText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES)
      throw new ScanError(
        'SR_BASELINE_INVALID',
        `${file} has ${formatBytes(size)}; a baseline has at most ${formatBytes(MAX_BYTES)}.`,
      );
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof ScanError) throw error;
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR')
      throw new ScanError('SR_BASELINE_NOT_FOUND', `There is no baseline ${file}.`, { cause: error });
    throw new ScanError('SR_BASELINE_INVALID', `${file} cannot be read: ${codeOf(error) ?? messageOf(error)}.`, {
      cause: error,
    });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    const conflict = /^(?:<{7}|={7}|>{7})/m.test(text);
    throw new ScanError(
      'SR_BASELINE_INVALID',
      conflict ? `${file} has the marks of a merge conflict.` : `${file} is not valid JSON.`,
      {
        cause: error,
        ...(conflict
          ? { next: 'Keep the lines of both sides, remove the marks, and run `scanrun baseline prune`.' }
          : {}),
      },
    );
  }
}

/** The findings of a baseline's content, and everything that is wrong with it. */
export function parseBaseline(
  value: unknown,
  name: string,
): { readonly findings: readonly KnownFinding[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const complain = (place: string, what: string): false => {
    problems.push({ where: place === '' ? name : `${name}: ${place}`, what });
    return false;
  };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    complain('', 'is no object with schemaVersion and findings');
    return { findings: [], problems };
  }
  const { schemaVersion, findings } = value as { readonly schemaVersion?: unknown; readonly findings?: unknown };
  if (schemaVersion !== 1) complain('schemaVersion', 'must be 1; another scanrun wrote it');
  if (!Array.isArray(findings)) {
    complain('findings', 'must be a list');
    return { findings: [], problems };
  }
  const valid = findings.filter((item: unknown, index): item is KnownFinding =>
    isKnown(item, `findings[${index}]`, complain),
  );
  return { findings: valid, problems };
}

const FIELDS: readonly (readonly [keyof KnownFinding, (value: unknown) => boolean, string])[] = [
  ['checkId', isText, 'the id of a check'],
  ['path', isText, 'a path'],
  ['messageId', isText, 'the id of a message'],
  ['fingerprint', (value) => typeof value === 'string' && /^[0-9a-f]{32}$/.test(value), '32 hex digits'],
  ['count', (value) => Number.isSafeInteger(value) && (value as number) >= 1, 'a whole number from 1'],
];

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isKnown(item: unknown, place: string, complain: (place: string, what: string) => false): boolean {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return complain(place, 'must be an object');
  const record = item as Readonly<Record<string, unknown>>;
  let valid = true;
  for (const [field, isValid, title] of FIELDS)
    if (!isValid(record[field])) valid = complain(`${place}.${field}`, `must be ${title}`);
  return valid;
}

function invalid(file: string, problems: readonly Problem[]): ScanError {
  const shown = problems.slice(0, MAX_PROBLEMS);
  const rest = problems.length - shown.length;
  const lines = shown.map(({ where, what }) => `  ${where} ${what}`);
  if (rest > 0) lines.push(`  and ${rest} more`);
  return new ScanError(
    'SR_BASELINE_INVALID',
    `The baseline ${file} has ${plural(problems.length, 'problem')}:\n${lines.join('\n')}`,
    { problems: shown },
  );
}

import {
  type CheckResult,
  type JsonObject,
  plural,
  type Reporter,
  type ReporterContext,
  type RunResult,
  type Severity,
} from 'scanrun';
import { gravestFirst, newTo, outcomeText, type Reported, regionOf, repositoryPath, unanswered } from '../findings.js';
import { verdictSentence } from '../summary.js';
import { clip, visible, visibleLines } from '../visible.js';

/** Characters of a message and of a title at most; GitHub takes 64 KB and 255 characters. */
const MESSAGE_LIMIT = 4_000;
const TITLE_LIMIT = 200;

/** The options of the reporter. */
export interface GithubOptions {
  readonly maxAnnotations: number;
  readonly log: boolean;
}

/** The log of a step: the report for people, in which the runner obeys nothing, and the annotations. */
export async function* renderLog(
  result: RunResult,
  terminal: Reporter,
  context: ReporterContext<GithubOptions>,
): AsyncGenerator<string> {
  if (context.options.log) {
    // A file or message may look like a command. Nobody can know the word that ends this.
    const token = crypto.randomUUID();
    yield `::stop-commands::${token}\n`;
    yield* await textOf(terminal, result, context);
    yield `\n::${token}::\n`;
  }
  yield* annotationsOf(result, context.options.maxAnnotations);
}

/** What the terminal reporter renders with its own defaults. */
async function textOf(
  terminal: Reporter,
  result: RunResult,
  context: ReporterContext<GithubOptions>,
): Promise<Iterable<string>> {
  const options = Object.fromEntries(
    Object.entries(terminal.options).map(([name, schema]) => [name, (schema as { default: unknown }).default]),
  ) as JsonObject;
  return (await terminal.render(result, { ...context, options })) as Iterable<string>;
}

/** GitHub's levels by severity. */
const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

/** One line an annotation: what has no answer, then the gravest findings, then how many more there are. */
function* annotationsOf(result: RunResult, most: number): Generator<string> {
  const used = { error: 0, warning: 0, note: 0 };
  const open = unanswered(result.checks).filter(({ optional }) => !optional);
  let left = 0;
  if (open.length > 0 && most > 0) {
    used.error += 1;
    yield unansweredLine(open);
  }
  const isNew = newTo(result);
  const notes = notesThatFit(result.checks, used, most);
  for (const reported of gravestFirst(result.checks)) {
    const { severity, suppressedBy } = reported.finding;
    if (suppressedBy !== undefined) continue;
    if (used[severity] >= (severity === 'note' ? notes : most)) {
      left += 1;
      continue;
    }
    used[severity] += 1;
    yield findingLine(reported, result, isNew(reported.finding));
  }
  if (left === 0) return;
  const text = `${plural(left, 'more finding')} without an annotation. ${verdictSentence(result.verdict)}`;
  yield most > 0 ? command('notice', { title: 'scanrun' }, text) : `${visible(text)}\n`;
}

/** How many notes get an annotation: the notice that counts what has none takes the place of one. */
function notesThatFit(checks: readonly CheckResult[], used: Readonly<Record<Severity, number>>, most: number): number {
  const counts = { ...used };
  for (const { finding } of gravestFirst(checks)) if (!finding.suppressedBy) counts[finding.severity] += 1;
  return counts.error > most || counts.warning > most || counts.note > most ? most - 1 : most;
}

function unansweredLine(checks: readonly CheckResult[]): string {
  const lines = checks.map(
    (check) => `${visible(check.checkId)} ${clip(visibleLines(outcomeText(check)), TITLE_LIMIT * 2)}`,
  );
  return command('error', { title: `${plural(checks.length, 'check')} without an answer` }, lines.join('\n'));
}

function findingLine({ check, finding }: Reported, { target }: RunResult, isNew: boolean): string {
  const { location, message, severity } = finding;
  const region = regionOf(location);
  // Columns only mean something within a line.
  const columns =
    region === undefined || region.startColumn === undefined || region.endLine > region.startLine
      ? {}
      : {
          col: region.startColumn,
          ...(region.endColumn === undefined ? {} : { endColumn: Math.max(region.startColumn, region.endColumn - 1) }),
        };
  const properties = {
    file: repositoryPath(target, location.path),
    ...(region === undefined ? {} : { line: region.startLine, endLine: region.endLine }),
    ...columns,
    title: `${isNew ? 'New: ' : ''}${check.meta.title} (${check.checkId})`,
  };
  return command(LEVELS[severity], properties, message);
}

/** A workflow command. A per cent sign, line breaks and in properties also colons and commas are encoded, as the runner decodes them. */
function command(name: string, properties: Readonly<Record<string, string | number>>, text: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${property(key, String(value))}`);
  return `::${name} ${list.join(',')}::${data(clip(visibleLines(text), MESSAGE_LIMIT))}\n`;
}

/** A path names a file exactly as it is; a title is for people. */
function property(key: string, value: string): string {
  const text = key === 'file' ? value : clip(visible(value), TITLE_LIMIT);
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

import type { Finding, Fix, Snippet, Target } from 'scanrun';
import { type Region, type Reported, regionOf, repositoryPath, wellFormed } from '../findings.js';
import { clip, visible, visibleLines } from '../visible.js';

/** Characters of a message at most. */
const MESSAGE_LIMIT = 4_000;

/** What a URI in the file starts from. */
export const SOURCE_ROOT = '%SRCROOT%';

/** The name under which our fingerprint stands. Not `primaryLocationLineHash`: GitHub's own upload computes that one, and warns for each that differs. */
export const FINGERPRINT = 'scanrunFingerprint/v1';

/** The files of a run's results, each once. */
export class Artifacts {
  readonly #indices = new Map<string, number>();

  /** The index of a file. */
  indexOf(uri: string): number {
    const index = this.#indices.get(uri) ?? this.#indices.size;
    this.#indices.set(uri, index);
    return index;
  }

  /** SARIF's artifacts. */
  *all(): Generator<object> {
    for (const uri of this.#indices.keys()) yield { location: { uri, uriBaseId: SOURCE_ROOT }, roles: ['resultFile'] };
  }
}

/** What a result needs besides its finding. */
export interface ResultContext {
  readonly target: Target;
  readonly artifacts: Artifacts;
  /** The index of the check's rule. */
  readonly ruleIndex: number | undefined;
  readonly snippets: boolean;
  readonly fixes: boolean;
}

/** SARIF's result for a finding. */
export function resultOf({ finding }: Reported, context: ResultContext): object {
  const { message, severity, checkId, messageId, state, suppressedBy, package: name } = finding;
  return {
    ruleId: visible(checkId),
    ...(context.ruleIndex === undefined ? {} : { ruleIndex: context.ruleIndex }),
    level: severity,
    message: { text: messageText(message) },
    locations: [locationOf(finding, context)],
    partialFingerprints: { [FINGERPRINT]: visible(finding.fingerprint) },
    ...(state === undefined ? {} : { baselineState: state }),
    ...(suppressedBy === undefined ? {} : { suppressions: [suppressionOf(suppressedBy)] }),
    ...(context.fixes && finding.fix !== undefined ? { fixes: [fixOf(finding.fix, context)] } : {}),
    properties: { messageId: visible(messageId), ...(name === undefined ? {} : { package: visible(name) }) },
  };
}

/** SARIF's fix. What is put in is exact, since it is for machines; ranges count as ours do, a byte order mark left out. */
function fixOf({ description, unsafe, changes }: Fix, { target }: ResultContext): object {
  return {
    description: { text: messageText(description) },
    artifactChanges: changes.map(({ path, replacements }) => ({
      artifactLocation: { uri: relativeUri(repositoryPath(target, path)), uriBaseId: SOURCE_ROOT },
      replacements: replacements.map(({ start, end, text }) => ({
        deletedRegion: { charOffset: start, charLength: end - start },
        ...(text === '' ? {} : { insertedContent: { text } }),
      })),
    })),
    ...(unsafe ? { properties: { unsafe } } : {}),
  };
}

/** The text of a message, in which brackets before a parenthesis would be a link. */
export function messageText(text: string): string {
  const shown = clip(visibleLines(text), MESSAGE_LIMIT).replace(/\[(?=[^[\]]*\]\()/g, '\\[');
  return shown.trim() === '' ? 'It has no message.' : shown;
}

function locationOf({ location, snippet, package: name }: Finding, context: ResultContext): object {
  const uri = relativeUri(repositoryPath(context.target, location.path));
  const region = regionOf(location);
  const lines = context.snippets ? snippet : undefined;
  const around = contextOf(region, lines);
  return {
    physicalLocation: {
      artifactLocation: { uri, uriBaseId: SOURCE_ROOT, index: context.artifacts.indexOf(uri) },
      ...(region === undefined ? {} : { region: { ...region, ...textOf(region, lines) } }),
      ...(around === undefined ? {} : { contextRegion: around }),
    },
    ...(name === undefined ? {} : { logicalLocations: [{ name: visible(name), kind: 'module' }] }),
  };
}

/** A path as a relative URI, which begins with no slash. */
export function relativeUri(path: string): string {
  return uriOf(path).replace(/^\/+/, '') || '.';
}

/** A path as a URI: every character that means something in one is encoded. */
export function uriOf(path: string): string {
  return wellFormed(path).split('/').map(encodeURIComponent).join('/');
}

/** The text of a region, where the lines around it hold the whole of it. */
function textOf({ startLine, endLine, startColumn, endColumn }: Region, snippet: Snippet | undefined): object {
  const first = startLine - (snippet?.startLine ?? 0);
  const lines = snippet?.lines.slice(Math.max(0, first), endLine - (snippet?.startLine ?? 0) + 1) ?? [];
  if (first < 0 || lines.length !== endLine - startLine + 1) return {};
  // The end first: on one line the beginning would move it.
  const last = lines.length - 1;
  if (endColumn !== undefined) lines[last] = (lines[last] ?? '').slice(0, endColumn - 1);
  if (startColumn !== undefined) lines[0] = (lines[0] ?? '').slice(startColumn - 1);
  const text = lines.map(lineText).join('\n');
  return text === '' ? {} : { snippet: { text } };
}

/** The lines around a region; undefined where they hold no more than the region itself. */
function contextOf(region: Region | undefined, snippet: Snippet | undefined): object | undefined {
  if (region === undefined || snippet === undefined) return undefined;
  const [startLine, endLine] = [snippet.startLine, snippet.startLine + snippet.lines.length - 1];
  const holds = startLine >= 1 && startLine <= region.startLine && endLine >= region.endLine;
  if (!holds || endLine - startLine === region.endLine - region.startLine) return undefined;
  return { startLine, endLine, snippet: { text: snippet.lines.map(lineText).join('\n') } };
}

/** A line of a file with what cannot be seen escaped; tabs stay, since columns count them. */
function lineText(line: string): string {
  return line.split('\t').map(visible).join('\t');
}

/** Where a finding is suppressed: by a comment beside it, or elsewhere. */
function suppressionOf({ kind, reason, ...terms }: NonNullable<Finding['suppressedBy']>): object {
  return {
    kind: kind === 'inline' ? 'inSource' : 'external',
    status: 'accepted',
    justification: clip(visibleLines(reason ?? SUPPRESSED[kind]), MESSAGE_LIMIT),
    properties: { kind, ...Object.fromEntries(Object.entries(terms).map(([name, text]) => [name, visible(text)])) },
  };
}

const SUPPRESSED = {
  baseline: 'It is in the baseline.',
  waiver: 'It is waived.',
  inline: 'A comment suppresses it.',
} as const;

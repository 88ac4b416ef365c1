import { type CheckResult, compareText, type Finding, formatCount, plural, type RunResult, type Target } from 'scanrun';
import { gravestFirst } from '../findings.js';
import { countResult } from '../summary.js';
import { clip, visible } from '../visible.js';
import { absentResults } from './absent.js';
import { invocationOf, meaningsOf } from './invocation.js';
import { CompressedSize, GITHUB } from './limits.js';
import { Artifacts, resultOf, SOURCE_ROOT, uriOf } from './results.js';
import { toolOf } from './tool.js';

/** The options of the reporter. */
export interface SarifOptions {
  readonly category: string;
  readonly split: string;
  readonly limits: string;
  readonly suppressed: boolean;
  readonly absent: boolean;
  readonly snippets: boolean;
}

/** The checks of one run of the file. */
interface Part {
  /** The category of analysis, unique in the file. */
  readonly id: string;
  readonly checks: readonly CheckResult[];
}

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** A SARIF log in chunks, a result a line: no text of it is as large as the whole. */
export async function* renderSarif(result: RunResult, options: SarifOptions): AsyncGenerator<string> {
  const limited = options.limits === 'github';
  const parts = partsOf(result, options);
  const size = new CompressedSize(limited && mayBeTooLarge(result));
  try {
    yield `{"$schema":${JSON.stringify(SCHEMA)},"version":"2.1.0","runs":[`;
    for (const [index, part] of parts.entries()) {
      size.begin(parts.length - index);
      for await (const chunk of runOf(result, part, { ...options, limited, size, whole: index === 0 })) {
        await size.add(chunk);
        yield chunk;
      }
      yield index < parts.length - 1 ? ',\n' : '';
    }
    yield ']}\n';
  } finally {
    size.close();
  }
}

/** Only a file of 10 MB can have 10 MB compressed; a character is at most three bytes, and an escape eight characters. */
function mayBeTooLarge({ checks }: RunResult): boolean {
  let characters = 0;
  for (const check of checks) {
    for (const { message, location, snippet, fix } of check.findings) {
      const lines = snippet?.lines.reduce((sum, line) => sum + line.length, 0) ?? 0;
      characters += 600 + message.length + 2 * location.path.length + 2 * lines + sizeOf(fix);
    }
  }
  return characters * 3 > GITHUB.compressedBytes;
}

/** Characters of a fix, roughly. */
function sizeOf(fix: Finding['fix']): number {
  if (fix === undefined) return 0;
  const texts = fix.changes.flatMap(({ replacements }) => replacements.map(({ text }) => 100 + text.length));
  return 300 + fix.description.length + texts.reduce((sum, length) => sum + length, 0);
}

function partsOf({ checks, run }: RunResult, { category, split }: SarifOptions): Part[] {
  const id = category || `scanrun/${run.tier}`;
  if (split === 'none') return [{ id, checks }];
  const groups = new Map<string, CheckResult[]>();
  for (const check of checks) {
    const name = check.meta.category.replace(/[^\w.-]+/g, '-') || 'other';
    groups.set(name, [...(groups.get(name) ?? []), check]);
  }
  const weight = (list: readonly CheckResult[]): number => list.reduce((sum, { findings }) => sum + findings.length, 0);
  const sorted = [...groups].sort(([a, one], [b, other]) => weight(other) - weight(one) || compareText(a, b));
  const rest = sorted.splice(sorted.length > GITHUB.runs ? GITHUB.runs - 1 : GITHUB.runs);
  const parts = sorted.map(([name, list]) => ({ id: `${id}/${name}`, checks: list }));
  if (rest.length > 0) parts.push({ id: `${id}/...`, checks: rest.flatMap(([, list]) => list) });
  return parts.length === 0 ? [{ id, checks }] : parts.sort((a, b) => compareText(a.id, b.id));
}

interface RunSettings extends SarifOptions {
  readonly limited: boolean;
  readonly size: CompressedSize;
  readonly whole: boolean;
}

/** What of the findings of a run is not in it. */
interface LeftOut {
  results: number;
  snippets: number;
  fixes: number;
}

async function* runOf(result: RunResult, part: Part, settings: RunSettings): AsyncGenerator<string> {
  const { run, target } = result;
  const rules = new Map(withRules(part.checks, settings.limited).map((check, index) => [check, index]));
  const artifacts = new Artifacts();
  const left: LeftOut = { results: 0, snippets: 0, fixes: 0 };
  const head = {
    tool: toolOf(result, [...rules.keys()], meaningsOf(result, part.checks)),
    automationDetails: {
      id: `${part.id}/${visible(run.id)}`,
      description: { text: `The ${run.tier} tier of scanrun on ${clip(visible(target.name), 200)}.` },
    },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [SOURCE_ROOT]: sourceRoot(target) },
    ...provenanceOf(target),
  };
  yield `${JSON.stringify(head).slice(0, -1)},"results":[`;
  yield* resultsOf(result, part.checks, { ...settings, rules, artifacts, left });
  yield '],"artifacts":[';
  let separator = '\n';
  for (const artifact of artifacts.all()) {
    yield `${separator}${JSON.stringify(artifact)}`;
    separator = ',\n';
  }
  const tail = {
    invocations: [
      invocationOf({
        result,
        checks: part.checks,
        rules,
        whole: settings.whole,
        capped: cappedTexts(left, part, settings),
      }),
    ],
    properties: propertiesOf(result, part, left),
  };
  yield `],${JSON.stringify(tail).slice(1)}`;
}

interface ResultSettings extends RunSettings {
  readonly rules: ReadonlyMap<CheckResult, number>;
  readonly artifacts: Artifacts;
  readonly left: LeftOut;
}

async function* resultsOf(
  result: RunResult,
  checks: readonly CheckResult[],
  { limited, suppressed, absent, snippets, size, rules, artifacts, left }: ResultSettings,
): AsyncGenerator<string> {
  let count = 0;
  for (const reported of gravestFirst(checks)) {
    if (!suppressed && reported.finding.suppressedBy !== undefined) continue;
    if (limited && (count >= GITHUB.results || !size.hasRoomForResults)) {
      left.results += 1;
      continue;
    }
    const withSnippet = snippets && size.hasRoomForSnippets;
    if (snippets && !withSnippet && reported.finding.snippet !== undefined) left.snippets += 1;
    const withFix = size.hasRoomForSnippets;
    if (!withFix && reported.finding.fix !== undefined) left.fixes += 1;
    const context = {
      fixes: withFix,
      target: result.target,
      artifacts,
      ruleIndex: rules.get(reported.check),
      snippets: withSnippet,
    };
    yield `${count === 0 ? '\n' : ',\n'}${JSON.stringify(resultOf(reported, context))}`;
    count += 1;
  }
  if (!absent) return;
  for (const gone of absentResults(result, checks, { artifacts, rules })) {
    yield `${count === 0 ? '\n' : ',\n'}${JSON.stringify(gone)}`;
    count += 1;
  }
}

/** The checks that get a rule. Those with findings come first where there are too many; a result may do without. */
function withRules(checks: readonly CheckResult[], limited: boolean): readonly CheckResult[] {
  if (!limited || checks.length <= GITHUB.rules) return checks;
  return [...checks]
    .sort((a, b) => Number(b.findings.length > 0) - Number(a.findings.length > 0))
    .slice(0, GITHUB.rules);
}

/** The notes on what is left out, and on what GitHub will not show. */
function cappedTexts({ results, snippets, fixes }: LeftOut, { checks }: Part, { limited }: RunSettings): string[] {
  if (!limited) return [];
  const found = checks.reduce((sum, { findings }) => sum + findings.length, 0);
  const all = 'the json, html and csv reports have all';
  return [
    ...(results > 0
      ? [
          `${plural(results, 'result')} of ${formatCount(found)} left out, the least grave, for the limits of code scanning; ${all}.`,
        ]
      : []),
    ...(snippets > 0
      ? [
          `${plural(snippets, 'result')} without the lines around them, so that the file stays below 10 MB compressed; ${all}.`,
        ]
      : []),
    ...(fixes > 0
      ? [
          `${plural(fixes, 'result')} without their fixes, so that the file stays below 10 MB compressed; the json report has all.`,
        ]
      : []),
    ...(found - results > GITHUB.resultsShown
      ? [
          `GitHub shows the gravest ${formatCount(GITHUB.resultsShown)} of these ${formatCount(found - results)} results; ${all}.`,
        ]
      : []),
  ];
}

/** Where the relative URIs start: the root of the repository, as forges know its files. */
function sourceRoot({ root, repositoryPath }: Target): object {
  const below = repositoryPath?.split('/').length ?? 0;
  const path = root.replaceAll('\\', '/').split('/');
  const folder = uriOf(path.slice(0, path.length - below).join('/')).replace(/^(\w)%3A/, '/$1:');
  return {
    uri: `file://${`${folder}/`.replace(/\/+$/, '/')}`,
    description: { text: 'The root of the repository, or of the target where there is none.' },
  };
}

/** The commit that was scanned; SARIF has no place for one without the address of its repository. */
function provenanceOf({ repositoryUrl, commit, branch }: Target): object {
  if (repositoryUrl === undefined || !URL.canParse(repositoryUrl)) return {};
  return {
    versionControlProvenance: [
      {
        repositoryUri: new URL(repositoryUrl).href,
        ...(commit === undefined ? {} : { revisionId: visible(commit) }),
        ...(branch === undefined ? {} : { branch: visible(branch) }),
        mappedTo: { uriBaseId: SOURCE_ROOT },
      },
    ],
  };
}

/** What changed, of the whole scan. */
function comparisonOf({ comparison }: RunResult): object {
  if (comparison === undefined) return {};
  const { with: from, fixedFindings: _, ...numbers } = comparison;
  return { comparison: { with: { kind: from.kind, name: visible(from.name) }, ...numbers } };
}

/** The numbers of the scan, for whoever adds them up. */
function propertiesOf(result: RunResult, { checks }: Part, { results }: LeftOut): object {
  const { findings, suppressed, outcomes } = countResult({ ...result, checks });
  const { run, verdict, target } = result;
  return {
    runId: visible(run.id),
    tier: run.tier,
    verdict: verdict.status,
    coverage: verdict.coverage,
    findings,
    suppressed,
    omittedResults: results,
    ...comparisonOf(result),
    checks: outcomes,
    ...(target.commit === undefined ? {} : { commit: visible(target.commit) }),
  };
}

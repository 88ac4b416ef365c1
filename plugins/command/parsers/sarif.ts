import { type Loose, object, objects, own, parseJson, string } from './json.js';
import { ParserError, type ToolFinding, toolFinding } from './parser.js';
import { artifactPath } from './sarif-path.js';

/** Kinds of results that say that nothing is wrong (SARIF 2.1.0, 3.27.9). The others are fail, open and review. */
const FINE_KINDS: readonly unknown[] = ['pass', 'notApplicable', 'informational'];

/**
 * Reads SARIF 2.x. Suppressed results, results of a baseline that are gone, and results that say that all is well are
 * left out.
 * @throws ParserError for anything else, and where a run says that it failed or has no results: then nothing was checked.
 */
export function parseSarif(text: string): readonly ToolFinding[] {
  const log = object(parseJson(text));
  if (!Array.isArray(log?.runs) || !/^2\./.test(string(log.version) ?? ''))
    throw new ParserError('the output is JSON, but not SARIF 2.x with runs');
  const runs = objects(log.runs);
  if (runs.length === 0) throw new ParserError('the SARIF log has no run in it, so nothing was checked');
  const findings = runs.flatMap((run) =>
    objects(run.results)
      .filter(isProblem)
      .map((result) => fromResult(run, result)),
  );
  for (const run of runs) {
    const tool = string(object(object(run.tool)?.driver)?.name) ?? 'the tool';
    const failed = objects(run.invocations).find(({ executionSuccessful }) => executionSuccessful === false);
    if (failed !== undefined)
      throw new ParserError(`${tool} says that its run was not successful${reasonOf(failed)}`, findings);
    if (!Array.isArray(run.results))
      throw new ParserError(
        `the run of ${tool} has no results, not even an empty list, so nothing was checked`,
        findings,
      );
  }
  return findings;
}

/** What an invocation gives as the reason of its failure. */
function reasonOf(invocation: Loose): string {
  const notes = objects(invocation.toolExecutionNotifications).filter(({ level }) => level === 'error');
  const said = string(invocation.exitCodeDescription) ?? string(object(notes[0]?.message)?.text);
  return said === undefined ? '' : `: ${said.slice(0, 300)}`;
}

function isProblem(result: Loose): boolean {
  if (FINE_KINDS.includes(result.kind) || result.baselineState === 'absent') return false;
  const suppressions = objects(result.suppressions);
  // 3.27.23: one suppression that is not accepted leaves the result in force.
  return (
    suppressions.length === 0 || suppressions.some(({ status }) => status === 'underReview' || status === 'rejected')
  );
}

function fromResult(run: Loose, result: Loose): ToolFinding {
  const reference = object(result.rule);
  const rule = ruleOf(run, result, reference);
  const physical = object(objects(result.locations)[0]?.physicalLocation);
  const region = object(physical?.region);
  return toolFinding({
    path: artifactPath(run, object(physical?.artifactLocation)),
    line: region?.startLine,
    column: region?.startColumn,
    endLine: region?.endLine,
    endColumn: region?.endColumn,
    message: messageOf(run, object(result.message), rule),
    rule: string(result.ruleId) ?? string(reference?.id) ?? string(rule?.id),
    severity: severityOf(result, rule),
  });
}

/** The rule of a result: in the component its reference names, by index or id. */
function ruleOf(run: Loose, result: Loose, reference: Loose | undefined): Loose | undefined {
  const tool = object(run.tool);
  const component = object(reference?.toolComponent)?.index;
  const owner = typeof component === 'number' ? objects(tool?.extensions)[component] : object(tool?.driver);
  const rules = objects(owner?.rules);
  const index = result.ruleIndex ?? reference?.index;
  const byIndex = typeof index === 'number' && index >= 0 ? rules[index] : undefined;
  const id = string(result.ruleId) ?? string(reference?.id);
  if (byIndex !== undefined) return byIndex;
  // 3.52.4: an id may add a part to the rule's own, as in `CA1711/a`.
  return (
    rules.find((rule) => rule.id === id) ??
    rules.find((rule) => typeof rule.id === 'string' && id?.startsWith(`${rule.id}/`))
  );
}

function severityOf(result: Loose, rule: Loose | undefined): ToolFinding['severity'] {
  if (result.kind === 'open' || result.kind === 'review') return 'note';
  const level = result.level ?? object(rule?.defaultConfiguration)?.level ?? 'warning';
  return level === 'error' || level === 'warning' ? level : 'note';
}

/** A message's text: its own, or the rule's or the driver's by id; with `{0}` replaced by its arguments. */
function messageOf(run: Loose, message: Loose | undefined, rule: Loose | undefined): string | undefined {
  const id = string(message?.id);
  const shared = object(object(object(run.tool)?.driver)?.globalMessageStrings);
  const template = object(own(object(rule?.messageStrings), id) ?? own(shared, id));
  const text =
    string(message?.text) ??
    string(message?.markdown) ??
    string(template?.text) ??
    string(object(rule?.shortDescription)?.text);
  const values = Array.isArray(message?.arguments) ? message.arguments : [];
  return text?.replace(/\{(\d{1,3})\}/g, (whole, index: string) => string(values[Number(index)]) ?? whole);
}

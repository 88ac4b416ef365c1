import { clean, ParserError, type ToolFinding, toolFinding } from './parser.js';
import { type Element, parseXml } from './xml.js';

/** What stands in a suite or a case for something that went wrong. A flaky or repeated failure is no verdict. */
const PROBLEMS = ['failure', 'error'];

/**
 * Reads JUnit's XML: failures and errors, of cases and of suites themselves.
 * @throws ParserError for anything else, and where the report counts failures that it does not show.
 */
export function parseJunit(text: string): readonly ToolFinding[] {
  const root = parseXml(text);
  if (root.name !== 'testsuites' && root.name !== 'testsuite')
    throw new ParserError(`the output is XML, but not JUnit's: its root is <${root.name}>`);
  const findings = fromSuite(root, []);
  if (findings.length === 0 && countOf(root) > 0)
    throw new ParserError(`the report counts ${countOf(root)} failures and errors and shows none`);
  return findings;
}

/** Recursion is safe: the reader of XML bounds the depth. */
function fromSuite(suite: Element, names: readonly string[]): ToolFinding[] {
  return suite.children.flatMap((child) => {
    const own = child.attributes.get('name') ?? '';
    if (child.name === 'testsuite') return fromSuite(child, [...names, own]);
    if (child.name === 'testcase')
      return child.children.filter(isProblem).map((problem) => fromProblem(suite, child, problem));
    return isProblem(child) ? [fromProblem(suite, suite, child)] : [];
  });
}

function isProblem({ name }: Element): boolean {
  return PROBLEMS.includes(name);
}

function fromProblem(suite: Element, holder: Element, problem: Element): ToolFinding {
  const type = problem.attributes.get('type');
  const said =
    clean(problem.attributes.get('message')) ||
    clean(problem.text.trim().split('\n', 1)[0]) ||
    clean(type) ||
    `the test ended with ${problem.name === 'error' ? 'an error' : 'a failure'}`;
  const [group, title] = [
    holder === suite ? '' : (holder.attributes.get('classname') ?? ''),
    holder.attributes.get('name') ?? '',
  ];
  const name = [...new Set([isPath(group) ? '' : group, title])].filter((part) => part.trim() !== '').join(' > ');
  const path =
    holder.attributes.get('file') ??
    suite.attributes.get('file') ??
    [group, suite.attributes.get('name') ?? ''].find(isPath);
  const frame = frameIn(problem.text);
  const stated = holder.attributes.has('line')
    ? { line: holder.attributes.get('line'), column: holder.attributes.get('column') }
    : {};
  const named = path === undefined || path === frame.path ? { ...frame, ...stated } : { path, ...stated };
  return toolFinding({ ...named, message: name === '' ? said : `${name}: ${said}`, rule: type, severity: 'error' });
}

/** Extensions of files with tests and sources. Without a slash before it, only such a name is a path: `com.example.Test` is a class. */
const SOURCE =
  /^[^\s:*?"<>|]+\.(?:[cm]?[jt]sx?|json|vue|svelte|astro|py|rb|php|go|rs|css|scss|html|md|ya?ml|java|kts?|cs|swift|sh)$/;

/** Vitest and others give the file as the class or suite. A class of Java has no slash. */
function isPath(name: string): boolean {
  return SOURCE.test(name) || /[\\/][^\\/\s]+\.[A-Za-z]{1,5}$/.test(name);
}

/** Characters of a stack that are read, and of each line of it: it may be anything. */
const MAX_STACK = 20_000;
const MAX_FRAME = 500;

const FRAME =
  /^\s*(?:at (?:.*\()?|❯ (?:.* )?)((?:file:\/\/)?\/?(?:[A-Za-z]:)?[^():]*[./\\][^():]+):(\d{1,9}):(\d{1,9})\)?\s*$/;

/** The first frame of a stack that is neither Node's nor a package's: Node's reports name no file, and Vitest's no line. */
function frameIn(stack: string): Pick<ToolFinding, 'path' | 'line' | 'column'> {
  for (const frame of stack.slice(0, MAX_STACK).split('\n')) {
    const [, path, line, column] = FRAME.exec(frame.slice(0, MAX_FRAME)) ?? [];
    if (path !== undefined && !path.includes('node_modules'))
      return { path, line: Number(line), column: Number(column) };
  }
  return {};
}

/** How many failures and errors a root says there are. */
function countOf({ attributes, children, name }: Element): number {
  const own = ['failures', 'errors'].reduce(
    (sum, key) => sum + (Number.parseInt(attributes.get(key) ?? '0', 10) || 0),
    0,
  );
  if (own > 0 || name === 'testsuite') return own;
  return children.filter((child) => child.name === 'testsuite').reduce((sum, child) => sum + countOf(child), 0);
}

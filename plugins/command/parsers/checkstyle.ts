import { ParserError, severityOf, type ToolFinding, toolFinding } from './parser.js';
import { type Element, parseXml } from './xml.js';

/**
 * Reads Checkstyle's XML, which many tools write.
 * @throws ParserError for anything else, and where Checkstyle says that it broke on a file.
 */
export function parseCheckstyle(text: string): readonly ToolFinding[] {
  const root = parseXml(text);
  if (root.name !== 'checkstyle')
    throw new ParserError(`the output is XML, but not Checkstyle's: its root is <${root.name}>`);
  const files = root.children.filter(({ name }) => name === 'file');
  const findings = files.flatMap((file) => file.children.filter(isProblem).map((error) => fromError(file, error)));
  const broken =
    files.find((file) => file.children.some(({ name }) => name === 'exception')) ??
    root.children.find(({ name }) => name === 'exception');
  if (broken !== undefined)
    throw new ParserError(`the tool broke on ${broken.attributes.get('name') ?? 'a file'}`, findings);
  return findings;
}

function isProblem({ name, attributes }: Element): boolean {
  return name === 'error' && attributes.get('severity') !== 'ignore';
}

function fromError(file: Element, { attributes }: Element): ToolFinding {
  return toolFinding({
    path: file.attributes.get('name'),
    line: attributes.get('line'),
    column: attributes.get('column'),
    message: attributes.get('message'),
    rule: attributes.get('source'),
    severity: severityOf(attributes.get('severity')),
  });
}

import sax from 'sax';
import { ParserError } from './parser.js';

/** An element of a document. */
export interface Element {
  /** Its name without a prefix. */
  readonly name: string;
  /** Its attributes by name. */
  readonly attributes: ReadonlyMap<string, string>;
  /** The elements in it. */
  readonly children: readonly Element[];
  /** The text in it, without that of its children. */
  readonly text: string;
}

interface Open extends Element {
  readonly children: Open[];
  text: string;
}

/** Elements inside each other: a report has a handful, and its reader recurses. */
const MAX_DEPTH = 200;

/**
 * Reads XML strictly. A document type is passed over and its entities are not known, so none can expand or be fetched.
 * @throws ParserError for what is not well formed.
 */
export function parseXml(text: string): Element {
  const parser = sax.parser(true, { strictEntities: true, position: true });
  const open: Open[] = [];
  let root: Open | undefined;
  parser.onerror = (error) => {
    throw new ParserError(
      `the output is not well-formed XML: ${error.message.split('\n', 1)[0]?.toLowerCase()} in line ${parser.line + 1}`,
    );
  };
  parser.onopentag = (tag) => {
    if (root !== undefined && open.length === 0)
      throw new ParserError('the output is not well-formed XML: it has two roots');
    if (open.length >= MAX_DEPTH)
      throw new ParserError(`the XML has more than ${MAX_DEPTH} elements inside each other`);
    const element: Open = {
      name: localName(tag.name),
      attributes: new Map(Object.entries(tag.attributes)),
      children: [],
      text: '',
    };
    open.at(-1)?.children.push(element);
    root ??= element;
    open.push(element);
  };
  parser.onclosetag = () => {
    open.pop();
  };
  parser.ontext = (piece) => append(open.at(-1), piece);
  parser.oncdata = (piece) => append(open.at(-1), piece);
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof ParserError) throw error;
    // sax itself stumbles over an attribute named `hasOwnProperty`.
    throw new ParserError('the output is not well-formed XML');
  }
  if (root === undefined) throw new ParserError('the output is not XML: it has no element');
  return root;
}

function append(element: Open | undefined, piece: string): void {
  if (element !== undefined) element.text += piece;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

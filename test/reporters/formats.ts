// Readers of the formats that the reporters write, as strict as those who will read them.
import { parser } from 'sax';

/** An element of an XML document. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** Parses XML strictly; throws at what is not well formed. */
export function parseXml(text: string): Element {
  const root: Element = { name: '#document', attributes: {}, children: [], text: '' };
  const open = [root];
  const reader = parser(true, { strictEntities: true, position: true });
  reader.onerror = (error) => {
    throw error;
  };
  reader.onopentag = ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, children: [], text: '' };
    open.at(-1)?.children.push(element);
    open.push(element);
  };
  reader.onclosetag = () => void open.pop();
  reader.ontext = (content) => {
    const element = open.at(-1);
    if (element) element.text += content;
  };
  reader.write(text).close();
  return root.children[0] ?? root;
}

/** All elements of a name, however deep. */
export function elementsOf(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);
}

/** Parses CSV by the grammar of RFC 4180; throws at a quote where none may be, and at records of different lengths. */
export function parseCsv(text: string, delimiter = ','): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\r\n]*))(${delimiter}|\r\n)`, 'y');
  while (cell.lastIndex < text.length) {
    const at = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`no cell at ${at}: ${JSON.stringify(text.slice(at, at + 60))}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === delimiter) continue;
    records.push(record);
    record = [];
  }
  if (record.length > 0) throw new Error('the last record has no end');
  const lengths = new Set(records.map(({ length }) => length));
  if (lengths.size > 1) throw new Error(`records have ${[...lengths].join(' and ')} cells`);
  return records;
}

/** A workflow command as the runner of GitHub Actions reads it. */
export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** The commands that a runner would obey in a log: those between `stop-commands` and its word are not. */
export function parseCommands(log: string): Command[] {
  const commands: Command[] = [];
  let word: string | undefined;
  for (const line of log.split(/\r\n|\r|\n/)) {
    const match =
      /^\s*::([^:\s]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/.exec(line) ??
      /##\[([^\]\s]+)(?: ([^\]]*))?\](.*)$/.exec(line);
    if (match === null) continue;
    const [, name = '', properties = '', message = ''] = match;
    if (word !== undefined) {
      if (name === word) word = undefined;
      continue;
    }
    if (name === 'stop-commands') {
      word = message;
      continue;
    }
    commands.push({ name, properties: propertiesOf(properties), message: decoded(message) });
  }
  return commands;
}

function propertiesOf(text: string): Record<string, string> {
  const pairs = text
    .split(',')
    .filter((part) => part.includes('='))
    .map((part) => [part.slice(0, part.indexOf('=')).trim(), decoded(part.slice(part.indexOf('=') + 1), true)]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function decoded(text: string, isProperty = false): string {
  const data = text.replaceAll('%0D', '\r').replaceAll('%0A', '\n');
  return (isProperty ? data.replaceAll('%3A', ':').replaceAll('%2C', ',') : data).replaceAll('%25', '%');
}

/** Characters gathered before a chunk is handed on: large enough to cost few writes, small beside the result. */
const CHUNK = 65_536;

/** Levels walked by hand: root, checks, check, findings, finding. Below, a value is small enough for one `JSON.stringify`. */
const DEPTH = 4;

/**
 * The text of `JSON.stringify(value, undefined, indent)` and a line break, in chunks: a result of many thousand findings
 * never becomes one string, which V8 limits to some 500 million characters.
 */
export function* jsonChunks(value: object, indent: number): Generator<string> {
  let buffer = '';
  for (const piece of pieces(value, indent, 0)) {
    buffer += piece;
    if (buffer.length >= CHUNK) {
      yield buffer;
      buffer = '';
    }
  }
  yield `${buffer}\n`;
}

function* pieces(value: unknown, indent: number, depth: number): Generator<string> {
  if (depth >= DEPTH || typeof value !== 'object' || value === null) {
    yield stringify(value, indent, depth);
    return;
  }
  const isArray = Array.isArray(value);
  const entries = isArray
    ? value.map((item, index) => [index, item] as const)
    : Object.entries(value).filter(([, item]) => item !== undefined);
  if (entries.length === 0) {
    yield isArray ? '[]' : '{}';
    return;
  }
  const inner = lineBreak(indent, depth + 1);
  yield isArray ? '[' : '{';
  let separator = inner;
  for (const [key, item] of entries) {
    yield isArray ? separator : `${separator}${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}`;
    yield* pieces(item, indent, depth + 1);
    separator = `,${inner}`;
  }
  yield `${lineBreak(indent, depth)}${isArray ? ']' : '}'}`;
}

/** One value in its place: raw line breaks occur in JSON only between tokens, so all of them may be indented. */
function stringify(value: unknown, indent: number, depth: number): string {
  const text = JSON.stringify(value, undefined, indent) ?? 'null';
  return indent > 0 && depth > 0 ? text.replaceAll('\n', lineBreak(indent, depth)) : text;
}

function lineBreak(indent: number, depth: number): string {
  return indent > 0 ? `\n${' '.repeat(indent * depth)}` : '';
}

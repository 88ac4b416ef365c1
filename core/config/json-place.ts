/** Characters of the text that V8 quotes before the place it means. */
const QUOTED_BEFORE = 10;

/**
 * Where a text that is not valid JSON goes wrong, as line and column from 1; undefined for one that is valid, and where
 * the engine does not say it unmistakably: it names a position, or quotes the text around it.
 */
export function jsonPlace(text: string): { readonly line: number; readonly column: number } | undefined {
  const at = positionOf(text);
  if (at === undefined) return undefined;
  const before = text.slice(0, at);
  return { line: before.split('\n').length, column: at - before.lastIndexOf('\n') };
}

function positionOf(text: string): number | undefined {
  const message = messageOf(text);
  if (message === undefined) return undefined;
  if (/^Unexpected end/.test(message)) return text.trimEnd().length;
  const named = /at position (\d+)/.exec(message)?.[1];
  if (named !== undefined) return Number(named);
  const [, token = '', dots = '', quoted] =
    /^Unexpected token '([\s\S]+?)', (\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/.exec(message) ?? [];
  if (quoted === undefined || quoted === '') return undefined;
  const start = dots === '' ? 0 : text.indexOf(quoted);
  if (start < 0 || (dots !== '' && text.indexOf(quoted, start + 1) >= 0)) return undefined;
  if (dots !== '') return start + QUOTED_BEFORE;
  const found = text.indexOf(token);
  return found === text.lastIndexOf(token) ? found : undefined;
}

/** What the engine says of a text; undefined where it is valid. */
function messageOf(text: string): string | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

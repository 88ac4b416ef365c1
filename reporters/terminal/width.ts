/** Marks and joiners are drawn over the character before them. */
const ZERO = /^(?:\p{M}|\u200c|\u200d|\ufe0f)$/u;
/** Emoji and East Asian wide characters take two columns (UAX #11, classes W and F, by block). */
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])$/u;

/** The columns that one character takes in a terminal. */
export function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  return ZERO.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
}

/** The columns that a text takes in a terminal; it must hold no control characters. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/**
 * Breaks text into lines of at most `width` columns, at spaces where it can and within a word where it must.
 * Line breaks in the text stay.
 */
export function wrap(text: string, width: number): string[] {
  const room = Math.max(10, width);
  return text.split('\n').flatMap((line) => wrapLine(line, room));
}

function wrapLine(line: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of line.split(' ')) {
    const wide = textWidth(word);
    if (used > 0 && used + 1 + wide <= width) {
      current += ` ${word}`;
      used += 1 + wide;
      continue;
    }
    if (used > 0) lines.push(current);
    const pieces = wide <= width ? [word] : splitWord(word, width);
    lines.push(...pieces.slice(0, -1));
    current = pieces.at(-1) ?? '';
    used = textWidth(current);
  }
  if (used > 0 || lines.length === 0) lines.push(current);
  return lines;
}

function splitWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const character of word) {
    const columns = characterWidth(character);
    if (used + columns > width) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += character;
    used += columns;
  }
  return [...pieces, piece];
}

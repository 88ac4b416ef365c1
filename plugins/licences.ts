// What a licence field may say, for every check that reads one.

/** Characters of a licence at most: longer than any expression that somebody has written, and short enough for what looks for mistakes in it. */
export const MAX_LICENCE = 1_000;

/** True for a text that says that there is no licence of SPDX: what is nearly an identifier is not to be guessed from it. */
export function saysNone(text: string): boolean {
  return /^(?:UNLICENSED|SEE LICEN[CS]E|NONE|PROPRIETARY|COMMERCIAL|CUSTOM)\b/i.test(text.trim());
}

/** Tells expressions of SPDX, a single identifier among them, from every other text. */
export async function expressionTest(): Promise<(text: string) => boolean> {
  const { default: parse } = await import('spdx-expression-parse');
  return (text) => {
    try {
      parse(text);
      return true;
    } catch {
      // That it throws is how it says no.
      return false;
    }
  };
}

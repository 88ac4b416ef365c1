/** How a text marks its blocks of code; Markdown's way stands for whatever is not AsciiDoc. */
export type Markup = 'markdown' | 'asciidoc';

const FENCES: Readonly<Record<Markup, RegExp>> = {
  markdown: /(?<![^\r\n]) {0,3}(`{3,}|~{3,})([^\r\n]*)/g,
  // Listing and literal blocks as well. In Markdown four dashes are a rule or a heading, and hide nothing.
  asciidoc: /(?<![^\r\n])(`{3,}|-{4,}|\.{4,})([^\r\n]*)/g,
};

/**
 * The fenced blocks of code in a text, as ranges in UTF-16 units from 0, from the opening line to the closing line.
 * One that is never closed is none, so that it cannot hide the rest of the file.
 */
export function codeBlocks(text: string, markup: Markup): { readonly start: number; readonly end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  let open: { fence: string; start: number } | undefined;
  for (const match of text.matchAll(FENCES[markup])) {
    const fence = match[1] ?? '';
    const info = (match[2] ?? '').trim();
    if (open === undefined) {
      if (opens(fence, info, lineBefore(text, match.index))) open = { fence, start: match.index };
    } else if (info === '' && closes(fence, open.fence)) {
      blocks.push({ start: open.start, end: match.index });
      open = undefined;
    }
  }
  return blocks;
}

function opens(fence: string, info: string, before: string): boolean {
  if (fence.startsWith('`')) return !info.includes('`');
  if (fence.startsWith('-') && isUnderline(fence, before)) return false;
  return fence.startsWith('~') || info === '';
}

/** AsciiDoc's dashes underline a heading when they are as long as it, or nearly so; below a block's title or attributes they do not. */
function isUnderline(dashes: string, before: string): boolean {
  return !/^[.[+]/.test(before) && before !== '' && Math.abs(before.length - dashes.length) <= 2;
}

/** Markdown's fences may close with more of the same sign; the others have the length of the opening. */
function closes(fence: string, opening: string): boolean {
  if (fence[0] !== opening[0]) return false;
  return /^[`~]/.test(fence) ? fence.length >= opening.length : fence.length === opening.length;
}

function lineBefore(text: string, at: number): string {
  const end = text.lastIndexOf('\n', at - 1);
  return at === 0 || end < 0 ? '' : text.slice(text.lastIndexOf('\n', end - 1) + 1, end).trim();
}

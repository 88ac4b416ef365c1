import { visible } from '../visible.js';
import { safeUrl } from './text.js';

/** A piece of a line: plain text, code, strong text or a link. The template escapes each. */
export interface Inline {
  readonly text?: string;
  readonly code?: string;
  readonly strong?: string;
  readonly href?: string;
}

/** A block, by what it is. */
export type Block =
  | { readonly p: readonly Inline[] }
  | { readonly heading: readonly Inline[] }
  | { readonly ul: readonly (readonly Inline[])[] }
  | { readonly ol: readonly (readonly Inline[])[] }
  | { readonly code: string };

/** Characters of help rendered at most: a check's help is a page at the longest. */
const LIMIT = 20_000;

const FENCE = /^\s{0,3}(```|~~~)/;
const HEADING = /^#{1,6}\s+(.*)$/;
const BULLET = /^\s{0,3}[-*+]\s+(.*)$/;
const NUMBERED = /^\s{0,3}\d{1,9}[.)]\s+(.*)$/;
/** Code, strong text, emphasis, or a link; each part excludes its own end, so that matching stays linear. */
const INLINE = /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*|\[([^\][]+)\]\(([^()\s]+)\)/g;

/**
 * Reads the part of Markdown that help texts use: paragraphs, headings, flat lists, code blocks, inline code, strong
 * text and `https:` links. Everything else, HTML included, stays the text it is.
 */
export function parseMarkdown(source: string): Block[] {
  const lines = source.slice(0, LIMIT).split(/\r?\n/);
  const blocks: Block[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index] ?? '';
    const heading = HEADING.exec(line);
    if (line.trim() === '') index += 1;
    else if (FENCE.test(line)) index = readCode(lines, index, blocks);
    else if (heading) {
      blocks.push({ heading: inlines(heading[1] ?? '') });
      index += 1;
    } else if (BULLET.test(line)) index = readList(lines, index, BULLET, (items) => blocks.push({ ul: items }));
    else if (NUMBERED.test(line)) index = readList(lines, index, NUMBERED, (items) => blocks.push({ ol: items }));
    else index = readParagraph(lines, index, blocks);
  }
  return blocks;
}

/** One text in which only what stands in backticks is code: for messages, where a star is more often a glob than emphasis. */
export function codeSpans(text: string): Inline[] {
  return text
    .split(/(`[^`\n]+`)/)
    .flatMap((piece, index) =>
      piece === '' ? [] : [index % 2 === 1 ? { code: piece.slice(1, -1) } : { text: piece }],
    );
}

function readCode(lines: readonly string[], start: number, blocks: Block[]): number {
  const fence = FENCE.exec(lines[start] ?? '')?.[1] ?? '```';
  const code: string[] = [];
  let index = start + 1;
  while (index < lines.length && !(lines[index] ?? '').trimStart().startsWith(fence)) {
    code.push(visible((lines[index] ?? '').replaceAll('\t', '  ')));
    index += 1;
  }
  blocks.push({ code: code.join('\n') });
  return index + 1;
}

function readList(lines: readonly string[], start: number, marker: RegExp, push: (items: Inline[][]) => void): number {
  const items: string[] = [];
  let index = start;
  for (; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const match = marker.exec(line);
    if (match) items.push(match[1] ?? '');
    else if (line.trim() !== '' && /^\s/.test(line)) items[items.length - 1] += ` ${line.trim()}`;
    else break;
  }
  push(items.map(inlines));
  return index;
}

function readParagraph(lines: readonly string[], start: number, blocks: Block[]): number {
  let index = start + 1;
  while (index < lines.length && !isBreak(lines[index] ?? '')) index += 1;
  blocks.push({
    p: inlines(
      lines
        .slice(start, index)
        .map((line) => line.trim())
        .join(' '),
    ),
  });
  return index;
}

function isBreak(line: string): boolean {
  return line.trim() === '' || FENCE.test(line) || HEADING.test(line) || BULLET.test(line) || NUMBERED.test(line);
}

function inlines(text: string): Inline[] {
  const pieces: Inline[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > end) pieces.push({ text: visible(text.slice(end, match.index)) });
    const [whole, code, strong, emphasis, label, target] = match;
    const href = safeUrl(target);
    if (code !== undefined) pieces.push({ code: visible(code) });
    else if (strong !== undefined) pieces.push({ strong: visible(strong) });
    else if (emphasis !== undefined) pieces.push({ text: visible(emphasis) });
    else if (href !== undefined) pieces.push({ text: visible(label ?? href), href });
    else pieces.push({ text: visible(whole) });
    end = match.index + whole.length;
  }
  if (end < text.length) pieces.push({ text: visible(text.slice(end)) });
  return pieces;
}

/** A heading of a changelog and what stands below it. */
export interface Section {
  /** The heading's text. */
  readonly title: string;
  /** Its line, from 1. */
  readonly line: number;
  /** True where anything but headings, rules and link definitions stands below it. */
  readonly hasText: boolean;
}

/** `1.2` and longer, which only a heading of a version has. */
const VERSION = /(?<![\w.])v?\d+\.\d+(\.\d+)?/i;
const UNRELEASED = /\b(unreleased|upcoming|next( release)?|vnext|master|main)\b/i;

/** The sections of a changelog: those of versions, and those of what is not released yet. Code blocks have none. */
export function sectionsOf(text: string): Section[] {
  const lines = text.split(/\r\n|\n|\r/);
  const sections: { title: string; line: number; hasText: boolean }[] = [];
  let fence: string | undefined;
  for (const [index, line] of lines.entries()) {
    const [, mark] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== undefined) {
      if (mark?.startsWith(fence)) fence = undefined;
      continue;
    }
    const title = titleOf(line, lines[index + 1]);
    const current = sections.at(-1);
    if (title !== undefined && isSection(title)) sections.push({ title, line: index + 1, hasText: false });
    else if (current !== undefined && title === undefined && isText(line)) current.hasText = true;
    fence = mark;
  }
  return sections;
}

/** The section of a version, whatever stands beside it: a name, a date, a link. */
export function sectionOf(sections: readonly Section[], version: string): Section | undefined {
  const escaped = version.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(?<![\\w.])v?${escaped}(?![\\w-]|[.+]\\w)`, 'i');
  return sections.find(({ title }) => pattern.test(title));
}

/** The section of what is not released yet, if anything stands in it. */
export function unreleasedOf(sections: readonly Section[]): Section | undefined {
  return sections.find(({ title, hasText }) => hasText && UNRELEASED.test(title));
}

function isSection(title: string): boolean {
  return VERSION.test(title) || UNRELEASED.test(title);
}

/** The text of a heading: with `#`, underlined, of AsciiDoc, bold, or a line that begins with a version. */
function titleOf(line: string, next: string | undefined): string | undefined {
  const [, marked] = /^ {0,3}(?:#{1,6}|={1,6})[ \t]+(.+)$/.exec(line) ?? [];
  if (marked !== undefined) return marked;
  if (/\S/.test(line) && /^ {0,3}(={3,}|-{3,})[ \t]*$/.test(next ?? '')) return line;
  if (/^(?:\*\*|__|<h\d[^>]*>)/i.test(line)) return line;
  return /^(?:version |release )?\[?v?\d+\.\d+\.\d+/i.test(line) ? line : undefined;
}

function isText(line: string): boolean {
  return /\S/.test(line) && !/^ {0,3}([=*_-] ?){3,}$/.test(line) && !/^ {0,3}\[[^\]]+\]:/.test(line);
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The paths of all pages that a user reads, relative to the root. Decision records are for those who change scanrun. */
export function pagePaths(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'));
  return ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.sort()];
}

/** The text of a file of the repository. */
export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A fenced block of code. */
export interface CodeBlock {
  /** What stands behind the fence, such as `ts` or `ts fragment`. */
  readonly info: string;
  /** The line of the fence, from 1. */
  readonly line: number;
  readonly code: string;
  /** The path in the comment of the first line, where there is one. */
  readonly file?: string;
}

/** The fenced blocks of a page. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const info = /^```(\S.*)$/.exec(lines[at] ?? '')?.[1];
    if (info === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`The block in line ${at + 1} has no end.`);
    const code = `${lines.slice(at + 1, end).join('\n')}\n`;
    const file = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    blocks.push({ info, line: at + 1, code, ...(file === undefined ? {} : { file }) });
    at = end;
  }
  return blocks;
}

/** A page without its code, where `[` and `#` mean something else. */
export function prose(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '').replace(/(`+)[^\n]*?[^`]\1(?!`)/g, '');
}

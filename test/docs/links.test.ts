import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pagePaths, prose, ROOT, read } from './pages.js';

/** The links of a page that lead nowhere. */
function brokenLinks(path: string, text: string): string[] {
  const targets = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return targets.filter((target) => {
    if (/^(https?|mailto):/.test(target)) return false;
    const [file = '', anchor] = target.split('#');
    const page = file === '' ? path : posix.normalize(posix.join(dirname(path), file));
    if (page.startsWith('..') || !existsSync(join(ROOT, page))) return true;
    return anchor !== undefined && !anchors(read(page)).includes(anchor);
  });
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('the links of the documentation', () => {
  it.each(pagePaths())('%s', (path) => {
    expect(brokenLinks(path, read(path))).toEqual([]);
  });

  it('are found when they lead nowhere', () => {
    const text = '[a](missing.md) [b](errors.md#no-such) [c](errors.md#sr_usage) `[d](code.md)`\n[e](../../out.md)';
    expect(brokenLinks('docs/x.md', text)).toEqual(['missing.md', 'errors.md#no-such', '../../out.md']);
  });

  it('reach every page from the README', () => {
    const seen = new Set<string>();
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const [, target = ''] of prose(read(path)).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g))
        if (!target.includes('://')) visit(posix.normalize(posix.join(dirname(path), target)));
    };
    visit('README.md');
    expect(pagePaths().filter((path) => !seen.has(path) && !path.startsWith('docs/decisions/'))).toEqual([]);
  });
});

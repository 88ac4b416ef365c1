import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { AnyCheck, Plugin, Reporter } from 'scanrun';
import { ERRORS } from 'scanrun';
import { beforeAll, describe, expect, it } from 'vitest';
import { isFileCheck, ownNames, renderPages, stalePages } from '../../scripts/docs.mjs';
import { ROOT, read } from './pages.js';

let pages: Map<string, string>;
let plugins: Plugin[];

beforeAll(async () => {
  plugins = await Promise.all(
    ownNames('plugins').map(
      async (name) => ((await import(`../../plugins/${name}/index.ts`)) as { default: Plugin }).default,
    ),
  );
  const reporters = await Promise.all(
    ownNames('reporters').map(
      async (name) => ((await import(`../../reporters/${name}/index.ts`)) as { default: Reporter }).default,
    ),
  );
  pages = renderPages({ errors: ERRORS, plugins, reporters, isFileCheck });
});

describe('the generated pages', () => {
  it('are current: `npm run docs` would change nothing', () => {
    const outdated = [...pages]
      .filter(([path, text]) => !existsSync(join(ROOT, path)) || read(path) !== text)
      .map(([path]) => path);
    expect(outdated, 'run `npm run docs` and commit what it writes').toEqual([]);
  });

  it('have none that no check stands for', () => {
    expect(stalePages(pages)).toEqual([]);
    pages.delete('docs/checks/repo/max-file-size.md');
    expect(stalePages(pages)).toEqual(['docs/checks/repo/max-file-size.md']);
  });

  it('say of each check what it is, how it is set and what it says', () => {
    const text = read('docs/checks/repo/max-file-size.md');
    expect(text).toContain('# Files stay small\n');
    expect(text).toContain('| Id | `repo/max-file-size` |');
    expect(text).toContain('| `maxBytes` | integer | `1048576` | at least 1 |');
    expect(text).toContain('| `tooLarge` | `{{path}} is {{size}}; the limit is {{limit}}.` |');
    expect(text).toContain("checks: { 'repo/max-file-size': { severity: 'error', options: { maxBytes: 1048576 } } },");
    expect(text).toContain('Source: `plugins/repo/checks/max-file-size.ts`');
  });

  it('cover every check and every error', () => {
    const index = read('docs/checks/README.md');
    const ids = plugins.flatMap(({ name, checks }: { name: string; checks: Readonly<Record<string, AnyCheck>> }) =>
      Object.keys(checks).map((key) => `${name}/${key}`),
    );
    expect(ids.length).toBeGreaterThan(8);
    for (const id of ids) expect(index).toContain(`[${id}](${id}.md)`);
    const errors = read('docs/errors.md');
    for (const [code, { fix }] of Object.entries(ERRORS)) {
      expect(errors).toContain(`## ${code}\n`);
      expect(errors).toContain(fix);
    }
  });
});

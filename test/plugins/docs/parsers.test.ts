import fc from 'fast-check';
import GithubSlugger from 'github-slugger';
import { beforeAll, describe, expect, it } from 'vitest';
import { normalise, readAddress } from '../../../plugins/docs/address.js';
import { loadPageReader, type Page } from '../../../plugins/docs/markdown.js';
import { siteCandidates, siteFolders, siteOf } from '../../../plugins/docs/sites.js';
import { githubAnchors, siteAnchors } from '../../../plugins/docs/slug.js';

let read: (text: string) => Page;

beforeAll(async () => {
  read = await loadPageReader();
});

describe('anchors', () => {
  it('are those that github.com gave these headings', () => {
    const given: readonly (readonly [string, string])[] = [
      ['Hello World', 'hello-world'],
      ['What is it?', 'what-is-it'],
      ['A & B', 'a--b'],
      ['i18n.t()', 'i18nt'],
      ['`npm run x` – why', 'npm-run-x--why'],
      ['日本語 Heading', '日本語-heading'],
      ['100% sure', '100-sure'],
      ['Hello World', 'hello-world-1'],
    ];
    const headings = given.map(([heading]) => heading.replaceAll('`', ''));
    expect(githubAnchors(headings, new GithubSlugger())).toEqual(given.map(([, anchor]) => anchor));
  });

  it('are never twice the same on a page, have no space and no upper case', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 12 }), { maxLength: 12 }), (headings) => {
        const anchors = githubAnchors(headings, new GithubSlugger());
        expect(new Set(anchors).size).toBe(headings.length);
        for (const anchor of anchors) expect(anchor).not.toMatch(/ |[A-Z]/);
      }),
    );
  });

  it('of sites are those that VitePress, MkDocs and kramdown give', () => {
    expect(siteAnchors(['server.proxy'])).toContain('server-proxy');
    expect(siteAnchors(['1. First'])).toContain('_1-first');
    expect(siteAnchors(['1. First'])).toContain('first');
    expect(siteAnchors(['a/b', 'a/b'])).toEqual(expect.arrayContaining(['a-b', 'a-b-1', 'ab', 'ab_1']));
  });

  it('of headings in a page are found by the links to them', () => {
    const word = fc.stringMatching(/^[a-zA-Zäé]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const page = read(`# ${words.join(' ')}\n\n[x](#${words.join('-').toLowerCase()})\n`);
        expect(page.anchors.has(words.join('-').toLowerCase())).toBe(true);
        expect(page.links[0]?.url).toBe(`#${words.join('-').toLowerCase()}`);
      }),
    );
  });
});

describe('pages', () => {
  it('of any text are read without an error, with places inside of it', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        '[',
        ']',
        '(',
        ')',
        '<a href="x">',
        '![',
        '\n',
        '`',
        '```\n',
        '# ',
        '[x][y]',
        '[x]: y\n',
        '<h1>',
        '</h1>',
        '<!--',
        '|',
        '---\n',
        '> ',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const lines = text.split(/\r\n|\r|\n/).length;
        const { links, undefinedLabels } = read(text);
        for (const { place } of [...links, ...undefinedLabels]) {
          expect(place.startLine).toBeGreaterThanOrEqual(1);
          expect(place.startColumn).toBeGreaterThanOrEqual(1);
          expect(place.startLine).toBeLessThanOrEqual(place.endLine);
          expect(place.endLine).toBeLessThanOrEqual(lines);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('keep a link whatever it leads to', () => {
    const target = fc.stringMatching(/^[a-zA-Z0-9_./#?=%-]{1,30}$/);
    fc.assert(
      fc.property(target, (url) => {
        expect(read(`a [b](${url}) c`).links).toEqual([expect.objectContaining({ url, kind: 'link' })]);
        expect(read(`<p><img src="${url}"></p>`).links).toEqual([expect.objectContaining({ url, kind: 'image' })]);
      }),
    );
  });
});

describe('addresses', () => {
  it('are taken apart', () => {
    expect(readAddress('a%20b.md?raw=true#x%20y')).toEqual({ to: 'path', path: 'a b.md', anchor: 'x y' });
    expect(readAddress('#a')).toEqual({ to: 'anchor', anchor: 'a' });
    expect(readAddress('a#')).toEqual({ to: 'path', path: 'a', anchor: '' });
    expect(readAddress('100%.md')).toEqual({ to: 'path', path: '100%.md', anchor: undefined });
    expect(readAddress('//cdn.example.org/x')).toEqual({ to: 'web', url: 'https://cdn.example.org/x' });
    expect(readAddress('HTTP://x')).toEqual({ to: 'web', url: 'HTTP://x' });
    for (const url of ['', ' ', '?x', 'mailto:a@b', 'vscode:x', '{{ x }}', '${x}', '<%= x %>'])
      expect(readAddress(url), url).toEqual({ to: 'elsewhere' });
  });

  it('lose their dots as file systems take them, and never leave the target unseen', () => {
    expect(normalise('a/./b/../c')).toEqual({ path: 'a/c' });
    expect(normalise('a/../../b')).toEqual({ outside: '../b' });
    const part = fc.constantFrom('..', '.', 'a', 'b', '');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const expected = new URL(`http://x/${'r/'.repeat(20)}${parts.join('/')}`.replace(/(?<!:)\/{2,}/g, '/')).pathname
          .split('/')
          .filter((item) => item !== '');
        const found = normalise(parts.join('/'));
        const inside = expected.length >= 20 && expected.slice(0, 20).every((item) => item === 'r');
        if ('path' in found && inside)
          expect(found.path.split('/').filter((item) => item !== '')).toEqual(expected.slice(20));
        if ('path' in found) expect(found.path).not.toMatch(/(^|\/)\.\.?(\/|$)/);
      }),
    );
  });
});

describe('sites', () => {
  it('are known by the files of their generators', () => {
    expect(
      siteFolders([
        'docs/.vitepress/config.mts',
        'site/docusaurus.config.js',
        'mkdocs.yml',
        'x/_config.yml',
        'src/a.ts',
      ]),
    ).toEqual(['docs', 'site', '', 'x']);
    expect(siteOf('docs/a.md', ['', 'docs', 'doc'])).toBe('docs');
    expect(siteOf('docsify/a.md', ['docs'])).toBeUndefined();
  });

  it('look for a page in each way that a generator would', () => {
    expect(siteCandidates('docs/fr/a.md', 'docs', '/guide/')).toEqual(
      expect.arrayContaining(['docs/fr/guide/index.md', 'docs/guide/index.md', 'docs/guide.md', 'docs/public/guide/']),
    );
    expect(siteCandidates('docs/a.md', 'docs', '../b')).toEqual(
      expect.arrayContaining(['docs/a/../b.md', 'docs/../b.md']),
    );
  });
});

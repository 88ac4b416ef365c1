import type GithubSlugger from 'github-slugger';
import type { Parser } from 'htmlparser2';
import type { Nodes } from 'mdast';
import { type HeadingSink, readHtml } from './html.js';
import { githubAnchors, siteAnchors } from './slug.js';

/** A place in a text: line and column from 1, as findings have it. */
export interface Place {
  readonly startLine: number;
  readonly startColumn: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** A link or an image of a page. */
export interface PageLink {
  /** What it leads to, as it is written, with escapes and entities decoded. */
  readonly url: string;
  readonly kind: 'link' | 'image';
  readonly place: Place;
  /** Where in the text the node is that it is written in: a half-open range in UTF-16 units. */
  readonly range: readonly [start: number, end: number];
}

/** A page of Markdown, as links see it. */
export interface Page {
  readonly links: readonly PageLink[];
  /** What was read. */
  readonly text: string;
  /** References such as `[text][label]` whose label is defined nowhere, with the label. */
  readonly undefinedLabels: readonly { readonly label: string; readonly place: Place }[];
  /** The anchors that GitHub gives it, and those that it gives itself. */
  readonly anchors: ReadonlySet<string>;
  /** The anchors that site generators give it. */
  readonly siteAnchors: ReadonlySet<string>;
  /** The text of its headings, in order. */
  readonly headings: readonly string[];
  /** Its blocks of code, and what stands in backquotes. */
  readonly code: readonly string[];
}

/** The libraries that read pages, loaded. */
interface Libraries {
  /** The syntax tree of a text in GitHub's Markdown, with front matter. Throws for what nests too deep. */
  parse(text: string): Nodes;
  readonly Slugger: typeof GithubSlugger;
  readonly HtmlParser: typeof Parser;
}

/** Loads what reads pages of Markdown. Loaded when it is used: a configuration loads the plugin and may never run it. */
export async function loadPageReader(): Promise<(text: string) => Page> {
  const [{ fromMarkdown }, fromGfm, { gfm }, fromFrontmatter, { frontmatter }, { default: Slugger }, { Parser }] =
    await Promise.all([
      import('mdast-util-from-markdown'),
      import('mdast-util-gfm'),
      import('micromark-extension-gfm'),
      import('mdast-util-frontmatter'),
      import('micromark-extension-frontmatter'),
      import('github-slugger'),
      import('htmlparser2'),
    ]);
  const kinds: ('yaml' | 'toml')[] = ['yaml', 'toml'];
  const extensions = [gfm(), frontmatter(kinds)];
  const mdastExtensions = [fromGfm.gfmFromMarkdown(), fromFrontmatter.frontmatterFromMarkdown(kinds)];
  const libraries: Libraries = {
    parse: (text) => fromMarkdown(text, { extensions, mdastExtensions }),
    Slugger,
    HtmlParser: Parser,
  };
  return (text) => new PageReader(text, libraries).page();
}

/** An own id after a heading: `# Usage {#use}`, as VitePress, Docusaurus, kramdown and Pandoc have it. */
const OWN_ID = /\s*(?:\{\s*#([\w:.-]+)[^}]*\}|<!--\s*\{?#([\w:.-]+)\}?\s*-->)\s*$/;

/** `[text][label]` and `[label][]` where Markdown saw no link. What follows a word or a bracket is no link: `a[i][j]`. */
const REFERENCE = /(?<![\w\])\\`$.!])\[((?:[^[\]\\]|\\.)+)\]\[((?:[^[\]\\]|\\.)*)\]/g;

class PageReader {
  readonly #text: string;
  readonly #libraries: Libraries;
  readonly #links: PageLink[] = [];
  readonly #undefined: { label: string; place: Place }[] = [];
  readonly #headings: string[] = [];
  readonly #anchors: string[] = [];
  readonly #code: string[] = [];
  /** The text of the heading that is being read. */
  #heading: string | undefined;

  constructor(text: string, libraries: Libraries) {
    this.#text = text;
    this.#libraries = libraries;
    this.#read(libraries.parse(text));
  }

  /** Reads a tree without recursion: text may nest as deep as it likes. */
  #read(tree: Nodes): void {
    const stack: (Nodes | 'heading ends')[] = [tree];
    for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
      if (node === 'heading ends') {
        this.#endHeading();
        continue;
      }
      if (node.type === 'heading') {
        this.#heading = '';
        stack.push('heading ends');
      }
      this.#visit(node);
      if ('children' in node) for (const child of node.children.toReversed()) stack.push(child);
    }
  }

  page(): Page {
    return {
      links: this.#links,
      text: this.#text,
      undefinedLabels: this.#undefined,
      headings: this.#headings,
      code: this.#code,
      anchors: new Set([...githubAnchors(this.#headings, new this.#libraries.Slugger()), ...this.#anchors]),
      siteAnchors: new Set(siteAnchors(this.#headings)),
    };
  }

  #visit(node: Nodes): void {
    switch (node.type) {
      case 'link':
      case 'definition':
        this.#links.push({ url: node.url, kind: 'link', place: placeOf(node), range: rangeOf(node) });
        return;
      case 'image':
        this.#links.push({ url: node.url, kind: 'image', place: placeOf(node), range: rangeOf(node) });
        return;
      case 'html':
        this.#html(node.value, placeOf(node), rangeOf(node));
        return;
      case 'text':
        if (this.#heading !== undefined) this.#heading += node.value;
        this.#findReferences(node);
        return;
      case 'inlineCode':
      case 'code':
        if (this.#heading !== undefined) this.#heading += node.value;
        this.#code.push(node.value);
        return;
      default:
    }
  }

  #html(html: string, place: Place, range: PageLink['range']): void {
    const headings: HeadingSink = {
      open: () => {
        this.#heading = '';
      },
      text: (value) => {
        if (this.#heading !== undefined) this.#heading += value;
      },
      close: () => this.#endHeading(),
    };
    const { urls, images, anchors } = readHtml(html, headings, this.#libraries.HtmlParser);
    this.#anchors.push(...anchors);
    for (const [index, url] of urls.entries())
      this.#links.push({ url, kind: images[index] ? 'image' : 'link', place: within(place, html, url), range });
    // A comment may give the heading that it stands in its id.
    const own = this.#heading === undefined ? undefined : /^<!--\s*\{?#([\w:.-]+)\}?\s*-->$/.exec(html.trim())?.[1];
    if (own !== undefined) this.#anchors.push(own);
  }

  #endHeading(): void {
    if (this.#heading === undefined) return;
    const text = this.#heading;
    this.#heading = undefined;
    const own = OWN_ID.exec(text);
    const id = own?.[1] ?? own?.[2];
    if (id === undefined) this.#headings.push(text);
    else {
      this.#anchors.push(id);
      this.#headings.push(text.slice(0, own?.index), text);
    }
  }

  #findReferences(node: Nodes): void {
    const { position } = node;
    const start = position?.start.offset;
    const end = position?.end.offset;
    if (position === undefined || start === undefined || end === undefined) return;
    const raw = this.#text.slice(start, end);
    if (!raw.includes('][')) return;
    for (const { index, 0: match, 1: text = '', 2: label = '' } of raw.matchAll(REFERENCE)) {
      const name = label === '' ? text : label;
      // Two numbers are a place in a table of something, and a footnote's name begins with ^.
      if (/^\^/.test(name) || (/^\W*\d*\W*$/.test(text) && /^\d*$/.test(label)) || name.trim() === '') continue;
      this.#undefined.push({ label: name, place: within(placeOf(node), raw, match, index) });
    }
  }
}

function placeOf({ position }: Nodes): Place {
  const { start, end } = position ?? { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}

function rangeOf({ position }: Nodes): PageLink['range'] {
  return [position?.start.offset ?? 0, position?.end.offset ?? 0];
}

/** The place of a part of a text whose place is known; that of the whole text where the part cannot be found in it. */
function within(place: Place, text: string, part: string, from = text.indexOf(part)): Place {
  if (from < 0 || part === '') return place;
  const before = text.slice(0, from).split('\n');
  const startLine = place.startLine + before.length - 1;
  const startColumn = (before.length === 1 ? place.startColumn : 1) + (before.at(-1) ?? '').length;
  return part.includes('\n')
    ? { ...place, startLine, startColumn }
    : { startLine, startColumn, endLine: startLine, endColumn: startColumn + part.length };
}

import type { Parser } from 'htmlparser2';

/** What a piece of HTML in a page says. */
export interface HtmlPart {
  /** Targets of links and images, in order. */
  readonly urls: readonly string[];
  /** Values of `id`, and of `name` on an `a`. */
  readonly anchors: readonly string[];
  /** Whether each of its links and images is an image, by index of `urls`. */
  readonly images: readonly boolean[];
}

/** Receives the text of headings that are written as HTML, which may be split by Markdown: `<h1>`, text, `</h1>`. */
export interface HeadingSink {
  open(): void;
  text(value: string): void;
  close(): void;
}

const HEADING = /^h[1-6]$/;

/** The attributes that lead somewhere, by element. */
const LEADS: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  img: ['src'],
  source: ['src', 'srcset'],
  video: ['src', 'poster'],
  audio: ['src'],
};

/** Reads a piece of HTML, however broken it is, with the parser of htmlparser2. */
export function readHtml(html: string, headings: HeadingSink, HtmlParser: typeof Parser): HtmlPart {
  const urls: string[] = [];
  const images: boolean[] = [];
  const anchors: string[] = [];
  const parser = new HtmlParser({
    onopentag(name, attributes) {
      if (HEADING.test(name)) headings.open();
      if (attributes.id) anchors.push(attributes.id);
      if (name === 'a' && attributes.name) anchors.push(attributes.name);
      for (const key of LEADS[name] ?? []) {
        const value = attributes[key];
        if (value === undefined) continue;
        for (const url of key === 'srcset' ? sources(value) : [value.trim()]) {
          urls.push(url);
          images.push(name !== 'a');
        }
      }
    },
    ontext: (value) => headings.text(value),
    onclosetag(name, implied) {
      // At the end of a piece everything that is open is closed by the parser, though its end comes in a later piece.
      if (HEADING.test(name) && !implied) headings.close();
    },
  });
  parser.write(html);
  parser.end();
  return { urls, images, anchors };
}

/** The addresses of a `srcset`: `a.png 1x, b.png 2x`. */
function sources(value: string): string[] {
  return value
    .split(/,\s+/)
    .map((part) => part.trim().split(/\s+/)[0] ?? '')
    .filter((url) => url !== '');
}

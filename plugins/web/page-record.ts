// What the browser saw of each page, as the check `web/pages` hands it to the others: plain JSON.

/** One request of a page. */
export type Asked = {
  /** Its address, without the made-up host of a folder that is served. */
  readonly url: string;
  readonly host: string;
  /** What it is for, as the browser calls it: `document`, `script`, `stylesheet`, `image`, ... */
  readonly type: string;
  /** The HTTP status; 0 where there was no answer. */
  readonly status: number;
  /** Bytes that came over the wire, headers included; 0 where the page did not load. */
  readonly bytes: number;
  readonly thirdParty: boolean;
  readonly outcome: 'ok' | 'failed' | 'blocked';
  /** Why it failed; empty where it did not. */
  readonly error: string;
};

/** An error that the page wrote to the console or did not catch. */
export type PageError = { readonly kind: 'console' | 'uncaught'; readonly text: string; readonly source: string };

/** What a page says of itself; an empty text for what it does not say. */
export type Metadata = {
  readonly title: string;
  readonly description: string;
  readonly lang: string;
  readonly viewport: string;
  readonly canonical: string;
  readonly robots: string;
  /** Open Graph properties, such as `og:title`. */
  readonly og: { readonly [name: string]: string };
};

/** A rule of axe that a page breaks. */
export type Violation = {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly helpUrl: string;
  /** How many elements. */
  readonly count: number;
  /** Selectors of the first of them. */
  readonly targets: readonly string[];
};

/** A page and what became of it. */
export type PageRecord = {
  /** Its address, for people. */
  readonly url: string;
  /** Its file in the target; `.` where it is none of it. */
  readonly path: string;
  readonly state: 'loaded' | 'failed' | 'hung' | 'crashed' | 'download';
  /** Why it is not loaded; empty where it is. */
  readonly why: string;
  readonly requests: readonly Asked[];
  readonly errors: readonly PageError[];
  /** Dialogs that it opened by itself: their kind and text. */
  readonly dialogs: readonly string[];
  readonly metadata: Metadata | null;
  readonly violations: readonly Violation[] | null;
};

/** What `web/pages` returns. */
export type SiteData = {
  readonly pages: readonly PageRecord[];
  /** Whether axe looked at them. */
  readonly axe: 'ran' | 'off' | 'not-installed';
};

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Svg } from './svg.js';

/** What a page is made of. Templates are named by their files without ending. */
export interface PageSources {
  /** The reporter's own templates. */
  readonly folder: URL;
  /** Its pages or parts of pages, which become functions. */
  readonly pages: readonly string[];
  /** Its partials. */
  readonly partials: readonly string[];
  /** Style sheets in their order; one that begins with `page/` is shared by the reporters. */
  readonly styles: readonly string[];
  /** Scripts in their order; none when absent. */
  readonly scripts?: readonly string[];
}

/** The pages as functions of a view, and the texts that the content security policy allows by their hashes. */
export interface CompiledPages {
  readonly render: (page: string, view: object) => string;
  readonly styles: string;
  readonly client: string;
}

/** Partials that the reporters share. */
const SHARED = ['sprite', 'inlines', 'help', 'facts'];

/** Reads and compiles templates: only when a page is rendered, since Handlebars is slow to load. */
export async function compilePages(sources: PageSources): Promise<CompiledPages> {
  const { pages, partials, styles, scripts = [] } = sources;
  const own = (name: string): URL => new URL(name, sources.folder);
  // The same from the sources and from the build, where this module is a part of the reporter's.
  const shared = (name: string): URL => new URL(`../page/templates/${name}`, import.meta.url);
  const read = (url: URL): Promise<string> => readFile(url, 'utf8');
  const style = (name: string): URL =>
    name.startsWith('page/') ? shared(`${name.slice('page/'.length)}.css`) : own(`${name}.css`);
  const [{ default: handlebars }, pageTexts, ownTexts, sharedTexts, css, client] = await Promise.all([
    import('handlebars'),
    Promise.all(pages.map((name) => read(own(`${name}.hbs`)))),
    Promise.all(partials.map((name) => read(own(`${name}.hbs`)))),
    Promise.all(SHARED.map((name) => read(shared(`${name}.hbs`)))),
    Promise.all(styles.map((name) => read(style(name)))).then((texts) => texts.join('')),
    Promise.all(scripts.map((name) => read(own(`${name}.js`)))).then((texts) => texts.join('')),
  ]);
  const instance = handlebars.create();
  const texts = [...ownTexts, ...sharedTexts];
  [...partials, ...SHARED].forEach((name, index) => {
    instance.registerPartial(name, texts[index] ?? '');
  });
  // As partials the two are put in as they are, without any way round the escaping of data.
  instance.registerPartial('styles', css);
  instance.registerPartial('client', client);
  instance.registerHelper('svg', (value: unknown) => {
    if (!(value instanceof Svg)) throw new TypeError('only what the svg tag made may be put in unescaped');
    return new instance.SafeString(value.toString());
  });
  const compiled = new Map(
    pages.map((name, index) => [name, instance.compile(pageTexts[index] ?? '', { preventIndent: true })]),
  );
  return {
    styles: css,
    client,
    render: (page, view) => {
      const template = compiled.get(page);
      if (template === undefined) throw new Error(`there is no page ${page}`);
      return template(view);
    },
  };
}

/** What a content security policy says of a text that it allows. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

/** SVG text whose every part was escaped: only `svg` makes it, and only it passes the page's escaping. */
export class Svg {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Builds SVG from a template: numbers and strings are escaped, `Svg` values are taken as they are. */
  static readonly of = (
    strings: TemplateStringsArray,
    ...values: readonly (string | number | Svg | readonly Svg[])[]
  ): Svg => {
    let text = strings[0] ?? '';
    values.forEach((value, index) => {
      text += textOf(value) + (strings[index + 1] ?? '');
    });
    return new Svg(text);
  };

  toString(): string {
    return this.#text;
  }
}

/** The tag that builds SVG. */
export const svg = Svg.of;

/** Nothing, where a part is left out. */
export const NOTHING = svg``;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function textOf(value: string | number | Svg | readonly Svg[]): string {
  if (value instanceof Svg) return value.toString();
  if (typeof value === 'number') return String(Math.round(value * 100) / 100);
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  return value.map(String).join('');
}

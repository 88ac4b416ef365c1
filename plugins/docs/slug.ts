import type GithubSlugger from 'github-slugger';

/** Gives each heading of a page its anchor as GitHub does: the second `Usage` is `usage-1`. The slugger is a new one. */
export function githubAnchors(headings: readonly string[], slugger: Pick<GithubSlugger, 'slug'>): string[] {
  return headings.map((heading) => slugger.slug(heading));
}

/** What site generators put where GitHub leaves nothing: everything that is no letter, as in `a/b`, becomes a dash. */
const SPECIAL = /[\s~`!@#$%^&*()\-_+=[\]{}|\\;:"'“”‘’<>,.?/]+/g;

/** Accents, and characters that nobody sees. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out.
// biome-ignore lint/suspicious/noMisleadingCharacterClass: and combining characters.
const UNSEEN = /[\u0000-\u001f\u0300-\u036f]/g;

/**
 * The other anchors that a heading may have on a site: those of VitePress and VuePress (`@mdit-vue/shared`), and those of
 * Python-Markdown (MkDocs) and kramdown (Jekyll), which drop what is no letter, digit or dash.
 */
export function siteAnchors(headings: readonly string[]): string[] {
  const seen = new Map<string, number>();
  const unique = (slug: string): string[] => {
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? [slug] : [`${slug}-${count}`, `${slug}_${count}`];
  };
  return headings.flatMap((heading) => {
    const plain = heading.normalize('NFKD').replace(UNSEEN, '');
    const dashes = plain.replace(SPECIAL, '-').replace(/^-+|-+$/g, '');
    const vitepress = dashes.replace(/^(\d)/, '_$1').toLowerCase();
    const letters = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replace(/[\s-]+/g, '-');
    return [...new Set([vitepress, letters, letters.replace(/^[^a-z]+/, '')])]
      .filter((slug) => slug !== '')
      .flatMap(unique);
  });
}

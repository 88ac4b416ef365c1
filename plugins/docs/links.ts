import { type Address, anchorName, githubPath, isBesideFiles, normalise } from './address.js';
import type { Page } from './markdown.js';
import { siteCandidates } from './sites.js';
import type { Found, Targets } from './targets.js';

/** What is wrong with a link; undefined where nothing is. */
export type LinkProblem =
  | { readonly messageId: 'missing'; readonly data: { readonly target: string } }
  | { readonly messageId: 'wrongCase'; readonly data: { readonly target: string; readonly actual: string } }
  | { readonly messageId: 'outside'; readonly data: { readonly target: string } }
  | {
      readonly messageId: 'noAnchor';
      readonly data: { readonly anchor: string; readonly page: string; readonly hint: string };
    };

/** What came of a link. */
export type Judgement =
  | { readonly is: 'fine' }
  | { readonly is: 'wrong'; readonly problem: LinkProblem }
  | { readonly is: 'unknown'; readonly why: string };

const FINE: Judgement = { is: 'fine' };

/** What links are judged by. */
export interface LinkWorld {
  readonly targets: Targets;
  /** The site of a page; undefined for a page that is only read on GitHub. */
  siteOf(page: string): string | undefined;
  /** A page by its path; undefined for a file that is none or could not be read. */
  page(path: string): Promise<Page | undefined>;
}

/** Files whose links start from another place than the file: GitHub puts their text into issues and pull requests. */
const TEMPLATES = /(?:^|\/)(?:issue_template|pull_request_template|discussion_template)(?:\/|\.md$|$)/i;

/** Judges a link within the target. */
export async function judgeLink(
  from: string,
  address: Extract<Address, { to: 'path' | 'anchor' }>,
  world: LinkWorld,
): Promise<Judgement> {
  if (address.to === 'anchor') return judgeAnchor(from, from, address.anchor, world);
  if (TEMPLATES.test(from)) return FINE;
  const found = await findTarget(from, address.path, world);
  if ('is' in found && found.is !== 'found') return found;
  const target = found.found;
  if (address.anchor === undefined || target.is === 'beyond' || target.is === 'missing' || target.is === 'unknown')
    return FINE;
  const page = target.is === 'file' ? target.path : await readmeOf(target.path, world);
  return page === undefined ? FINE : judgeAnchor(from, page, address.anchor, world);
}

type Target = { readonly is: 'found'; readonly found: Found } | Exclude<Judgement, { is: 'fine' }>;

async function findTarget(from: string, path: string, { targets, siteOf }: LinkWorld): Promise<Target> {
  const plain = normalise(githubPath(from, path));
  const first = 'path' in plain ? await targets.find(plain.path) : undefined;
  if (first !== undefined && first.is !== 'missing') return judged(first);
  const site = siteOf(from);
  if (site !== undefined)
    for (const candidate of siteCandidates(from, site, path)) {
      const normal = normalise(candidate);
      const found = 'path' in normal ? await targets.find(normal.path) : undefined;
      if (found !== undefined && found.is !== 'missing') return judged(found);
    }
  if ('outside' in plain) {
    if (isBesideFiles(plain.outside)) return { is: 'found', found: { is: 'beyond' } };
    return { is: 'wrong', problem: { messageId: 'outside', data: { target: path } } };
  }
  const actual = first?.is === 'missing' ? first.otherCase : undefined;
  const problem: LinkProblem =
    actual === undefined
      ? { messageId: 'missing', data: { target: plain.path } }
      : { messageId: 'wrongCase', data: { target: plain.path, actual } };
  return { is: 'wrong', problem };
}

function judged(found: Found): Target {
  return found.is === 'unknown' ? { is: 'unknown', why: found.why } : { is: 'found', found };
}

async function readmeOf(folder: string, { targets }: LinkWorld): Promise<string | undefined> {
  for (const name of ['README.md', 'Readme.md', 'readme.md', 'index.md']) {
    const found = await targets.find(folder === '' ? name : `${folder}/${name}`);
    if (found.is === 'file') return found.path;
  }
  return undefined;
}

async function judgeAnchor(from: string, path: string, anchor: string, world: LinkWorld): Promise<Judgement> {
  const name = anchorName(anchor);
  if (name === undefined) return FINE;
  const page = await world.page(path);
  if (page === undefined) return FINE;
  if (page.anchors.has(name)) return FINE;
  const known = world.siteOf(path) === undefined ? [...page.anchors] : [...page.anchors, ...page.siteAnchors];
  if (known.includes(name)) return FINE;
  const near = nearestAnchor(name, known);
  const data = {
    anchor: name,
    page: path === from ? 'this page' : path,
    hint: near === undefined ? '.' : `; did you mean #${near}?`,
  };
  return { is: 'wrong', problem: { messageId: 'noAnchor', data } };
}

/** An anchor that differs only by case and by what is no letter, or that has another number at its end. */
function nearestAnchor(name: string, known: readonly string[]): string | undefined {
  const bare = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const wanted = bare(name);
  return (
    known.find((anchor) => bare(anchor) === wanted) ??
    known.find((anchor) => wanted.length > 3 && bare(anchor).startsWith(wanted)) ??
    known.find((anchor) => anchor.length > 3 && wanted.startsWith(bare(anchor)))
  );
}

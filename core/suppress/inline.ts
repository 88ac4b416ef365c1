import type { Directive } from '../check/directives.js';
import { type Filterable, tryFilter } from '../check/filter.js';
import type { Finding, Suppression } from '../model/finding.js';
import type { Notice } from '../model/result.js';
import { plural } from '../model/text.js';
import { namePlaces } from './places.js';

/** The comments of a scan's files. */
export interface Comments {
  /** The directives of the files that the scan read, by path. */
  readonly read: ReadonlyMap<string, readonly Directive[]>;
  /** Those of a file that was not read; it is looked at only where there are findings. */
  readonly find: (path: string) => readonly Directive[];
}

/** What one name in a directive stands for, and whether it fitted. */
interface Name {
  readonly text: string;
  readonly checks: ReadonlySet<string>;
  used: boolean;
}

interface Used {
  readonly directive: Directive;
  readonly names: readonly Name[];
  /** What is wrong with it, in words. */
  readonly problems: readonly string[];
}

/** The `scanrun-ignore` comments of a scan: says which findings they cover, and afterwards what is wrong with them. */
export class InlineIgnores {
  readonly #comments: Comments;
  readonly #checks: readonly Filterable[];
  readonly #files = new Map<string, ReadonlyMap<number, readonly Used[]>>();
  readonly #compiled = new Map<string, ReturnType<typeof tryFilter>>();

  /** @param checks every check of the scan's plugins, also those that do not run. */
  constructor(comments: Comments, checks: readonly Filterable[]) {
    this.#comments = comments;
    this.#checks = checks;
  }

  /** Why a finding does not count; undefined where no comment covers it. One without a line cannot be covered. */
  match({ checkId, location }: Finding): Suppression | undefined {
    const { path, startLine } = location;
    if (startLine === undefined) return undefined;
    let first: Suppression | undefined;
    for (const { directive, names, problems } of this.#directives(path).get(startLine) ?? []) {
      const { reason } = directive;
      if (reason === undefined || problems.length > 0) continue;
      for (const name of names) {
        if (!name.checks.has(checkId)) continue;
        name.used = true;
        first ??= { kind: 'inline', reason, place: `${path}:${directive.line}` };
      }
    }
    return first;
  }

  /**
   * What the reader should know of the comments once every finding was matched.
   * @param looked whether a check has looked at a file and has an answer: only then "it fits nothing" can be said.
   */
  notices(looked: (checkId: string, path: string) => boolean): Notice[] {
    const wrong: string[] = [];
    const unused: string[] = [];
    for (const path of this.#comments.read.keys()) this.#directives(path);
    for (const [path, lines] of this.#files) {
      for (const { directive, names, problems } of [...lines.values()].flat()) {
        const place = `${path}:${directive.line}`;
        wrong.push(...problems.map((problem) => `${place} ${problem}`));
        if (problems.length > 0) continue;
        const idle = names.filter(({ used, checks }) => !used && [...checks].every((id) => looked(id, path)));
        if (idle.length > 0) unused.push(`${place} (${idle.map(({ text }) => text).join(', ')})`);
      }
    }
    return [
      ...notice('ignore-invalid', wrong, 'has no effect', 'have no effect', 'Mend'),
      ...notice('ignore-unused', unused, 'fits no finding', 'fit no finding', 'Remove'),
    ];
  }

  /** The directives of a file by the line that they are about. */
  #directives(path: string): ReadonlyMap<number, readonly Used[]> {
    const known = this.#files.get(path);
    if (known !== undefined) return known;
    const lines = new Map<number, Used[]>();
    for (const directive of this.#comments.read.get(path) ?? this.#comments.find(path)) {
      const used = this.#resolve(directive);
      const others = lines.get(directive.target);
      if (others === undefined) lines.set(directive.target, [used]);
      else others.push(used);
    }
    this.#files.set(path, lines);
    return lines;
  }

  #resolve(directive: Directive): Used {
    const problems = directive.problem === undefined ? [] : [directive.problem];
    const names: Name[] = [];
    for (const text of directive.checks) {
      const { filter, problem } = this.#compile(text);
      const ids = this.#checks.filter(filter).map(({ id }) => id);
      names.push({ text, checks: new Set(ids), used: false });
      if (problem !== undefined)
        problems.push(`names '${text}', which ${problem.what}${problem.next === undefined ? '' : `: ${problem.next}`}`);
    }
    return { directive, names, problems };
  }

  #compile(text: string): ReturnType<typeof tryFilter> {
    const known = this.#compiled.get(text) ?? tryFilter(text, this.#checks);
    this.#compiled.set(text, known);
    return known;
  }
}

function notice(code: string, places: readonly string[], one: string, many: string, next: string): Notice[] {
  if (places.length === 0) return [];
  const what = `${plural(places.length, 'scanrun-ignore comment')} ${places.length === 1 ? one : many}`;
  return [
    {
      code,
      level: 'warning',
      message: `${what}: ${namePlaces(places).replace(/\?$/, '')}. ${next} ${places.length === 1 ? 'it' : 'them'}.`,
    },
  ];
}

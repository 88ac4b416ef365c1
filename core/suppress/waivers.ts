import { compileGlobs, type Matcher } from '../check/glob.js';
import { baseFingerprint, type Finding, type Suppression } from '../model/finding.js';
import type { Notice } from '../model/result.js';
import type { Waiver } from '../model/suppression.js';
import { plural } from '../model/text.js';
import { namePlaces } from './places.js';

/** A waiver, and what it has matched so far. */
interface Used {
  readonly waiver: Waiver;
  readonly checks: ReadonlySet<string>;
  readonly matchesPath: Matcher;
  readonly expired: boolean;
  readonly suppression: Suppression;
  /** Findings that it fits. */
  matched: number;
  /** Those of them that nothing else covers, where it has ended. */
  again: number;
}

/** The waivers of a scan: says which finding each covers, and afterwards what is wrong with them. */
export class Waivers {
  readonly #waivers: readonly Used[];

  /** @param today the day of the scan in UTC, as `2026-11-21`. */
  constructor(waivers: readonly Waiver[], today: string) {
    this.#waivers = waivers.map((waiver) => {
      const { place, reason, owner, expires, path } = waiver;
      return {
        waiver,
        checks: new Set(waiver.checkIds),
        matchesPath: path === undefined ? () => true : compileGlobs([path]),
        // Days as text sort by time.
        expired: expires !== undefined && expires < today,
        suppression: {
          kind: 'waiver',
          reason,
          ...(owner === undefined ? {} : { owner }),
          ...(expires === undefined ? {} : { expires }),
          place,
        },
        matched: 0,
        again: 0,
      };
    });
  }

  /**
   * Why a finding does not count; undefined where no waiver that still holds covers it.
   * @param covered whether something else covers it: then it does not count again when a waiver ends.
   */
  match(finding: Finding, covered: boolean): Suppression | undefined {
    const fitting = this.#waivers.filter((used) => covers(used, finding));
    const first = fitting.find(({ expired }) => !expired)?.suppression;
    for (const used of fitting) {
      used.matched += 1;
      if (first === undefined && !covered) used.again += 1;
    }
    return first;
  }

  /**
   * What the reader should know of the waivers once every finding was matched.
   * @param answered whether a check has an answer for every file: only then "it fits nothing" can be said.
   */
  notices(answered: (checkId: string) => boolean): Notice[] {
    const expired = this.#waivers.filter((used) => used.expired).map(expiredNotice);
    const unused = this.#waivers.filter(
      (used) => used.matched === 0 && !used.expired && used.waiver.checkIds.every(answered),
    );
    if (unused.length === 0) return expired;
    const places = unused.map(({ waiver }) => `${waiver.place} (${waiver.check})`);
    const message = `${plural(unused.length, 'waiver')} ${unused.length === 1 ? 'fits' : 'fit'} no finding: ${namePlaces(places)}. Remove what is not needed any more.`;
    return [...expired, { code: 'waiver-unused', level: 'warning', message }];
  }
}

function covers({ waiver, checks, matchesPath }: Used, { checkId, location, fingerprint }: Finding): boolean {
  const wanted = waiver.fingerprint;
  if (!checks.has(checkId)) return false;
  if (wanted !== undefined && wanted !== fingerprint && wanted !== baseFingerprint(fingerprint)) return false;
  return matchesPath(location.path);
}

function expiredNotice({ waiver, matched, again }: Used): Notice {
  const { place, expires, owner, reason } = waiver;
  const what =
    again > 0
      ? `${plural(again, 'finding')} that it covered ${again === 1 ? 'counts' : 'count'} again: mend ${again === 1 ? 'it' : 'them'}, or decide anew`
      : matched > 0
        ? 'what it covered has another reason not to count: remove it'
        : 'it fits no finding: remove it';
  const who = owner === undefined ? '' : `, owner ${owner}`;
  return {
    code: 'waiver-expired',
    level: 'warning',
    message: `The waiver ${place} (${waiver.check}${who}: ${reason}) ended on ${expires}; ${what}.`,
  };
}

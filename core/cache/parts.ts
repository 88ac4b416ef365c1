// What an answer depends on, part by part: the key is made of all of them, and a miss names those that changed.

import { compareText } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';
import type { Signer } from './signer.js';

/** The version of what is kept; another one finds nothing. */
const FORMAT = '1';

/**
 * All that an answer depends on, by name: `code`, `option maxBytes`, `file package.json`. A value that begins with `#`
 * is a digest, since what it stands for is long or a secret; any other may be shown.
 */
export type Parts = Readonly<Record<string, string>>;

/** A part that is not what it was. */
export interface PartChange {
  /** What kind of part: `code`, `engine`, `file`, `input`, `need`, `option`, `target`, `tier`, `tool`, `variable` and the like. */
  readonly kind: string;
  /** Which one, where there are several of its kind, such as the option's name. */
  readonly name?: string;
  /** What happened to it. */
  readonly change: 'added' | 'removed' | 'changed';
  /** What it was, where that may be shown. */
  readonly from?: string;
  /** What it is, where that may be shown. */
  readonly to?: string;
}

/** A value as a part: a digest, that tells two values apart and neither of them. */
export function digestPart(signer: Signer, value: JsonValue): string {
  return `#${signer.digest(stableJson(value)).slice(0, 20)}`;
}

/** The key of an answer that depends on these parts: 32 hex digits. */
export function keyOf(signer: Signer, parts: Parts): string {
  return signer.digest(JSON.stringify([FORMAT, ...sorted(parts)]));
}

/** What is different between two sets of parts, in order of name. */
export function changedParts(before: Parts, now: Parts): PartChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].sort(compareText).flatMap((part): PartChange[] => {
    const [from, to] = [before[part], now[part]];
    if (from === to) return [];
    const [kind = part, ...name] = part.split(' ');
    return [
      {
        kind,
        ...(name.length === 0 ? {} : { name: name.join(' ') }),
        change: from === undefined ? 'added' : to === undefined ? 'removed' : 'changed',
        ...shown('from', from),
        ...shown('to', to),
      },
    ];
  });
}

function shown(name: 'from' | 'to', value: string | undefined): { readonly from?: string; readonly to?: string } {
  return value === undefined || value.startsWith('#') ? {} : { [name]: value };
}

function sorted(parts: Parts): (readonly [string, string])[] {
  return Object.entries(parts).sort(([a], [b]) => compareText(a, b));
}

/** JSON in which the order of keys does not count. */
function stableJson(value: JsonValue): string {
  return JSON.stringify(value, (_, item: JsonValue) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => compareText(a, b)))
      : item,
  );
}

import { baseFingerprint, type Finding } from '../model/finding.js';
import type { JsonValue } from '../model/json.js';

/** What of a finding it is recognised by in another run. Line numbers are not among it: they move. */
export type Recognised = Pick<Finding, 'checkId' | 'messageId' | 'data' | 'location' | 'snippet' | 'package'>;

/**
 * Names the same problem across runs: 32 hex digits over check, message, path, package, the finding's data and the text
 * of its first line. It stays while that line does, wherever it moves and whatever happens around it. White space and,
 * in the data, amounts do not count: formatting is not meaning, and sizes, counts and places change while the problem
 * stays. It is made of what is shown, after masking: a hash over a secret would let anybody try words until one fits.
 */
export function fingerprintBase(finding: Recognised): string {
  const { checkId, messageId, location, package: owner = '', data } = finding;
  // As JSON, since hostile text could hold any separator.
  const identity = JSON.stringify([checkId, messageId, location.path, owner, stable(data), folded(lineOf(finding))]);
  // Loaded with the first finding: it costs a start 10 ms.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(identity).digest('hex').slice(0, 32);
}

/**
 * Numbers equal findings by their place, from 1: two equal lines stay two, and which of them arrived first does not
 * matter. Expects one check's findings in the order of `compareFindings`; those that need no other number stay the very
 * objects that they are.
 */
export function numberFindings(findings: readonly Finding[]): Finding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const base = baseFingerprint(finding.fingerprint);
    const number = (seen.get(base) ?? 0) + 1;
    seen.set(base, number);
    const fingerprint = `${base}:${number}`;
    return fingerprint === finding.fingerprint ? finding : { ...finding, fingerprint };
  });
}

function lineOf({ snippet, location }: Recognised): string {
  if (snippet === undefined || location.startLine === undefined) return '';
  return snippet.lines[location.startLine - snippet.startLine] ?? '';
}

function folded(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Numbers that count, measure or place something: `12`, `1,024 bytes`, `3.4 KB`, `1.2.3`. Not `TS2304`, `CVE-2026-1234` or `10.0.0.1`, which name something. */
const AMOUNT =
  /(?<![\w.-])\d+(?:[.,]\d+){0,2}(?:\s?(?:ms|s|min|m|h|[kKMGT]?i?B|bytes|%|x))?(?![\w-]|\.\d)|(?<=\S):\d+(?![\w.-])/g;

/** The data without what changes by itself, in one order. */
function stable(value: JsonValue): JsonValue {
  if (typeof value === 'number') return 0;
  if (typeof value === 'string') return folded(value.replace(AMOUNT, '#'));
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => stable(item));
  // Pairs, not an object: a key may be `__proto__`, and an object's own order is that of its making.
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, stable(item)]);
}

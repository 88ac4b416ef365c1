import type { CheckContext } from 'scanrun';
import type { Credential } from './credential.js';
import type { PrivateKey } from './private-key.js';

/** Where the code frame of a finding cuts a line (`Snippet.lines`). */
const FRAME_WIDTH = 240;

type Redacting = Pick<CheckContext, 'redact'>;

/** Characters that are masked in one piece: a mask becomes a part of a regular expression, which has its limits. */
const PIECE = 2_048;

/** Masks a credential in every output. */
export function maskCredential(context: Redacting, text: string, { masks, start, end }: Credential): void {
  for (const value of masks) maskValue(context, value);
  maskCutOff(context, text, start, end);
}

/** Masks the lines of a key in every output. */
export function maskKey(context: Redacting, text: string, { material, start, reach }: PrivateKey): void {
  const region = text.slice(start, start + reach);
  let from = 0;
  for (const line of material) {
    maskValue(context, line);
    // In order first: of a key written with escapes the decoded lines come before the lines as they stand.
    const next = region.indexOf(line, from);
    const at = next === -1 ? region.indexOf(line) : next;
    if (at === -1) continue;
    maskCutOff(context, text, start + at, start + at + line.length);
    from = at;
  }
}

function maskValue(context: Redacting, value: string): void {
  for (let at = 0; at < value.length; at += PIECE) context.redact(value.slice(at, at + PIECE));
}

/** Masks the beginning of a secret that a code frame shows when the end of the secret lies beyond the frame. */
function maskCutOff(context: Redacting, text: string, start: number, end: number): void {
  const before = text.slice(Math.max(0, start - FRAME_WIDTH), start);
  const shown = FRAME_WIDTH - (before.length - 1 - before.lastIndexOf('\n'));
  if (shown > 0 && start + shown < end) maskValue(context, text.slice(start, start + shown));
}

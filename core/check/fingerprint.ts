/** What a finding is recognised by in another run. Line numbers are not among it: they move. */
export interface FingerprintParts {
  readonly checkId: string;
  readonly messageId: string;
  readonly path: string;
  readonly package: string | undefined;
  /** The text of the line, or the message where there is no line; already redacted. */
  readonly context: string;
  /** Which of several findings with the same parts it is, from 0. */
  readonly occurrence: number;
}

/** 32 hex digits that stay the same while the finding's line does, wherever it moves. */
export function fingerprint(parts: FingerprintParts): string {
  // Loaded with the first finding: it costs a start 10 ms.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(identity(parts)).update(`\0${parts.occurrence}`).digest('hex').slice(0, 32);
}

/** The parts without the occurrence, as one text; white space is folded, since formatting is not meaning. */
export function identity(parts: Omit<FingerprintParts, 'occurrence'>): string {
  return [
    parts.checkId,
    parts.messageId,
    parts.path,
    parts.package ?? '',
    parts.context.replace(/\s+/g, ' ').trim(),
  ].join('\0');
}

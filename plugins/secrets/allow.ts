import { ScanError } from 'scanrun';

/** Whether a secret is allowed. */
export type Allow = (value: string) => boolean;

/**
 * Reads the option `allow`: exact values, and regular expressions between slashes with optional flags.
 * @throws ScanError `SR_CONFIG_INVALID` for what stands between slashes and is no regular expression.
 */
export function readAllow(entries: readonly string[]): Allow {
  const values = new Set<string>();
  const patterns: RegExp[] = [];
  for (const [index, entry] of entries.entries()) {
    const literal = /^\/(.+)\/([a-z]*)$/s.exec(entry);
    if (literal === null) values.add(entry);
    else patterns.push(compile(literal[1] ?? '', literal[2] ?? '', index));
  }
  return (value) => values.has(value) || patterns.some((pattern) => pattern.test(value));
}

function compile(source: string, flags: string, index: number): RegExp {
  try {
    // With g or y a pattern remembers where it stopped and would miss the next value.
    return new RegExp(source, flags.replace(/[gy]/g, ''));
  } catch (error) {
    // The entry itself is not quoted: it may be meant as a literal secret.
    throw new ScanError(
      'SR_CONFIG_INVALID',
      `Entry ${index + 1} of the option 'allow' is not a regular expression: ${reasonOf(error)}.`,
      {
        next: 'Mend it, or write the exact value without slashes around it.',
        cause: error,
      },
    );
  }
}

/** What is wrong, without the pattern that V8 puts into its message. */
function reasonOf(error: unknown): string {
  return error instanceof Error ? (error.message.split(': ').at(-1) ?? error.name) : 'it cannot be read';
}

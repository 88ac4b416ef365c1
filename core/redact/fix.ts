import type { Fix } from '../model/fix.js';

/**
 * A record that was masked, without a fix in which something was: what it would write is not what its check meant.
 * The record says why it is missing.
 */
export function withoutMaskedFix<T extends object>(before: object, masked: T): T {
  if (!('fix' in masked) || !isFix(masked.fix) || !('fix' in before) || before.fix === masked.fix) return masked;
  const { fix: _, ...rest } = masked;
  return { ...rest, fixWithheld: 'secret' } as unknown as T;
}

/** True for what has the shape of a fix; data of a check may use the word for something else. */
function isFix(value: unknown): value is Fix {
  return typeof value === 'object' && value !== null && 'changes' in value && Array.isArray(value.changes);
}

import { createRedactor } from '../redact/create.js';
import type { Redactor } from '../redact.js';

/** Masks what the environment names as secret, for what is printed without a scan. A pattern that is none is told by the scan. */
export function environmentRedactor(): Redactor {
  const patterns = (process.env.SCANRUN_REDACT ?? '').split(/\r?\n/).filter((line) => line.trim() !== '');
  const valid = patterns.filter((pattern) => {
    try {
      return new RegExp(pattern).source !== '';
    } catch {
      return false;
    }
  });
  return createRedactor({ patterns: valid, home: false, settings: [], environment: process.env });
}

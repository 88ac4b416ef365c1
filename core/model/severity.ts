/** How much a finding matters; SARIF's `level`. */
export type Severity = 'error' | 'warning' | 'note';

/** All severities, the gravest first. */
export const SEVERITIES: readonly Severity[] = ['error', 'warning', 'note'];

/** True when `severity` is as grave as `threshold` or graver. */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(threshold);
}

import type { CheckContext } from 'scanrun';
import { asObject, asText, codeOf, own } from '../text.js';
import type { Advisory } from './advisory.js';
import type { SemverModule } from './range.js';
import { ratedAdvisory } from './registry-bulk.js';

/** What `npm audit` found, or why it did not look. */
export type AuditAnswer = { readonly advisories: readonly Advisory[] } | { readonly failure: string };

/** npm tries three times for five minutes each by itself; one try of half a minute is what others get. */
const PATIENCE = ['--fetch-retries=0', '--fetch-timeout=30000'];

/**
 * Asks npm itself, which knows proxies, certificates and older endpoints. It reads the settings and variables of the
 * target as npm does, so call it for the user's own targets only.
 */
export async function askNpm(context: Pick<CheckContext, 'exec'>, semver: SemverModule): Promise<AuditAnswer> {
  try {
    const { code, signal, stdout, truncated } = await context.exec(
      ['npm', 'audit', '--json', '--package-lock-only', '--ignore-scripts', ...PATIENCE],
      { maxBytes: 100_000_000 },
    );
    if (truncated) return { failure: 'npm audit printed more than 100 MB' };
    // 1 says that something was found; what else went wrong is in the report.
    if (code !== 0 && code !== 1) return { failure: `npm audit: ${signal ?? `exit code ${code}`}` };
    return readAudit(stdout, semver);
  } catch (error) {
    return { failure: codeOf(error) === 'ENOENT' ? 'npm is not installed' : `npm audit: ${codeOf(error)}` };
  }
}

/** Reads `npm audit --json`, of npm 6 and of later versions. An answer without a report is a failure, never "nothing found". */
export function readAudit(stdout: string, semver: SemverModule): AuditAnswer {
  let json: unknown;
  try {
    json = JSON.parse(stdout);
  } catch {
    return { failure: 'npm audit printed no JSON' };
  }
  const error = own(json, 'error') ?? (own(json, 'message') === undefined ? undefined : json);
  if (error !== undefined) {
    const status = own(json, 'statusCode') ?? own(error, 'code');
    return { failure: `npm audit: ${asText(status) ?? (typeof status === 'number' ? String(status) : 'it failed')}` };
  }
  const vulnerabilities = asObject(own(json, 'vulnerabilities'));
  if (vulnerabilities !== undefined && own(json, 'auditReportVersion') !== undefined) {
    const via = Object.values(vulnerabilities).flatMap((item) => {
      const causes = own(item, 'via');
      return Array.isArray(causes) ? (causes as readonly unknown[]) : [];
    });
    return { advisories: namedAdvisories(via, 'name', semver) };
  }
  const advisories = asObject(own(json, 'advisories'));
  if (advisories === undefined) return { failure: 'npm audit printed no report' };
  return { advisories: namedAdvisories(Object.values(advisories), 'module_name', semver) };
}

/** Advisories with the name of their package in a field. What only names another package (`via: ['minimist']`) is no advisory. */
function namedAdvisories(items: readonly unknown[], field: string, semver: SemverModule): Advisory[] {
  return items.flatMap((item) => {
    const name = asText(own(item, field));
    return name === undefined ? [] : (ratedAdvisory(name, item, semver) ?? []);
  });
}

import { createHash } from 'node:crypto';
import { type CheckResult, type JsonObject, type RunResult, ScanError } from 'scanrun';
import { asObject } from './json.js';
import { vulnerabilitiesOf } from './vulnerabilities.js';

/** The options of the reporter. */
export interface BomOptions {
  readonly vulnerabilities: boolean;
  readonly indent: number;
}

const CHECK = 'sbom/cyclonedx';

/**
 * The bill of a result as text.
 * @throws ScanError `SR_REPORT_FAILED` where the result has none, with why.
 */
export function renderBom(result: RunResult, { vulnerabilities, indent }: BomOptions): string {
  const bom = bomIn(result);
  const { $schema = '', bomFormat = '', specVersion = '', version = 1, metadata, ...rest } = bom;
  const whole = {
    $schema,
    bomFormat,
    specVersion,
    serialNumber: `urn:uuid:${uuidOf(`${result.run.id} ${JSON.stringify(bom)}`)}`,
    version,
    metadata: { timestamp: result.run.endedAt, tools: toolsOf(result), ...asObject(metadata) },
    ...rest,
    ...(vulnerabilities ? vulnerabilitiesOf(result, bom) : {}),
  };
  return `${JSON.stringify(whole, undefined, indent)}\n`;
}

function bomIn(result: RunResult): JsonObject {
  const check = result.checks.find(({ data }) => asObject(data).bomFormat === 'CycloneDX');
  if (check !== undefined) return asObject(check.data);
  const own = result.checks.find(({ checkId }) => checkId === CHECK);
  const why = whyMissing(result, own);
  const next = "List the plugins that make it, plugins: ['npm', 'sbom'], and run the tier standard or deep.";
  throw new ScanError(
    'SR_REPORT_FAILED',
    `The result has no bill of materials: ${why}`,
    own === undefined ? { next } : {},
  );
}

function whyMissing({ notPlanned }: RunResult, check: CheckResult | undefined): string {
  if (check !== undefined)
    return 'reason' in check.outcome
      ? `${CHECK} ended ${check.outcome.status}: ${check.outcome.reason.message}`
      : `${CHECK} made none.`;
  const skipped = notPlanned.find(({ checkId }) => checkId === CHECK);
  return skipped === undefined
    ? `no plugin brings the check ${CHECK}.`
    : `${CHECK} was not planned: ${skipped.message}`;
}

function toolsOf({ run: { versions } }: RunResult): object {
  const { scanrun } = versions;
  return {
    components: [{ type: 'application', name: 'scanrun', ...(scanrun === undefined ? {} : { version: scanrun }) }],
  };
}

/** The namespace of object identifiers. RFC 9562, appendix C */
const NAMESPACE = '6ba7b8129dad11d180b400c04fd430c8';

/** A UUID of version 5 of a text: the same run has the same number however often it is reported. RFC 9562, 5.5 */
function uuidOf(text: string): string {
  const bytes = createHash('sha1').update(Buffer.from(NAMESPACE, 'hex')).update(text).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

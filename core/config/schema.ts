import { DURATION_PATTERN } from '../model/duration.js';
import { SEVERITIES } from '../model/severity.js';
import { TIERS } from '../model/tier.js';
import { profilesSchema } from './profile-schema.js';

// Every leaf has a `title` that completes the sentence "must be ...": it is what a person reads who got it wrong.
// Choices are written with if/then/else rather than anyOf, so that only the branch that was meant complains.

const globs = {
  type: 'array',
  title: "a list of globs, such as ['docs/**']",
  items: { type: 'string', pattern: '\\S', title: "a glob, such as 'docs/**'" },
} as const;

/** One schema for values of a type, another for the rest. */
function choose<const S extends object>(title: string, type: 'string' | 'object', then: S, otherwise: object) {
  return { title, if: { type }, then, else: otherwise };
}

function duration(title: string) {
  return choose(
    title,
    'string',
    { type: 'string', pattern: DURATION_PATTERN, title },
    { type: 'integer', minimum: 0, title },
  );
}

const concurrency = { type: 'integer', minimum: 1, maximum: 64, title: 'a whole number from 1 to 64' } as const;
const yesOrNo = { type: 'boolean', title: 'true or false' } as const;
const date = { type: 'string', pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$', title: "a day, such as '2027-01-31'" } as const;
const checkTimeout = duration("a duration from '5s' to '300s'");
const severityOrOff = [...SEVERITIES, 'off'] as const;

const tierSettings = {
  type: 'object',
  title: 'settings for a tier',
  properties: {
    concurrency,
    parallel: yesOrNo,
    budget: duration("a duration from '1s' to '24h'"),
    deadline: duration("a duration from '1s' to '24h'"),
    timeout: checkTimeout,
  },
  additionalProperties: false,
} as const;

/** A whole number in a range. */
function whole(minimum: number, maximum: number) {
  return { type: 'integer', minimum, maximum, title: `a whole number from ${minimum} to ${maximum}` } as const;
}

/** A share of 1. */
function share(minimum: number) {
  return { type: 'number', minimum, maximum: 1, title: `a number from ${minimum} to 1` } as const;
}

/** Settings that may be turned off. */
function orOff(settings: object) {
  return choose(
    "settings or 'off'",
    'object',
    { type: 'object', ...settings },
    { enum: ['off'], title: "settings or 'off'" },
  );
}

const resourceSettings = {
  type: 'object',
  title: 'settings for a resource',
  properties: {
    retries: whole(0, 5),
    backoff: {
      type: 'object',
      title: 'an object with initial, max and factor',
      properties: {
        initial: duration("a duration from '10ms' to '60s'"),
        max: duration("a duration from '10ms' to '120s'"),
        factor: { type: 'number', minimum: 1, maximum: 10, title: 'a number from 1 to 10' },
      },
      additionalProperties: false,
    },
    rateLimit: orOff({
      properties: { requests: whole(1, 100_000), interval: duration("a duration from '10ms' to '24h'") },
      required: ['requests', 'interval'],
      additionalProperties: false,
    }),
    breaker: orOff({
      properties: {
        window: whole(1, 10_000),
        minimumCalls: whole(1, 10_000),
        errorRatio: share(0.01),
        halfOpenAfter: duration("a duration from '100ms' to '1h'"),
      },
      additionalProperties: false,
    }),
    timeout: duration("a duration from '1s' to '120s'"),
    concurrency,
  },
  additionalProperties: false,
} as const;

const cacheSettings = {
  type: 'object',
  title: 'settings for the cache',
  properties: {
    enabled: yesOrNo,
    maxBytes: whole(1_000_000, 1_000_000_000_000),
    maxAge: duration("a duration from '1d' to '365d'"),
  },
  additionalProperties: false,
} as const;

const checkSettings = {
  type: 'object',
  title: 'settings for a check',
  properties: {
    severity: { enum: severityOrOff, title: `one of ${severityOrOff.join(', ')}` },
    options: { type: 'object', title: "an object with the check's options" },
    timeout: checkTimeout,
    priority: { type: 'integer', minimum: -100, maximum: 100, title: 'a whole number from -100 to 100' },
    optional: yesOrNo,
    critical: yesOrNo,
    retries: whole(0, 5),
    resource: { type: 'string', pattern: '\\S', title: 'the name of a resource' },
    files: globs,
    exclude: globs,
  },
  additionalProperties: false,
} as const;

const checkEntry = choose(
  "a severity, 'off' or settings",
  'object',
  { $ref: '#/definitions/checkSettings' },
  { enum: severityOrOff, title: `one of ${severityOrOff.join(', ')}, or settings` },
);

const waiver = {
  type: 'object',
  title: 'an object with check and reason',
  properties: {
    check: { type: 'string', pattern: '\\S', title: "a check's id or another filter" },
    path: { type: 'string', pattern: '\\S', title: "a glob, such as 'docs/**'" },
    fingerprint: { type: 'string', pattern: '^[0-9a-f]{32}(:[1-9][0-9]*)?$', title: "a finding's fingerprint" },
    reason: { type: 'string', pattern: '\\S', title: 'text that says why' },
    owner: { type: 'string', pattern: '\\S', title: 'the name of somebody' },
    expires: date,
  },
  required: ['check', 'reason'],
  additionalProperties: false,
} as const;

const reporterTitle = "a reporter's name, package or path";

const reporterUse = {
  type: 'object',
  title: 'a reporter with options',
  properties: {
    reporter: { type: ['string', 'object'], title: reporterTitle },
    options: { type: 'object', title: "an object with the reporter's options" },
    output: { type: 'string', pattern: '\\S', title: "a path, or '-' for standard output" },
  },
  required: ['reporter'],
  additionalProperties: false,
} as const;

/** What a loaded configuration may contain, as JSON Schema draft-07. The build compiles it to a module without ajv and publishes it for editors as `schemas/config.json`. */
export const configSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'scanrun configuration',
  type: 'object',
  properties: {
    $schema: {
      type: 'string',
      title: 'the address of this schema',
      description: 'For editors; scanrun does not read it.',
    },
    extends: {
      type: 'array',
      title: 'a list of configurations',
      description: "Presets: what they list comes before this configuration's own, which wins.",
      items: { type: ['string', 'object'], title: 'a configuration, or the package or path of one' },
    },
    plugins: {
      type: 'array',
      title: 'a list of plugins',
      description: 'Listing a plugin enables its checks at their tier. Default: those that suit the repository.',
      items: { type: ['string', 'object'], title: 'a plugin, or the name, package or path of one' },
    },
    checks: {
      type: 'object',
      title: 'an object with an entry for each check id',
      description: 'Settings by check id.',
      additionalProperties: { $ref: '#/definitions/checkEntry' },
    },
    tier: { enum: TIERS, title: `one of ${TIERS.join(', ')}`, description: 'How much to run; default standard.' },
    tiers: {
      type: 'object',
      title: `an object with settings for ${TIERS.join(', ')}`,
      description: 'Limits by tier.',
      properties: {
        quick: { $ref: '#/definitions/tierSettings' },
        standard: { $ref: '#/definitions/tierSettings' },
        deep: { $ref: '#/definitions/tierSettings' },
      },
      additionalProperties: false,
    },
    concurrency: { ...concurrency, description: 'Tasks in flight over all lanes, for every tier.' },
    governor: {
      ...orOff({
        properties: {
          cpu: share(0.1),
          memory: share(0.1),
          eventLoopDelay: duration("a duration from '10ms' to '60s'"),
        },
        additionalProperties: false,
      }),
      description: "When fewer tasks are in flight for the machine's sake.",
    },
    exclude: { ...globs, description: 'Globs of files that no check may see.' },
    resources: {
      type: 'object',
      title: 'an object with settings for each resource',
      description: 'How to treat what checks ask, by host, name or glob.',
      additionalProperties: { $ref: '#/definitions/resourceSettings' },
    },
    cache: {
      ...choose(
        'settings for the cache, or false',
        'object',
        { $ref: '#/definitions/cacheSettings' },
        { const: false, title: 'settings for the cache, or false' },
      ),
      description: 'What is kept so that the next scan need not compute it again; false keeps nothing.',
    },
    gate: {
      type: 'object',
      title: 'an object with the settings of the gate',
      description: 'What a release is decided on.',
      properties: {
        failOn: { enum: [...SEVERITIES, 'never'], title: `one of ${[...SEVERITIES, 'never'].join(', ')}` },
        maxFindings: whole(0, 1_000_000),
        minCoverage: share(0),
        newOnly: yesOrNo,
        failOnOutliers: yesOrNo,
        failOnBudget: yesOrNo,
      },
      additionalProperties: false,
    },
    baseline: {
      ...choose(
        'a path or false',
        'string',
        { type: 'string', pattern: '\\S', title: 'a path' },
        {
          enum: [false],
          title: 'a path or false',
        },
      ),
      description: 'The file of known findings; default .scanrun-baseline.json in the target.',
    },
    waivers: {
      type: 'array',
      title: 'a list of waivers',
      description: 'Findings that somebody decided to live with.',
      items: { $ref: '#/definitions/waiver' },
    },
    waiversFile: { type: 'string', pattern: '\\S', title: 'a path', description: 'A file with more waivers.' },
    inlineIgnores: { ...yesOrNo, description: 'Whether scanrun-ignore comments in the files count; default true.' },
    redact: {
      type: 'object',
      title: 'an object with patterns and home',
      description: 'What must not appear in any output.',
      properties: {
        patterns: {
          type: 'array',
          title: 'a list of regular expressions',
          items: { type: 'string', pattern: '\\S', title: 'a regular expression' },
        },
        home: yesOrNo,
      },
      additionalProperties: false,
    },
    reporters: {
      type: 'array',
      title: 'a list of reporters',
      description: 'What to write; default terminal and html.',
      items: choose(
        'a reporter',
        'string',
        { type: 'string', pattern: '\\S', title: reporterTitle },
        { $ref: '#/definitions/reporterUse' },
      ),
    },
    profiles: profilesSchema,
  },
  additionalProperties: false,
  definitions: { cacheSettings, checkEntry, checkSettings, resourceSettings, tierSettings, reporterUse, waiver },
} as const;

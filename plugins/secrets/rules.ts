import { createRequire } from 'node:module';

/** The version of the preset that the gates below were derived from. Another version is run without gates: slower, and still right. */
export const PRESET_VERSION = '11.7.1';

/** What every id of a rule in the preset begins with. */
export const RULE_PREFIX = '@secretlint/secretlint-rule-';

/** Rules of the preset that the check `credentials` runs. */
export const RULE_NAMES = [
  'aws',
  'npm',
  'basicauth',
  'slack',
  'sendgrid',
  'shopify',
  'github',
  'openai',
  'anthropic',
  'linear',
  '1password',
  'database-connection-string',
] as const;

/** The name of a rule: its id in the preset without `@secretlint/secretlint-rule-`. */
export type RuleName = (typeof RULE_NAMES)[number];

/**
 * Rules of the preset that `credentials` leaves out. The check `private-keys` finds all that `privatekey` finds, and
 * the keys in the JSON files of `gcp`; a key must not be reported twice. `filter-comments` finds nothing: it reads the
 * `secretlint-disable` comments and is added where a file has one.
 */
export const OTHER_RULES = ['gcp', 'privatekey', 'filter-comments'] as const;

/**
 * What a file must contain for a rule to report anything. Each is the rule's own regular expression with conditions
 * left out (what may not stand before and after, the end of the pattern), so it matches wherever the rule's does.
 * A rule with two patterns has both. Every rule of the preset has such a part; none needs to run on every file.
 */
export const GATES: Readonly<Record<RuleName, RegExp>> = {
  aws: /(?:SECRET|secret|Secret)_?(?:ACCESS|access|Access)_?(?:KEY|key|Key)["']?\s*(?::|=>|=)\s*["']?[A-Za-z0-9/+=]{40}/,
  npm: /npm_[A-Za-z0-9_]{36}|_authToken=|:x-oauth-basic@github/,
  basicauth: /(?:https?|ftps?):\/\/[-a-zA-Z0-9_]{1,256}:[-a-zA-Z0-9_]{1,256}@/,
  slack: /(?:xox[abopr]|xapp)-|hooks\.slack\.com\/services\/T/i,
  sendgrid: /SG\.\w{1,128}\.\w/,
  shopify: /shp(?:pa|ca|at|ss)_[a-zA-Z0-9]{32}/,
  github: /gh[opsur]_[A-Za-z0-9_]{36}|github_pat_[A-Za-z0-9_]{82}/,
  openai: /T3BlbkFJ/,
  anthropic: /sk-ant-api0\d-/,
  linear: /lin_api_[a-zA-Z0-9_]{32}/,
  '1password': /ops_ey[A-Za-z0-9+/=]{100}/,
  'database-connection-string': /(?:mongodb(?:\+srv)?|mysqlx?|postgres(?:ql)?):\/\/[^:/\s]{1,100}:[^@/\s]{1,200}@/i,
};

/** The same for what the rule `aws` looks for besides when its ids are asked for: access key ids and account ids. */
const AWS_IDS_GATE =
  /(?:A3T[A-Z0-9]|AKIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ASIA)[A-Z0-9]{16}|(?:ACCOUNT|account|Account)_?(?:ID|id|Id)?["']?\s*(?::|=>|=)\s*["']?[0-9]{4}-?[0-9]{4}-?[0-9]{4}/;

/** The version of the preset that is installed. */
export function installedPresetVersion(): string {
  const manifest = createRequire(import.meta.url)('@secretlint/secretlint-rule-preset-recommend/package.json') as {
    readonly version: string;
  };
  return manifest.version;
}

let gatesHold: boolean | undefined;

/** Which rules may find something in a text. */
export interface Selection {
  /** The rules' names. */
  readonly rules: readonly RuleName[];
  /** True where the preset is another version than the gates know: then its new rules run as well. */
  readonly unknown: boolean;
}

/**
 * The rules that may find something in a text; those that cannot are left out without being loaded.
 * @param disabled rules that the configuration turns off.
 * @param awsIds whether ids of AWS are looked for.
 */
export function selectRules(text: string, disabled: readonly RuleName[], awsIds: boolean): Selection {
  // A fact about the installation, not about a scan: it cannot change while the process lives.
  gatesHold ??= installedPresetVersion() === PRESET_VERSION;
  const enabled = disabled.length === 0 ? RULE_NAMES : RULE_NAMES.filter((name) => !disabled.includes(name));
  if (!gatesHold) return { rules: enabled, unknown: true };
  return {
    rules: enabled.filter((name) => GATES[name].test(text) || (name === 'aws' && awsIds && AWS_IDS_GATE.test(text))),
    unknown: false,
  };
}

import type { Hit } from './lint.js';

/** A secret in a text. */
export interface Credential {
  /** The rule that found it, such as `github`. */
  readonly rule: string;
  /** Which of the check's messages it is. */
  readonly messageId: MessageId;
  /** Where it begins in the text, in UTF-16 units from 0. */
  readonly start: number;
  /** Where it ends, exclusive. */
  readonly end: number;
  /** The secret, or the URL around it. Never to be printed. */
  readonly value: string;
  /** Everything that must be masked in every output. */
  readonly masks: readonly string[];
}

/** What the check may say, one message for each kind of secret. secretlint's own texts hold the secret. */
export const MESSAGES = {
  awsSecretAccessKey: 'An AWS secret access key is in the file: {{preview}} ({{length}} characters).',
  awsAccessKeyId: 'An AWS access key id is in the file: {{preview}} ({{length}} characters).',
  awsAccountId: 'An AWS account id is in the file: {{preview}} ({{length}} characters).',
  npmToken: 'An npm access token is in the file: {{preview}} ({{length}} characters).',
  npmrcToken: 'A registry token is in the .npmrc: {{preview}} ({{length}} characters).',
  oauthUrl: 'A GitHub token is in a URL of the package file: {{preview}} ({{length}} characters).',
  urlPassword: 'A URL with user name and password is in the file: {{preview}} ({{length}} characters).',
  slackToken: 'A Slack token is in the file: {{preview}} ({{length}} characters).',
  slackWebhook:
    'A Slack incoming webhook is in the file: {{preview}} ({{length}} characters). Whoever knows the URL can post.',
  sendgridKey: 'A SendGrid API key is in the file: {{preview}} ({{length}} characters).',
  shopifyKey: 'A Shopify key is in the file: {{preview}} ({{length}} characters).',
  githubToken: 'A GitHub token is in the file: {{preview}} ({{length}} characters).',
  openaiKey: 'An OpenAI API key is in the file: {{preview}} ({{length}} characters).',
  anthropicKey: 'An Anthropic API key is in the file: {{preview}} ({{length}} characters).',
  linearKey: 'A Linear API key is in the file: {{preview}} ({{length}} characters).',
  onePasswordToken: 'A 1Password service account token is in the file: {{preview}} ({{length}} characters).',
  mongodbUrl: 'A MongoDB URL with a password is in the file: {{preview}} ({{length}} characters).',
  mysqlUrl: 'A MySQL URL with a password is in the file: {{preview}} ({{length}} characters).',
  postgresUrl: 'A PostgreSQL URL with a password is in the file: {{preview}} ({{length}} characters).',
  other: 'A secret that the rule {{rule}} knows is in the file: {{preview}} ({{length}} characters).',
} as const;

/** One of the check's messages. */
export type MessageId = keyof typeof MESSAGES;

interface Kind {
  readonly messageId: MessageId;
  /** Which value of secretlint's message is the secret. */
  readonly value: string;
  /** The least that stands between the start of the rule's range and the secret: some ranges begin at the name before it. */
  readonly lead?: number;
  /** True where the value is a URL and only what stands before its `@` is secret. */
  readonly url?: true;
  /** Of two findings over one secret, the one with the higher rank stays; 0 when absent. */
  readonly rank?: number;
}

/** By secretlint's ids of messages. */
const KINDS: Readonly<Record<string, Kind>> = {
  AWSSecretAccessKey: { messageId: 'awsSecretAccessKey', value: 'KEY', lead: 'SECRETACCESSKEY='.length },
  AWSAccessKeyID: { messageId: 'awsAccessKeyId', value: 'ID' },
  AWSAccountID: { messageId: 'awsAccountId', value: 'ID' },
  NPM_ACCESS_TOKEN: { messageId: 'npmToken', value: 'TOKEN', rank: 1 },
  Npmrc_authToken: { messageId: 'npmrcToken', value: 'TOKEN', lead: '_authToken='.length },
  PackageJSON_xOauthToken: { messageId: 'oauthUrl', value: 'TOKEN', lead: 'http://'.length },
  BasicAuth: { messageId: 'urlPassword', value: 'CREDENTIAL', url: true },
  SLACK_TOKEN: { messageId: 'slackToken', value: 'TOKEN', rank: 1 },
  IncomingWebhook: { messageId: 'slackWebhook', value: 'URL', rank: 1 },
  SENDGRID_KEY: { messageId: 'sendgridKey', value: 'KEY', rank: 1 },
  SHOPIFY_KEY: { messageId: 'shopifyKey', value: 'KEY', rank: 1 },
  GITHUB_TOKEN: { messageId: 'githubToken', value: 'KEY', rank: 1 },
  OPENAI_TOKEN: { messageId: 'openaiKey', value: 'TOKEN', rank: 1 },
  ANTHROPIC_API_KEY: { messageId: 'anthropicKey', value: 'KEY', rank: 1 },
  LINEAR_API_TOKEN: { messageId: 'linearKey', value: 'ID', rank: 1 },
  OPS_TOKEN: { messageId: 'onePasswordToken', value: 'TOKEN', rank: 1 },
  MongoDBConnection: { messageId: 'mongodbUrl', value: 'URI', url: true },
  MySQLConnection: { messageId: 'mysqlUrl', value: 'URI', url: true },
  PostgreSQLConnection: { messageId: 'postgresUrl', value: 'URI', url: true },
};

interface Candidate extends Credential {
  /** The part that is secret: of a URL what stands before the `@`, else all of it. */
  readonly core: readonly [start: number, end: number];
  readonly rank: number;
}

/** The secrets that some hits stand for: each once, where it is, in order of place. */
export function toCredentials(hits: readonly Hit[], text: string): readonly Credential[] {
  const candidates = hits.map((hit) => toCandidate(hit, text)).filter((candidate) => candidate !== undefined);
  // A token inside a URL is found by two rules. The narrower finding says more, so it is asked first.
  candidates.sort((a, b) => width(a) - width(b) || b.rank - a.rank || a.start - b.start);
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    if (!kept.some((other) => other.core[0] < candidate.core[1] && candidate.core[0] < other.core[1]))
      kept.push(candidate);
  }
  return kept.sort((a, b) => a.start - b.start);
}

/** The first characters of a secret: four, or a quarter of a short one, whose first four would give too much away. */
export function preview(value: string): string {
  return `${[...value].slice(0, Math.min(4, Math.floor(value.length / 4))).join('')}…`;
}

function width({ core: [start, end] }: Candidate): number {
  return end - start;
}

function toCandidate({ rule, messageId, range, data }: Hit, text: string): Candidate | undefined {
  const kind = KINDS[messageId] ?? { messageId: 'other', value: '' };
  const stated = data[kind.value];
  const at = typeof stated === 'string' && stated !== '' ? text.indexOf(stated, range[0] + (kind.lead ?? 0)) : -1;
  const [from, to] = at === -1 ? range : [at, at + String(stated).length];
  const rank = kind.rank ?? 0;
  if (kind.url) return urlCandidate({ rule, messageId: kind.messageId, rank }, from, text.slice(from, to));
  const [start, end] = unquoted(text, from, to);
  const value = text.slice(start, end);
  // `_authToken="${NPM_TOKEN}"` names a variable; secretlint knows that only without the quotes.
  if (value === '' || (kind.messageId === 'npmrcToken' && /^\$\{[^}]+\}$/.test(value))) return undefined;
  return { rule, messageId: kind.messageId, rank, start, end, value, masks: [value], core: [start, end] };
}

/** Without the white space and quotes around it. */
function unquoted(text: string, from: number, to: number): readonly [number, number] {
  let [start, end] = [from, to];
  while (start < end && /[\s"'`]/.test(text.charAt(start))) start += 1;
  while (end > start && /[\s"'`]/.test(text.charAt(end - 1))) end -= 1;
  return [start, end];
}

const USER_INFO = /^[a-z+:]+:\/\/([^:/\s]+:([^@/\s]+))@/i;

function urlCandidate(
  parts: Pick<Candidate, 'rule' | 'messageId' | 'rank'>,
  start: number,
  matched: string,
): Candidate {
  const info = USER_INFO.exec(matched);
  const [head, pair, password] = [info?.[0] ?? '', info?.[1] ?? matched, info?.[2] ?? ''];
  // secretlint's patterns run on to the next white space: over the closing quote and whatever follows it.
  const rest = /^[^\s"'`<>\\]*/.exec(matched.slice(head.length))?.[0].replace(/[),;.\]}]+$/, '') ?? '';
  const value = info === null ? matched : head + rest;
  const coreStart = info === null ? start : start + head.length - 1 - pair.length;
  const masks = [value, pair, ...(isDistinctive(password) ? [password] : [])];
  return { ...parts, start, end: start + value.length, value, masks, core: [coreStart, coreStart + pair.length] };
}

/** Whether a password can be masked by itself: to mask one that is a plain word, such as `postgres`, would blot out that word in the whole report. */
function isDistinctive(password: string): boolean {
  return password.length >= 8 && !/^[A-Za-z]+$/.test(password);
}

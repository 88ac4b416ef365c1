// Secrets that look real, put together here so that none lies in the repository.
import type { MessageId } from '../../../plugins/secrets/credential.js';
import type { RuleName } from '../../../plugins/secrets/rules.js';

/** A text that a rule reports. */
export interface Sample {
  readonly rule: RuleName;
  readonly messageId: MessageId;
  /** The file's name, where the rule looks at it. */
  readonly path?: string;
  /** What stands before the secret. */
  readonly before?: string;
  readonly secret: string;
  /** What stands after it. */
  readonly after?: string;
}

/** `length` characters of an alphabet, the same for the same seed. */
export function noise(
  length: number,
  seed = 1,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string {
  let state = seed * 2_654_435_761;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return alphabet[(state >>> 8) % alphabet.length];
  }).join('');
}

const password = `${noise(6)}9${noise(5, 2)}`;
const onePassword = Buffer.from(
  JSON.stringify({ email: 'someone@example.invalid', key: noise(121), last: {} }),
).toString('base64');

export const githubToken = `ghp${'_'}${noise(36)}`;
export const npmToken = `npm${'_'}${noise(36, 5)}`;

/** At least one text for each pattern of each rule. */
export const SAMPLES: readonly Sample[] = [
  ...[
    'AWS_SECRET_ACCESS_KEY=',
    'aws_secret_access_key = ',
    'SecretAccessKey: "',
    "'AwsSecretAccessKey'=>'",
    'secretaccesskey\t:\n',
  ].map(
    (before) => ({ rule: 'aws', messageId: 'awsSecretAccessKey', before, secret: noise(40, 3), after: '\n' }) as const,
  ),
  { rule: 'npm', messageId: 'npmToken', secret: npmToken },
  {
    rule: 'npm',
    messageId: 'npmrcToken',
    path: 'nested/.npmrc',
    before: '//registry.example.invalid/:_authToken=',
    secret: `aa${noise(30)}-x`,
    after: '\n',
  },
  {
    rule: 'npm',
    messageId: 'oauthUrl',
    path: 'package.json',
    before: '{"dependencies":{"a":"git+https://',
    secret: `${noise(30)}.z`,
    after: ':x-oauth-basic@github.com/a/b.git"}}',
  },
  {
    rule: 'basicauth',
    messageId: 'urlPassword',
    before: 'curl "',
    secret: `https://someone:${password}@registry.example.org`,
    after: '/x"',
  },
  { rule: 'basicauth', messageId: 'urlPassword', secret: `ftps://someone:${password}@files.example.org` },
  ...['xoxb', 'xoxp', 'xapp', 'xoxa', 'xoxo', 'xoxr'].map(
    (kind) =>
      ({
        rule: 'slack',
        messageId: 'slackToken',
        secret: `${kind}-${noise(12, 4, '0123456789')}-${noise(24)}`,
      }) as const,
  ),
  { rule: 'slack', messageId: 'slackToken', before: "'", secret: `xoxa-2-${noise(12)}-${noise(12, 2)}`, after: "'" },
  {
    rule: 'slack',
    messageId: 'slackWebhook',
    before: '<',
    secret: `https://hooks.SLACK.com/services/T${noise(9)}/B${noise(9, 2)}/${noise(24, 3)}`,
    after: '>',
  },
  { rule: 'sendgrid', messageId: 'sendgridKey', secret: `SG.${noise(22)}.${noise(20, 2)}-${noise(22, 3)}` },
  ...['shppa', 'shpca', 'shpat', 'shpss'].map(
    (kind) => ({ rule: 'shopify', messageId: 'shopifyKey', secret: `${kind}_${noise(32)}` }) as const,
  ),
  ...['ghp', 'gho', 'ghu', 'ghs', 'ghr'].map(
    (kind) => ({ rule: 'github', messageId: 'githubToken', secret: `${kind}_${noise(36)}` }) as const,
  ),
  { rule: 'github', messageId: 'githubToken', before: '(', secret: `github_pat_${noise(82)}`, after: ')' },
  { rule: 'openai', messageId: 'openaiKey', secret: `sk-${noise(20)}T3Blbk${'FJ'}${noise(20, 2)}` },
  ...['proj', 'svcacct', 'admin'].map(
    (kind, index) =>
      ({
        rule: 'openai',
        messageId: 'openaiKey',
        secret: `sk-${kind}-${noise(index === 0 ? 74 : 58)}T3Blbk${'FJ'}${noise(index === 1 ? 74 : 58, 2)}`,
      }) as const,
  ),
  { rule: 'anthropic', messageId: 'anthropicKey', secret: `sk-ant-${'api03'}-${noise(93)}AA` },
  { rule: 'linear', messageId: 'linearKey', secret: `lin_${'api'}_${noise(40)}` },
  { rule: '1password', messageId: 'onePasswordToken', secret: `ops_${onePassword}` },
  ...['mongodb', 'mongodb+srv', 'MongoDB'].map(
    (scheme) =>
      ({
        rule: 'database-connection-string',
        messageId: 'mongodbUrl',
        before: 'url: "',
        secret: `${scheme}://someone:${password}@db.example.invalid/app?w=1`,
        after: '", next\n',
      }) as const,
  ),
  ...['mysql', 'mysqlx', 'jdbc:mysql'].map(
    (scheme) =>
      ({
        rule: 'database-connection-string',
        messageId: 'mysqlUrl',
        before: '`',
        secret: `${scheme}://someone:${password}@db.example.invalid:3306/app`,
        after: '`',
      }) as const,
  ),
  ...['postgres', 'postgresql'].map(
    (scheme) =>
      ({
        rule: 'database-connection-string',
        messageId: 'postgresUrl',
        secret: `${scheme}://someone:${password}@db.example.invalid/app`,
      }) as const,
  ),
];

/** The whole text of a sample. */
export function textOf({ before = '', secret, after = '' }: Sample): string {
  return `${before}${secret}${after}`;
}

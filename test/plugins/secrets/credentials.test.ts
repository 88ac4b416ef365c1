import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import { ScanError } from '../../../core/index.js';
import credentials from '../../../plugins/secrets/checks/credentials.js';
import { preview } from '../../../plugins/secrets/credential.js';
import secrets from '../../../plugins/secrets/index.js';
import { RULE_NAMES } from '../../../plugins/secrets/rules.js';
import { visit } from './harness.js';
import { pem, rsaKey } from './keys.js';
import { githubToken, noise, npmToken, SAMPLES, textOf } from './samples.js';

const databaseUrl = `postgres://someone:${noise(12)}@db.example.invalid/app`;

describe('secrets/credentials', () => {
  it('is in the plugin', () => {
    expect(Object.keys(secrets.checks)).toEqual(['credentials', 'private-keys']);
    expect(secrets.checks.credentials).toBe(credentials);
  });

  it('finds what it should and nothing else', async () => {
    await testCheck(credentials, {
      passes: [
        { name: 'an empty project', files: {} },
        {
          name: 'ordinary files',
          files: {
            'a.ts': 'export const a = 1;\n',
            'empty.txt': '',
            'docs/b.md': 'Set `GITHUB_TOKEN=ghp_...` and `https://user:password@host.example.com`.\n',
          },
        },
        {
          name: 'a binary file',
          files: { 'a.bin': Buffer.concat([Buffer.from([0, 1, 2]), Buffer.from(githubToken)]) },
        },
        {
          name: 'the documented example of AWS',
          files: { '.env': `AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/${'bPxRfiCYEXAMPLEKEY'}\n` },
        },
        {
          name: 'a private key, which another check owns',
          files: { 'key.pem': rsaKey, 'gcp.json': JSON.stringify({ private_key_id: 'a', private_key: rsaKey }) },
        },
        { name: 'an allowed value', files: { 'a.txt': githubToken }, options: { allow: [githubToken] } },
        {
          name: 'an allowed pattern',
          files: { 'a.txt': githubToken, 'b.txt': databaseUrl },
          options: { allow: ['/^GHP_/i', '/@db\\.example\\.invalid/'] },
        },
        { name: 'an allowed password', files: { 'b.txt': databaseUrl }, options: { allow: [noise(12)] } },
        { name: 'a rule that is off', files: { 'a.txt': githubToken }, options: { disable: ['github'] } },
        {
          name: 'a comment',
          files: { 'a.ts': `const a = '${githubToken}'; // secretlint-disable-line -- opens nothing` },
        },
        {
          name: 'what a report of scanrun has masked',
          files: { 'scan.sarif': JSON.stringify({ text: 'mongodb://someone:[redacted]@db.example.invalid/app' }) },
        },
        { name: 'an id that is no secret', files: { 'a.txt': `AKIA${noise(16, 1, 'ABCDEFGHIJ2345')}` } },
      ],
      fails: [
        {
          name: 'two tokens on a line, after characters of two units',
          files: { 'src/a.ts': `const \u{1F600} = 1;\n  f('\u{1F600}${githubToken}', '${npmToken}');\n` },
          findings: [
            {
              messageId: 'githubToken',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 8,
              severity: 'error',
              data: { rule: 'github', preview: 'ghp_…', length: 40 },
              message: 'A GitHub token is in the file: ghp_… (40 characters).',
            },
            {
              messageId: 'npmToken',
              path: 'src/a.ts',
              startLine: 2,
              startColumn: 52,
              data: { rule: 'npm', preview: 'npm_…', length: 40 },
            },
          ],
        },
        {
          name: 'files with a byte order mark, Windows line ends and one line',
          files: {
            'a.txt': `\uFEFFa\r\nb ${githubToken}\r\n`,
            'b.txt': githubToken,
            'c.txt': Buffer.from(`\uFEFF${githubToken}`, 'utf16le'),
          },
          findings: [
            { messageId: 'githubToken', path: 'a.txt', startLine: 2, startColumn: 3 },
            { messageId: 'githubToken', path: 'b.txt', startLine: 1, startColumn: 1 },
            { messageId: 'githubToken', path: 'c.txt', startLine: 1, startColumn: 1 },
          ],
        },
        {
          name: 'a registry token, at the token and not at its name',
          files: { '.npmrc': `registry=https://r.example.invalid\n//r.example.invalid/:_authToken=${noise(30)}\n` },
          findings: [
            {
              messageId: 'npmrcToken',
              startLine: 2,
              startColumn: '//r.example.invalid/:_authToken='.length + 1,
              data: { rule: 'npm', preview: `${noise(30).slice(0, 4)}…`, length: 30 },
            },
          ],
        },
        {
          name: 'not all is allowed',
          files: { 'a.txt': `${githubToken}\n${npmToken}` },
          options: { allow: [githubToken, githubToken.slice(0, 10), '/^npm_$/'] },
          findings: [{ messageId: 'npmToken', startLine: 2 }],
        },
        {
          name: 'comments do not count',
          files: { 'a.ts': `'${githubToken}' // secretlint-disable-line` },
          options: { comments: false },
          findings: [{ messageId: 'githubToken' }],
        },
        {
          name: 'ids of AWS',
          files: { 'a.txt': `AKIA${noise(16, 1, 'ABCDEFGHIJ2345')}` },
          options: { awsIds: true },
          findings: [{ messageId: 'awsAccessKeyId', data: { rule: 'aws', preview: 'AKIA…', length: 20 } }],
        },
        {
          name: 'more than are listed',
          files: {
            'a.txt': Array.from({ length: 1_001 }, (_, index) => `ghp_${String(index).padStart(36, 'a')}\n`).join(''),
          },
          outcome: 'degraded',
          findings: Array.from({ length: 1_000 }, (_, index) => ({ messageId: 'githubToken', startLine: index + 1 })),
        },
      ],
      refuses: [
        { disable: ['no-such-rule'] },
        { disable: ['privatekey'] },
        { allow: githubToken },
        { allow: [''] },
        { awsIds: 'yes' },
      ],
    });
  }, 60_000);

  it('allows every rule to be turned off, each by its own name', async () => {
    for (const sample of SAMPLES) {
      const path = sample.path ?? 'a.txt';
      expect((await visit(credentials, path, textOf(sample))).reports).toHaveLength(1);
      expect((await visit(credentials, path, textOf(sample), { disable: [sample.rule] })).reports).toHaveLength(0);
      expect(
        (await visit(credentials, path, textOf(sample), { disable: RULE_NAMES.filter((name) => name !== sample.rule) }))
          .reports,
      ).toHaveLength(1);
    }
  });

  it.each(['/(/', '/a/yz', '/[z-a]/'])('says which entry of allow is no regular expression: %s', async (entry) => {
    const wrong = await visit(credentials, 'a.txt', 'nothing here', { allow: ['fine', entry] }).catch(
      (error: unknown) => error,
    );
    expect(wrong).toBeInstanceOf(ScanError);
    expect(wrong).toMatchObject({
      code: 'SR_CONFIG_INVALID',
      message: expect.stringMatching(/^Entry 2 of the option 'allow' is not a regular expression: \w/),
    });
    expect(String(wrong)).not.toContain(entry);
  });
});

describe('the secret itself', () => {
  /** The secret part of a sample; of a URL the password. */
  const core = (secret: string) => /:([^:/@]+)@/.exec(secret)?.[1] ?? secret;

  it.each(SAMPLES.map((sample) => [`${sample.messageId}: ${sample.secret.slice(0, 4)}`, sample] as const))(
    'is nowhere in what is reported of %s',
    async (_, sample) => {
      const { printed, reports } = await visit(credentials, sample.path ?? 'a.txt', `one\n${textOf(sample)}\ntwo`);
      expect(reports).toHaveLength(1);
      expect(printed).not.toContain(core(sample.secret));
      expect(printed).not.toContain(core(sample.secret).slice(0, 12));
      expect(printed).toContain(preview(sample.secret));
    },
  );

  it('is not shown by the frame of its neighbour', async () => {
    const { printed, reports } = await visit(credentials, 'a.txt', `${githubToken}\n${npmToken}\nplain\n${rsaKey}`);
    expect(reports).toHaveLength(2);
    for (const part of [githubToken.slice(4, 12), npmToken.slice(4, 12), pem(rsaKey).lines[0]])
      expect(printed).not.toContain(part);
    expect(printed).toContain('plain');
  });

  it.each([210, 225, 232])('is not shown where the frame cuts it, %i characters into the line', async (column) => {
    const { printed } = await visit(
      credentials,
      'a.txt',
      `${' '.repeat(column)}lin_${'api'}_${noise(60)}${';'.repeat(500)}`,
    );
    expect(printed).not.toContain(
      'lin_api_'.slice(0, Math.min(8, 240 - column)) + noise(60).slice(0, Math.max(0, 232 - column)),
    );
  });
});

import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import privateKeys from '../../../plugins/secrets/checks/private-keys.js';
import { findKeys } from '../../../plugins/secrets/key.js';
import { visit } from './harness.js';
import {
  armour,
  base64Lines,
  dsaKey,
  ecKey,
  ecPkcs8Key,
  ed25519Key,
  encryptedPkcs8Key,
  encryptedRsaKey,
  opensshKey,
  pem,
  pgpKey,
  pkcs8Key,
  puttyKey,
  rsaKey,
  rsaPublicKey,
} from './keys.js';
import { githubToken } from './samples.js';
import { footer, header, lines, SHAPES } from './shapes.js';

describe('secrets/private-keys', () => {
  it('finds what it should and nothing else', async () => {
    await testCheck(privateKeys, {
      passes: [
        { name: 'an empty project', files: {} },
        {
          name: 'empty and ordinary files',
          files: { empty: '', 'a.ts': 'export const key = 1;\n', 'docs/keys.md': 'A PRIVATE KEY is private.\n' },
        },
        {
          name: 'public keys and certificates',
          files: {
            'a.pem': rsaPublicKey,
            'b.pem': armour('CERTIFICATE', Buffer.from(rsaKey)),
            'c.asc': armour('PGP PUBLIC KEY BLOCK', Buffer.from(rsaKey)),
          },
        },
        {
          name: 'headers without a key',
          files: {
            'check.ts':
              "if (text.startsWith('-----BEGIN PRIVATE KEY-----') || text.includes(\"-----BEGIN RSA PRIVATE KEY-----\")) throw new TypeError('this is not what was asked for');\n",
            'strip.ts':
              'key.replace("-----BEGIN PRIVATE KEY-----", "").replace("-----END PRIVATE KEY-----", "").replace(/\\s/g, "")',
            'docs.md':
              '```\n-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----\n```\n',
            'sample.env': 'KEY="-----BEGIN PRIVATE KEY-----\\nYOUR KEY HERE\\n-----END PRIVATE KEY-----\\n"',
            'prose.txt': `-----BEGIN PGP PRIVATE KEY BLOCK----- ${'and many words which follow after that '.repeat(20)}`,
            'first.txt': [header, lines[0], '...', footer].join('\n'),
            'empty.pem': `${header}\n${footer}\n`,
            'headers.txt': `${header}\n`.repeat(50),
          },
        },
        {
          name: 'a header of PuTTY',
          files: {
            'a.ppk': puttyKey('none', []),
            'docs.md': 'It begins with PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 14\n',
          },
        },
        { name: 'a binary file', files: { 'a.der': Buffer.concat([Buffer.alloc(10), Buffer.from(rsaKey)]) } },
        {
          name: 'comments',
          files: {
            'a.ts': `// secretlint-disable\nconst key = \`${rsaKey}\`;\n// secretlint-enable\n`,
            'b.txt': `# secretlint-disable @secretlint/secretlint-rule-privatekey\n${ecKey}`,
          },
        },
      ],
      fails: [
        {
          name: 'two keys in a file, each where it is',
          files: { 'test/keys.ts': `const a = 1;\n  const b = \`${rsaKey}\`;\n${ecKey}` },
          findings: [
            {
              messageId: 'privateKey',
              path: 'test/keys.ts',
              startLine: 2,
              startColumn: 14,
              severity: 'error',
              data: { rule: 'private-key', preview: 'RSA private key', length: pem(rsaKey).lines.join('').length },
              message: 'A private key is in the file: RSA private key.',
            },
            { messageId: 'privateKey', path: 'test/keys.ts', startLine: 2 + rsaKey.split('\n').length, startColumn: 1 },
          ],
        },
        {
          name: 'an encrypted key',
          files: { 'a.pem': encryptedPkcs8Key, 'b.pem': encryptedRsaKey },
          findings: [
            { messageId: 'encryptedKey', path: 'a.pem' },
            { messageId: 'encryptedKey', path: 'b.pem' },
          ],
        },
        {
          name: 'a service account of Google',
          files: {
            'gcp.json': JSON.stringify(
              { type: 'service_account', private_key_id: 'a', private_key: pkcs8Key },
              undefined,
              2,
            ),
          },
          findings: [{ messageId: 'privateKey', startLine: 4, startColumn: '  "private_key": "'.length + 1 }],
        },
        {
          name: 'keys of PuTTY',
          files: { 'a.ppk': puttyKey('none'), 'b.ppk': puttyKey('aes256-cbc') },
          findings: [
            { messageId: 'privateKey', path: 'a.ppk', startLine: 1 },
            { messageId: 'encryptedKey', path: 'b.ppk' },
          ],
        },
        {
          name: 'a comment for another rule, and one that does not count',
          files: { 'a.txt': `# secretlint-disable @secretlint/secretlint-rule-github\n${ecKey}` },
          findings: [{ messageId: 'privateKey', startLine: 2 }],
        },
        {
          name: 'comments do not count',
          files: { 'a.txt': `# secretlint-disable\n${ecKey}` },
          options: { comments: false },
          findings: [{ messageId: 'privateKey', startLine: 2 }],
        },
      ],
      refuses: [{ comments: 1 }, { allow: [] }],
    });
  });

  it.each([
    ['RSA private key', rsaKey, false],
    ['PKCS#8 private key', pkcs8Key, false],
    ['PKCS#8 private key', ed25519Key, false],
    ['PKCS#8 private key', ecPkcs8Key, false],
    ['PKCS#8 private key', encryptedPkcs8Key, true],
    ['RSA private key', encryptedRsaKey, true],
    ['EC private key', ecKey, false],
    ['DSA private key', dsaKey, false],
    ['OpenSSH private key', opensshKey('none'), false],
    ['OpenSSH private key', opensshKey('aes256-ctr'), true],
    ['PGP private key', pgpKey, false],
    ['PuTTY ssh-ed25519 private key', puttyKey('none'), false],
    [
      'SSH2 private key',
      `---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: "a"\n${base64Lines(Buffer.from(rsaKey), 70).join('\n')}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----`,
      true,
    ],
  ])('knows a %s', (kind, key, encrypted) => {
    expect(findKeys(key)).toMatchObject([{ kind, encrypted, start: 0 }]);
    expect(findKeys(`text\n${key}\ntext`)[0]?.start).toBe(5);
  });

  it.each(Object.entries(SHAPES))('finds a key %s', async (_, text) => {
    const found = findKeys(text);
    expect(found).toMatchObject([
      {
        kind: 'PKCS#8 private key',
        start: text.indexOf('-----BEGIN'),
        encrypted: false,
        length: lines.join('').length,
      },
    ]);
    const { printed, reports } = await visit(privateKeys, 'a.txt', text);
    expect(reports).toHaveLength(1);
    // Of what the key consists of, no ten characters may be seen.
    const seen = Array.from({ length: lines.join('').length - 10 }, (_, index) =>
      lines.join('').slice(index, index + 10),
    ).filter((part) => printed.includes(part));
    expect(seen).toEqual([]);
  });

  it('ends at the footer', () => {
    for (const text of [SHAPES['a file'], SHAPES['in YAML'], SHAPES['put together with +']]) {
      const [key] = findKeys(`${text} and more`);
      expect(`${text} and more`.slice(0, key?.end).endsWith('-----END PRIVATE KEY-----')).toBe(true);
    }
  });

  it('does not show a token beside a key', async () => {
    const { printed } = await visit(privateKeys, 'a.txt', `${githubToken}\n${ecKey}`);
    expect(printed).not.toContain(githubToken.slice(4));
  });
});

import { lintSource } from '@secretlint/core';
import { rules } from '@secretlint/secretlint-rule-preset-recommend';
import fc from 'fast-check';
import { testCheck } from 'scanrun/testing';
import { describe, expect, it } from 'vitest';
import credentials from '../../../plugins/secrets/checks/credentials.js';
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
  relabel,
  rsaKey,
  rsaPublicKey,
} from './keys.js';
import { githubToken, noise } from './samples.js';

const { header, lines, footer } = pem(pkcs8Key);
const all = [header, ...lines, footer];

/** The same key in the shapes it has in files. */
const SHAPES: Readonly<Record<string, string>> = {
  'a file': pkcs8Key,
  'with Windows line ends': pkcs8Key.replaceAll('\n', '\r\n'),
  'on one line': all.join(' '),
  'in JSON': JSON.stringify({ key: pkcs8Key }),
  'in JSON inside JSON': JSON.stringify({ text: JSON.stringify({ key: pkcs8Key }) }),
  'in JSON with escaped slashes': JSON.stringify({ key: pkcs8Key }).replaceAll('/', '\\/'),
  'in JSON with escaped signs': JSON.stringify({ key: pkcs8Key }).replaceAll('+', '\\u002b').replaceAll('=', '\\u003d'),
  'as an array of lines': JSON.stringify(all, undefined, 2),
  'in YAML': `key: |\n${all.map((line) => `    ${line}\n`).join('')}other: 1\n`,
  'in a variable of the environment': `KEY="${all.join('\\n')}"\n`,
  'in a URL': `?key=${encodeURIComponent(pkcs8Key)}`,
  'in XML': `<key a="${all.join('&#10;')}"/>`,
  'in a template': `const key = \`${pkcs8Key}\`;`,
  'in three quotes': `key = """${pkcs8Key}"""`,
  'put together with +': all.map((line) => `  "${line}\\n"`).join(' +\n'),
  'put together with + and single quotes': all.map((line) => `'${line}\\n'`).join(' + '),
  'put together with a dot': all.map((line) => `"${line}"`).join(' .\n'),
  'put together side by side': all.map((line) => `  '${line}\\n'`).join('\n'),
  'put together by calls': all.map((line) => `key.append("${line}");\n`).join(''),
  'put together by assignments': `let key = "";\n${all.map((line) => `key += '${line}';\n`).join('')}`,
  'after an escaped line end': `const key = "\\n${all.join('\\n')}";`,
  'in shell with backslashes': all.join('\\\n'),
  'commented out with //': all.map((line) => `// ${line}`).join('\n'),
  'commented out without a space': all.map((line) => `//${line}`).join('\n'),
  'commented out with #': all.map((line) => `  # ${line}`).join('\n'),
  'in a block comment': `/*\n${all.map((line) => ` * ${line}`).join('\n')}\n */`,
  'in a quotation': all.map((line) => `> ${line}`).join('\n'),
  'added by a diff': all.map((line) => `+${line}`).join('\n'),
  'without a footer': [header, ...lines].join('\n'),
};

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

describe('beside credentials', () => {
  const presetRules = rules
    .filter(({ meta }) => /privatekey$|gcp$/.test(meta.id))
    .map((rule) => ({ id: rule.meta.id, rule }));
  const byPreset = async (content: string) =>
    (
      await lintSource({
        source: { filePath: 'a.json', content, contentType: 'text', ext: '.json' },
        options: { config: { rules: presetRules as never }, noPhysicFilePath: true },
      })
    ).messages;

  it.each([...Object.entries(SHAPES), ['of Google', JSON.stringify({ private_key_id: 'a', private_key: pkcs8Key })]])(
    'one of the two reports a key, %s',
    async (_, text) => {
      expect((await visit(credentials, 'a.json', text)).reports).toEqual([]);
      expect((await visit(privateKeys, 'a.json', text)).reports).toHaveLength(1);
    },
  );

  it("finds whatever the preset's own rule finds", async () => {
    const label = fc.constantFrom('', 'RSA ', 'DSA ', 'EC ', 'OPENSSH ', 'PGP ');
    const body = fc
      .tuple(
        fc.constantFrom('MI', 'b3BlbnNzaC1rZXktdjE', 'MH', 'xx'),
        fc.integer({ min: 60, max: 400 }),
        fc.integer({ min: 1, max: 1_000 }),
      )
      .map(([magic, length, seed]) => magic + noise(length, seed));
    const separator = fc.constantFrom('\n', '\r\n', '\\n', ' ', '\n  ', '');
    let reported = 0;
    await fc.assert(
      fc.asyncProperty(
        label,
        body,
        separator,
        fc.integer({ min: 20, max: 80 }),
        fc.constantFrom('', '=', '=='),
        async (name, base64, between, width, padding) => {
          const text = [
            `-----BEGIN ${name}PRIVATE KEY-----`,
            ...(`${base64}${padding}`.match(new RegExp(`.{1,${width}}`, 'g')) ?? []),
            `-----END ${name}PRIVATE KEY-----`,
          ].join(between);
          const preset = await byPreset(text);
          reported += preset.length;
          if (preset.length > 0) expect(findKeys(text)).toHaveLength(1);
        },
      ),
      { numRuns: 500 },
    );
    expect(reported).toBeGreaterThan(100);
  });

  it('finds keys that the preset misses', async () => {
    expect(await byPreset(ed25519Key)).toEqual([]);
    expect(await byPreset(SHAPES['put together with +'] ?? '')).toEqual([]);
    expect(await byPreset(relabel(rsaKey, 'ANY '))).toEqual([]);
    expect(findKeys(relabel(rsaKey, 'ANY '))).toHaveLength(1);
  });
});

describe('hostile text', () => {
  it.each([
    ['headers', '-----BEGIN PRIVATE KEY-----'.repeat(100_000)],
    ['headers and base64', `-----BEGIN PRIVATE KEY-----${'A'.repeat(9_990)}`.repeat(500)],
    ['a header before 20 MB', `-----BEGIN PRIVATE KEY-----${'MIIE'.repeat(5_000_000)}`],
    ['quotes', `"-----BEGIN PRIVATE KEY-----${'" "'.repeat(500_000)}`],
    ['padding', `-----BEGIN PRIVATE KEY-----MIIE\n${'='.repeat(30_000)}\nAAAA\n`.repeat(100)],
    ['labels', `-----BEGIN ${'A '.repeat(1_000_000)}PRIVATE KEY-----`],
    ['backslashes', `-----BEGIN PRIVATE KEY-----${'\\'.repeat(1_000_000)}`.repeat(3)],
    ['keys of PuTTY', 'PuTTY-User-Key-File-2: ssh-rsa\nPrivate-Lines: 99999999\n'.repeat(20_000)],
    ['one line', ' '.repeat(5_000_000)],
  ])('ends in time on %s', async (_, text) => {
    const started = performance.now();
    await visit(privateKeys, 'a.txt', text);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('never throws', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        header,
        footer,
        ...lines.slice(0, 3),
        '"',
        "'",
        '\\n',
        '\n',
        ' + ',
        'PuTTY-User-Key-File-2: ssh-rsa\n',
        'Private-Lines: 3\n',
        'Proc-Type: 4,ENCRYPTED\n',
        '---- BEGIN SSH2 PRIVATE KEY ----',
        'b3BlbnNzaC1rZXktdjE',
        'MI',
      ),
      fc.string(),
    );
    await fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = pieces.join('');
        for (const { start, end } of findKeys(text)) expect(start < end && end <= text.length).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

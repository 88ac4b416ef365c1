// Private keys, made when the tests run.
import { generateKeyPairSync } from 'node:crypto';

const spki = { type: 'spki', format: 'pem' } as const;

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

export const rsaKey = rsa.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
export const rsaPublicKey = rsa.publicKey.export(spki).toString();
export const pkcs8Key = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const encryptedPkcs8Key = rsa.privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();
export const encryptedRsaKey = rsa.privateKey
  .export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
  .toString();
export const ecKey = ec.privateKey.export({ type: 'sec1', format: 'pem' }).toString();
export const ecPkcs8Key = ec.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const ed25519Key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
export const dsaKey = relabel(
  generateKeyPairSync('dsa', { modulusLength: 1024, divisorLength: 160 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  'DSA ',
);

/** A key under another label. */
export function relabel(key: string, label: string, suffix = ''): string {
  return key.replaceAll(/(BEGIN |END )(?:[A-Z]+ )?PRIVATE KEY/g, `$1${label}PRIVATE KEY${suffix}`);
}

/** Base64 of bytes, in lines. */
export function base64Lines(bytes: Uint8Array, width = 64): string[] {
  return (
    Buffer.from(bytes)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? []
  );
}

/** PEM around bytes. */
export function armour(label: string, bytes: Uint8Array, fields: readonly string[] = [], width = 64): string {
  const head = [`-----BEGIN ${label}-----`, ...fields, ...(fields.length > 0 ? [''] : [])];
  return `${[...head, ...base64Lines(bytes, width), `-----END ${label}-----`].join('\n')}\n`;
}

/** An OpenSSH key: its header is real, what follows is not. */
export function opensshKey(cipher: string): string {
  const text = (value: string) => Buffer.concat([Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]);
  const bytes = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    text(cipher),
    text('none'),
    text(''),
    Buffer.from([0, 0, 0, 1]),
    Buffer.from(ed25519Key),
    Buffer.from(ed25519Key),
  ]);
  return armour('OPENSSH PRIVATE KEY', bytes, [], 70);
}

/** An OpenPGP key: the first packet's tag is a secret key's. */
export const pgpKey = armour(
  'PGP PRIVATE KEY BLOCK',
  Buffer.concat([Buffer.from([0x95, 0x03, 0x98]), Buffer.from(rsaKey)]),
  ['Version: GnuPG v2', 'Comment: a test'],
).replace('\n-----END', '\n=aB3d\n-----END');

/** A key of PuTTY. */
export function puttyKey(
  encryption: string,
  privateLines = base64Lines(Buffer.from(ed25519Key).subarray(28, 64)),
): string {
  return [
    'PuTTY-User-Key-File-3: ssh-ed25519',
    `Encryption: ${encryption}`,
    'Comment: test',
    'Public-Lines: 2',
    ...base64Lines(Buffer.alloc(51, 7)).slice(0, 1),
    'AAAA',
    `Private-Lines: ${privateLines.length}`,
    ...privateLines,
    'Private-MAC: 00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff',
    '',
  ].join('\r\n');
}

/** A key's header, the lines of its body, and its footer. */
export function pem(key: string): {
  readonly header: string;
  readonly lines: readonly string[];
  readonly footer: string;
} {
  const lines = key.trim().split('\n');
  return { header: lines[0] ?? '', lines: lines.slice(1, -1), footer: lines.at(-1) ?? '' };
}

import { type ContextOf, defineCheck, type Needs, plural, type VisitedFile } from 'scanrun';
import { toCredentials } from '../credential.js';
import { findKeys, mayHoldKeys } from '../key.js';
import { lintText, MAX_PER_FILE, withoutDisabled } from '../lint.js';
import { maskCredential, maskKey } from '../mask.js';
import type { PrivateKey } from '../private-key.js';
import { selectRules } from '../rules.js';

const options = {
  comments: {
    type: 'boolean',
    default: true,
    description:
      'Whether `secretlint-disable` comments in the files count, as for the rule `privatekey` of secretlint.',
  },
} as const;

const messages = {
  privateKey: 'A private key is in the file: {{preview}}.',
  encryptedKey: 'A private key is in the file: {{preview}}, protected by a passphrase that can be guessed at leisure.',
} as const;

const help = `Whoever can read the file can sign in, sign or decrypt as the key's owner. An encrypted key is only as good as its passphrase.

1. **Replace the key**: make a new pair and withdraw the old public key everywhere. History keeps what was committed.
2. Keep keys in a secret store, or in a file outside the repository.
3. Make the keys of tests when the tests run, or exclude their folder in the configuration, or put \`secretlint-disable\` in a comment before them.

Found are PEM (PKCS#1, PKCS#8, SEC1, OpenSSH, OpenPGP, ssh.com) and PuTTY's .ppk, also indented, commented out, escaped in a string, or put together from several strings. A header without a key after it is no finding, nor are public keys and certificates. Binary key stores (DER, .p12, .jks) are not read.`;

/** Finds private keys in text files. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'No private keys in files',
    description: 'A private key in a repository belongs to everybody who can read it.',
    category: 'security',
    tier: 'quick',
    severity: 'error',
    estimate: '500ms',
    tags: ['secrets'],
    options,
    messages,
    help,
    files: ['**'],
    reads: 'text',
  },
  visit(file, context) {
    if (!mayHoldKeys(file.text)) return;
    const keys = findKeys(file.text);
    if (keys.length === 0) return;
    return reportKeys(file, context, keys);
  },
});

type Context = ContextOf<typeof options, typeof messages, Needs>;

async function reportKeys(file: VisitedFile, context: Context, all: readonly PrivateKey[]): Promise<void> {
  const listed = all.slice(0, MAX_PER_FILE);
  const source = { text: file.text, path: file.path, comments: true };
  const commented = context.options.comments && file.text.includes('secretlint-disable');
  const keys = commented ? await withoutDisabled(source, 'privatekey', listed) : listed;
  if (keys.length > 0) await maskAll(file, context, keys);
  for (const { kind, encrypted, length, start, end } of keys) {
    const messageId = encrypted ? 'encryptedKey' : 'privateKey';
    context.report({
      messageId,
      data: { rule: 'private-key', preview: kind, length },
      location: file.locate(start, end),
    });
  }
  if (all.length > listed.length)
    context.degraded(`${file.path} holds more than ${plural(MAX_PER_FILE, 'private key')}; only so many are listed.`, {
      path: file.path,
    });
}

/** Masks the keys, and the credentials beside them: a finding's code frame shows the lines around it. */
async function maskAll(file: VisitedFile, context: Context, keys: readonly PrivateKey[]): Promise<void> {
  for (const key of keys) maskKey(context, file.text, key);
  const selection = selectRules(file.text, [], false);
  if (selection.rules.length === 0) return;
  const { hits } = await lintText({ text: file.text, path: file.path, comments: false }, selection, false);
  for (const credential of toCredentials(hits, file.text)) maskCredential(context, file.text, credential);
}

import type { PrivateKey } from './private-key.js';

/** The header of RFC 7468 and its relatives: PKCS#1, PKCS#8, SEC1, OpenSSH, OpenPGP (five dashes), and ssh.com (four and spaces). In a URL the spaces are encoded. */
const HEADER =
  /-----BEGIN(?: |%20|\+)?((?:[A-Z0-9]{1,20}(?: |%20|\+)){0,3})PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----|---- BEGIN (SSH2 (?:ENCRYPTED )?)PRIVATE KEY ----/g;

/** What a header's footer looks like, where the body ends. */
const FOOTER =
  /-----END(?: |%20|\+)?(?:[A-Z0-9]{1,20}(?: |%20|\+)){0,3}PRIVATE(?: |%20|\+)KEY(?:(?: |%20|\+)BLOCK)?-----|---- END SSH2 (?:ENCRYPTED )?PRIVATE KEY ----/y;

/** Characters after a header in which its body is looked for. The key of RSA with 16,384 bits has some 12,700. */
const MAX_BODY = 65_536;

/** Characters between two string literals of one key: `" +`, `key.append("`, an indentation. */
const MAX_BETWEEN_LITERALS = 200;

/** The least of base64 in a key whose length it does not state: secretlint's own limit. */
const MIN_BASE64 = 100;

/** The private keys in a text that are written as PEM: plain, indented, commented out, escaped in a string, or put together from several. */
export function findPemKeys(text: string): PrivateKey[] {
  const keys: PrivateKey[] = [];
  for (const match of text.matchAll(HEADER)) {
    const label = (match[1] ?? match[2] ?? '').replace(/%20|\+/g, ' ').trim();
    const bodyStart = match.index + match[0].length;
    const after = text.slice(bodyStart, bodyStart + MAX_BODY);
    const stop = after.indexOf(match[2] === undefined ? '-----' : '---- ');
    const raw = stop === -1 ? after : after.slice(0, stop);
    const body = readBody(raw, linePrefix(text, match.index), quoteBefore(text, match.index));
    const encrypted = body.encrypted || label.includes('ENCRYPTED') || isEncryptedOpenSsh(body.base64);
    if (!isKey(label, body)) continue;
    FOOTER.lastIndex = bodyStart + raw.length;
    const footer = stop === -1 ? null : FOOTER.exec(text);
    const end = footer === null ? bodyStart : FOOTER.lastIndex;
    keys.push({
      kind: kindOf(label),
      encrypted,
      start: match.index,
      end,
      reach: match[0].length + raw.length,
      material: materialOf(raw, body.lines),
      length: body.base64.length,
    });
  }
  return keys;
}

interface Body {
  readonly lines: readonly string[];
  readonly base64: string;
  /** True when headers in the body say that it is encrypted. */
  readonly encrypted: boolean;
  /** True when something other than base64 follows: an ellipsis, prose, code. */
  readonly cutOff: boolean;
}

/** Reads base64 from the characters after a header, up to the first that is something else. */
function readBody(raw: string, prefix: string, quote: string | undefined): Body {
  const joined = quote !== undefined && raw.includes(quote) ? joinLiterals(raw, quote) : raw;
  const lines = unescapeText(joined)
    .split(/\r\n|\r|\n/)
    .map((line) => (prefix !== '' && line.startsWith(prefix) ? line.slice(prefix.length) : line).trim());
  const fields = lines.filter((line) => FIELD.test(line));
  const tokens = lines
    .filter((line) => !FIELD.test(line))
    .flatMap((line) => line.split(/\s+/))
    .filter((token) => token !== '' && token !== '\\');
  const found: string[] = [];
  for (const token of tokens) {
    // A line of a shell script or of Java properties ends in a backslash.
    const line = token.endsWith('\\') ? token.slice(0, -1) : token;
    if (!/^[A-Za-z0-9+/]*=*$/.test(line) && !/^=[A-Za-z0-9+/]{4}$/.test(line)) break;
    found.push(line);
  }
  const encrypted = fields.some((field) => /^Proc-Type:.*ENCRYPTED/.test(field));
  return { lines: found, base64: found.join(''), encrypted, cutOff: found.length < tokens.length };
}

/** A field before the base64, such as `DEK-Info: AES-128-CBC,0A1B` or `Version: GnuPG v2`. */
const FIELD = /^[A-Za-z][A-Za-z0-9-]{0,40}: /;

/** What stands inside the string literals that follow each other; the text begins inside the first. */
function joinLiterals(raw: string, quote: string): string {
  const inside: string[] = [];
  const parts = raw.split(quote);
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) inside.push(part);
    else if (part.length > MAX_BETWEEN_LITERALS) break;
  }
  return inside.join('\n');
}

/** An escape: every level of quoting doubles its backslashes. Bounded, or a row of backslashes would take quadratic time. */
const LINE_ESCAPE = String.raw`\\{1,16}(?:[nrt]|u000[adAD])|%0[aAdD]|&#(?:1[03]|x0?[aAdD]);|<br ?\/?>`;
const SIGN_ESCAPE = /\\{1,16}u00(2[bBfF]|3[dD])|%(2[bBfF]|3[dD])|&#x(2[bBfF]|3[dD]);/g;

/** Undoes what JSON, source code, URLs and XML do to line ends and to the characters of base64. */
function unescapeText(text: string): string {
  if (!/[\\%&<]/.test(text)) return text;
  return text
    .replace(new RegExp(LINE_ESCAPE, 'g'), '\n')
    .replace(SIGN_ESCAPE, (_, json?: string, url?: string, xml?: string) =>
      String.fromCharCode(Number.parseInt(json ?? url ?? xml ?? '', 16)),
    )
    .replace(/\\{1,16}\//g, '/');
}

/** Characters before a header that are looked at: the mark of a comment, an indentation, an opening quote. */
const BEFORE = 80;

/** What stands before the header on its line, where that is only the mark of a comment, a quotation, a diff or an indentation. */
function linePrefix(text: string, at: number): string {
  const before = text.slice(Math.max(0, at - BEFORE), at);
  const line = before.lastIndexOf('\n');
  if (line === -1 && at > BEFORE) return '';
  const prefix = before.slice(line + 1);
  return /^[\s#/*>|;+!-]*$/.test(prefix) ? prefix : '';
}

/** The quote that opens the string literal a header stands in, where it opens right before it. */
function quoteBefore(text: string, at: number): string | undefined {
  return /(["'`])(?:\s|\\+[nrt])*$/.exec(text.slice(Math.max(0, at - BEFORE), at))?.[1];
}

/** Whether a body is a key's: enough of the right base64. */
function isKey(label: string, { lines, base64, encrypted, cutOff }: Body): boolean {
  if (label.startsWith('PGP') || encrypted || label.startsWith('SSH2')) {
    // Nothing in these tells base64 from a row of words, but words are short.
    return base64.length >= MIN_BASE64 && base64.length / lines.length >= 16;
  }
  if (/^(?:MI|b3BlbnNzaC1rZXktdjE)/.test(base64) && base64.length >= MIN_BASE64 && !cutOff) return true;
  if (base64.startsWith(OPENSSH_MAGIC)) return base64.length >= MIN_BASE64;
  const stated = derLength(base64);
  const there = Buffer.byteLength(base64, 'base64');
  // A sample that breaks off in its first lines holds the public half at most; the shortest whole key (Ed25519) has 48 bytes.
  return stated !== undefined && stated >= 34 && there * 2 >= stated;
}

/** `openssh-key-v1` in base64. */
const OPENSSH_MAGIC = 'b3BlbnNzaC1rZXktdjE';

/** The length that the outermost SEQUENCE of a DER structure states, its header included; undefined for what is none. */
function derLength(base64: string): number | undefined {
  const [tag, first = 0, second = 0, third = 0] = Buffer.from(base64.slice(0, 8), 'base64');
  if (tag !== 0x30) return undefined;
  if (first < 0x80) return first + 2;
  if (first === 0x81) return second + 3;
  return first === 0x82 ? second * 256 + third + 4 : undefined;
}

/** Whether the cipher that an OpenSSH key names is not `none`. */
function isEncryptedOpenSsh(base64: string): boolean {
  if (!base64.startsWith(OPENSSH_MAGIC)) return false;
  const bytes = Buffer.from(base64.slice(0, 64), 'base64');
  const name = 'openssh-key-v1\0'.length + 4;
  if (bytes.length < name) return false;
  return bytes.subarray(name, name + bytes.readUInt32BE(name - 4)).toString('latin1') !== 'none';
}

const KINDS: Readonly<Record<string, string>> = {
  '': 'PKCS#8 private key',
  ENCRYPTED: 'PKCS#8 private key',
  OPENSSH: 'OpenSSH private key',
  SSH2: 'SSH2 private key',
  'SSH2 ENCRYPTED': 'SSH2 private key',
};

function kindOf(label: string): string {
  return KINDS[label] ?? `${label} private key`;
}

/** What must be masked: the lines of the body, and the pieces of the text that they were read from. */
function materialOf(raw: string, lines: readonly string[]): string[] {
  const known = new Set(lines);
  const pieces = raw.split(new RegExp(`\\s+|${LINE_ESCAPE}|["'\`]`)).filter((piece) => known.has(unescapeText(piece)));
  // Less than four characters are three bytes at most, and masking them would blot out ordinary text.
  return [...new Set([...lines, ...pieces])].filter((piece) => piece.length >= 4);
}

/** The algorithms of subresource integrity by the names of CycloneDX. https://www.w3.org/TR/SRI/ and what npm adds */
const ALGORITHMS: Readonly<
  Record<string, { readonly name: 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'; readonly bytes: number }>
> = {
  sha1: { name: 'SHA-1', bytes: 20 },
  sha256: { name: 'SHA-256', bytes: 32 },
  sha384: { name: 'SHA-384', bytes: 48 },
  sha512: { name: 'SHA-512', bytes: 64 },
};

/** A hash as CycloneDX has it: the algorithm, and the digest in hex. */
export type Hash = readonly ['SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512', string];

/**
 * The hashes of a text of subresource integrity, such as `sha512-...`, each algorithm once. What is none, such as the
 * checksum of Yarn's own archive, or has the wrong length for its algorithm, is left out.
 */
export function hashesOf(integrity: string | undefined): Hash[] {
  const found = new Map<Hash[0], string>();
  for (const part of (integrity ?? '').split(/\s+/)) {
    const [, algorithm = '', digest = ''] = /^(sha\d+)-([A-Za-z0-9+/]+={0,2})(?:\?.*)?$/.exec(part) ?? [];
    const known = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
    const bytes = Buffer.from(digest, 'base64');
    if (known !== undefined && bytes.length === known.bytes && !found.has(known.name))
      found.set(known.name, bytes.toString('hex'));
  }
  return [...found];
}

/** True for an integrity with a hash that can be compared. */
export function isHash(integrity: string | undefined): boolean {
  return hashesOf(integrity).length > 0;
}

/** A private key in a text. */
export interface PrivateKey {
  /** What it is, such as `RSA private key`. */
  readonly kind: string;
  /** Whether a passphrase protects it. */
  readonly encrypted: boolean;
  /** Where it begins in the text, in UTF-16 units from 0. */
  readonly start: number;
  /** Where it ends, exclusive; the end of its header where it has no footer. */
  readonly end: number;
  /** How many characters from `start` hold all of it, also where it has no footer. */
  readonly reach: number;
  /** The lines of its body, decoded and as they stand in the text. Never to be printed. */
  readonly material: readonly string[];
  /** How many characters of base64 it has. */
  readonly length: number;
}

const A = 2_654_435_761;
const B = 1_597_334_677;

/**
 * A short name for texts that changes when one of them does. Not for anything that somebody might forge: it is cyrb53
 * (public domain; two multiplicative hashes of 32 bits), taken because node:crypto costs a start 10 ms.
 */
export class QuickHash {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  /** Adds a text; where one ends and the next begins counts. */
  add(text: string): this {
    let a = this.#a;
    let b = this.#b;
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      a = Math.imul(a ^ code, A);
      b = Math.imul(b ^ code, B);
    }
    // After the last character, a separator.
    this.#a = Math.imul(a ^ 0x1f, A);
    this.#b = Math.imul(b ^ 0x1f, B);
    return this;
  }

  /** A number of 53 bits; in decimal, since V8 writes doubles to any other base a hundred times slower. */
  digest(): string {
    const [a, b] = [this.#a, this.#b];
    const low = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
    const high = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
    return String(4_294_967_296 * (2_097_151 & high) + (low >>> 0));
  }
}

/** The name of texts in this order. */
export function hashTexts(texts: Iterable<string>): string {
  const hash = new QuickHash();
  for (const text of texts) hash.add(text);
  return hash.digest();
}

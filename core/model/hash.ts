/**
 * A short name for a text that changes when the text does. Not for anything that somebody might forge: it is cyrb53
 * (two multiplicative hashes of 32 bits), taken because node:crypto costs a start 10 ms.
 */
export class QuickHash {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  /** Adds a text; where one ends and the next begins counts. */
  add(text: string): this {
    for (let index = 0; index < text.length; index += 1) this.#mix(text.charCodeAt(index));
    this.#mix(0x1f);
    return this;
  }

  /** 16 hex digits. */
  digest(): string {
    const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
    const a = Math.imul(this.#a ^ (this.#a >>> 16), 2246822507) ^ Math.imul(this.#b ^ (this.#b >>> 13), 3266489909);
    const b = Math.imul(this.#b ^ (this.#b >>> 16), 2246822507) ^ Math.imul(this.#a ^ (this.#a >>> 13), 3266489909);
    return hex(a) + hex(b);
  }

  #mix(code: number): void {
    this.#a = Math.imul(this.#a ^ code, 2654435761);
    this.#b = Math.imul(this.#b ^ code, 1597334677);
  }
}

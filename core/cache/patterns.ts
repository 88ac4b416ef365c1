/** Sets of checks by number. A scan has few of them, since most files have the same, and so a file needs but a number. */
export class CheckPatterns {
  readonly #sets: (readonly number[])[] = [[]];
  readonly #numbers = new Map<string, number>([['', 0]]);
  /** What a set becomes with one check more. */
  readonly #steps = new Map<string, number>();

  /** The number of the set of no checks. */
  readonly empty = 0;

  /** The checks of a set, in order; the same array each time. */
  of(pattern: number): readonly number[] {
    return this.#sets[pattern] as readonly number[];
  }

  /** The set with a check. */
  with(pattern: number, check: number): number {
    const step = `${pattern} ${check}`;
    const known = this.#steps.get(step);
    if (known !== undefined) return known;
    const next = this.#number([...new Set([...this.of(pattern), check])].sort((a, b) => a - b));
    this.#steps.set(step, next);
    return next;
  }

  /** The set without a check. */
  without(pattern: number, check: number): number {
    const set = this.of(pattern);
    return set.includes(check) ? this.#number(set.filter((one) => one !== check)) : pattern;
  }

  #number(set: readonly number[]): number {
    const text = set.join();
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#sets.length);
    return this.#sets.push(set) - 1;
  }
}

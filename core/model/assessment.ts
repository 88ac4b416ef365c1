/** What a check says of how much its findings matter and how much work their remedy is. */
export interface Assessment {
  /** How much it matters, 1 to 10. */
  readonly impact: number;
  /** How sure that is, 0 to 1. */
  readonly confidence: number;
  /** How much work the remedy is, 1 to 5. */
  readonly effort: number;
  /** The check's own rank of it, 1 the first. */
  readonly priority?: number;
  /** What it rests on. */
  readonly evidence?: string;
  /** What to do. */
  readonly recommendation?: string;
}

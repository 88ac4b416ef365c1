import { createGzip } from 'node:zlib';

/**
 * What GitHub's code scanning takes of a file; more is refused, and the whole file with it. Source: "SARIF results
 * exceed limits" and "SARIF support for code scanning" of docs.github.com.
 */
export const GITHUB = {
  /** Runs in a file. */
  runs: 20,
  /** Results in a run. */
  results: 25_000,
  /** Results of a run that are shown, the gravest first. */
  resultsShown: 5_000,
  /** Rules in a run. */
  rules: 25_000,
  /** Tags of a rule; the first 10 are shown. */
  tags: 20,
  /** Extensions of the tool in a run. */
  extensions: 100,
  /** Characters of a rule's short and full description. */
  description: 1_024,
  /** Size of the file after gzip. */
  compressedBytes: 10_000_000,
} as const;

/** Shares of the compressed size at which something is left out: first the snippets, then whole results. The rest is for what follows them. */
const SNIPPETS_UNTIL = 0.6;
const RESULTS_UNTIL = 0.9;

/** How large the file is after gzip so far, where that may matter at all. */
export class CompressedSize {
  readonly #gzip: ReturnType<typeof createGzip> | undefined;
  #bytes = 0;
  /** The share of the file's size that the current run may fill. */
  #from = 0;
  #to: number = GITHUB.compressedBytes;

  /** @param needed false measures nothing: a small file cannot be too large. */
  constructor(needed: boolean) {
    if (!needed) return;
    this.#gzip = createGzip();
    this.#gzip.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
    });
  }

  /** Begins a run, which shares what is left with those after it. */
  begin(runsLeft: number): void {
    this.#from = this.#bytes;
    this.#to = this.#bytes + (GITHUB.compressedBytes - this.#bytes) / runsLeft;
  }

  /** Adds a text. */
  async add(text: string): Promise<void> {
    const gzip = this.#gzip;
    if (gzip === undefined) return;
    await new Promise<void>((resolve, reject) => {
      gzip.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Whether the run still has room for the lines around a finding. */
  get hasRoomForSnippets(): boolean {
    return this.#bytes < this.#from + (this.#to - this.#from) * SNIPPETS_UNTIL;
  }

  /** Whether the run still has room for results. */
  get hasRoomForResults(): boolean {
    return this.#bytes < this.#from + (this.#to - this.#from) * RESULTS_UNTIL;
  }

  /** Frees what measuring took. */
  close(): void {
    this.#gzip?.destroy();
  }
}

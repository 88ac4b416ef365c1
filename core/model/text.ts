/** `1 file`, `2 files`: a count with its noun. */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** A whole number with its thousands set apart: `12,345`. Not by `toLocaleString`, whose tables take 15 ms to load. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A size for people: `12 B`, `3.4 KB`, `1.2 MB`, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = -1;
  do {
    value /= 1_000;
    unit += 1;
  } while (value >= 999.95 && unit < units.length - 1);
  return `${value.toFixed(1)} ${units[unit]}`;
}

const SPARKS = '▁▂▃▄▅▆▇█';

/** Numbers as a line of bars, `▁▃█`: the least is the lowest, the greatest the highest. Equal numbers are all in the middle; what is no number is a gap. */
export function sparkLine(values: readonly (number | undefined)[]): string {
  const known = values.filter((value) => value !== undefined && Number.isFinite(value)) as number[];
  const low = Math.min(...known);
  const range = Math.max(...known) - low;
  const top = SPARKS.length - 1;
  return values
    .map((value) => {
      if (value === undefined || !Number.isFinite(value)) return ' ';
      return SPARKS[range === 0 ? top >> 1 : Math.round(((value - low) / range) * top)];
    })
    .join('');
}

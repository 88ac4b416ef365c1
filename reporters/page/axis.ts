/** Distances that people read easily, in milliseconds: 1, 2, 5 and their tenfolds up to 10 s, then parts of a minute and an hour. */
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/** The ticks of a time axis from 0 to `maxMs`: at most `count` besides 0, at round distances. */
export function niceTicks(maxMs: number, count: number): number[] {
  const day = 86_400_000;
  const step = STEPS.find((each) => maxMs / each <= count) ?? Math.ceil(maxMs / count / day) * day;
  return Array.from({ length: Math.floor(maxMs / step) + 1 }, (_, index) => index * step);
}

/** How wide the drawing is, in units that are about a pixel, and how much of it the names beside it take. */
export interface TimelineSize {
  readonly width: number;
  readonly gutter: number;
  /** True makes the drawing one picture for those who hear it, as on paper; otherwise each bar tells of itself. */
  readonly onePicture?: boolean;
}

/** Where a time is drawn. */
export interface Scale extends TimelineSize {
  readonly maxMs: number;
  readonly x: (ms: number) => number;
}

import { formatCount, formatDuration, plural, type RunResult, type TrendRun } from 'scanrun';
import { VERDICT_WORDS } from '../summary.js';
import { type Svg, svg } from './svg.js';
import { dateText, nameText } from './text.js';

/** The section of the trend. */
export interface TrendView {
  readonly time: Svg;
  readonly findings: Svg;
  readonly summary: string;
  /** The runs, the newest first. */
  readonly runs: readonly {
    readonly runId: string;
    readonly started: string;
    readonly status: string;
    readonly word: string;
    readonly findings: string;
    readonly time: string;
    readonly current: boolean;
  }[];
}

const [HEIGHT, TOP, BASE] = [132, 22, 108];

/** How the two drawings are made. */
export interface TrendSize {
  /** The width of each. */
  readonly width: number;
  /** True for paper, where each is one picture with its own words. */
  readonly onePicture?: boolean;
}

/** The last runs of this tier with the same checks. Undefined where there is no earlier one. */
export function trendView({ trend, run, statistics }: RunResult, size: TrendSize): TrendView | undefined {
  if (trend === undefined || trend.length < 2) return undefined;
  const isCurrent = ({ runId }: TrendRun): boolean => runId === run.id;
  const { budgetMs } = statistics;
  const [first, last] = [trend[0], trend.at(-1)] as [TrendRun, TrendRun];
  return {
    time: columns(
      trend.map((each) => ({ value: each.wallMs, text: formatDuration(each.wallMs), run: each })),
      { ...size, name: 'Wall time', limit: { value: budgetMs, text: `budget ${formatDuration(budgetMs)}` } },
    ),
    findings: columns(
      trend.map((each) => ({ value: each.findings, text: formatCount(each.findings), run: each })),
      { ...size, name: 'Findings that count' },
    ),
    summary: `${plural(trend.length, 'run')} of this tier with the same checks. Wall time ${changeText(first.wallMs, last.wallMs, formatDuration)}; findings ${changeText(first.findings, last.findings, formatCount)}.`,
    runs: [...trend].reverse().map((each) => ({
      runId: nameText(each.runId),
      started: dateText(each.startedAt),
      status: each.verdict,
      word: VERDICT_WORDS[each.verdict],
      findings: formatCount(each.findings),
      time: formatDuration(each.wallMs),
      current: isCurrent(each),
    })),
  };
}

function changeText(from: number, to: number, text: (value: number) => string): string {
  if (from === to) return `stayed at ${text(to)}`;
  return `went from ${text(from)} to ${text(to)}`;
}

interface Column {
  readonly value: number;
  readonly text: string;
  readonly run: TrendRun;
}

/** A column for each run, coloured by its verdict; the last and the greatest have their value written above them. */
function columns(
  values: readonly Column[],
  {
    width,
    onePicture,
    name,
    limit,
  }: TrendSize & { readonly name: string; readonly limit?: { value: number; text: string } },
): Svg {
  const most = Math.max(...values.map(({ value }) => value));
  // A budget far above would press every column flat; the text beside says it.
  const shown = limit !== undefined && limit.value <= most * 1.5 ? limit : undefined;
  const top = Math.max(1e-9, most, shown?.value ?? 0);
  const y = (value: number): number => BASE - (value / top) * (BASE - TOP);
  const step = width / values.length;
  const bar = Math.min(30, step * 0.72);
  const greatest = values.findIndex(({ value }) => value === most);
  const drawn = values.map(({ value, text, run }, index) => {
    const [x, height] = [index * step + (step - bar) / 2, Math.max(1.5, BASE - y(value))];
    const title = `${text}, ${VERDICT_WORDS[run.verdict]}, ${dateText(run.startedAt)}`;
    const named = index === values.length - 1 || index === greatest;
    const label = named
      ? svg`<text class="column-value" x="${x + bar / 2}" y="${y(value) - 6}" text-anchor="middle">${text}</text>`
      : svg``;
    return svg`<g role="img" aria-label="${title}"><title>${title}</title><rect class="column v-${run.verdict}${index === values.length - 1 ? ' current' : ''}" x="${x}" y="${BASE - height}" width="${bar}" height="${height}" rx="2"/>${label}</g>`;
  });
  const line =
    shown === undefined
      ? svg``
      : svg`<line class="budget" x1="0" x2="${width}" y1="${y(shown.value)}" y2="${y(shown.value)}"/><text class="budget-name" x="0" y="${y(shown.value) - 4}">${shown.text}</text>`;
  const told = onePicture ? `: ${values.map(({ text }) => text).join(', ')}` : '';
  return svg`<svg class="columns" viewBox="0 0 ${width} ${HEIGHT}" role="${onePicture ? 'img' : 'group'}" aria-label="${name} of the last runs${told}">${drawn}${line}<line class="grid" x1="0" x2="${width}" y1="${BASE}" y2="${BASE}"/><text class="tick" x="0" y="${BASE + 17}">oldest</text><text class="tick" x="${width}" y="${BASE + 17}" text-anchor="end">this run</text></svg>`;
}

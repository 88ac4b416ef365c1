import type { OutcomeStatus, ReporterContext, Severity, Verdict } from 'scanrun';

type Formatter = (text: string) => string;

/** How text is coloured; each function returns the text as it is where colours are not wanted. */
export interface Style {
  readonly bold: Formatter;
  readonly dim: Formatter;
  readonly path: Formatter;
  readonly severity: Readonly<Record<Severity, Formatter>>;
  readonly outcome: Readonly<Record<OutcomeStatus, Formatter>>;
  readonly verdict: Readonly<Record<Verdict['status'], Formatter>>;
  readonly notice: Readonly<Record<'info' | 'warning' | 'error', Formatter>>;
}

/** The sign of each severity; the signs differ, so that colour is never the only difference. */
export const SEVERITY_SIGNS: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', note: '●' };

/** The sign of each outcome. */
export const OUTCOME_SIGNS: Readonly<Record<OutcomeStatus, string>> = {
  passed: '✔',
  failed: '✖',
  degraded: '◐',
  skipped: '○',
  'timed-out': '◔',
  errored: '‼',
  cancelled: '⊘',
};

/** The sign of each verdict. */
export const VERDICT_SIGNS: Readonly<Record<Verdict['status'], string>> = {
  clean: '✔',
  findings: '✖',
  failed: '✖',
  incomplete: '◐',
  interrupted: '⊘',
};

/** Makes the style of an output. */
export async function createStyle(output: ReporterContext['output']): Promise<Style> {
  const { default: picocolors } = await import('picocolors');
  const c = picocolors.createColors(output.color);
  return {
    bold: c.bold,
    dim: c.dim,
    path: c.cyan,
    severity: { error: c.red, warning: c.yellow, note: c.blue },
    outcome: {
      passed: c.green,
      failed: c.red,
      degraded: c.yellow,
      skipped: c.yellow,
      'timed-out': c.yellow,
      errored: c.magenta,
      cancelled: c.yellow,
    },
    verdict: { clean: c.green, findings: c.red, failed: c.red, incomplete: c.yellow, interrupted: c.magenta },
    notice: { info: c.blue, warning: c.yellow, error: c.red },
  };
}

import type { Reporter, ReporterContext, RunResult } from 'scanrun';

/** What the core hands to a reporter: the options complete with the schema's defaults. */
export function contextOf(
  reporter: Reporter,
  options: Readonly<Record<string, unknown>> = {},
  more: Partial<Omit<ReporterContext, 'options'>> = {},
): ReporterContext {
  const defaults = Object.fromEntries(
    Object.entries(reporter.options).map(([name, schema]) => [name, (schema as { default?: unknown }).default]),
  );
  return {
    output: { file: undefined, color: false, columns: 80, verbosity: 'normal' },
    cwd: process.cwd(),
    environment: process.env,
    signal: new AbortController().signal,
    ...more,
    options: { ...defaults, ...options } as ReporterContext['options'],
  };
}

/** Renders as the core does, to text: chunks are joined. */
export async function render(
  reporter: Reporter,
  result: RunResult,
  given: { options?: Readonly<Record<string, unknown>>; output?: Partial<ReporterContext['output']> } = {},
): Promise<string> {
  const context = contextOf(reporter, given.options);
  const rendered = await reporter.render(result, { ...context, output: { ...context.output, ...given.output } });
  if (typeof rendered === 'string') return rendered;
  if (rendered instanceof Uint8Array || 'files' in rendered) throw new Error('the reporter returned no text');
  const chunks: string[] = [];
  for await (const chunk of rendered) chunks.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk));
  return chunks.join('');
}

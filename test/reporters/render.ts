import type { Reporter, ReporterContext, RunResult } from 'scanrun';

/** Renders as the core does, to text: the options complete with the schema's defaults, chunks joined. */
export async function render(
  reporter: Reporter,
  result: RunResult,
  given: { options?: Readonly<Record<string, unknown>>; output?: Partial<ReporterContext['output']> } = {},
): Promise<string> {
  const defaults = Object.fromEntries(
    Object.entries(reporter.options).map(([name, schema]) => [name, (schema as { default?: unknown }).default]),
  );
  const rendered = await reporter.render(result, {
    options: { ...defaults, ...given.options } as ReporterContext['options'],
    output: { file: undefined, color: false, columns: 80, verbosity: 'normal', ...given.output },
    cwd: process.cwd(),
    environment: process.env,
    signal: new AbortController().signal,
  });
  if (typeof rendered === 'string') return rendered;
  if (rendered instanceof Uint8Array || 'files' in rendered) throw new Error('the reporter returned no text');
  const chunks: string[] = [];
  for await (const chunk of rendered) chunks.push(typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk));
  return chunks.join('');
}

import { type AnyCheck, implementationOf } from '../../../core/check/define.js';
import { fillMessage } from '../../../core/check/messages.js';
import { FileContent } from '../../../core/execute/file-content.js';
import { OpenedFile } from '../../../core/execute/visit.js';
import type { CheckContext, JsonObject, Report } from '../../../core/index.js';
import { Redactor } from '../../../core/redact.js';

/** What a check said of one file. */
export interface Visit {
  /** Everything that was reported as it leaves the scan: message, data and code frame, redacted at the moment of the report. */
  readonly printed: string;
  readonly reports: readonly Report[];
  readonly degraded: readonly string[];
}

/** Shows one file to a file check and keeps what it says, in order. */
export async function visit(check: AnyCheck, path: string, text: string, options: JsonObject = {}): Promise<Visit> {
  const file = new OpenedFile(
    { path, sizeBytes: text.length, modifiedMs: 0, type: 'file', executable: false },
    `/nowhere/${path}`,
    new FileContent(Buffer.from(text)),
  );
  const redactor = new Redactor();
  const printed: string[] = [];
  const reports: Report[] = [];
  const degraded: string[] = [];
  const defaults = Object.fromEntries(
    Object.entries(check.meta.options).map(([name, schema]) => [name, schema.default]),
  );
  const context = {
    options: { ...defaults, ...options },
    redact: (value: string) => redactor.add(value),
    degraded: (reason: string) => degraded.push(reason),
    report: (report: Report) => {
      reports.push(report);
      const { text: message, missing } = fillMessage(check.meta.messages[report.messageId] ?? '', report.data ?? {});
      if (missing.length > 0) throw new Error(`without ${missing.join()}`);
      printed.push(
        JSON.stringify(
          redactor.json({
            message,
            data: report.data ?? {},
            frame: file.lines.snippet(report.location?.startLine ?? 1)?.lines ?? [],
          }),
        ),
      );
    },
  } as unknown as CheckContext;
  await implementationOf(check).visit?.(file, context);
  return { printed: printed.join('\n'), reports, degraded };
}

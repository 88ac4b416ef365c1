import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';

/**
 * Masks what was written before it was known to be secret: reads a file of JSON values, one a line, and puts another in
 * its place where one of them has to change. A line that is no JSON is left out when it has to: a torn one, from a crash.
 * @param redact masks a value; gives the very value when there is no secret in it.
 * @throws what the file system throws.
 */
export function redactLines(file: string, redact: <T>(value: T) => T): void {
  // A pipe or a device has let go of what was written.
  if (!statSync(file).isFile()) return;
  const text = readFileSync(file, 'utf8');
  // A whole file in one look: most have nothing to mask.
  if (redact(text) === text) return;
  const lines = text.split('\n').map((line) => {
    if (redact(line) === line) return line;
    try {
      return JSON.stringify(redact(JSON.parse(line) as unknown));
    } catch {
      return '';
    }
  });
  const temporary = `${file}.${process.pid}.tmp`;
  const handle = openSync(temporary, 'wx', statSync(file).mode & 0o777);
  try {
    writeFileSync(handle, lines.join('\n'));
    fsyncSync(handle);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
}

/** One thing that the compiler says. */
export interface Diagnostic {
  /** As the compiler names it, relative to where it ran or absolute; absent for what concerns the whole project. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** Its number, such as 2322. */
  readonly code: number;
  readonly message: string;
}

const DIAGNOSTIC = /^(?:(?<file>.+?)\((?<line>\d+),(?<column>\d+)\): )?error TS(?<code>\d+): (?<message>.*)$/;

/** Reads what `tsc --pretty false` prints, of every version from 4 to 7. Explanations are indented below their error. */
export function readDiagnostics(stdout: string): Diagnostic[] {
  const found: (Diagnostic & { message: string })[] = [];
  for (const row of stdout.split('\n')) {
    const groups = DIAGNOSTIC.exec(row.trimEnd())?.groups;
    if (groups !== undefined) {
      const { file, line, column, code, message = '' } = groups;
      const place = file === undefined ? {} : { file, line: Number(line), column: Number(column) };
      found.push({ ...place, code: Number(code), message });
    } else if (/^\s+\S/.test(row)) {
      const last = found.at(-1);
      if (last !== undefined) last.message += ` ${row.trim()}`;
    }
  }
  return found;
}

/** A configuration without any file: nothing is wrong, and nothing was checked. */
export const NO_INPUTS: readonly number[] = [18_002, 18_003];

/** What a project refers to is not built, so its types are not known. */
export const NOT_BUILT = 6305;

/** A module, a type library or a base configuration was not found. */
const NOT_FOUND: readonly number[] = [2307, 2688, 2792, 2875, 6053, 7016];

/** The package that was not found; undefined for another error, and for a file of the project. */
export function missingModule({ code, message }: Diagnostic): string | undefined {
  if (!NOT_FOUND.includes(code)) return undefined;
  const specifier = /'([^']+)'/.exec(message)?.[1] ?? '';
  return /^(?:@[\w.-]+\/)?[\w-][\w.-]*(?=\/|$)/.exec(specifier)?.[0];
}

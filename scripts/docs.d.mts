import type { AnyCheck, ERRORS, Plugin, Reporter } from 'scanrun';

export declare function ownNames(kind: 'plugins' | 'reporters'): string[];
export declare function renderPages(material: {
  readonly errors: typeof ERRORS;
  readonly plugins: readonly Plugin[];
  readonly reporters: readonly Reporter[];
  readonly isFileCheck: (check: AnyCheck) => boolean;
}): Map<string, string>;
export declare function stalePages(pages: ReadonlyMap<string, string>): string[];
export declare function isFileCheck(check: AnyCheck): boolean;

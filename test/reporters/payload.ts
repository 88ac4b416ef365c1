import { inflateRawSync } from 'node:zlib';

/** The five numbers of a frame, and its lines. */
type Frame = { readonly numbers: readonly number[]; readonly lines: readonly string[] } | undefined;

interface Payload {
  readonly checks: readonly (readonly number[])[];
  readonly framesEach: number;
  readonly frames: readonly string[];
  readonly strings: readonly string[];
  readonly paths: readonly number[];
  readonly [column: string]: unknown;
}

/** A finding as the page's client reads it. */
export interface PageFinding {
  readonly checkId: string | undefined;
  readonly severity: number;
  readonly state: number;
  readonly message: string | undefined;
  readonly path: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly package: string | undefined;
  readonly suppressed: string | undefined;
  readonly fixable: string | undefined;
  readonly height: number;
  readonly frame: Frame;
}

/** What is embedded in a page. */
export function readPayload(page: string): { readonly strings: readonly string[]; readonly findings: PageFinding[] } {
  const payload = JSON.parse(/id="payload">(.*?)<\/script>/s.exec(page)?.[1] ?? '') as Payload;
  const { checks, framesEach, strings } = payload;
  const frames = payload.frames.flatMap((part): Frame[] => {
    if (part === '') return Array.from({ length: framesEach });
    const text = inflateRawSync(Buffer.from(part, 'base64')).toString('utf8');
    const [numbers, texts] = JSON.parse(text) as [number[], (0 | string[])[]];
    return texts.map((lines, at) => (lines === 0 ? undefined : { numbers: numbers.slice(at * 5, at * 5 + 5), lines }));
  });
  const value = (name: string, index: number): number => {
    const column = payload[name] as number | readonly number[];
    return typeof column === 'number' ? column : (column[index] ?? Number.NaN);
  };
  const places = payload.paths.flatMap((path, at) =>
    at % 2 === 0 ? Array.from({ length: payload.paths[at + 1] ?? 0 }, () => strings[path]) : [],
  );
  const findings = places.map((path, index) => ({
    checkId: strings[checks[value('checkOf', index)]?.[0] ?? -1],
    severity: value('severities', index),
    state: value('states', index),
    message: strings[value('messages', index)],
    path,
    line: value('lines', index),
    column: value('columns', index),
    package: strings[value('packages', index)],
    suppressed: strings[value('suppressed', index)],
    fixable: strings[value('fixable', index)],
    height: value('heights', index),
    frame: frames[index],
  }));
  return { strings, findings };
}

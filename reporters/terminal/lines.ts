import type { RunResult } from 'scanrun';
import { newTo } from '../findings.js';
import { type Counts, countResult } from '../summary.js';
import { findingLines } from './findings.js';
import { fixedLines, noticeLines, notPlannedLines, openLines, slowestLines } from './sections.js';
import type { Settings } from './settings.js';
import { summaryLines, verdictLine } from './summary.js';

/** A text of many lines, one chunk a part: ten thousand findings need no string of their own. */
export function* renderLines(result: RunResult, settings: Settings): Generator<string> {
  const counts = countResult(result);
  const parts =
    settings.verbosity === 'quiet' ? quietParts(result, counts, settings) : normalParts(result, counts, settings);
  for (const lines of parts) {
    for (const line of lines) yield `${line}\n`;
  }
}

function* normalParts(result: RunResult, counts: Counts, settings: Settings): Generator<Iterable<string>> {
  yield [''];
  yield findingLines(result, { ...settings, isNew: newTo(result) });
  yield fixedLines(result, settings);
  yield openLines(result, settings);
  yield notPlannedLines(result, counts, settings);
  yield slowestLines(result, settings);
  yield noticeLines(result, settings);
  yield summaryLines(result, counts, settings);
}

function* quietParts(result: RunResult, counts: Counts, settings: Settings): Generator<Iterable<string>> {
  yield findingLines(result, { ...settings, isNew: newTo(result) });
  yield openLines(result, settings);
  yield noticeLines(result, settings);
  yield verdictLine(result, counts, settings);
}

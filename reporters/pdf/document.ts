import { plural, type RunResult } from 'scanrun';
import { checksView, rowsOf } from '../page/checks.js';
import { comparisonView } from '../page/comparison.js';
import { compilePages, hashSource } from '../page/compile.js';
import { executionView } from '../page/execution.js';
import { overviewView } from '../page/overview.js';
import { nameText } from '../page/text.js';
import { timelineView } from '../page/timeline.js';
import { trendView } from '../page/trend.js';
import { countResult } from '../summary.js';
import { severitiesView } from './findings.js';
import { signOffView } from './sign-off.js';
import { suppressedView } from './suppressed.js';

/** The templates beside the document's own, each a partial under its name. */
const PARTIALS = ['cover', 'summary', 'findings', 'finding', 'checks', 'execution', 'sign-off'];

/** Rows of a table at most: Chromium keeps the structure of a table in memory, which grows faster than the table. */
const TABLE_ROWS = 500;
/** The width of the drawings, in pixels of the paper's text. */
const [TIMELINE, TREND] = [690, 330];

/** What of the options the document needs. */
export interface DocumentOptions {
  readonly title: string;
  readonly format: 'A4' | 'Letter';
  readonly findingsPerCheck: number;
  readonly maxFindings: number;
}

/** The document as HTML that needs nothing else, and its title. */
export async function renderDocument(
  result: RunResult,
  options: DocumentOptions,
  digest: string,
): Promise<{ readonly html: string; readonly title: string }> {
  const pages = await compilePages({
    folder: new URL('./templates/', import.meta.url),
    pages: ['document'],
    partials: PARTIALS,
    styles: [
      'page/tokens',
      'page/base',
      `paper-${options.format.toLowerCase()}`,
      'document',
      'cover',
      'chapters',
      'findings',
      'page/charts',
    ],
  });
  const view = documentView(result, options, digest);
  const csp = `default-src 'none'; style-src ${hashSource(pages.styles)}`;
  return { html: pages.render('document', { ...view, csp }), title: view.documentTitle };
}

function documentView(result: RunResult, options: DocumentOptions, digest: string) {
  const counts = countResult(result);
  const overview = overviewView(result, counts);
  const checks = checksView(result, rowsOf(result));
  const title = options.title === '' ? overview.target : nameText(options.title);
  return {
    title,
    titleLong: title.length > 40,
    documentTitle: `${overview.word} · ${title} · scanrun`,
    version: nameText(result.run.versions.scanrun ?? ''),
    overview,
    comparison: comparisonView(result),
    checks,
    checkTables: parts(checks.checks),
    notPlannedTables: parts(checks.notPlanned),
    findings: severitiesView(result, options),
    suppressed: suppressedView(result),
    timeline: timelineView(result, { width: TIMELINE, gutter: 78, onePicture: true }),
    execution: executionView(result),
    trend: trendView(result, { width: TREND, onePicture: true }),
    signOff: signOffView(result, digest),
  };
}

/** A long table in parts, each with a caption that says which of how many it is. */
function parts<T>(rows: readonly T[]): { readonly caption: string; readonly rows: readonly T[] }[] {
  const count = Math.ceil(rows.length / TABLE_ROWS);
  return Array.from({ length: count }, (_, index) => {
    const own = rows.slice(index * TABLE_ROWS, (index + 1) * TABLE_ROWS);
    return { caption: count === 1 ? '' : `${plural(own.length, 'row')}, part ${index + 1} of ${count}`, rows: own };
  });
}

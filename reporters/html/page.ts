import type { RunResult } from 'scanrun';
import { fixesText } from '../fixes.js';
import { checksView, rowsOf } from '../page/checks.js';
import { comparisonView } from '../page/comparison.js';
import { compilePages, hashSource } from '../page/compile.js';
import { environmentView, tasksView } from '../page/environment.js';
import { executionView } from '../page/execution.js';
import { inventoryView } from '../page/inventory.js';
import { overviewView } from '../page/overview.js';
import { nameText } from '../page/text.js';
import { timelineView } from '../page/timeline.js';
import { trendView } from '../page/trend.js';
import { type Counts, countResult } from '../summary.js';
import { checksThatFound, findingsView } from './findings.js';
import { payloadChunks } from './payload.js';

/** The templates beside the page's own, each a partial under its name. */
const PARTIALS = [
  'top',
  'overview',
  'findings',
  'finding',
  'group',
  'checks',
  'execution',
  'execution-numbers',
  'trend',
  'inventory',
  'environment',
];
const STYLES = [
  'page/tokens',
  'page/base',
  'base',
  'top',
  'overview',
  'controls',
  'filters',
  'findings',
  'tables',
  'checks',
  'page/charts',
  'execution',
  'print',
];
/** In this order: each uses those before it, and before printing the findings are drawn first and what is folded in them is opened then. */
const SCRIPTS = ['data', 'filter', 'rows', 'list', 'findings', 'client'];

/** The width of the drawings, in units that are about a pixel where the page is at its widest. */
const WIDTH = 1_080;
/** Rows of a table of collected data at most. */
const DATA_ROWS = 200;

/** The page's options. */
export interface PageOptions {
  readonly title: string;
  readonly theme: string;
  readonly staticFindings: number;
}

/** Renders the page in chunks: what stands before the findings' data, the data, and the end. */
export async function* renderPage(
  result: RunResult,
  options: PageOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pages = await compilePages({
    folder: new URL('./templates/', import.meta.url),
    pages: ['page', 'end'],
    partials: PARTIALS,
    styles: STYLES,
    scripts: SCRIPTS,
  });
  const found = checksThatFound(result);
  const rows = rowsOf(result);
  const csp = contentSecurityPolicy(pages.styles, pages.client);
  const counts = countResult(result);
  const { overview, ...view } = pageView(result, counts, options, rows);
  const fixes = fixesText(result, counts.total) ?? '';
  yield pages.render('page', {
    ...view,
    overview,
    csp,
    findings: findingsView(found, rows, { limit: options.staticFindings, fixes }),
  });
  for await (const chunk of payloadChunks(found, rows)) {
    signal.throwIfAborted();
    yield chunk;
  }
  yield pages.render('end', {});
}

function pageView(result: RunResult, counts: Counts, options: PageOptions, rows: ReturnType<typeof rowsOf>) {
  const overview = overviewView(result, counts);
  return {
    title: options.title === '' ? overview.target : nameText(options.title),
    theme: options.theme,
    version: nameText(result.run.versions.scanrun ?? ''),
    overview,
    comparison: comparisonView(result),
    checks: checksView(result, rows),
    timeline: timelineView(result, { width: WIDTH, gutter: 96 }),
    execution: executionView(result),
    tasks: tasksView(result),
    trend: trendView(result, { width: 520 }),
    inventory: inventoryView(result, DATA_ROWS),
    environment: environmentView(result),
  };
}

/** Everything is forbidden but this page's own style and script, by their hashes, and the icon in it. */
function contentSecurityPolicy(styles: string, client: string): string {
  return `default-src 'none'; style-src ${hashSource(styles)}; script-src ${hashSource(client)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

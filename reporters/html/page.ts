import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { RunResult } from 'scanrun';
import { countResult } from '../summary.js';
import { checksView, rowsOf } from './checks.js';
import { measuredView } from './data.js';
import { environmentView, speedView, tasksView } from './environment.js';
import { findingsView } from './findings.js';
import { overviewView } from './overview.js';
import { statisticsView } from './statistics.js';
import { Svg } from './svg.js';
import { nameText } from './text.js';
import { timelineView } from './timeline.js';

/** The templates beside the page's own, each a partial under its name. */
const PARTIALS = [
  'sprite',
  'top',
  'overview',
  'findings',
  'finding',
  'group',
  'checks',
  'help',
  'inlines',
  'timeline',
  'statistics',
  'measured',
  'environment',
];
const STYLES = [
  'tokens',
  'base',
  'top',
  'overview',
  'controls',
  'filters',
  'findings',
  'checks',
  'timeline',
  'statistics',
  'print',
];
/** In this order: before printing, the findings are drawn first and what is folded in them is opened then. */
const SCRIPTS = ['findings', 'client'];

/** The page's options. */
export interface PageOptions {
  readonly title: string;
  readonly theme: string;
  readonly staticFindings: number;
}

/** Renders the page. */
export async function renderPage(result: RunResult, options: PageOptions): Promise<string> {
  const [{ template, styles, client }, view] = [await loadTemplate(), pageView(result, options)];
  return template({ ...view, csp: contentSecurityPolicy(styles, client) });
}

function pageView(result: RunResult, options: PageOptions) {
  const counts = countResult(result);
  const rows = rowsOf(result);
  const overview = overviewView(result, counts);
  return {
    title: options.title === '' ? overview.target : nameText(options.title),
    theme: options.theme,
    version: nameText(result.run.versions.scanrun ?? ''),
    overview,
    findings: findingsView(result, rows, options.staticFindings),
    checks: checksView(result, rows),
    timeline: timelineView(result),
    statistics: statisticsView(result),
    speed: speedView(result.statistics),
    tasks: tasksView(result),
    measured: measuredView(result),
    environment: environmentView(result),
  };
}

/** Everything is forbidden but this page's own style and script, by their hashes, and the icon in it. */
function contentSecurityPolicy(styles: string, client: string): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(styles)}; script-src ${hash(client)}; img-src data:; base-uri 'none'; form-action 'none'`;
}

/** Reads and compiles the templates: only when a page is rendered, since Handlebars is slow to load. */
async function loadTemplate() {
  const read = (name: string): Promise<string> => readFile(new URL(`./templates/${name}`, import.meta.url), 'utf8');
  const [{ default: handlebars }, page, scripts, styles, partials] = await Promise.all([
    import('handlebars'),
    read('page.hbs'),
    Promise.all(SCRIPTS.map((name) => read(`${name}.js`))),
    Promise.all(STYLES.map((name) => read(`${name}.css`))),
    Promise.all(PARTIALS.map((name) => read(`${name}.hbs`))),
  ]);
  const instance = handlebars.create();
  const [css, client] = [styles.join(''), scripts.join('')];
  PARTIALS.forEach((name, index) => {
    instance.registerPartial(name, partials[index] ?? '');
  });
  // As partials the two are put in as they are, without any way round the escaping of data.
  instance.registerPartial('styles', css);
  instance.registerPartial('client', client);
  instance.registerHelper('json', (value: unknown) => new instance.SafeString(scriptJson(value)));
  instance.registerHelper('svg', (value: unknown) => {
    if (!(value instanceof Svg)) throw new TypeError('only what the svg tag made may be put in unescaped');
    return new instance.SafeString(value.toString());
  });
  return {
    template: instance.compile(page, { preventIndent: true }),
    styles: css,
    client,
  };
}

const UNSAFE_IN_SCRIPT = /[<\u2028\u2029]/g;

/** JSON that cannot end the script element it stands in. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSAFE_IN_SCRIPT,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

import { resolve } from 'node:path';
import { loadModule, type ModuleLoader } from '../check/load-module.js';
import { optionProblems, schemaDefaults } from '../check/options.js';
import { isReporter, type Reporter } from '../check/reporter.js';
import { ScanError } from '../errors.js';
import type { JsonObject } from '../model/json.js';
import type { Environment } from './environment.js';
import type { ConfigLayer, Layer, ValidConfig } from './layers.js';
import { nameOf } from './plain.js';
import type { ConfigProblem } from './problems.js';
import { loadExport, resolveReference } from './reference.js';

/** A reporter to run, with the options and output it gets. */
export interface ResolvedReporter {
  /** Its name. */
  readonly name: string;
  /** Its options, valid; those that are absent have their defaults. */
  readonly options: JsonObject;
  /** The absolute path of the output, or `-` for standard output. */
  readonly output: string;
  /** Gives the reporter. One of ours whose options are not set is imported only now: some bring half a second of libraries. */
  load(): Promise<Reporter>;
}

/** What is written when nobody says otherwise. */
const DEFAULT_REPORTERS: readonly string[] = ['terminal', 'html'];

/** The same under GitHub Actions, where annotations and a job summary are what people look at. */
function defaultReporters({ GITHUB_ACTIONS, GITHUB_STEP_SUMMARY }: Environment): NamedReporter[] {
  if (GITHUB_ACTIONS !== 'true') return DEFAULT_REPORTERS.map((reporter) => ({ reporter }));
  const summary = GITHUB_STEP_SUMMARY ? [{ reporter: 'github', output: GITHUB_STEP_SUMMARY }] : [];
  return [{ reporter: 'github' }, { reporter: 'html' }, ...summary];
}

interface NamedReporter {
  readonly reporter: string;
  readonly output?: string;
}

/** Where our own reporters write; stated once more here so that asking does not import them. A test compares. */
export const OWN_OUTPUTS: Readonly<Record<string, string>> = {
  csv: 'reports/findings.csv',
  cyclonedx: 'reports/sbom.cdx.json',
  github: '-',
  gitlab: 'reports/gl-code-quality-report.json',
  html: 'reports/scan.html',
  json: '-',
  junit: 'reports/junit.xml',
  markdown: 'reports/scan.md',
  pdf: 'reports/scan.pdf',
  sarif: 'reports/scan.sarif',
  terminal: '-',
};

interface Wanted {
  readonly reporter: unknown;
  readonly options: JsonObject;
  readonly output?: string;
  readonly where: string;
  readonly folder: string;
}

/** The reporters of the last layer that lists any, else those that suit the environment; paths of outputs start from the working folder. */
export async function resolveReporters(
  layers: readonly ConfigLayer[],
  cwd: string,
  environment: Environment,
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<{ readonly reporters: readonly ResolvedReporter[]; readonly layer: Layer }> {
  const last = layers.findLast(({ config }) => config.reporters !== undefined);
  const wanted =
    last === undefined
      ? defaultReporters(environment).map((item) => ({ ...item, options: {}, where: 'default reporters', folder: cwd }))
      : wantedOf(last);
  const found: { readonly entry: ResolvedReporter; readonly where: string }[] = [];
  for (const item of wanted) {
    const entry = await resolveReporter(item, cwd, loader, problems);
    if (entry !== undefined) found.push({ entry, where: item.where });
  }
  problems.push(...sharedOutputs(found));
  return { reporters: found.map(({ entry }) => entry), layer: last?.layer ?? 'default' };
}

function wantedOf({ config, source, folder }: ConfigLayer): Wanted[] {
  return ((config as ValidConfig).reporters ?? []).flatMap((item, index) => {
    if (item === null) return [];
    const where = source.place(['reporters', index]);
    if (typeof item === 'string') return [{ reporter: item, options: {}, where, folder }];
    return [{ options: {}, ...item, where, folder }];
  });
}

async function resolveReporter(
  wanted: Wanted,
  cwd: string,
  loader: ModuleLoader,
  problems: ConfigProblem[],
): Promise<ResolvedReporter | undefined> {
  const { reporter, where, folder } = wanted;
  if (isReporter(reporter)) return completed(reporter, wanted, cwd, problems);
  if (typeof reporter !== 'string') {
    problems.push({
      where,
      what: `is ${nameOf(reporter)}, not a reporter`,
      next: 'list use(reporter, options), or the name, package or path of a reporter',
      code: 'SR_REPORTER_INVALID',
    });
    return undefined;
  }
  const reference = await resolveReference(reporter, 'reporters', folder, loader);
  if (reference.kind === 'missing') {
    problems.push({ where, what: reference.what, next: reference.next, code: 'SR_REPORTER_UNKNOWN' });
    return undefined;
  }
  const own = reference.kind === 'own' ? OWN_OUTPUTS[reference.name] : undefined;
  if (reference.kind === 'own' && own !== undefined && Object.keys(wanted.options).length === 0) {
    return {
      name: reference.name,
      options: {},
      output: outputOf(wanted.output ?? own, cwd),
      load: () => loadOwn(reference.name, reference.url, loader),
    };
  }
  const loaded = await loadExport(
    reference.url,
    {
      is: isReporter,
      where: `${where} '${reporter}'`,
      failed: 'SR_REPORTER_INVALID',
      invalid: 'SR_REPORTER_INVALID',
      maker: 'defineReporter',
    },
    loader,
  );
  if (isReporter(loaded)) return completed(loaded, wanted, cwd, problems);
  problems.push(loaded);
  return undefined;
}

async function loadOwn(name: string, url: string, loader: ModuleLoader): Promise<Reporter> {
  const { default: reporter } = await loadModule(url, loader);
  if (isReporter(reporter)) return withDefaults(reporter);
  throw new ScanError('SR_REPORTER_INVALID', `The reporter '${name}' does not export what defineReporter returns.`);
}

/** The reporter, which sees its own defaults: nobody could name them before it was imported. */
function withDefaults(reporter: Reporter): Reporter {
  const defaults = schemaDefaults(reporter.options);
  return {
    ...reporter,
    render: (result, context) => reporter.render(result, { ...context, options: { ...defaults, ...context.options } }),
  };
}

async function completed(
  reporter: Reporter,
  wanted: Wanted,
  cwd: string,
  problems: ConfigProblem[],
): Promise<ResolvedReporter> {
  const { options, where } = wanted;
  if (Object.keys(options).length > 0)
    problems.push(...(await optionProblems(reporter.options, options, `${where}.options`)));
  return {
    name: reporter.name,
    options: { ...schemaDefaults(reporter.options), ...options },
    output: outputOf(wanted.output ?? reporter.output, cwd),
    load: () => Promise.resolve(reporter),
  };
}

function outputOf(output: string, cwd: string): string {
  return output === '-' ? '-' : resolve(cwd, output);
}

/** Two reporters that write to one place would mix or overwrite each other. */
function sharedOutputs(
  found: readonly { readonly entry: ResolvedReporter; readonly where: string }[],
): ConfigProblem[] {
  return found.flatMap(({ entry, where }, index) => {
    const before = found.slice(0, index).find((other) => other.entry.output === entry.output);
    if (before === undefined) return [];
    if (entry.output !== '-')
      return [
        {
          where,
          what: `writes to the same file as ${before.entry.name}: ${entry.output}`,
          next: 'give one of them another output',
        },
      ];
    const what = `('${entry.name}') wants standard output, which '${before.entry.name}' has`;
    return [
      {
        where,
        what,
        next: `give one of them a file, such as --reporter ${entry.name}=reports/scan.${entry.name}`,
        code: 'SR_REPORTER_STDOUT' as const,
      },
    ];
  });
}

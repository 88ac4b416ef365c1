import { type Import, importsOf, type Module, packageOf } from './modules.js';

/** What breaks a rule: the place and what is wrong there. */
export type Violations = readonly string[];

const FOUNDATION = ['model', 'errors', 'own'];
const USED = [...FOUNDATION, 'check', 'files', 'cache', 'lock', 'redact'];
const STAGES = ['config', 'plan', 'execute', 'suppress', 'telemetry', 'journal', 'fleet', 'report'];

/** What each part of core may import besides itself, and why. A part that is not here has no place in the house yet. */
export const FLOORS: Readonly<Record<string, { readonly may: readonly string[]; readonly why: string }>> = {
  model: { may: [], why: 'the nouns are what everything else speaks about; one that imports cannot travel alone' },
  errors: { may: [], why: 'everything may throw, so the table of errors depends on nothing' },
  own: { may: [], why: 'where the package lies is asked before anything is loaded' },
  lock: { may: ['errors'], why: 'whoever shares a file between processes takes one, whatever the file is' },
  redact: { may: ['model'], why: 'a secret must be masked whichever stage it passes' },
  events: { may: ['model'], why: 'a stream of events knows the events and nobody who makes them' },
  hooks: { may: ['model', 'errors'], why: 'a plugin is shown the nouns, never a stage' },
  check: { may: FOUNDATION, why: 'a check is defined before there is a scan' },
  files: { may: FOUNDATION, why: 'listing files is the same whatever is checked' },
  cache: { may: [...FOUNDATION, 'files', 'lock'], why: 'answers are kept without knowing who asks' },
  fix: {
    may: [...FOUNDATION, 'files', 'lock'],
    why: 'it changes files by what findings say, and asks nobody who found them',
  },
  answers: {
    may: USED,
    why: 'it puts checks and the cache together, so that neither knows the other',
  },
  ...Object.fromEntries(
    STAGES.map((stage) => [
      stage,
      {
        may: [...USED, 'answers'],
        why: 'stages meet in scan.ts, prepare.ts and analyse.ts, so that each can be changed alone',
      },
    ]),
  ),
  results: {
    may: [...USED, 'journal', 'telemetry', 'own'],
    why: 'a result that is read again is the same whoever asks for it, and no stage of a scan needs one',
  },
  runtime: { may: ['model', 'execute'], why: 'it owns what outlives a scan: the threads, and no stage of one scan' },
  scan: {
    may: [...USED, ...STAGES, 'answers', 'events', 'hooks', 'runtime'],
    why: 'it puts the stages in order for every caller',
  },
  browser: { may: [], why: 'it finds and ends a browser for plugins and reporters, and no part of a scan needs one' },
  testing: {
    may: [...USED, 'execute', 'fix', 'runtime'],
    why: 'what runs a check in a test is what runs it in a scan',
  },
  index: {
    may: ['model', 'errors', 'check', 'config', 'hooks', 'report', 'runtime', 'scan'],
    why: 'it is the public API',
  },
  cli: {
    may: [...USED, ...STAGES, 'answers', 'fix', 'results', 'runtime', 'scan'],
    why: 'it is the top floor: nobody imports it',
  },
};

/** Imports of types that are allowed although they point upwards. */
const TYPE_EXCEPTIONS: Readonly<Record<string, { readonly to: string; readonly why: string }>> = {
  'core/check/plugin.ts': { to: 'hooks', why: "a plugin's apply is given the hooks; only their type is named" },
};

/** Single files of core that are a part of the house together with others. */
const FILES: Readonly<Record<string, string>> = {
  prepare: 'scan',
  packages: 'scan',
  'inline-tasks': 'scan',
  'fail-fast': 'scan',
  analyse: 'scan',
  engine: 'scan',
  'open-answers': 'scan',
  record: 'scan',
  known: 'scan',
  'scan-events': 'scan',
  'scan-listener': 'scan',
  'scan-options': 'scan',
};

/** The part of core that a path belongs to. */
export function partOf(path: string): string | undefined {
  const name = /^core\/([^/.]+)/.exec(path)?.[1];
  return name === undefined ? undefined : (FILES[name] ?? name);
}

/** Imports in core point downwards. */
export function directionViolations(modules: readonly Module[]): Violations {
  return inCore(modules).flatMap((item) => {
    const from = partOf(item.from) ?? '';
    const floor = FLOORS[from];
    if (floor === undefined) return [`${place(item)}: core/${from} has no place in the house; give it one in FLOORS`];
    const to = item.target === undefined ? undefined : partOf(item.target);
    if (item.target === undefined || to === from) return [];
    if (to !== undefined && floor.may.includes(to)) return [];
    if (item.kind === 'type' && to !== undefined && TYPE_EXCEPTIONS[item.from]?.to === to) return [];
    return [`${place(item)} must not import ${item.specifier} (${to ?? 'outside of core'}): ${floor.why}`];
  });
}

/** The model uses no package and not even Node: it is what a browser or another machine would read too. */
export function modelViolations(modules: readonly Module[]): Violations {
  return inCore(modules)
    .filter(({ from, target }) => partOf(from) === 'model' && target === undefined)
    .map((item) => `${place(item)} must not import ${item.specifier}: the model is types and tiny pure functions`);
}

/** Libraries that take tens of milliseconds to load. A start pays for what it uses. */
const HEAVY =
  /^(ajv|ajv-formats|cockatiel|cosmiconfig|handlebars|jiti|listr2|pino|puppeteer-core|tinypool|typescript|@secretlint\/.+)$/;

/** Heavy libraries are loaded where they are used. */
export function heavyViolations(modules: readonly Module[]): Violations {
  return inCore(modules)
    .filter(({ kind, specifier }) => kind === 'static' && HEAVY.test(packageOf(specifier) ?? ''))
    .map(
      (item) => `${place(item)} must import ${item.specifier} inside the function that needs it: a start pays for it`,
    );
}

/** listr2 takes over both output streams, so one place decides when. */
export function listrViolations(modules: readonly Module[]): Violations {
  return modules
    .flatMap(importsOf)
    .flatMap((item) =>
      packageOf(item.specifier) === 'listr2' && !item.from.startsWith('core/report/')
        ? [`${place(item)} must not import listr2: it takes over the streams, so only core/report may`]
        : [],
    );
}

/** Modules that belong to all reporters (words and numbers that every report states, and what the html page and the pdf are both made of), or to all plugins. */
const SHARED =
  /^(reporters\/((commonmark|digest|findings|fixes|summary|visible)\.ts|page\/.+)|plugins\/(licences|manifest|own-target|text|workspaces)\.ts)$/;

/** Plugins and reporters import what a third party could: a part of the API that they lack is missing for everyone. */
export function thirdPartyViolations(modules: readonly Module[]): Violations {
  return modules
    .filter(({ path }) => /^(plugins|reporters)\//.test(path))
    .flatMap(importsOf)
    .filter(({ from, target }) => target !== undefined && !isOwnFolder(from, target))
    .map(
      (item) => `${place(item)} must not import ${item.specifier}: plugins and reporters use what a third party could`,
    );
}

function isOwnFolder(from: string, target: string): boolean {
  const [kind, name] = from.split('/');
  if (SHARED.test(target)) return target.startsWith(`${kind}/`);
  return target.startsWith(`${kind}/${name}/`);
}

/** Part of a file of the build (docs/decisions/0005), so that nothing is installed for it. */
const BUNDLED: readonly string[] = ['commander'];

/** What is imported at run time is installed with the package. */
export function dependencyViolations(modules: readonly Module[], installed: readonly string[]): Violations {
  return modules
    .flatMap(importsOf)
    .filter(({ kind, specifier }) => kind !== 'type' && !isInstalled(packageOf(specifier), installed))
    .map((item) => `${place(item)} imports ${item.specifier}, which is not among the dependencies of package.json`);
}

function isInstalled(name: string | undefined, installed: readonly string[]): boolean {
  return name === undefined || name === 'scanrun' || BUNDLED.includes(name) || installed.includes(name);
}

/** The public API is a list of names: what is defined there would be found nowhere else. */
export function barrelViolations(modules: readonly Module[]): Violations {
  return modules
    .filter(({ path }) => path === 'core/index.ts')
    .flatMap(({ text }) =>
      text
        .replace(/^export (?:type )?\{[^}]*\} from '[^']+';$/gm, '')
        .split('\n')
        .filter((line) => line.trim() !== '' && !line.startsWith('//'))
        .map((line) => `core/index.ts must only re-export: ${line}`),
    );
}

function inCore(modules: readonly Module[]): Import[] {
  return modules.filter(({ path }) => path.startsWith('core/')).flatMap(importsOf);
}

function place({ from, line }: Import): string {
  return `${from}:${line}`;
}

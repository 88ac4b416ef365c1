import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ContextOf, commandOf, defineCheck, type ExecResult, findTool, type Needs, type Tool } from 'scanrun';
import { parsedJson, readText, someOf } from '../../text.js';
import { lastWords, type Placed, placer, wordsOf } from '../paths.js';
import { findProjects, type Project } from '../typescript/configs.js';
import { type Diagnostic, missingModule, NO_INPUTS, NOT_BUILT, readDiagnostics } from '../typescript/diagnostics.js';
import { namesOf, unbuiltPackages, type Wanted, wantedPackages } from '../typescript/installed.js';

const options = {
  projects: {
    type: 'array',
    items: { type: 'string', pattern: '\\.json$' },
    uniqueItems: true,
    default: [],
    description:
      'Paths of the configurations to check, relative to the target; when empty those that scripts of package.json name, else tsconfig.json at the root and in each workspace, else each that there is.',
  },
} as const;

const messages = {
  type: '{{message}} (TS{{code}})',
  outside: '{{file}}: {{message}} (TS{{code}})',
} as const;

type Context = ContextOf<typeof options, typeof messages, Needs>;

/** Bytes of the compiler's output that are kept. */
const MAX_OUTPUT_BYTES = 67_108_864;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'TypeScript finds no error',
    description: 'What the compiler refuses fails at run time, or in the editor of whoever uses the package.',
    category: 'quality',
    tier: 'deep',
    severity: 'error',
    lane: 'process',
    estimate: '15s',
    timeout: '300s',
    tags: ['typescript', 'types'],
    when: { files: ['{tsconfig.json,*/tsconfig.json,*/*/tsconfig.json,*/*/*/tsconfig.json}'] },
    options,
    messages,
    help: [
      'Mend the error; the compiler says the same:',
      '',
      '```sh',
      'npx tsc --noEmit -p tsconfig.json',
      '```',
      '',
      "The check runs the project's own TypeScript, of version 4 to 7, and writes nothing into the project. Where `vue-tsc` is installed, it runs that. " +
        'It checks the configurations that the scripts of `package.json` name (`tsc -p src`), else `tsconfig.json` at the root and in each workspace, ' +
        'else each that there is outside of fixtures, examples and templates, and everything that these refer to. The option `projects` names others:',
      '',
      '```json',
      '{ "projects": ["tsconfig.json", "test/tsconfig.json"] }',
      '```',
      '',
      'Install the dependencies first, and build what a project refers to (`npx tsc --build`) or imports from another package of the repository: ' +
        'without them the compiler sees errors that are none, so the check says that it could not look.',
    ].join('\n'),
  },
  async run(context) {
    const { projects, packages: ownPackages } = await findProjects(context, context.options.projects);
    if (projects.length === 0)
      context.skip(
        'not-applicable',
        "No script of package.json calls tsc, and only fixtures, examples and templates have a tsconfig.json. Name the configurations with the option 'projects'.",
      );
    const rootManifest = parsedJson(await readText(context, 'package.json'));
    const wanted = new Map(projects.map((item) => [item, wantedPackages(context.target.root, item, rootManifest)]));
    const unbuilt = unbuiltPackages(context.target.root, ownPackages);
    const compiler = await compilerOf(context);
    const scratch = await mkdtemp(join(tmpdir(), 'scanrun-tsc-'));
    const unchecked: string[] = [];
    try {
      const seen = new Set<string>();
      const places = await placer(context);
      let checked = 0;
      for (const project of projects) {
        const packages = wanted.get(project) ?? NOTHING;
        const isBare = isUnprepared(packages);
        const found = isBare ? [] : readAnswer(compiler, await compile(context, compiler, project, scratch));
        const why = isBare ? notInstalled([...packages.missing]) : doubtOf(found, packages, unbuilt);
        if (why !== undefined) unchecked.push(`${project.path}: ${why}`);
        else if (found.some(({ code }) => NO_INPUTS.includes(code)) && !project.isNamed) continue;
        else {
          checked += 1;
          for (const item of found) report(context, project, item, places, seen);
        }
      }
      conclude(context, projects.length, checked, unchecked);
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  },
});

/** vue-tsc where the project has it, since tsc cannot read components; else TypeScript. */
async function compilerOf(context: Context): Promise<Tool> {
  if (context.target.own) {
    const absent = (): never => {
      throw new NotThere();
    };
    try {
      const tool = await findTool({ target: context.target, skip: absent }, { name: 'vue-tsc', range: '>=1.0.0 <4' });
      if (tool.from === 'project') return tool;
    } catch (error) {
      if (!(error instanceof NotThere)) throw error;
    }
  }
  return findTool(context, { name: 'typescript', range: '>=4.0.0 <8' });
}

class NotThere extends Error {}

function compile(context: Context, compiler: Tool, project: Project, scratch: string): Promise<ExecResult> {
  return context.exec(
    [
      process.execPath,
      commandOf(compiler, compiler.name === 'typescript' ? 'tsc' : undefined),
      '--project',
      project.path,
      '--noEmit',
      '--pretty',
      'false',
      // Where the configuration is incremental, the compiler keeps notes, even without emitting: not in the project.
      '--incremental',
      '--tsBuildInfoFile',
      join(scratch, 'notes'),
      ...(project.skipLibCheck ? ['--skipLibCheck'] : []),
    ],
    { maxBytes: MAX_OUTPUT_BYTES },
  );
}

/** What the compiler found. Exit codes 1 and 2 say that there is something; a silent failure is never "no errors". */
function readAnswer({ name, version }: Tool, result: ExecResult): Diagnostic[] {
  const { code, signal, stdout, stderr, truncated } = result;
  if (truncated) throw new Error(`${name} ${version} printed more than 64 MiB, so its answer is cut short.`);
  const found = readDiagnostics(stdout);
  if (code === 0 || ((code === 1 || code === 2) && found.length > 0)) return found;
  throw new Error(
    `${name} ${version} failed (${signal ?? `exit code ${code}`}):\n${lastWords(stderr, stdout.slice(-2_000))}`,
  );
}

/** True without anything installed, when the compiler knows no types and takes long to say so, or without the version of TypeScript that the project wants. */
function isUnprepared({ declared, missing }: Wanted): boolean {
  return (declared > 0 && missing.size === declared) || missing.has('typescript');
}

/** Why the errors of a project may be none; undefined where they are what they seem. */
function doubtOf(found: readonly Diagnostic[], { missing }: Wanted, unbuilt: ReadonlySet<string>): string | undefined {
  if (found.some(({ code }) => code === NOT_BUILT))
    return 'what it refers to is not built; run `npx tsc --build` first';
  const modules = found.map(missingModule).filter((name) => name !== undefined);
  const absent = new Set(modules.flatMap(namesOf).filter((name) => missing.has(name)));
  if (absent.size > 0) return notInstalled([...absent]);
  const own = new Set(modules.filter((name) => unbuilt.has(name)));
  return own.size === 0 ? undefined : `not built: ${someOf([...own])}, of this repository; build it first`;
}

function notInstalled(names: readonly string[]): string {
  return `not installed: ${someOf(names)}; run \`npm install\` first`;
}

const NOTHING: Wanted = { declared: 0, missing: new Set() };

function conclude(context: Context, all: number, checked: number, unchecked: readonly string[]): void {
  context.measure('checked configurations', checked, 'configurations');
  const [first] = unchecked;
  if (first === undefined) {
    if (checked === 0) context.skip('not-applicable', 'No file belongs to the configurations of TypeScript here.');
    return;
  }
  if (checked === 0 && unchecked.every((why) => why.includes('not installed: ')))
    context.skip('not-installed', `The types of the dependencies are missing. ${first}.`);
  const more = unchecked.length > 1 ? ` (and ${unchecked.length - 1} more)` : '';
  context.degraded(`${unchecked.length} of ${all} configurations could not be checked: ${first}${more}.`, {
    unchecked: [...unchecked],
  });
}

function report(
  context: Context,
  project: Project,
  { file, line, column, code, message }: Diagnostic,
  places: (named: string) => Placed,
  seen: Set<string>,
): void {
  const place = file === undefined ? undefined : places(file);
  if (place?.at === 'hidden') return;
  const key = JSON.stringify([file ?? project.path, line, column, code, message]);
  // A file that two configurations hold has its errors once.
  if (seen.has(key)) return;
  seen.add(key);
  const data = { code, message: wordsOf(message, context.target.root) };
  const of = project.package === undefined ? {} : { package: project.package.name };
  if (place?.at === 'elsewhere')
    context.report({
      messageId: 'outside',
      data: { ...data, file: place.path, line: line ?? null },
      location: { path: project.path },
      ...of,
    });
  else
    context.report({
      messageId: 'type',
      data,
      location:
        place === undefined || line === undefined
          ? { path: place?.path ?? project.path }
          : { path: place.path, startLine: line, ...(column === undefined ? {} : { startColumn: column }) },
      ...of,
    });
}

import type { CheckContext, Location, VisitedFile } from 'scanrun';

/** A value in a Dockerfile, and where it stands. */
export interface Placed {
  readonly text: string;
  readonly location: Location;
}

/** A stage of a build: what it starts from and what it does. */
export interface Stage {
  /** The image or the earlier stage, with build arguments filled in as far as they have defaults. */
  readonly base: Placed;
  /** Its name, `AS name`, in lower case. */
  readonly name?: string;
  /** The stage that it starts from, when that is no image. */
  readonly from?: Stage;
  /** `USER` instructions. */
  readonly users: readonly Placed[];
  /** `ENV` and `ARG`: names with what they are set to. */
  readonly variables: readonly Variable[];
  /** What `COPY` and `ADD` take from outside of the image. */
  readonly copied: readonly Placed[];
  /** Where its `FROM` stands. */
  readonly location: Location;
}

/** A variable of a build or of the image. */
export interface Variable extends Placed {
  readonly kind: 'ENV' | 'ARG';
  readonly name: string;
  /** What it is set to; undefined where it is only declared. */
  readonly value: string | undefined;
}

/** Dockerfiles, as Docker, Podman and editors call them; not templates of them, nor what is beside them. */
export const DOCKERFILES = [
  '**/{Dockerfile,dockerfile,Containerfile}',
  '**/{Dockerfile,dockerfile,Containerfile}.*',
  '**/*.{Dockerfile,dockerfile,containerfile}',
  '!**/*.{dockerignore,md,txt,j2,jinja,jinja2,erb,tmpl,tpl,template,in,ejs,hbs,mustache,js,ts,py,go,rb,json,yml,yaml,sh}',
  '!**/node_modules/**',
];

/** The same as one glob, for where the checks apply. */
export const ANY_DOCKERFILE =
  '**/{Dockerfile,dockerfile,Containerfile,Dockerfile.*,dockerfile.*,Containerfile.*,*.Dockerfile,*.dockerfile,*.containerfile}';

/** A longer one was not written by people; its parser is not made for it. */
const MAX_TEXT_LENGTH = 500_000;

/** The stages of a visited Dockerfile; undefined where it is none or cannot be read, which makes the check degraded. */
export async function stagesOf(
  file: VisitedFile,
  context: Pick<CheckContext, 'degraded'>,
): Promise<readonly Stage[] | undefined> {
  if (file.type !== 'file') return undefined;
  const why =
    file.sizeBytes > 0 && file.text === ''
      ? 'it is binary'
      : file.text.length > MAX_TEXT_LENGTH
        ? 'it is too long'
        : undefined;
  if (why !== undefined) {
    context.degraded(`${file.path} was not judged: ${why}.`, { path: file.path });
    return undefined;
  }
  const { DockerfileParser } = await import('dockerfile-ast');
  return readStages(DockerfileParser.parse(file.text), file.path);
}

type Parsed = ReturnType<typeof import('dockerfile-ast')['DockerfileParser']['parse']>;
type Instruction = ReturnType<Parsed['getInstructions']>[number];
type LspRange = ReturnType<Instruction['getRange']>;

function readStages(parsed: Parsed, path: string): Stage[] {
  const placed = (text: string, range: LspRange): Placed => ({ text, location: locate(path, range) });
  const global = defaultsOf(parsed.getInitialARGs().map((arg) => arg.getProperty()));
  const stages: Stage[] = [];
  for (const instruction of parsed.getInstructions()) {
    const keyword = instruction.getKeyword();
    if (keyword === 'FROM') {
      const [image, as, name] = instruction.getArguments().map((argument) => argument.getValue());
      const base = fill(image ?? '', global);
      const from = stages.findLast((stage) => stage.name === base.toLowerCase());
      stages.push({
        base: placed(base, instruction.getRange()),
        ...(as?.toUpperCase() === 'AS' && name !== undefined ? { name: name.toLowerCase() } : {}),
        ...(from === undefined ? {} : { from }),
        users: [],
        variables: [],
        copied: [],
        location: locate(path, instruction.getRange()),
      });
      continue;
    }
    const stage = stages.at(-1);
    if (stage !== undefined) addTo(stage, instruction, keyword, placed);
  }
  return stages;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function addTo(
  stage: Stage,
  instruction: Instruction,
  keyword: string,
  placed: (text: string, range: LspRange) => Placed,
): void {
  const into = stage as {
    -readonly [K in keyof Stage]: Stage[K] extends readonly (infer T)[] ? Mutable<T>[] : Stage[K];
  };
  const range = instruction.getRange();
  if (keyword === 'USER') {
    const text = instruction.getArguments()[0]?.getValue() ?? '';
    into.users.push(placed(fill(text, defaultsOf(stage.variables)), range));
  }
  if (keyword === 'ENV' || keyword === 'ARG') {
    for (const { name, value } of propertiesOf(instruction))
      into.variables.push({ ...placed(name, range), kind: keyword, name, value });
  }
  if (keyword === 'COPY' || keyword === 'ADD') {
    const flags =
      'getFlags' in instruction ? (instruction as unknown as { getFlags(): { getName(): string }[] }).getFlags() : [];
    if (flags.some((flag) => flag.getName() === 'from')) return;
    const sources = instruction.getArguments().slice(0, -1);
    for (const argument of sources)
      into.copied.push(placed(argument.getValue().replace(/^\[?"?|",?$/g, ''), argument.getRange()));
  }
}

interface Property {
  readonly name: string;
  readonly value: string | undefined;
}

function propertiesOf(instruction: Instruction): Property[] {
  const holder = instruction as unknown as {
    getProperties?(): readonly ParsedProperty[];
    getProperty?(): ParsedProperty | null;
  };
  const all = holder.getProperties?.() ?? [holder.getProperty?.()];
  return all
    .filter((property) => property !== undefined && property !== null)
    .map((property) => ({ name: property.getName(), value: property.getValue() ?? undefined }));
}

interface ParsedProperty {
  getName(): string;
  getValue(): string | null;
}

function defaultsOf(properties: readonly (ParsedProperty | Property | null)[]): ReadonlyMap<string, string> {
  const defaults = new Map<string, string>();
  for (const property of properties) {
    if (property === null) continue;
    const name = 'getName' in property ? property.getName() : property.name;
    const value = 'getName' in property ? property.getValue() : property.value;
    if (value !== undefined && value !== null) defaults.set(name, fill(value, defaults));
  }
  return defaults;
}

/** A text with `$NAME`, `${NAME}` and `${NAME:-default}` filled in where a value is known; the others stay. */
export function fill(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g,
    (whole, braced?: string, fallback?: string, plain?: string) => {
      const value = values.get(braced ?? plain ?? '');
      return value !== undefined && value !== '' ? value : (fallback ?? whole);
    },
  );
}

function locate(path: string, { start, end }: LspRange): Location {
  return {
    path,
    startLine: start.line + 1,
    startColumn: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  };
}

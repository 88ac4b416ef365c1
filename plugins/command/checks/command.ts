import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ContextOf, defineCheck, type ExecResult, type Needs } from 'scanrun';
import { commandLine, tails } from '../display.js';
import { judge, type Parsed } from '../judge.js';
import { type CommandOptions, checkedPattern, optionSchemas } from '../options.js';
import { loadParser, type ParserName } from '../parsers/load.js';
import { ParserError, type ToolFinding } from '../parsers/parser.js';
import type { Pattern } from '../parsers/regex.js';
import { type Place, targetPath } from '../paths.js';

const messages = {
  problem: '{{message}}',
  problemOfRule: '{{message}} ({{rule}})',
  outside: '{{file}}: {{message}}',
  failed: '{{command}} ended with exit code {{code}}:\n{{output}}',
  failedSilently: '{{command}} ended with exit code {{code}} and printed nothing.',
} as const;

const help = `The check runs a program without a shell and takes its answer over.

| the program ends with | the check ends |
|---|---|
| findings in its output | failed, one finding for each |
| a code in \`passCodes\`, nothing in its output | passed |
| a code in \`findingCodes\`, no parser | failed, one finding with the last lines |
| a code in \`findingCodes\`, nothing in its output | errored: the tool itself failed |
| any other code, a signal, or an output that cannot be read | errored |
| more output than \`maxBytes\` | degraded |
| no such program | skipped |

On Windows programs such as \`npx\` are scripts, which only a shell can start: give \`node\` and the path of the tool's own script.`;

/** Runs a program and takes what it finds for findings. */
export default defineCheck(import.meta.url, {
  meta: {
    title: 'A command passes',
    description: 'Whatever a tool of the project says belongs into the same report.',
    category: 'command',
    tier: 'standard',
    severity: 'error',
    lane: 'process',
    tags: ['command'],
    options: optionSchemas,
    messages,
    help,
  },
  async run(context) {
    const { options } = context;
    const { argv } = options;
    if (argv === undefined || argv.length === 0) {
      return context.skip(
        'not-applicable',
        'No command is set. Give the option \'argv\', such as ["npm", "test"], or use commands({ test: { argv: [...] } }) from \'scanrun/plugins/command\'.',
      );
    }
    const pattern = checkedPattern(options);
    const place: Place = {
      roots: [context.target.root, await realpath(context.target.root)],
      cwd: options.cwd === '.' ? '' : options.cwd,
    };
    maskEnvironment(context, options.env);
    const before = await stampOf(context.target.root, options.outputFile);
    const result = await execute(context, argv);
    const parsed =
      options.parser === 'none' ? undefined : await parse(context, result, options.parser, pattern, before);
    const verdict = judge(commandLine(argv), result, parsed, options);
    for (const finding of verdict.findings) reportFinding(context, finding, place);
    if (verdict.failed) reportFailure(context, argv, result, place);
    if (verdict.degraded !== undefined) context.degraded(verdict.degraded);
    if (verdict.error !== undefined) throw new Error(verdict.error);
  },
});

type Context = ContextOf<typeof optionSchemas, typeof messages, Needs>;

/** Runs the command; ends the check as skipped where there is no such program. */
async function execute(context: Context, argv: readonly string[]): Promise<ExecResult> {
  const { cwd, env, input, maxBytes } = context.options;
  try {
    return await context.exec(argv, { cwd, env, input, maxBytes });
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    // A folder that does not exist is the same error to the system.
    if (!(await exists(context, cwd)))
      throw new Error(`The folder ${JSON.stringify(cwd)} of the option 'cwd' does not exist.`, { cause: error });
    return context.skip(
      'not-installed',
      `There is no program ${JSON.stringify(argv[0])}. Install it (for a package of the project: npm install), or mend the option 'argv'.`,
    );
  }
}

/** True for a folder or file of the target. */
async function exists(context: Context, path: string): Promise<boolean> {
  return context.readFile(path).then(
    () => true,
    (error: unknown) => codeOf(error) !== 'ENOENT',
  );
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

async function parse(
  context: Context,
  result: ExecResult,
  parser: Exclude<ParserName, 'none'>,
  pattern: Pattern | undefined,
  before: string | undefined,
): Promise<Parsed> {
  const read = await loadParser(parser, pattern);
  try {
    return { findings: read(await outputOf(context, result, before)) };
  } catch (error) {
    if (error instanceof ParserError) return { findings: error.findings, error };
    throw error;
  }
}

/** The text that the parser reads. */
async function outputOf(context: Context, { stdout, stderr }: ExecResult, before: string | undefined): Promise<string> {
  const { outputFile, source } = context.options;
  if (outputFile === undefined)
    return source === 'stdout' ? stdout : source === 'stderr' ? stderr : `${stdout}\n${stderr}`;
  const after = await stampOf(context.target.root, outputFile);
  if (after !== undefined && after === before)
    throw new ParserError(`it did not write ${outputFile}, which is left from an earlier run`);
  const bytes = await context.readFile(outputFile).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') throw new ParserError(`it did not write ${outputFile}`);
    throw error;
  });
  return decode(bytes);
}

/** What changes when a file is written anew; undefined where there is none. */
async function stampOf(root: string, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const found = await stat(join(root, path), { bigint: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return found === undefined ? undefined : `${found.mtimeNs} ${found.size} ${found.ino}`;
}

/** Text of a report: UTF-8, or UTF-16 with a byte order mark, which PowerShell writes. */
function decode(bytes: Uint8Array): string {
  const mark =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(mark).decode(bytes);
}

function reportFinding(
  context: Context,
  { path, line, column, endLine, endColumn, message, rule, severity }: ToolFinding,
  place: Place,
): void {
  const known = path === undefined ? undefined : targetPath(path, place);
  const outside = path !== undefined && known === undefined;
  const position = outside
    ? {}
    : {
        ...(line === undefined ? {} : { startLine: line }),
        ...(column === undefined ? {} : { startColumn: column }),
        ...(endLine === undefined ? {} : { endLine }),
        ...(endColumn === undefined ? {} : { endColumn }),
      };
  context.report({
    messageId: outside ? 'outside' : rule === undefined ? 'problem' : 'problemOfRule',
    data: {
      message,
      ...(rule === undefined ? {} : { rule }),
      ...(outside ? { file: path, ...(line === undefined ? {} : { line }) } : {}),
    },
    location: { path: known ?? folderOf(place), ...position },
    ...(severity === undefined ? {} : { severity }),
  });
}

/** Where a finding is that names no file of the target: the folder the command ran in. */
function folderOf(place: Place): string {
  return targetPath('.', place) ?? '.';
}

function reportFailure(
  context: Context,
  argv: readonly string[],
  { code, stdout, stderr }: ExecResult,
  place: Place,
): void {
  const output = tails(stdout, stderr);
  const data = { command: commandLine(argv), code: code ?? -1, ...(output === '' ? {} : { output }) };
  context.report({ messageId: output === '' ? 'failedSilently' : 'failed', data, location: { path: folderOf(place) } });
}

/** Masks the values of variables that may be secrets; a short word, such as `true` or `production`, would blot out that word in the whole report. */
function maskEnvironment(context: Context, env: CommandOptions['env']): void {
  for (const [name, value] of Object.entries(env)) {
    const named = /token|secret|passw|pwd|key|auth|credential|cookie|dsn|_url$/i.test(name);
    if (named || (value.length >= 8 && !/^[A-Za-z]+$/.test(value))) context.redact(value);
  }
}

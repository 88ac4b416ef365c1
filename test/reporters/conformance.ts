// What judges the machine formats: the schemas of their owners, and the tools that read them.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { isExecutable } from '../support/processes.js';

const require = createRequire(import.meta.url);
const schemas = fileURLToPath(new URL('../../../shared/schemas/', import.meta.url));

/** The path of a schema beside the repository; undefined where it is not there. */
export function schemaFile(name: string): string | undefined {
  const file = join(schemas, name);
  return existsSync(file) ? file : undefined;
}

/** What a compiled schema has against a document. */
export function problemsOf(validate: ValidateFunction, document: unknown): string[] {
  validate(document);
  return (validate.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The SARIF schema of OASIS, which is of draft-04; where it is not there, the copy in Microsoft's tool, which is of 2020-12. */
export function sarifSchema(): ValidateFunction | undefined {
  const own = schemaFile('sarif-schema-2.1.0.json');
  const file = own ?? copyInTool();
  if (file === undefined) return undefined;
  const { default: Class } = require(own === undefined ? 'ajv/dist/2020' : 'ajv-draft-04') as { default: typeof Ajv };
  const ajv = new Class({ strict: false, allErrors: true, validateFormats: false });
  return ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);
}

function copyInTool(): string | undefined {
  const path = toolPath();
  const file = path === undefined ? undefined : join(dirname(path), 'sarif-2.1.0.json');
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** GitLab's schema. */
export function gitlabSchema(): ValidateFunction | undefined {
  const file = schemaFile('gitlab-codequality.schema.json');
  return file === undefined
    ? undefined
    : new Ajv({ strict: false, allErrors: true }).compile(JSON.parse(readFileSync(file, 'utf8')) as object);
}

/** Microsoft's SARIF tool, where it was built for this machine. */
export function sarifTool(): string | undefined {
  const path = toolPath();
  if (path === undefined) return undefined;
  // What its install script does, for an installation without scripts.
  if (!isExecutable(path)) chmodSync(path, 0o755);
  return spawnSync(path, ['--version']).status === 0 ? path : undefined;
}

function toolPath(): string | undefined {
  try {
    const path = require('@microsoft/sarif-multitool') as string;
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/** The errors that the tool finds in each document, by its rules for SARIF and for code scanning; warnings and notes are matters of taste. */
export function sarifToolErrors(tool: string, documents: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-sarif-'));
  try {
    for (const [name, text] of Object.entries(documents)) writeFileSync(join(folder, `${name}.sarif`), text);
    const output = join(folder, 'judgement.json');
    const rules = ['--rule-kind', 'Sarif;Ghas', '--level', 'Error', '--log', 'ForceOverwrite'];
    const files = Object.keys(documents).map((name) => join(folder, `${name}.sarif`));
    execFileSync(tool, ['validate', ...files, ...rules, '--max-file-size-in-kb', '200000', '-o', output], {
      stdio: 'ignore',
    });
    const { runs } = JSON.parse(readFileSync(output, 'utf8')) as ToolLog;
    return runs.flatMap(({ results = [], invocations = [] }) => [
      ...results.map(({ ruleId, message, locations }) => `${ruleId} ${JSON.stringify(message)} ${place(locations)}`),
      ...invocations.flatMap(({ toolExecutionNotifications: list = [] }) => list.map((item) => JSON.stringify(item))),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface ToolLog {
  readonly runs: readonly {
    readonly results?: readonly { ruleId: string; message: unknown; locations: unknown }[];
    readonly invocations?: readonly { toolExecutionNotifications?: readonly unknown[] }[];
  }[];
}

function place(locations: unknown): string {
  return /[^/]+\.sarif/.exec(JSON.stringify(locations))?.[0] ?? '';
}

/** True where xmllint can be asked. */
export function hasXmllint(): boolean {
  return spawnSync('xmllint', ['--version']).status === 0;
}

/** What xmllint has against a document; against the schema too, where there is one. */
export function xmlProblems(text: string, schema: string | undefined): string {
  const { status, stderr } = spawnSync(
    'xmllint',
    ['--noout', '--nonet', '--huge', ...(schema === undefined ? [] : ['--schema', schema]), '-'],
    { input: text, encoding: 'utf8', cwd: schema === undefined ? undefined : dirname(schema) },
  );
  return status === 0 ? '' : stderr.slice(0, 2_000) || `exit code ${status}`;
}

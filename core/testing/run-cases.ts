import assert from 'node:assert/strict';
import { type AnyCheck, isFileCheck } from '../check/define.js';
import { defaultOptions, optionProblems } from '../check/options.js';
import { compilePackageGlobs } from '../check/package-globs.js';
import { findPackages } from '../check/packages.js';
import { definePlugin } from '../check/plugin.js';
import { createRegistry } from '../check/registry.js';
import { ScanError } from '../errors.js';
import { TaskCollector } from '../execute/collect.js';
import type { RunEnd, RunListener, Running } from '../execute/executor.js';
import { startInline } from '../execute/inline.js';
import { type PackedFiles, unpackFiles } from '../execute/packed-files.js';
import { PassFiles } from '../execute/pass-files.js';
import { deserializeError, type RequestCall, type RunOrder } from '../execute/protocol.js';
import { lost } from '../execute/reasons.js';
import { TaskRequests } from '../execute/requests.js';
import { type FileIndex, indexFiles } from '../files/file-index.js';
import { compareFindings, type Finding } from '../model/finding.js';
import type { JsonObject, JsonValue } from '../model/json.js';
import { type Outcome, type OutcomeStatus, packagesOutcome } from '../model/outcome.js';
import { byPackage, type TargetPackage } from '../model/package.js';
import type { Task } from '../model/task.js';
import { Redactor } from '../redact.js';
import { createRuntime, type Runtime } from '../runtime.js';
import type { CheckCase, CheckCases, ExpectedFinding } from './cases.js';
import { withProject } from './project.js';
import { tryFixes } from './try-fixes.js';

const ID = 'test/check';
const TIMEOUT_MS = 60_000;

/** What came of a case. */
interface Answer {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  readonly data: JsonValue | undefined;
}

/** What a case is tried on. */
type Project = Pick<FileIndex, 'target' | 'entries'>;

interface Expected extends Pick<CheckCases['fails'][number], 'fixed' | 'left'> {
  readonly testCase: CheckCase;
  readonly title: string;
  readonly findings: readonly ExpectedFinding[];
  readonly outcome: OutcomeStatus;
}

/** Runs the cases of `testCheck`. */
export async function runCases(check: AnyCheck, cases: CheckCases): Promise<void> {
  await refuses(check, [...(cases.refuses ?? []), { 'no-such-option': true }]);
  const all: Expected[] = [
    ...cases.passes.map((testCase, index) => ({
      testCase,
      title: testCase.name ?? `passes[${index}]`,
      findings: [],
      outcome: testCase.outcome ?? ('passed' as const),
    })),
    ...cases.fails.map((testCase, index) => ({
      testCase,
      title: testCase.name ?? `fails[${index}]`,
      findings: testCase.findings,
      outcome: testCase.outcome ?? ('failed' as const),
      ...(testCase.fixed === undefined ? {} : { fixed: testCase.fixed }),
      ...(testCase.left === undefined ? {} : { left: testCase.left }),
    })),
  ];
  assert.ok(all.length > 0, 'testCheck needs at least one case');
  const runtime = createRuntime({ cores: 1 });
  try {
    for (const [index, expected] of all.entries()) await tryCase(check, expected, index === 0, runtime);
  } finally {
    await runtime.close();
  }
}

async function tryCase(check: AnyCheck, expected: Expected, first: boolean, runtime: Runtime): Promise<void> {
  const { testCase, title } = expected;
  await withProject(testCase, async (root) => {
    const listed = await indexFiles(root).catch((error: unknown) => emptyProject(root, error));
    const files = testCase.foreign ? listed : { ...listed, target: { ...listed.target, own: true as const } };
    const answer = await runOnce(check, testCase, files, runtime, false);
    compare(answer, expected);
    assert.deepEqual(
      await runOnce(check, testCase, files, runtime, false),
      answer,
      `${title}: a second run gave another answer`,
    );
    if (first)
      assert.deepEqual(
        await runOnce(check, testCase, files, runtime, true),
        answer,
        `${title}: a worker thread gave another answer`,
      );
    const again = async (): Promise<readonly Finding[]> => {
      const fixed = { ...files, entries: (await indexFiles(root)).entries };
      return (await runOnce(check, testCase, fixed, runtime, false)).findings;
    };
    await tryFixes(answer.findings, expected, root, again, assertFindings);
  });
}

/** A scan refuses an empty project; a check may still be tried on one. */
function emptyProject(root: string, error: unknown): Project {
  if (!(error instanceof ScanError) || error.code !== 'SR_NO_FILES') throw error;
  return { target: { kind: 'directory', name: 'empty', root }, entries: [] };
}

function compare(answer: Answer, expected: Expected): void {
  const { title } = expected;
  const why = 'reason' in answer.outcome ? ` (${answer.outcome.reason.message})` : '';
  const shown = answer.findings.map(({ messageId, location, message }) => ({ messageId, location, message }));
  assert.equal(
    answer.outcome.status,
    expected.outcome,
    `${title}: ended ${answer.outcome.status}${why}, findings ${JSON.stringify(shown)}`,
  );
  assertFindings(answer.findings, expected.findings, title);
  if (answer.data !== undefined)
    assert.deepEqual(structuredClone(answer.data), answer.data, `${title}: the data does not survive a thread`);
}

/** Compares what is found with what is expected, in order. */
function assertFindings(findings: readonly Finding[], expected: readonly ExpectedFinding[], title: string): void {
  const shown = findings.map(({ messageId, location, message }) => ({ messageId, location, message }));
  assert.equal(findings.length, expected.length, `${title}: found ${JSON.stringify(shown, undefined, 2)}`);
  for (const [index, wanted] of expected.entries()) {
    const found = findings[index];
    assert.ok(found);
    const seen: Record<string, unknown> = {
      messageId: found.messageId,
      path: found.location.path,
      startLine: found.location.startLine,
      startColumn: found.location.startColumn,
      message: found.message,
      data: found.data,
      severity: found.severity,
      package: found.package,
      fix: found.fix?.unsafe ? 'unsafe' : found.fix !== undefined,
    };
    for (const [key, value] of Object.entries(wanted))
      assert.deepEqual(seen[key], value, `${title}: finding ${index}, ${key} (${JSON.stringify(found.message)})`);
    assert.ok(!found.message.includes('{{'), `${title}: a placeholder is left in ${JSON.stringify(found.message)}`);
  }
}

async function refuses(check: AnyCheck, bad: readonly JsonObject[]): Promise<void> {
  for (const options of bad) {
    const problems = await optionProblems(check.meta.options, options, 'options');
    assert.ok(problems.length > 0, `the options ${JSON.stringify(options)} should be refused and are not`);
  }
}

async function runOnce(
  check: AnyCheck,
  testCase: CheckCase,
  files: Project,
  runtime: Runtime,
  threaded: boolean,
): Promise<Answer> {
  if (check.meta.scope !== 'package') return runOn(undefined, check, testCase, files, runtime, threaded);
  const answers: (Answer & { readonly name: string })[] = [];
  for (const one of await packagesOf(check, files))
    answers.push({ name: one.name, ...(await runOn(one, check, testCase, files, runtime, threaded)) });
  return {
    outcome: packagesOutcome(answers.map(({ outcome }) => outcome)),
    findings: answers.flatMap(({ findings }) => findings).sort(compareFindings),
    data: byPackage(answers),
  };
}

/** The packages of a case to which a check applies; one for the whole folder where there is none. */
async function packagesOf(check: AnyCheck, { target: { root }, entries }: Project): Promise<readonly TargetPackage[]> {
  const requests = new TaskRequests({ root, entries, environment: undefined }, () => TIMEOUT_MS);
  const ask = async (call: RequestCall): Promise<unknown> => {
    const reply = await requests.answer(call);
    if (!reply.ok) throw deserializeError(reply.error);
    return reply.value;
  };
  const { packages } = await findPackages({
    readFile: async (path) => (await ask({ name: 'readFile', path })) as Uint8Array,
    files: async function* (globs = ['**']) {
      const include = typeof globs === 'string' ? [globs] : globs;
      yield* unpackFiles((await ask({ name: 'files', include, exclude: [] })) as PackedFiles);
    },
  });
  if (packages.length === 0) return [{ name: '.', folder: '', manifest: 'package.json', inner: [] }];
  const wanted = check.meta.when?.files ?? [];
  return packages
    .map(({ name, folder, manifest, inner }) => ({ name, folder, manifest, inner }))
    .filter((one) =>
      wanted.map((glob) => compilePackageGlobs(one, [glob])).every((is) => entries.some((entry) => is(entry.path))),
    );
}

async function runOn(
  one: TargetPackage | undefined,
  check: AnyCheck,
  testCase: CheckCase,
  files: Project,
  runtime: Runtime,
  threaded: boolean,
): Promise<Answer> {
  const options = { ...defaultOptions(check), ...testCase.options };
  const problems = await optionProblems(check.meta.options, options, 'options');
  assert.deepEqual(problems, [], 'the options of the case are not valid');
  const plugin = definePlugin({ name: 'test', checks: { check } });
  const task = makeTask(check, options, files, one);
  const logs: string[] = [];
  const collector = new TaskCollector(task, createRegistry([plugin]), new Redactor(), {
    finding() {},
    measure() {},
    log: ({ message }) => logs.push(message),
  });
  const source = { root: files.target.root, entries: files.entries, environment: undefined };
  const requests = new TaskRequests(source, () => TIMEOUT_MS, {
    task,
    visits: () => new PassFiles(source).visitsOf(task),
  });
  const order: RunOrder = {
    run: runtime.nextRun(),
    task,
    needs: { [ID]: testCase.needs ?? {} },
    tier: 'deep',
    modules: { cacheDir: undefined },
  };
  const running = await start(order, runtime, threaded, {
    message: (message) => collector.message(message),
    request: (call) => requests.answer(call),
    stray: () => {},
  });
  const end = await withTimeout(running);
  requests.close();
  return answerOf(collector, end);
}

async function start(order: RunOrder, runtime: Runtime, threaded: boolean, listener: RunListener): Promise<Running> {
  if (!threaded) return startInline(order, listener, runtime.clock, { cacheDir: undefined });
  await runtime.pool.open();
  const place = runtime.pool.place('cpu', false);
  assert.ok(place, 'the pool has no place for the worker');
  return place.start(order, listener);
}

async function withTimeout(running: Running): Promise<RunEnd> {
  const timer = setTimeout(() => running.stop('the test gave it a minute'), TIMEOUT_MS);
  const end = await running.ended;
  clearTimeout(timer);
  return end;
}

function answerOf(collector: TaskCollector, end: RunEnd): Answer {
  const stopped: Outcome = {
    status: 'timed-out',
    reason: { code: 'timeout', message: 'It did not end within a minute.' },
  };
  const outcomes = collector.close(
    end.kind === 'ended'
      ? { ended: end.checks }
      : { outcome: end.kind === 'lost' ? { status: 'errored', reason: lost(end) } : stopped },
  );
  const [entry] = outcomes;
  assert.ok(entry);
  const [collected, outcome] = entry;
  return { outcome: withoutStack(outcome), findings: collected.findings, data: collected.data };
}

/** Stacks differ between threads; answers should not. */
function withoutStack(outcome: Outcome): Outcome {
  if (!('reason' in outcome) || outcome.reason.data === undefined) return outcome;
  const { stack: _, ...data } = outcome.reason.data as { readonly stack?: JsonValue };
  return { ...outcome, reason: { ...outcome.reason, data } };
}

function makeTask(check: AnyCheck, options: JsonObject, files: Project, one: TargetPackage | undefined): Task {
  return {
    id: ID,
    checks: [{ id: ID, module: check.module, options, files: check.meta.files, exclude: [], needs: {} }],
    target: files.target,
    lane: check.meta.lane,
    priority: 0,
    after: [],
    attempt: 1,
    timeoutMs: TIMEOUT_MS,
    critical: false,
    ...(one === undefined ? {} : { package: one }),
    ...(isFileCheck(check) ? { part: { index: 1, of: 1, checkTimeoutMs: TIMEOUT_MS } } : {}),
  };
}

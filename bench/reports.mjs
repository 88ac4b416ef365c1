// What the reports of very many findings cost. HTML: CPU time as a ratio to a bare Handlebars render of the same rows in
// parts, memory beyond the result, size. PDF: time, and the memory of this process and the browser's together. Each is
// measured in a process of its own.
// `npm run bench:reports -- [--findings 100000] [--pdf 10000] [--runs 5] [--json]`

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const LIMITS = { ratio: 2, memoryMB: 150, sizeMB: 15, pdfSeconds: 60, pdfMemoryMB: 700 };
const { values } = parseArgs({
  options: {
    findings: { type: 'string', default: '100000' },
    pdf: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    result: { type: 'string' },
  },
});

if (values.only === undefined) await compare();
else if (values.only === 'pdf') process.stdout.write(JSON.stringify(await printOnce(values.result)));
else process.stdout.write(JSON.stringify(await measure(values.only, values.result)));

/** Runs both in turns, and judges the medians. */
async function compare() {
  const folder = mkdtempSync(join(tmpdir(), 'scanrun-reports-'));
  const file = join(folder, 'result.json');
  writeFileSync(file, JSON.stringify(await sample(Number(values.findings))));
  const runs = Array.from({ length: Number(values.runs) }, () => ({ bare: run('bare', file), own: run('own', file) }));
  writeFileSync(file, JSON.stringify(await sample(Number(values.pdf))));
  const pdf = await watched(file);
  rmSync(folder, { recursive: true, force: true });
  const row = {
    findings: Number(values.findings),
    // CPU time: what else the machine does meanwhile does not count.
    ratio: median(runs.map(({ bare, own }) => own.cpuMs / bare.cpuMs)),
    ms: median(runs.map(({ own }) => own.ms)),
    bareMs: median(runs.map(({ bare }) => bare.ms)),
    memoryMB: median(runs.map(({ own }) => own.memoryMB)),
    bareMemoryMB: median(runs.map(({ bare }) => bare.memoryMB)),
    sizeMB: median(runs.map(({ own }) => own.sizeMB)),
    pdfFindings: Number(values.pdf),
    ...pdf,
  };
  if (values.json) process.stdout.write(`${JSON.stringify(row, undefined, 2)}\n`);
  else {
    const line = (name, value, limit, unit) =>
      process.stdout.write(`${name.padEnd(22)}${value.padStart(8)} ${unit}  (limit ${limit} ${unit})\n`);
    line('CPU time, to bare', row.ratio.toFixed(2), LIMITS.ratio, 'x ');
    line('memory beyond result', row.memoryMB.toFixed(0), LIMITS.memoryMB, 'MB');
    line('size', row.sizeMB.toFixed(1), LIMITS.sizeMB, 'MB');
    line('PDF', row.pdfSeconds.toFixed(1), LIMITS.pdfSeconds, 's ');
    line('PDF, memory of all', row.pdfMemoryMB.toFixed(0), LIMITS.pdfMemoryMB, 'MB');
    process.stdout.write(
      `HTML of ${row.findings} findings: ${row.ms.toFixed(0)} ms, bare ${row.bareMs.toFixed(0)} ms and ${row.bareMemoryMB.toFixed(0)} MB\n` +
        `PDF of ${row.pdfFindings} findings: ${row.pdfSizeMB.toFixed(1)} MB; ${row.pdfResidentMB.toFixed(0)} MB of memory with shared pages counted for each process\n`,
    );
  }
  if (Object.entries(LIMITS).some(([name, limit]) => row[name] > limit)) process.exitCode = 1;
}

/** Findings in real code, as the tests make them. */
async function sample(count) {
  const { createJiti } = await import('jiti');
  const root = fileURLToPath(new URL('..', import.meta.url));
  const jiti = createJiti(import.meta.url, { fsCache: false, alias: { scanrun: join(root, 'dist/core/index.js') } });
  const { many } = await jiti.import(join(root, 'test/reporters/sample-many.ts'));
  return many(count);
}

function run(only, file) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--expose-gc', fileURLToPath(import.meta.url), '--only', only, '--result', file],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`${only} exited ${status}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Renders to a file. Memory is what V8 holds at most, garbage included, beyond what it holds with the result alone. */
async function measure(only, file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const chunks = only === 'own' ? await ownChunks() : await bareChunks();
  globalThis.gc();
  const before = held();
  let peak = before;
  const target = `${file}.${only}.html`;
  const stream = createWriteStream(target);
  let bytes = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  for await (const chunk of chunks(result)) {
    bytes += Buffer.byteLength(chunk);
    peak = Math.max(peak, held());
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  const ms = performance.now() - started;
  const used = process.cpuUsage(cpu);
  rmSync(target);
  return {
    ms,
    cpuMs: (used.user + used.system) / 1_000,
    memoryMB: (peak - before) / 1e6,
    sizeMB: bytes / 1e6,
  };
}

/** Prints the PDF in a process of its own and watches the memory of it and all that it starts. */
async function watched(file) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--only', 'pdf', '--result', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [resident, once] = [0, 0];
  const timer = setInterval(() => {
    const now = memoryOf(child.pid);
    [resident, once] = [Math.max(resident, now.resident), Math.max(once, now.once)];
  }, 100);
  let stdout = '';
  for await (const chunk of child.stdout) stdout += chunk;
  clearInterval(timer);
  return { ...JSON.parse(stdout), pdfMemoryMB: once / 1e6, pdfResidentMB: resident / 1e6 };
}

/**
 * The memory of a process and its descendants in bytes: resident, pages that they share counted each time, and, where
 * Linux tells it, with each page counted once.
 */
function memoryOf(root) {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,rss='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  for (let before = 0; before !== family.size; ) {
    before = family.size;
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid);
  }
  const own = rows.filter(([pid]) => family.has(pid));
  return {
    resident: own.reduce((sum, [, , kilobytes]) => sum + kilobytes * 1_024, 0),
    once: own.reduce((sum, [pid, , kilobytes]) => sum + (proportional(pid) ?? kilobytes) * 1_024, 0),
  };
}

/** What of a process's memory is its share, in kilobytes; undefined where the system does not tell. */
function proportional(pid) {
  try {
    return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

async function printOnce(file) {
  const result = JSON.parse(readFileSync(file, 'utf8'));
  const { default: pdf } = await import('scanrun/reporters/pdf');
  const options = Object.fromEntries(Object.entries(pdf.options).map(([name, schema]) => [name, schema.default]));
  const started = performance.now();
  const bytes = await pdf.render(result, {
    options,
    output: {},
    cwd: process.cwd(),
    environment: process.env,
    signal: new AbortController().signal,
  });
  return { pdfSeconds: (performance.now() - started) / 1_000, pdfSizeMB: bytes.length / 1e6 };
}

function held() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The reporter of the build. Handlebars is loaded before the clock runs, as for the other. */
async function ownChunks() {
  const [{ default: html }] = await Promise.all([import('scanrun/reporters/html'), import('handlebars')]);
  const options = { title: '', theme: 'auto', staticFindings: 500 };
  const context = { options, output: {}, cwd: process.cwd(), environment: {}, signal: new AbortController().signal };
  return async function* (result) {
    yield* await html.render(result, context);
  };
}

/** The same rows by Handlebars alone, a thousand at a time. */
async function bareChunks() {
  const { default: handlebars } = await import('handlebars');
  const template = handlebars.compile(
    '{{#each this}}<li class="{{severity}}"><p>{{severity}}</p><p>{{message}}</p><p><code>{{location.path}}:{{location.startLine}}:{{location.startColumn}}</code> {{checkId}} {{package}}</p><pre>{{#each snippet.lines}}<span>{{this}}</span>{{/each}}</pre></li>{{/each}}',
  );
  return function* (result) {
    const findings = result.checks.flatMap((check) => check.findings);
    for (let at = 0; at < findings.length; at += 1_000) yield template(findings.slice(at, at + 1_000));
  };
}

function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

// Renders a result once, and prints what that took: `node --expose-gc render-once.mjs <html|bare|pdf> <result.json>`.

import { once } from 'node:events';
import { createWriteStream, readFileSync, rmSync } from 'node:fs';

const [, , what, file] = process.argv;
const result = JSON.parse(readFileSync(file, 'utf8'));
const measured = what === 'pdf' ? await printed() : await written(what === 'html' ? await own() : await bare());
process.stdout.write(JSON.stringify(measured));

/** To a file. Memory is what V8 holds at most, garbage included, beyond what it holds with the result alone. */
async function written(render) {
  globalThis.gc();
  const before = held();
  let peak = before;
  const target = `${file}.${what}.html`;
  const stream = createWriteStream(target);
  let bytes = 0;
  const started = performance.now();
  const cpu = process.cpuUsage();
  for await (const chunk of render()) {
    bytes += Buffer.byteLength(chunk);
    peak = Math.max(peak, held());
    if (!stream.write(chunk)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  const ms = performance.now() - started;
  const used = process.cpuUsage(cpu);
  rmSync(target);
  // CPU time: what else the machine does meanwhile does not count.
  return { ms, cpuMs: (used.user + used.system) / 1_000, memoryMB: (peak - before) / 1e6, sizeMB: bytes / 1e6 };
}

function held() {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** What a reporter is given by default. */
function contextOf(reporter) {
  const options = Object.fromEntries(Object.entries(reporter.options).map(([name, schema]) => [name, schema.default]));
  const { signal } = new AbortController();
  return { options, output: {}, cwd: process.cwd(), environment: process.env, signal };
}

/** The reporter of the build. Handlebars is loaded before the clock runs, as for the other. */
async function own() {
  const [{ default: html }] = await Promise.all([import('scanrun/reporters/html'), import('handlebars')]);
  return async function* () {
    yield* await html.render(result, contextOf(html));
  };
}

/** The same rows by Handlebars alone, a thousand at a time. */
async function bare() {
  const { default: handlebars } = await import('handlebars');
  const template = handlebars.compile(
    '{{#each this}}<li class="{{severity}}"><p>{{severity}}</p><p>{{message}}</p><p><code>{{location.path}}:{{location.startLine}}:{{location.startColumn}}</code> {{checkId}} {{package}}</p><pre>{{#each snippet.lines}}<span>{{this}}</span>{{/each}}</pre></li>{{/each}}',
  );
  return function* () {
    const findings = result.checks.flatMap((check) => check.findings);
    for (let at = 0; at < findings.length; at += 1_000) yield template(findings.slice(at, at + 1_000));
  };
}

async function printed() {
  const { default: pdf } = await import('scanrun/reporters/pdf');
  const started = performance.now();
  const bytes = await pdf.render(result, contextOf(pdf));
  return { ms: performance.now() - started, sizeMB: bytes.length / 1e6 };
}

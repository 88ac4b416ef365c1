// Compiled by `npm run types`, never run: every `@ts-expect-error` is a mistake that the compiler must find, with the
// line above or below it in which nothing is wrong. `compile.test.ts` shows that the messages name the mistake.

import {
  type Check,
  defineCheck,
  defineConfig,
  definePlugin,
  defineReporter,
  type Plugin,
  ScanError,
  use,
} from '../../core/index.js';
import repo from '../../plugins/repo/index.js';

const lockfile = defineCheck(import.meta.url, {
  meta: { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {} },
  run: () => ({ packages: ['a'], version: 2 }),
});

const size = defineCheck(import.meta.url, {
  meta: {
    title: 'x',
    description: 'x',
    category: 'x',
    tier: 'quick',
    severity: 'error',
    options: {
      maxBytes: { type: 'integer', default: 1_000, minimum: 1 },
      mode: { enum: ['fast', 'slow'], default: 'fast' },
      names: { type: 'array', items: { type: 'string' } },
    },
    messages: { tooLarge: '{{path}} is too large', unread: '{{path}} cannot be read' },
  },
  needs: { lockfile },
  run({ options, report, needs }) {
    // Inside the check, options with a default are always there, the others may be absent.
    const bytes: number = options.maxBytes;
    const mode: 'fast' | 'slow' = options.mode;
    // @ts-expect-error: names has no default
    const names: readonly string[] = options.names;
    // @ts-expect-error: there is no such option
    options.maxByte;
    report({ messageId: 'tooLarge', location: { path: names[0] ?? mode } });
    // @ts-expect-error: there is no such message
    report({ messageId: 'tooLrge' });
    // @ts-expect-error: a message is named
    report({ data: { bytes } });
    // @ts-expect-error: there is no such severity
    report({ messageId: 'unread', severity: 'critical' });
    const packages: readonly string[] = needs.lockfile.packages;
    // @ts-expect-error: the data of lockfile is an object with packages and version
    needs.lockfile.pakages;
    // @ts-expect-error: version is a number
    const version: string = needs.lockfile.version;
    // @ts-expect-error: only what was declared under needs is there
    needs.lockfiles;
    void [packages, version];
  },
});

const name = defineCheck(import.meta.url, {
  meta: {
    title: 'x',
    description: 'x',
    category: 'x',
    tier: 'deep',
    severity: 'note',
    options: { pattern: { type: 'string' } },
    messages: {},
  },
  visit(file, { options }) {
    const path: string = file.path;
    // @ts-expect-error: pattern has no default
    const pattern: string = options.pattern;
    void [path, pattern];
  },
});

const files = definePlugin({ name: 'files', checks: { size, 'file-name': name } });
const other = definePlugin({ name: 'other', checks: { lockfile } });

// --- what a configuration may say -------------------------------------------------------------------------------

defineConfig({});
defineConfig({ plugins: [], checks: {} });
const preset = defineConfig({ plugins: [files], tier: 'quick', checks: { 'files/size': 'off' } });
defineConfig({
  extends: [preset],
  plugins: [repo, other],
  tier: 'standard',
  tiers: { quick: { concurrency: 2, parallel: true, budget: '30s', deadline: 60_000, timeout: '5s' } },
  concurrency: 8,
  exclude: ['docs/**'],
  resources: {
    '*': { retries: 0, breaker: 'off' },
    host: { rateLimit: { requests: 1, interval: '1s' }, backoff: { initial: 10 }, breaker: { window: 5 } },
  },
  gate: { failOn: 'never', minCoverage: 0.9 },
  reporters: ['terminal'],
  checks: {
    'files/size': {
      severity: 'warning',
      options: { maxBytes: 5, mode: 'slow', names: ['a'] },
      timeout: '30s',
      priority: 1,
      optional: true,
      critical: false,
      retries: 2,
      resource: 'host',
      files: ['**'],
      exclude: ['a'],
    },
    'files/file-name': { options: {} },
    'other/lockfile': 'note',
    'repo/max-file-size': { options: { maxBytes: 5_000_000 } },
  },
});

// --- what it may not ---------------------------------------------------------------------------------------------

// @ts-expect-error: there is no such check
defineConfig({ plugins: [files], checks: { 'files/sise': 'error' } });
// @ts-expect-error: there is no such setting of a resource
defineConfig({ resources: { host: { retry: 2 } } });
// @ts-expect-error: a rate limit has an interval
defineConfig({ resources: { host: { rateLimit: { requests: 2 } } } });
// @ts-expect-error: the plugin is not listed
defineConfig({ plugins: [other], checks: { 'files/size': 'error' } });
// @ts-expect-error: no plugin is listed
defineConfig({ checks: { 'files/size': 'error' } });
// @ts-expect-error: no preset lists it
defineConfig({ extends: [preset], checks: { 'other/lockfile': 'error' } });
// @ts-expect-error: there is no such severity
defineConfig({ plugins: [files], checks: { 'files/size': 'critical' } });
// @ts-expect-error: there is no such severity
defineConfig({ plugins: [files], checks: { 'files/size': { severity: 'warn' } } });
// @ts-expect-error: there is no such setting
defineConfig({ plugins: [files], checks: { 'files/size': { timout: '5s' } } });
// @ts-expect-error: there is no such option
defineConfig({ plugins: [files], checks: { 'files/size': { options: { maxByte: 1 } } } });
// @ts-expect-error: the option is a number
defineConfig({ plugins: [files], checks: { 'files/size': { options: { maxBytes: '1' } } } });
// @ts-expect-error: the option has two values
defineConfig({ plugins: [files], checks: { 'files/size': { options: { mode: 'slower' } } } });
// @ts-expect-error: the option is a list of text
defineConfig({ plugins: [files], checks: { 'files/size': { options: { names: [1] } } } });
// @ts-expect-error: this is the option of another check
defineConfig({ plugins: [files], checks: { 'files/file-name': { options: { maxBytes: 1 } } } });
// @ts-expect-error: this is the option of another plugin's check
defineConfig({ plugins: [files, repo], checks: { 'repo/max-file-size': { options: { mode: 'slow' } } } });
// @ts-expect-error: the check has no options
defineConfig({ plugins: [other], checks: { 'other/lockfile': { options: { maxBytes: 1 } } } });
// @ts-expect-error: ours are typed like anybody's
defineConfig({ plugins: [repo], checks: { 'repo/max-file-siz': 'error' } });
// @ts-expect-error: there is no such tier
defineConfig({ tier: 'daily' });
// @ts-expect-error: there is no such tier
defineConfig({ tiers: { daily: {} } });
// @ts-expect-error: there is no such key
defineConfig({ chekcs: {} });
// @ts-expect-error: there is no such key
defineConfig({ gate: { failon: 'error' } });
// @ts-expect-error: a gate has three severities and never
defineConfig({ gate: { failOn: 'all' } });
// @ts-expect-error: a number is wanted
defineConfig({ concurrency: '4' });
// @ts-expect-error: a check is no plugin
defineConfig({ plugins: [size] });
// @ts-expect-error: a plugin is no preset
defineConfig({ extends: [files] });
// @ts-expect-error: a plugin is no reporter
defineConfig({ reporters: [files] });

// --- profiles ----------------------------------------------------------------------------------------------------

const nightly = defineConfig({
  plugins: [files],
  profiles: {
    nightly: {
      title: 'What runs at night',
      tier: 'deep',
      tiers: { deep: { budget: '5m' } },
      concurrency: 2,
      include: ['files', 'severity:error', 'tag:size'],
      exclude: ['files/file-name'],
      plugins: [other],
      // Ids of the configuration's plugins and of its own.
      checks: { 'files/size': { severity: 'note', options: { maxBytes: 5 } }, 'other/lockfile': 'off' },
      gate: { failOn: 'note', minCoverage: 1 },
    },
    release: { exclude: ['files/size'] },
    images: { plugins: [repo], checks: { 'repo/max-file-size': 'error' } },
  },
});
defineConfig({ extends: [nightly], profiles: { nightly: { checks: { 'files/size': 'error' } } } });
defineConfig({ profiles: {} });
// @ts-expect-error: there is no such check
defineConfig({ plugins: [files], profiles: { nightly: { checks: { 'files/sise': 'error' } } } });
// @ts-expect-error: nobody lists the plugin
defineConfig({ plugins: [files], profiles: { nightly: { checks: { 'other/lockfile': 'error' } } } });
// @ts-expect-error: no plugin is listed
defineConfig({ profiles: { nightly: { checks: { 'files/size': 'error' } } } });
// @ts-expect-error: only another profile lists the plugin
defineConfig({ profiles: { a: { plugins: [other] }, b: { checks: { 'other/lockfile': 'error' } } } });
// @ts-expect-error: there is no such check in the profile's own plugin
defineConfig({ profiles: { nightly: { plugins: [other], checks: { 'other/lokfile': 'error' } } } });
// @ts-expect-error: a profile does not list its plugins for everybody
defineConfig({ profiles: { nightly: { plugins: [other] } }, checks: { 'other/lockfile': 'error' } });
// @ts-expect-error: there is no such option
defineConfig({ plugins: [files], profiles: { nightly: { checks: { 'files/size': { options: { maxByte: 1 } } } } } });
// @ts-expect-error: there is no such severity
defineConfig({ plugins: [files], profiles: { nightly: { checks: { 'files/size': 'critical' } } } });
// @ts-expect-error: there is no such tier
defineConfig({ profiles: { nightly: { tier: 'daily' } } });
// @ts-expect-error: there is no such key
defineConfig({ profiles: { nightly: { includes: ['files'] } } });
// @ts-expect-error: a list of filters is wanted
defineConfig({ profiles: { nightly: { include: 'files' } } });
// @ts-expect-error: filters are text
defineConfig({ profiles: { nightly: { exclude: [files] } } });
// @ts-expect-error: a check is no plugin
defineConfig({ profiles: { nightly: { plugins: [size] } } });
// @ts-expect-error: a gate has three severities and never
defineConfig({ profiles: { nightly: { gate: { failOn: 'all' } } } });
// @ts-expect-error: reporters are not a profile's to set
defineConfig({ profiles: { nightly: { reporters: ['html'] } } });

// --- instances ---------------------------------------------------------------------------------------------------

size.with({ title: 'Small files stay small', options: { maxBytes: 10 } });
// @ts-expect-error: there is no such option
size.with({ options: { maxByte: 10 } });
// @ts-expect-error: the option is a number
size.with({ options: { maxBytes: '10' } });
// @ts-expect-error: only title and options are an instance's to set
size.with({ severity: 'note' });
const instances = definePlugin({ name: 'sizes', checks: { small: size.with({ options: { maxBytes: 10 } }) } });
defineConfig({ plugins: [instances], checks: { 'sizes/small': { options: { maxBytes: 20 } } } });
// @ts-expect-error: an instance has the options of its check
defineConfig({ plugins: [instances], checks: { 'sizes/small': { options: { minBytes: 20 } } } });

// --- reporters ---------------------------------------------------------------------------------------------------

const csv = defineReporter({
  name: 'csv',
  output: 'reports/scan.csv',
  options: { separator: { type: 'string', default: ',' }, header: { type: 'boolean' } },
  render(result, { options }) {
    const separator: string = options.separator;
    // @ts-expect-error: header has no default
    const header: boolean = options.header;
    // @ts-expect-error: there is no such option
    options.seperator;
    // @ts-expect-error: there is no such field in a result
    result.findings;
    return header ? separator : '';
  },
});
defineConfig({ reporters: ['html', csv, use(csv, { separator: ';', output: '-' })] });
// @ts-expect-error: there is no such option
use(csv, { seperator: ';' });
// @ts-expect-error: the option is text
use(csv, { separator: 1 });
// @ts-expect-error: the output is a path
use(csv, { output: 1 });
// @ts-expect-error: a reporter is used, not its name
use('csv', {});
// @ts-expect-error: a reporter says where it writes
defineReporter({ name: 'x', render: () => '' });
// @ts-expect-error: a reporter returns text, bytes, chunks or files
defineReporter({ name: 'x', output: 'x', render: () => 5 });

// --- checks and plugins ------------------------------------------------------------------------------------------

const meta = { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {} } as const;
defineCheck(import.meta.url, { meta, run() {} });
// @ts-expect-error: a check has visit or run
defineCheck(import.meta.url, { meta });
// @ts-expect-error: a check has either of them
defineCheck(import.meta.url, { meta, run() {}, visit() {} });
// @ts-expect-error: there is no such severity
defineCheck(import.meta.url, { meta: { ...meta, severity: 'high' }, run() {} });
// @ts-expect-error: there is no such key
defineCheck(import.meta.url, { meta: { ...meta, severty: 'error' }, run() {} });
// @ts-expect-error: a map does not survive a thread
defineCheck(import.meta.url, { meta, run: () => new Map() });
// @ts-expect-error: what a check needs is a check
defineCheck(import.meta.url, { meta, needs: { lockfile: 'other/lockfile' }, run() {} });
// @ts-expect-error: a plugin's checks are checks
definePlugin({ name: 'x', checks: { x: 'x' } });
// @ts-expect-error: there is no such hook
definePlugin({ name: 'x', checks: {}, apply: (hooks) => hooks.scan.tap('x', () => {}) });
// @ts-expect-error: there is no such code
new ScanError('SR_NO_SUCH_CODE', 'x');

// Typed values still go where any will do.
const anyPlugins: readonly Plugin[] = [files, other, repo];
const anyCheck: Check = lockfile;
// A list that is put together at run time cannot be checked before: any id goes, of any plugin.
defineConfig({ plugins: anyPlugins, checks: { 'any/thing': { severity: 'note', options: { x: 1 } } } });
defineConfig({ plugins: anyPlugins, profiles: { nightly: { checks: { 'any/thing': 'note' } } } });
defineConfig({ profiles: { nightly: { plugins: anyPlugins, checks: { 'any/thing': 'note' } } } });
void anyCheck;

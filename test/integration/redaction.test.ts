// Secrets in every place that a scan reads, looked for in everything that it writes.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addChecks, type CheckText } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';

// Put together here, or a scan of this repository would find them.
const SECRETS = {
  /** Has the shape of a credential. */
  shaped: ['ghp', '_', 'x7Kp2Qm9Vb4Nc8Rt3Ws6Yd1Zf5Gh0Jk4LmAQ'].join(''),
  /** A check names it, after another has quoted it. */
  late: ['correct-horse', 'battery', 'staple-9'].join('-'),
  /** The user's own pattern matches it. */
  pattern: ['ACME', '4711', '0815'].join('-'),
  /** The value of an option that is named like a secret. */
  option: ['opt', 'ionS3cret', '77'].join('.'),
  /** A short one, which only its name tells. */
  short: 'abc9',
  /** The value of a variable that is named like a secret. */
  variable: ['vari', 'ableS3cret', '88'].join('/'),
  /** Stands in a URL. */
  url: ['Ur1', 'Passw0rd', 'x'].join(''),
  /** Stands behind a flag of a command. */
  flag: ['fl4g', 'Passw0rd', 'y'].join(''),
};
const { shaped, late, pattern, option, short, variable, url, flag } = SECRETS;
const everything = [
  shaped,
  late,
  pattern,
  option,
  variable,
  `https://user:${url}@host.example/x`,
  `--password ${flag}`,
].join(' ');

const QUOTES: CheckText = {
  // The first: whatever it says is written before `names` has run.
  meta: { priority: 100, options: { apiToken: { type: 'string' }, pin_token: { type: 'string' } }, severity: 'error' },
  run: `
    const text = Buffer.from(await c.readFile('notes.txt')).toString();
    report(c, text, { path: 'notes.txt', startLine: 3 });
    report(c, c.options.apiToken, { path: ${JSON.stringify(`keys/${shaped}-${late}.txt`)} });
    c.report({ messageId: 'found', data: { what: 'data', deep: { [text]: [text] } }, location: { path: 'notes.txt', startLine: 2 } });
    c.log.warn(text, { text });
    console.log(text);
    c.measure(text.slice(0, 4000), 1, text);
    c.degraded(text, { text });
    return { text, [text]: 1 };`,
};
const CHECKS: Readonly<Record<string, CheckText>> = {
  quotes: QUOTES,
  throws: { meta: { priority: 90 }, run: `throw new Error(Buffer.from(await c.readFile('notes.txt')).toString());` },
  names: { meta: { priority: -100 }, run: `c.redact(${JSON.stringify(late)}); report(c, 'named');` },
};

/** Every file below a folder with its text. */
function filesIn(root: string): (readonly [string, string])[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(root.length + 1), readFileSync(path, 'utf8')] as const);
}

/** The forms in which a text may turn up. */
function forms(secret: string): string[] {
  return [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64').replace(/=+$/, '')];
}

function planted(): string {
  const root = folder();
  addChecks(root, CHECKS, "apply(hooks) { hooks.plan.tap('local', () => { throw new Error(process.env.PLANTED); }); }");

  const lines = ['first', everything, 'third', everything, `end ${everything}`];
  write(root, {
    'notes.txt': `${lines.join('\n')}\n`,
    [`keys/${shaped}-${late}.txt`]: everything,
    'scan.config.json': {
      plugins: ['./plugin.mjs', 'secrets', './tools.mjs'],
      tier: 'standard',
      concurrency: 1,
      // Its one line would be in a code frame, with the short one that nobody can tell there.
      exclude: ['scan.config.json'],
      checks: { 'local/quotes': { options: { apiToken: option, pin_token: short } } },
      waivers: [{ check: 'local/names', reason: `see ${shaped}`, owner: pattern }],
    },
    'tools.mjs': `import { commands } from 'scanrun/plugins/command';
export default commands({ prints: { title: 'prints', argv: ['node', 'tool.mjs', '--password', ${JSON.stringify(flag)}], findingCodes: [1] } });`,
    'tool.mjs': `console.log(process.argv.join(' '), process.env.MY_SERVICE_TOKEN, ${JSON.stringify(everything)}); process.exit(1);`,
    '.gitignore': 'node_modules/\n',
  });
  return root;
}

const env = { SCANRUN_REDACT: 'ACME-[0-9]+-[0-9]+', MY_SERVICE_TOKEN: variable, PLANTED: everything };

describe('a secret', () => {
  it('is in nothing that a scan writes, wherever it was planted and whenever it was known', async () => {
    const root = planted();
    const before = new Set(filesIn(root).map(([path]) => path));
    const args = ['--verbose', '--log-file', 'out/log', '--events', 'out/events'];
    const reports = ['terminal', 'json=out/scan.json', 'html=out/scan.html'].flatMap((name) => ['--reporter', name]);
    const { code, stdout, stderr } = await scanrun([...args, ...reports], { cwd: root, env });
    expect(code).toBe(1);
    const create = await scanrun(['baseline', 'create'], { cwd: root, env });
    const again = await scanrun(['--events', 'out/second', '--reporter', 'json=out/second.json'], { cwd: root, env });
    const printed = [stdout, create.stdout];
    for (const command of [
      ['plan', '--json'],
      ['explain', 'local/quotes'],
      ['explain', 'local/quotes', '--json'],
      ['diff'],
      ['diff', '--json'],
    ])
      printed.push((await scanrun(command, { cwd: root, env })).stdout);
    const written = filesIn(root).filter(([path]) => !before.has(path));
    const names = written.map(([path]) => path);
    for (const wanted of [
      'plan.json',
      'journal.ndjson',
      'result.json',
      'history.ndjson',
      'log',
      'events',
      'scan.html',
      '.scanrun-baseline.json',
    ])
      expect(names.filter((name) => name.endsWith(wanted)).length, wanted).toBeGreaterThan(0);
    for (const [where, text] of [...written, ...printed.map((text, index) => [`output ${index}`, text] as const)]) {
      expect(text.length, where).toBeGreaterThan(0);
      for (const [name, secret] of Object.entries(SECRETS)) {
        if (name === 'short') continue;
        for (const form of forms(secret)) expect(text.includes(form), `${name} in ${where}`).toBe(false);
      }
      // Too short to be masked everywhere: it is not shown where it is set.
      expect(/.{0,80}pin_token\W+abc9/.exec(text)?.[0], where).toBe(undefined);
    }
    // What was printed while nobody knew cannot be taken back; all else is masked there too.
    for (const [name, secret] of Object.entries(SECRETS))
      for (const text of [stderr, create.stderr, again.stderr])
        if (name !== 'late' && name !== 'short') expect(text.includes(secret), name).toBe(false);
    // They were there: masks stand in their places.
    const result = readFileSync(join(root, 'out/scan.json'), 'utf8');
    expect(result.split('[redacted]').length).toBeGreaterThan(60);
    const events = readFileSync(join(root, 'out/events'), 'utf8').trim().split('\n');
    expect(events.map((line) => (JSON.parse(line) as { type: string }).type)).toContain('finding');
    expect(statSync(join(root, 'out/log')).size).toBeGreaterThan(1_000);
  });

  it('is in no message of a command that fails', async () => {
    const root = folder({
      'scan.config.mjs': `throw new Error(${JSON.stringify(everything)} + process.env.MY_SERVICE_TOKEN);`,
    });
    const { code, stderr, stdout } = await scanrun([], { cwd: root, env });
    expect(code).toBe(2);
    expect(stderr).toContain('SR_CONFIG_LOAD');
    for (const [name, secret] of Object.entries(SECRETS))
      if (!['late', 'option', 'short'].includes(name))
        expect([name, (stderr + stdout).includes(secret)]).toEqual([name, false]);
  });
});

describe('redact.home', () => {
  it('shows home directories as ~ in every file, and the run can still be resumed', async () => {
    const root = folder();
    addChecks(root, {
      tells: `report(c, 'see ' + c.target.root + '/x and /home/alice/y and C:\\\\Users\\\\bob\\\\z'); c.log.info(c.target.root); throw new Error('in ' + c.target.root);`,
    });
    write(root, { 'scan.config.json': { plugins: ['./plugin.mjs'], redact: { home: true }, reporters: ['terminal'] } });
    const reports = ['json=out/scan.json', 'html=out/scan.html'].flatMap((name) => ['--reporter', name]);
    const { code, stderr } = await scanrun(['--events', 'out/events', ...reports], { cwd: root });
    expect(code).toBe(3);
    expect(stderr).toContain('json report in ~/out/scan.json');
    const result = readFileSync(join(root, 'out/scan.json'), 'utf8');
    expect(result).toContain('see ~/x and ~/y and ~\\\\z');
    for (const [where, text] of filesIn(root).filter(([path]) => /^(out|\.scanrun)\//.test(path))) {
      // The record must find the target again.
      const shown = where.endsWith('plan.json') ? text.replace(/"request":\{[^}]*\}/, '') : text;
      expect(shown.includes(root), where).toBe(false);
      expect(shown.includes('/home/alice'), where).toBe(false);
    }
    const runs = () => readdirSync(join(root, '.scanrun/runs'));
    const [known] = runs();
    await scanrun([], { cwd: root });
    const run = runs().find((id) => id !== known) ?? '';
    const resumed = await scanrun(['resume', run], { cwd: root });
    expect([resumed.code, resumed.stderr]).toEqual([3, expect.not.stringContaining('SR_')]);
  });
});

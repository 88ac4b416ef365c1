// The built command with --watch: what it scans again, when it starts anew, and how it ends.
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { checkProject, linkScanrun } from '../support/check-projects.js';
import { commitAll, folder, write } from '../support/folders.js';
import { alive, endAll, type RunningCommand, scanrun, startScanrun, uniqueArgument } from '../support/processes.js';

const READS = {
  visit: "report(c, 'read ' + file.text, { path: file.path, startLine: 1 });",
  meta: { files: ['src/**'] },
};
/** Says in which process it ran. */
const LISTS = {
  run: "let n = 0; for await (const f of c.files('src/**')) n += 1; report(c, n + ' files in process ' + process.pid);",
  meta: { files: ['src/**'] },
};

/** A repository with two checks, and reports that a watch writes. */
function project(): string {
  const root = checkProject(
    { reads: READS, lists: LISTS },
    {
      'src/a.txt': 'a 1',
      'other.md': 'text',
      '.gitignore': 'node_modules\n.scanrun\nignored\nreports\n',
      'scan.config.json': {
        plugins: ['./plugin.mjs'],
        reporters: ['terminal', { reporter: 'json', output: 'reports/scan.json' }],
      },
    },
  );
  commitAll(root);
  return root;
}

let running: { readonly command: RunningCommand; readonly mark: string } | undefined;

afterEach(async () => {
  if (running === undefined) return;
  running.command.child.kill('SIGTERM');
  await running.command.ended;
  endAll(running.mark);
  running = undefined;
});

/** A watch, and what it has printed since the last question. */
function start(
  root: string,
  args: readonly string[] = [],
): { until(text: string): Promise<string>; command: RunningCommand } {
  const command = startScanrun(['--watch', '--no-color', ...args], { cwd: root });
  running = { command, mark: root };
  let text = '';
  for (const stream of [command.child.stdout, command.child.stderr])
    stream?.on('data', (chunk: string) => {
      text += chunk;
    });
  return {
    command,
    until: async (wanted) => {
      while (!text.includes(wanted)) {
        if (command.child.exitCode !== null) throw new Error(`it ended without ${wanted}: ${text}`);
        await new Promise((done) => setTimeout(done, 10));
      }
      const end = text.indexOf(wanted) + wanted.length;
      const before = text.slice(0, end);
      text = text.slice(end);
      return before;
    },
  };
}

const WATCHING = 'Ctrl-C ends';
const pidIn = (text: string): string | undefined => /in process (\d+)/.exec(text)?.[1];

describe('a watch', { timeout: 60_000 }, () => {
  it('scans everything, then what changed, in the same process, and leaves the reports of the whole alone', async () => {
    const root = project();
    const { until } = start(root);
    const first = await until(WATCHING);
    expect(first).toContain('read a 1');
    expect(first).toContain('1 files in process');
    const report = join(root, 'reports/scan.json');
    const before = readFileSync(report, 'utf8');
    write(root, { 'src/b.txt': 'b 1' });
    const second = await until(WATCHING);
    expect(second).toContain('src/b.txt changed');
    expect(second).toContain('read b 1');
    expect(second).not.toContain('read a 1');
    expect(second).toContain('2 files in process');
    expect(pidIn(second)).toBe(pidIn(first));
    expect(readFileSync(report, 'utf8')).toBe(before);
  });

  it('runs only what a change touches, and passes over what is ignored or its own', async () => {
    const root = project();
    const { until } = start(root);
    await until(WATCHING);
    write(root, { 'ignored/x.txt': 'x', 'node_modules/y.txt': 'y', '.scanrun/z.txt': 'z' });
    write(root, { 'other.md': 'text 2' });
    const second = await until(WATCHING);
    expect(second).toContain('other.md changed');
    expect(second).not.toMatch(/ignored\/x|y\.txt|z\.txt|read a 1|files in process/);
    rmSync(join(root, 'src/a.txt'));
    const third = await until(WATCHING);
    expect(third).toContain('src/a.txt changed');
    expect(third).toContain('0 files in process');
  });

  it('starts a new process when its configuration or a check changes, also out of an error', async () => {
    const root = project();
    const { until } = start(root);
    const first = await until(WATCHING);
    const plugin = join(root, 'plugin.mjs');
    const config = join(root, 'scan.config.json');
    writeFileSync(config, readFileSync(config, 'utf8').replace('"plugins"', '"plugin"'));
    expect(await until(WATCHING)).toMatch(/scan\.config\.json changed.*starting again[\s\S]*plugin/);
    writeFileSync(config, readFileSync(config, 'utf8').replace('"plugin"', '"plugins"'));
    const third = await until(WATCHING);
    expect(third).toContain('1 files in process');
    expect(pidIn(third)).not.toBe(pidIn(first));
    expect(existsSync(plugin)).toBe(true);
    const check = ['checks/lists.mjs', 'lists.mjs', 'checks/lists.js'].map((name) => join(root, name)).find(existsSync);
    const module = check ?? plugin;
    writeFileSync(module, readFileSync(module, 'utf8').replaceAll(' files in process ', ' pieces in process '));
    const fourth = await until(WATCHING);
    expect(fourth).toContain('starting again');
    expect(fourth).toContain('1 pieces in process');
    expect(pidIn(fourth)).not.toBe(pidIn(third));
  });

  it('starts a new process when a plugin that a JSON configuration names changes, or what that imports', async () => {
    const root = project();
    const plugin = join(root, 'plugin.mjs');
    const own = readFileSync(plugin, 'utf8');
    write(root, {
      'plugin.mjs': `import version from './lib/version.mjs';\nconsole.error('plugin 1, library ' + version);\n${own}`,
      'lib/version.mjs': "export { default } from './deeper/number.mjs';",
      'lib/deeper/number.mjs': 'export default 1;',
      'lib/other.mjs': 'export default 1;',
    });
    const { until } = start(root);
    const first = await until(WATCHING);
    expect(first).toContain('plugin 1, library 1');
    writeFileSync(plugin, readFileSync(plugin, 'utf8').replace('plugin 1', 'plugin 2'));
    expect(await until('starting again')).toMatch(/plugin\.mjs changed, /);
    const second = await until(WATCHING);
    expect(second).toContain('plugin 2, library 1');
    expect(pidIn(second)).not.toBe(pidIn(first));
    write(root, { 'lib/deeper/number.mjs': 'export default 2;' });
    expect(await until('starting again')).toContain('lib/deeper/number.mjs changed, ');
    const third = await until(WATCHING);
    expect(third).toContain('plugin 2, library 2');
    // What nothing loads is a file of the target like any other.
    write(root, { 'lib/other.mjs': 'export default 2;' });
    const fourth = await until(WATCHING);
    expect(fourth).toContain('lib/other.mjs changed');
    expect(fourth).not.toContain('starting again');
  });

  it('starts a new process when a plugin in a folder that git ignores changes, or one outside of the target', async () => {
    const root = project();
    const above = folder();
    const plugin = (name: string) =>
      `import { definePlugin } from 'scanrun'; console.error('${name} 1'); export default definePlugin({ name: '${name}', checks: {} });`;
    linkScanrun(above);
    write(above, { 'outside.mjs': plugin('outside') });
    write(root, {
      'ignored/inside.mjs': plugin('inside'),
      'scan.config.json': { plugins: ['./plugin.mjs', './ignored/inside.mjs', join(above, 'outside.mjs')] },
    });
    const { until } = start(root, ['--reporter', 'terminal']);
    expect(await until(WATCHING)).toMatch(/inside 1[\s\S]*outside 1/);
    for (const [name, file] of [
      ['inside', join(root, 'ignored/inside.mjs')],
      ['outside', join(above, 'outside.mjs')],
    ] as const) {
      writeFileSync(file, readFileSync(file, 'utf8').replace(`${name} 1`, `${name} 2`));
      expect(await until('starting again')).toContain(`${name}.mjs changed, `);
      expect(await until(WATCHING)).toContain(`${name} 2`);
    }
  });

  it('takes what scans write for no change where the home is the target', async () => {
    const root = project();
    const { until } = start(root);
    await until(WATCHING);
    // Written by the first scan, as the command is started with the target as the home.
    const key = join(root, '.cache/scanrun/answers.key');
    expect(existsSync(key)).toBe(true);
    write(root, { 'other.md': 'text 2' });
    expect(await until('changed')).toMatch(/^\s*scanrun: other\.md changed$/);
    await until(WATCHING);
    writeFileSync(`${key}.fresh`, 'x');
    write(root, { 'other.md': 'text 3' });
    expect(await until('changed')).toMatch(/^\s*scanrun: other\.md changed$/);
    await until(WATCHING);
  });

  it('starts a new process and ends though a plugin leaves something open', async () => {
    const root = project();
    const plugin = join(root, 'plugin.mjs');
    writeFileSync(plugin, `${readFileSync(plugin, 'utf8')}\nsetInterval(() => {}, 1_000);`);
    const { until, command } = start(root);
    const first = await until(WATCHING);
    const config = join(root, 'scan.config.json');
    writeFileSync(config, `${readFileSync(config, 'utf8')}\n`);
    const second = await until(WATCHING);
    expect(second).toMatch(/starting again[\s\S]*something that a plugin opened is still open/);
    expect(pidIn(second)).not.toBe(pidIn(first));
    command.child.kill('SIGTERM');
    expect(await command.ended).toMatchObject({ code: 130 });
  });

  it('ends with 130 on a signal, with no process left', async () => {
    const root = project();
    const { until, command } = start(root);
    await until(WATCHING);
    const children = alive('watch-session');
    expect(children.length).toBeGreaterThan(0);
    command.child.kill('SIGINT');
    expect(await command.ended).toMatchObject({ code: 130 });
    expect(children.filter((pid) => alive('watch-session').includes(pid) && homeOf(pid) === root)).toEqual([]);
  });

  it('ends also on a signal that comes when the scan has its result already', async () => {
    const root = project();
    write(root, {
      'reporter.mjs': `import { defineReporter } from 'scanrun';
export default defineReporter({ name: 'late', output: '-', async render() {
  const came = new Promise((done) => process.once('SIGTERM', done));
  process.kill(process.pid, 'SIGTERM');
  await came;
  return 'reported all the same';
} });`,
    });
    const { command } = start(root, ['--reporter', './reporter.mjs']);
    expect(await command.ended).toMatchObject({ code: 130, stdout: expect.stringContaining('reported all the same') });
  });

  it('leaves nothing behind when what started it is killed in the middle of a command', async () => {
    const mark = uniqueArgument();
    const root = folder({
      'scan.config.mjs': `import { commands } from 'scanrun/plugins/command';
export default { plugins: [commands({ hangs: { title: 'hangs', argv: ['node', '-e', 'setInterval(() => {}, 1000)', '${mark}'] } })], reporters: ['terminal'] };`,
      'a.txt': 'a',
    });
    const command = startScanrun(['--watch'], { cwd: root });
    while (alive(mark).length === 0) await new Promise((done) => setTimeout(done, 20));
    command.child.kill('SIGKILL');
    try {
      while (alive(mark).length > 0) await new Promise((done) => setTimeout(done, 20));
    } finally {
      endAll(mark);
    }
    // The session ends its command first, and then itself.
    await expect
      .poll(() => alive('watch-session').filter((pid) => homeOf(pid) === root), { timeout: 20_000 })
      .toEqual([]);
  });

  it('refuses flags that say otherwise', async () => {
    const root = project();
    const { code, stderr } = await scanrun(['--watch', '--staged', '--json'], { cwd: root });
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('--watch and --staged, --json cannot be given together'),
    ]);
  });
});

function homeOf(pid: number): string | undefined {
  return statSync(`/proc/${pid}`, { throwIfNoEntry: false }) === undefined
    ? undefined
    : readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .find((line) => line.startsWith('HOME='))
        ?.slice(5);
}

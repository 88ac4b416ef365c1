// What is left of the processes of `command` checks, however they and the scan end.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'vitest';
import { linkScanrun } from '../support/check-projects.js';
import { folder, write } from '../support/folders.js';
import { alive, endAll, startScanrun, uniqueArgument } from '../support/processes.js';

const DEAF = "for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});";
const HANG = 'setInterval(() => {}, 1e5);';
/** Ignores every request to end, and says that it is there by a file of its name. */
const CHILD = `${DEAF} ${HANG} require('node:fs').writeFileSync(process.argv[2], '');`;

/** How the program that the check runs behaves. */
interface Tree {
  /** What it does besides. */
  readonly itself: string;
  /** One of its children has no environment. Linux shows whose it is as long as one of its parents lives. */
  readonly bare: boolean;
}

/** A program that starts others: in its group, in a session of their own, one whose parent has gone. */
const program = ({ itself, bare }: Tree): string => `
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
const mark = process.argv[2];
const child = ${JSON.stringify(CHILD)};
const start = (name, options) => spawn(process.execPath, ['-e', child, mark, name], { stdio: 'ignore', ...options });
start('in-its-group', {});
start('in-a-session', { detached: true });
${bare ? "start('bare', { detached: true, env: {} });" : ''}
const middle = 'require("node:child_process").spawn(process.execPath, ["-e", ' + JSON.stringify(child) + ', process.argv[1], "orphan"], { stdio: "ignore", detached: true }).unref()';
spawn(process.execPath, ['-e', middle, mark], { stdio: 'ignore' });
void existsSync;
${itself}
`;

/** A scan with such a command, all of whose processes run. */
async function started(
  { onTestFinished, expect }: TestContext,
  tree: Tree,
  { apply = '', timeout = '60s' }: { readonly apply?: string; readonly timeout?: string } = {},
) {
  const mark = uniqueArgument();
  onTestFinished(() => endAll(mark));
  const root = folder({
    'tree.mjs': program(tree),
    'package.json': { type: 'module' },
    'scan.config.mjs': `import { existsSync } from 'node:fs';
import { defineConfig, definePlugin } from 'scanrun';
import { commands } from 'scanrun/plugins/command';
const tools = commands({ tree: { title: 'A tree', argv: ['node', 'tree.mjs', '${mark}'] } });
const local = definePlugin({ name: 'local', checks: {}, apply(hooks) { void existsSync; ${apply} } });
export default defineConfig({ plugins: [tools, local], checks: { 'command/tree': { timeout: '${timeout}' } } });
`,
  });
  linkScanrun(root);
  const scan = startScanrun(['--reporter', 'json=out.json'], { cwd: root });
  const names = ['in-its-group', 'in-a-session', 'orphan', ...(tree.bare ? ['bare'] : [])];
  await expect.poll(() => names.filter((name) => !existsSync(join(root, name))), { timeout: 20_000 }).toEqual([]);
  return { root, scan, left: () => alive(mark) };
}

describe.concurrent('no process of a command is left', () => {
  it('after its timeout', async (context) => {
    const { scan, left } = await started(context, { itself: `${DEAF} ${HANG}`, bare: true }, { timeout: '7s' });
    const { code, stderr } = await scan.ended;
    context.expect([code, stderr]).toEqual([3, context.expect.stringContaining('command/tree timed-out')]);
    context.expect(left()).toEqual([]);
  });

  it.for([
    ['after Ctrl-C', `${DEAF} ${HANG}`],
    ['after Ctrl-C to which only the first of them listens', HANG],
  ] as const)('%s', async ([, itself], context) => {
    const { scan, left } = await started(context, { itself, bare: true });
    scan.child.kill('SIGINT');
    const { code } = await scan.ended;
    context.expect(code).toBe(130);
    context.expect(left()).toEqual([]);
  });

  it('after its own end', async (context) => {
    const { root, scan, left } = await started(context, {
      itself: "setInterval(() => { if (existsSync('end')) process.exit(0); }, 20);",
      bare: false,
    });
    write(root, { end: '' });
    const { code } = await scan.ended;
    context.expect(code).toBe(0);
    context.expect(left()).toEqual([]);
  });

  it('after an error of a plugin that nobody caught, which is not taken for findings', async (context) => {
    const apply =
      "hooks.taskStart.tap('x', () => { setInterval(() => { if (existsSync('crash')) throw new Error('the plugin broke'); }, 20); });";
    const { root, scan, left } = await started(context, { itself: `${DEAF} ${HANG}`, bare: true }, { apply });
    write(root, { crash: '' });
    const { code, stderr } = await scan.ended;
    context.expect([code, stderr]).toEqual([3, context.expect.stringMatching(/SR_INTERNAL[\s\S]*the plugin broke/)]);
    await context.expect.poll(left, { timeout: 2_000 }).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ExecOptions, ExecResult } from '../../../core/check/context.js';
import { type PackedFiles, unpackFiles } from '../../../core/execute/packed-files.js';
import type { FetchedBody, SerializedError } from '../../../core/execute/protocol.js';
import { TaskRequests } from '../../../core/execute/requests.js';
import type { FileEntry } from '../../../core/model/target.js';
import { folder, write } from '../../support/folders.js';
import { alive, endAll, uniqueArgument } from '../../support/processes.js';

const node = process.execPath;

function requestsIn(root: string, entries: readonly FileEntry[] = [], remainingMs = 60_000): TaskRequests {
  const requests = new TaskRequests({ root, entries, environment: process.env }, () => remainingMs);
  onTestFinished(() => requests.close());
  return requests;
}

/** The value of a reply; throws what was refused. */
async function value<T>(reply: ReturnType<TaskRequests['answer']>): Promise<T> {
  const answered = await reply;
  if (!answered.ok) throw Object.assign(new Error(answered.error.message), { code: answered.error.code });
  return answered.value as T;
}

/** The error of a reply. */
async function refusal(reply: ReturnType<TaskRequests['answer']>): Promise<SerializedError> {
  const answered = await reply;
  if (answered.ok) throw new Error(`it was answered: ${JSON.stringify(answered.value)}`);
  return answered.error;
}

describe('readFile', () => {
  const read = (root: string, path: string) => requestsIn(root).answer({ name: 'readFile', path });

  it('reads the bytes of a file of the target', async () => {
    const root = folder({ 'sub/a.bin': new Uint8Array([0, 255, 10]) });
    expect([...(await value<Uint8Array>(read(root, 'sub/a.bin')))]).toEqual([0, 255, 10]);
    expect([...(await value<Uint8Array>(read(root, './sub/../sub/a.bin')))]).toEqual([0, 255, 10]);
  });

  it('follows a link inside the target and none that leaves it', async () => {
    const root = folder({ 'a.txt': 'inside' });
    const other = folder({ 'secret.txt': 'outside' });
    symlinkSync('a.txt', join(root, 'good'));
    symlinkSync(join(other, 'secret.txt'), join(root, 'bad'));
    symlinkSync(other, join(root, 'bad-folder'));
    symlinkSync('loop', join(root, 'loop'));
    expect(Buffer.from(await value<Uint8Array>(read(root, 'good'))).toString()).toBe('inside');
    for (const path of ['bad', 'bad-folder/secret.txt', 'bad-folder'])
      expect((await refusal(read(root, path))).code).toBe('SR_PATH_OUTSIDE');
    expect((await refusal(read(root, 'loop'))).code).toBe('ELOOP');
  });

  it('refuses what leaves the target, however it is written', async () => {
    const root = folder({ 'a.txt': 'x' });
    mkdirSync(`${root}-twin`);
    write(`${root}-twin`, { 'b.txt': 'x' });
    const paths = [
      '..',
      '../x',
      'a/../../x',
      '/etc/passwd',
      `${root}/a.txt`,
      'a\0.txt',
      `../${root.split('/').at(-1)}-twin/b.txt`,
    ];
    for (const path of paths) expect((await refusal(read(root, path))).code, path).toBe('SR_PATH_OUTSIDE');
    execFileSync('rm', ['-r', `${root}-twin`]);
  });

  it('says what it was when there is nothing to read', async () => {
    const root = folder({ 'dir/a.txt': 'x', 'big.bin': '' });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    truncateSync(join(root, 'big.bin'), 67_108_865);
    expect((await refusal(read(root, 'missing'))).code).toBe('ENOENT');
    expect((await refusal(read(root, 'dir'))).code).toBe('EISDIR');
    expect((await refusal(read(root, 'dir/a.txt/x'))).code).toBe('ENOTDIR');
    expect(await refusal(read(root, 'pipe'))).toMatchObject({ code: 'EINVAL', message: 'pipe is not a regular file.' });
    expect(await refusal(read(root, 'big.bin'))).toMatchObject({
      code: 'EFBIG',
      message: expect.stringContaining('67108865 bytes'),
    });
  });
});

describe('files', () => {
  const entries = ['.github/a.yml', 'a.ts', 'b.js', 'docs/a.md', 'src/a.ts', 'src/deep/b.ts', 'src/[x].ts'].map(
    (path): FileEntry => ({ path, sizeBytes: 1, modifiedMs: 0, type: 'file', executable: false }),
  );
  const list = async (include: string[], exclude: string[] = []) =>
    [
      ...unpackFiles(await value<PackedFiles>(requestsIn('/', entries).answer({ name: 'files', include, exclude }))),
    ].map(({ path }) => path);

  it('gives what the globs match, dot files too, less what is excluded', async () => {
    expect(await list(['**'])).toHaveLength(7);
    expect(await list([])).toEqual([]);
    expect(await list(['*.ts'])).toEqual(['a.ts']);
    expect(await list(['**/*.ts', '*.js'])).toEqual(['a.ts', 'b.js', 'src/a.ts', 'src/deep/b.ts', 'src/[x].ts']);
    expect(await list(['src/'])).toEqual(['src/a.ts', 'src/deep/b.ts', 'src/[x].ts']);
    expect(await list(['**/*.yml'])).toEqual(['.github/a.yml']);
    expect(await list(['**'], ['src/**', '.github/**'])).toEqual(['a.ts', 'b.js', 'docs/a.md']);
    expect(await list(['**', '!**/*.ts'])).toEqual(['.github/a.yml', 'b.js', 'docs/a.md']);
    expect(await list(['src/\\[x\\].ts'])).toEqual(['src/[x].ts']);
    expect(await list(['nothing/**'])).toEqual([]);
  });
});

describe('exec', () => {
  /** Ends what a broken engine would leave. */
  const marked = (): string => {
    const mark = uniqueArgument();
    onTestFinished(() => endAll(mark));
    return mark;
  };
  const run = (argv: readonly string[], options: ExecOptions = {}, root = folder()) =>
    requestsIn(root).answer({ name: 'exec', argv, options });
  const script = (text: string, options: ExecOptions = {}) => value<ExecResult>(run([node, '-e', text], options));

  it('hands over the arguments as they are: there is no shell', async () => {
    const argv = ['$HOME', '; touch x', '`id`', '"a b"', "'", '*', 'ä\n'];
    const { stdout, code } = await value<ExecResult>(
      run([node, '-e', 'process.stdout.write(JSON.stringify(process.argv.slice(1)))', '--', ...argv]),
    );
    expect([code, JSON.parse(stdout)]).toEqual([0, argv]);
  });

  it('gives the exit code, the signal, and both outputs', async () => {
    expect(await script('console.log("out"); console.error("err"); process.exit(7)')).toEqual({
      code: 7,
      signal: null,
      stdout: 'out\n',
      stderr: 'err\n',
      truncated: false,
      timedOut: false,
    });
    expect(await script('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e5)')).toMatchObject({
      code: null,
      signal: 'SIGTERM',
    });
  });

  it('gives it input, an empty one where there is none, and does not mind when it is not read', async () => {
    const echo = 'process.stdin.pipe(process.stdout)';
    expect((await script(echo, { input: 'text ä' })).stdout).toBe('text ä');
    expect((await script(echo)).stdout).toBe('');
    expect((await script('process.exit(0)', { input: 'x'.repeat(5_000_000) })).code).toBe(0);
  });

  it('keeps output up to its limit and says that more was dropped', async () => {
    const print = 'process.stdout.write("a".repeat(3000)); process.stderr.write("b".repeat(10))';
    expect(await script(print, { maxBytes: 1_000 })).toMatchObject({
      stdout: 'a'.repeat(1_000),
      stderr: 'b'.repeat(10),
      truncated: true,
    });
    expect(await script(print, { maxBytes: 3_000 })).toMatchObject({ stdout: 'a'.repeat(3_000), truncated: false });
  });

  it('runs in the target or a folder of it, never outside', async () => {
    const root = folder({ 'sub/a': '' });
    const where = [node, '-e', 'process.stdout.write(process.cwd())'];
    expect((await value<ExecResult>(run(where, {}, root))).stdout).toBe(root);
    expect((await value<ExecResult>(run(where, { cwd: 'sub' }, root))).stdout).toBe(join(root, 'sub'));
    expect((await refusal(run(where, { cwd: '..' }, root))).code).toBe('SR_PATH_OUTSIDE');
    expect((await refusal(run(where, { cwd: 'missing' }, root))).code).toBe('ENOENT');
  });

  it('adds variables to the environment of the scan', async () => {
    const text = 'process.stdout.write(process.env.EXTRA + " " + process.env.GIVEN)';
    const requests = new TaskRequests({ root: folder(), entries: [], environment: { GIVEN: 'g' } }, () => 1_000);
    const call = { name: 'exec', argv: [node, '-e', text], options: { env: { EXTRA: 'e' } } } as const;
    expect((await value<ExecResult>(requests.answer(call))).stdout).toBe('e g');
  });

  it('says when there is no such program, when it may not be run, and when the call is wrong', async () => {
    expect(await refusal(run(['no-such-program-at-all']))).toMatchObject({
      code: 'ENOENT',
      message: expect.stringContaining('no-such-program-at-all could not be started'),
    });
    const root = folder({ plain: 'not a program' });
    expect((await refusal(run([join(root, 'plain')]))).code).toBe('EACCES');
    for (const argv of [[], 'ls -l', [node, 1], [null]])
      expect((await refusal(run(argv as string[]))).code).toBe('SR_REQUEST_FAILED');
    expect((await refusal(run(['a\0b']))).code).toBe('ERR_INVALID_ARG_VALUE');
  });

  it('that will not end when it is asked to is ended', async () => {
    const deaf = 'process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1e5)';
    expect(await script(deaf, { timeout: 1_000 })).toMatchObject({ timedOut: true, signal: 'SIGKILL', stdout: 'up\n' });
  });

  it('at its timeout ends the whole tree, also what left its group and its parent', async () => {
    const mark = marked();
    // The child starts one that leaves its session, whose own child ignores SIGTERM; then it waits itself.
    const deaf = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1e5)`;
    const middle = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(deaf)}, "${mark}"], { stdio: "inherit" }); setInterval(() => {}, 1e5)`;
    const outer = `require("child_process").spawn("setsid", [process.execPath, "-e", ${JSON.stringify(middle)}, "${mark}"], { stdio: "inherit", detached: true }).unref(); console.log("up"); setInterval(() => {}, 1e5)`;
    const started = Date.now();
    const result = await value<ExecResult>(run([node, '-e', outer, mark], { timeout: 700 }));
    expect(result).toMatchObject({ timedOut: true, code: null });
    expect(result.stdout).toBe('up\n');
    expect(Date.now() - started).toBeLessThan(5_000);
    await expect.poll(() => alive(mark), { timeout: 3_000 }).toEqual([]);
  });

  it('that has ended well leaves no child behind, and does not wait for one that holds its output', async () => {
    const mark = marked();
    const text = `require("child_process").spawn("sleep", ["60", "${mark}"].slice(0, 1), { stdio: "inherit", argv0: "${mark}" }).unref(); console.log("done")`;
    const requests = requestsIn(folder());
    const started = Date.now();
    const call = { name: 'exec', argv: [node, '-e', text], options: {} } as const;
    expect(await value<ExecResult>(requests.answer(call))).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(Date.now() - started).toBeLessThan(10_000);
    await expect.poll(() => alive(mark), { timeout: 3_000 }).toEqual([]);
  });

  it('ends with its task: asked to when it is stopped, by force when it is closed', async () => {
    const root = folder();
    const [politely, deaf] = [marked(), marked()];
    const stopped = requestsIn(root);
    const polite = `process.on("SIGTERM", () => { require("fs").writeFileSync("ended-well", ""); process.exit(0); }); console.log("up"); setInterval(() => {}, 1e5); require("fs").writeFileSync("up", "");`;
    const waiting = stopped.answer({ name: 'exec', argv: [node, '-e', polite, politely], options: {} });
    await expect.poll(() => existsSync(join(root, 'up')), { timeout: 5_000 }).toBe(true);
    stopped.stop();
    await waiting;
    expect(readdirSync(root).sort()).toEqual(['ended-well', 'up']);
    const closed = requestsIn(root);
    const stubborn =
      'process.on("SIGTERM", () => {}); require("fs").writeFileSync("deaf-up", ""); setInterval(() => {}, 1e5)';
    const second = closed.answer({ name: 'exec', argv: [node, '-e', stubborn, deaf], options: {} });
    await expect.poll(() => existsSync(join(root, 'deaf-up')), { timeout: 5_000 }).toBe(true);
    closed.close();
    expect(await second).toMatchObject({ ok: true, value: { signal: 'SIGKILL' } });
    expect([alive(politely), alive(deaf)]).toEqual([[], []]);
    expect((await refusal(closed.answer({ name: 'exec', argv: ['true'], options: {} }))).message).toContain(
      'has ended',
    );
  });
});

describe('fetch', () => {
  /** A server on a port of its own; what it answers is up to the path. */
  async function server(): Promise<string> {
    const made: Server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://x');
      if (url.pathname === '/redirect') return response.writeHead(302, { location: '/end' }).end();
      if (url.pathname === '/loop') return response.writeHead(302, { location: '/loop' }).end();
      if (url.pathname === '/to-file') return response.writeHead(302, { location: 'file:///etc/passwd' }).end();
      if (url.pathname === '/big') return response.end('x'.repeat(5_000));
      if (url.pathname === '/hangs') return undefined;
      if (url.pathname === '/drips') {
        response.write('a first part');
        return undefined;
      }
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        response
          .writeHead(url.pathname === '/missing' ? 404 : 200, {
            'x-method': request.method,
            'x-given': request.headers['x-give'] ?? '',
          })
          .end(`${url.pathname} ${Buffer.concat(chunks).toString()}`),
      );
      return undefined;
    });
    await new Promise<void>((done) => made.listen(0, '127.0.0.1', done));
    onTestFinished(() => {
      made.closeAllConnections();
      made.close();
    });
    return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
  }
  const ask = (url: string, options = {}, remainingMs = 60_000) =>
    requestsIn('/', [], remainingMs).answer({ name: 'fetch', url, options });

  it('gives status, headers and body, whatever the status', async () => {
    const origin = await server();
    const got = await value<FetchedBody>(
      ask(`${origin}/x`, { method: 'POST', body: 'sent', headers: { 'x-give': 'given' } }),
    );
    expect(got).toMatchObject({ status: 200, url: `${origin}/x`, headers: { 'x-method': 'POST', 'x-given': 'given' } });
    expect(Buffer.from(got.body).toString()).toBe('/x sent');
    expect(await value<FetchedBody>(ask(`${origin}/missing`))).toMatchObject({ status: 404 });
  });

  it('follows redirects, and not for ever or away from http', async () => {
    const origin = await server();
    expect(await value<FetchedBody>(ask(`${origin}/redirect`))).toMatchObject({ status: 200, url: `${origin}/end` });
    expect((await refusal(ask(`${origin}/loop`))).message).toContain('redirect count exceeded');
    expect((await refusal(ask(`${origin}/to-file`))).message).toContain('could not be fetched');
  });

  it('refuses a body that is longer than allowed, rather than cut it', async () => {
    const origin = await server();
    expect(await refusal(ask(`${origin}/big`, { maxBytes: 4_999 }))).toMatchObject({ code: 'EFBIG' });
    expect((await value<FetchedBody>(ask(`${origin}/big`, { maxBytes: 5_000 }))).body).toHaveLength(5_000);
  });

  it('gives up at its timeout or the end of its task, whether or not the answer has begun', async () => {
    const origin = await server();
    expect((await refusal(ask(`${origin}/hangs`, { timeout: 100 }))).code).toBe('ETIMEDOUT');
    expect((await refusal(ask(`${origin}/drips`, { timeout: 200 }))).code).toBe('ETIMEDOUT');
    expect((await refusal(ask(`${origin}/hangs`, {}, 100))).code).toBe('ETIMEDOUT');
    const requests = requestsIn('/');
    const waiting = requests.answer({ name: 'fetch', url: `${origin}/hangs`, options: {} });
    requests.stop();
    expect((await refusal(waiting)).message).toContain('The task was stopped');
  });

  it('gives the code of the system when there is no answer', async () => {
    const closed = createTcpServer();
    await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
    const { port } = closed.address() as AddressInfo;
    await new Promise((done) => closed.close(done));
    expect(await refusal(ask(`http://127.0.0.1:${port}/`))).toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringMatching(/could not be fetched: .*ECONNREFUSED/),
    });
    const rude = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((done) => rude.listen(0, '127.0.0.1', done));
    onTestFinished(() => void rude.close());
    const rudePort = (rude.address() as AddressInfo).port;
    expect((await refusal(ask(`http://127.0.0.1:${rudePort}/`))).code).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
  });

  it('speaks only http and https, and has no password in its errors', async () => {
    for (const url of ['file:///etc/passwd', 'ftp://x/y', 'data:text/plain,x', 'javascript:1'])
      expect(await refusal(ask(url)), url).toMatchObject({ code: 'SR_REQUEST_FAILED' });
    expect((await refusal(ask('no url'))).code).toBe('ERR_INVALID_URL');
  });
});

describe('the file of a process list', () => {
  it('finds what carries the mark, or the tests above would see nothing', () => {
    expect(alive(readFileSync('/proc/self/cmdline', 'utf8').split('\0')[0] ?? '')).toContain(process.pid);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endBrowser, findBrowser, sandboxArguments, wellKnownBrowsers } from 'scanrun/browser';
import { describe, expect, it } from 'vitest';
import { folder } from '../support/folders.js';

function program(root: string, name: string): string {
  const path = join(root, name);
  writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
  return path;
}

describe('findBrowser', () => {
  it('takes the option before the variable before the PATH', async () => {
    const root = folder();
    const [first, second, third] = [program(root, 'a'), program(root, 'b'), program(root, 'google-chrome')];
    const environment = { SCANRUN_CHROMIUM: second, PATH: `relative:${root}` };
    const search = { cwd: root, environment };
    expect(await findBrowser({ ...search, named: 'a' })).toEqual({
      path: first,
      from: "the option 'browser'",
      shell: false,
    });
    expect(await findBrowser({ ...search, named: '' })).toEqual({
      path: second,
      from: 'SCANRUN_CHROMIUM',
      shell: false,
    });
    const onPath = { ...environment, SCANRUN_CHROMIUM: ' ' };
    expect(await findBrowser({ cwd: root, environment: onPath, named: '' })).toEqual({
      path: third,
      from: 'the PATH',
      shell: false,
    });
  });

  it('tries nothing else where a path is named that is no program', async () => {
    const root = folder({ text: 'no program' });
    for (const named of ['text', 'gone', '.'])
      await expect(findBrowser({ named, environment: process.env, cwd: root })).rejects.toThrow(
        /no program that can be run/,
      );
    const environment = { ...process.env, SCANRUN_CHROMIUM: '/gone' };
    await expect(findBrowser({ named: '', environment, cwd: root })).rejects.toThrow(/^SCANRUN_CHROMIUM names/);
  });

  it('finds none where there is none', async () => {
    expect(await findBrowser({ named: '', environment: {}, cwd: '/', platform: 'win32' })).toBeUndefined();
  });

  it('knows the places of each system', () => {
    expect(wellKnownBrowsers({ HOME: '/Users/a' }, 'darwin')).toContain(
      '/Users/a/Applications/Chromium.app/Contents/MacOS/Chromium',
    );
    expect(wellKnownBrowsers({ LOCALAPPDATA: 'C:\\L' }, 'win32')).toContain(
      'C:\\L\\Google\\Chrome\\Application\\chrome.exe',
    );
    expect(wellKnownBrowsers({}, 'linux')).toContain('/usr/bin/chromium');
  });
});

it('turns the sandbox off for root and where it is not wanted', () => {
  expect(sandboxArguments(false)).toEqual(['--no-sandbox']);
  expect(sandboxArguments(true)).toEqual(process.getuid?.() === 0 ? ['--no-sandbox'] : []);
});

it.skipIf(process.platform === 'win32')('ends a browser that does not want to end, with what it started', async () => {
  const script = `require('child_process').spawn(process.execPath, ['-e', 'console.log(process.pid); setInterval(() => {}, 1000)'], { stdio: 'inherit' }); process.on('SIGTERM', () => {});`;
  const child = spawn(process.execPath, ['-e', script], { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const grandchild = Number(line.toString());
  await endBrowser({ process: () => child, close: () => new Promise(() => {}) }, 10);
  expect(child.signalCode).toBe('SIGKILL');
  await expect.poll(() => isThere(grandchild), { timeout: 20_000 }).toBe(false);
  await endBrowser({ process: () => null, close: () => Promise.reject(new Error('gone')) });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

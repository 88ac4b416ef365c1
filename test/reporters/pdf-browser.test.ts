// Which browser prints, and what is said where there is none.
import { chmodSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ScanError } from 'scanrun';
import { describe, expect, it } from 'vitest';
import { type BrowserSearch, wellKnownBrowsers } from '../../core/browser.js';
import { findPrintBrowser } from '../../reporters/pdf/browser-path.js';
import { folder, write } from '../support/folders.js';

/** A folder with programs. */
function programs(...paths: string[]): string {
  const root = folder();
  for (const path of paths) {
    write(root, { [path]: '#!/bin/sh\n' });
    chmodSync(join(root, path), 0o755);
  }
  return root;
}

const search = (over: Partial<BrowserSearch>): Promise<unknown> =>
  findPrintBrowser({ named: '', environment: {}, cwd: '/', platform: 'darwin', ...over }).catch(
    (error: unknown) => error,
  );

describe('the browser', () => {
  it('is the one that the option names, before all others, from the working folder', async () => {
    const root = programs('bin/mine', 'bin/other', 'path/chromium');
    const environment = { SCANRUN_CHROMIUM: join(root, 'bin/other'), PATH: join(root, 'path') };
    expect(await search({ named: 'bin/mine', cwd: root, environment })).toEqual({
      path: join(root, 'bin/mine'),
      args: [],
      from: "the option 'browser'",
      shell: false,
    });
    expect(await search({ cwd: root, environment })).toMatchObject({
      path: join(root, 'bin/other'),
      from: 'SCANRUN_CHROMIUM',
    });
    expect(await search({ cwd: root, environment: { ...environment, SCANRUN_CHROMIUM: ' ' } })).toMatchObject({
      path: join(root, 'path/chromium'),
      from: 'the PATH',
    });
  });

  it('is not another one when the one that is named is no program', async () => {
    const root = programs('path/chromium');
    write(root, { 'bin/text': 'no program' });
    mkdirSync(join(root, 'bin/chromium'));
    const environment = { PATH: join(root, 'path') };
    for (const named of ['bin/text', 'bin/chromium', 'gone']) {
      const error = await search({ named, cwd: root, environment });
      expect(error).toBeInstanceOf(ScanError);
      expect(error).toMatchObject({
        code: 'SR_BROWSER_NOT_FOUND',
        message: `the option 'browser' names ${join(root, named)}, which is no program that can be run.`,
      });
    }
    expect(await search({ cwd: root, environment: { ...environment, SCANRUN_CHROMIUM: '/gone' } })).toMatchObject({
      message: 'SCANRUN_CHROMIUM names /gone, which is no program that can be run.',
    });
  });

  it('is searched on the PATH by name, the free one first, and in absolute folders only', async () => {
    const root = programs('a/google-chrome', 'b/chromium-browser', 'c/chromium', 'here/chromium');
    const path = (...names: string[]) => ({ PATH: names.map((name) => join(root, name)).join(delimiter) });
    expect(await search({ environment: path('a', 'b', 'c') })).toMatchObject({ path: join(root, 'c/chromium') });
    expect(await search({ environment: path('a', 'b') })).toMatchObject({ path: join(root, 'b/chromium-browser') });
    expect(await search({ environment: path('a') })).toMatchObject({ path: join(root, 'a/google-chrome') });
    expect(await search({ cwd: root, environment: { PATH: `here${delimiter}.` } })).toMatchObject({
      code: 'SR_BROWSER_NOT_FOUND',
    });
  });

  it('is where installers put it', async () => {
    const root = programs('Applications/Google Chrome.app/Contents/MacOS/Google Chrome');
    expect(await search({ environment: { HOME: root } })).toMatchObject({
      path: join(root, 'Applications/Google Chrome.app/Contents/MacOS/Google Chrome'),
      from: 'a well-known place',
    });
    expect(wellKnownBrowsers({}, 'linux')).toContain('/usr/bin/chromium');
    const windows = wellKnownBrowsers({ ProgramFiles: 'C:\\Program Files', LOCALAPPDATA: 'C:\\Me' }, 'win32');
    expect(windows).toContain('C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe');
    expect(windows[0]).toBe('C:\\Me\\Chromium\\Application\\chrome.exe');
    expect(wellKnownBrowsers({}, 'win32')).toEqual([]);
  });

  it('is that of @sparticuz/chromium, if the project has it', async () => {
    const root = programs('bin/headless_shell');
    const executable = JSON.stringify(join(root, 'bin/headless_shell'));
    write(root, {
      'node_modules/@sparticuz/chromium/package.json': {
        name: '@sparticuz/chromium',
        type: 'module',
        main: 'index.js',
      },
      'node_modules/@sparticuz/chromium/index.js': `export default { args: ['--single-process'], executablePath: async () => ${executable} };`,
    });
    expect(await search({ cwd: root })).toEqual({
      path: join(root, 'bin/headless_shell'),
      args: ['--single-process'],
      from: '@sparticuz/chromium',
      shell: true,
    });
    write(root, { 'node_modules/@sparticuz/chromium/index.js': `throw new Error('no space left');` });
  });

  it('that a package cannot give is a failure that says why', async () => {
    const root = folder({
      'node_modules/@sparticuz/chromium/package.json': {
        name: '@sparticuz/chromium',
        type: 'module',
        main: 'index.js',
      },
      'node_modules/@sparticuz/chromium/index.js': `export default { args: [], executablePath: async () => { throw new Error('no space left'); } };`,
    });
    expect(await search({ cwd: root })).toMatchObject({
      code: 'SR_BROWSER_NOT_FOUND',
      message: '@sparticuz/chromium is installed and gives no browser: no space left',
    });
  });

  it('that is nowhere is asked for in four ways', async () => {
    const error = await search({ cwd: folder() });
    expect(error).toMatchObject({ code: 'SR_BROWSER_NOT_FOUND', exitCode: 3 });
    const { message } = error as ScanError;
    for (const way of [
      "'browser'",
      'SCANRUN_CHROMIUM',
      'PATH',
      'usual place',
      'npm install --save-dev @sparticuz/chromium',
    ])
      expect(message).toContain(way);
  });
});

// The page against the validator of the W3C (vnu) and html-validate, for results of every kind.
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HtmlValidate } from 'html-validate';
import html from 'scanrun/reporters/html';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { render } from './render.js';
import { kinds } from './sample-kinds.js';

const samples = kinds(600);

const jar = createRequire(import.meta.url).resolve('vnu-jar/build/dist/vnu.jar');

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanrun-html-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function hasJava(): boolean {
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** The errors that vnu finds in files, one a line. */
async function vnu(paths: readonly string[]): Promise<string[]> {
  const args = ['-Xss4m', '-jar', jar, '--errors-only', '--format', 'json', '--exit-zero-always', ...paths];
  const { stderr } = await promisify(execFile)('java', args, { maxBuffer: 50_000_000 });
  const { messages } = JSON.parse(stderr) as { messages: { url: string; message: string; extract?: string }[] };
  return messages.map(({ url, message, extract }) => `${url}: ${message} ${extract ?? ''}`);
}

describe('the page is valid HTML', () => {
  it('by the validator of the W3C', async (ctx) => {
    if (!hasJava()) {
      console.warn('vnu did NOT run: there is no java on this machine.');
      return ctx.skip('no java on this machine');
    }
    const paths: string[] = [];
    for (const [name, make] of Object.entries(samples)) {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, await render(html, make()));
      paths.push(path);
    }
    expect(await vnu(paths)).toEqual([]);
    const broken = join(folder, 'broken.html');
    writeFileSync(
      broken,
      '<!DOCTYPE html><html lang="en"><title>x</title><p><div id="a"><div id="a"></div></p></html>',
    );
    expect((await vnu([broken])).join('\n')).toMatch(/Duplicate ID/);
  }, 180_000);

  it.each(Object.entries(samples))('by html-validate: %s', async (_, make) => {
    const validator = new HtmlValidate({
      extends: ['html-validate:recommended'],
      rules: {
        // The standard forbids only headings, headers, footers and sections in a header cell; details are none of them.
        'element-permitted-content': 'off',
        // A target may have a long name.
        'long-title': 'off',
      },
    });
    const report = await validator.validateString(await render(html, make()));
    const messages = report.results.flatMap((each) => each.messages);
    expect(messages.map(({ ruleId, message, selector }) => `${ruleId}: ${message} ${selector ?? ''}`)).toEqual([]);
    const broken = await validator.validateString('<!DOCTYPE html><p onclick="x"><div></p>');
    expect(broken.valid).toBe(false);
  });
});

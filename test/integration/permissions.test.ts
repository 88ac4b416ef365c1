// Files that the built command may not read.
import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../core/model/result.js';
import { checkProject } from '../support/check-projects.js';
import { asNobody, isRoot, killedAfter, nobodysEnvironment } from '../support/faults.js';
import { commitAll, folder, write } from '../support/folders.js';
import { scanrun } from '../support/processes.js';
import { checkOf, endOf } from '../support/run-scan.js';

const token = ['ghp', '_', 'x7Kp2Qm9Vb4Nc8Rt3Ws6Yd1Zf5Gh0Jk4LmAQ'].join('');

/** A project with a file that nobody may open, beside one in which there is something to find. */
function project(): string {
  const root = checkProject({
    texts: { visit: "if (file.text.includes('ghp_')) report(c, 'a token', { path: file.path });" },
    bytes: { visit: "if (file.bytes.length === 0) report(c, 'empty', { path: file.path });", meta: { reads: 'bytes' } },
    names: {
      visit: "if (file.path.endsWith('.secret')) report(c, 'a name', { path: file.path });",
      meta: { reads: 'none' },
    },
    reads: "report(c, 'before'); await c.readFile('locked.txt');",
    streams: {
      visit: "for await (const chunk of file.stream()) c.measure('bytes of ' + file.path, chunk.length, 'bytes');",
      meta: { reads: 'stream' },
    },
  });
  write(root, {
    'open.txt': `token = '${token}'\n`,
    'locked.txt': `token = '${token}'\n`,
    'scan.config.json': {
      plugins: ['./plugin.mjs', 'secrets', 'repo'],
      reporters: ['json'],
      exclude: ['checks/**', '*.mjs'],
    },
  });
  return root;
}

describe.skipIf(!isRoot)('a file that may not be opened (needs root, to become somebody else)', () => {
  it.for(['a folder', 'a git repository'])('in %s: no check that should have read it passes', async (kind) => {
    const root = project();
    if (kind === 'a git repository') commitAll(root);
    chmodSync(root, 0o755);
    chmodSync(join(root, 'locked.txt'), 0o000);
    const { code, stdout, stderr } = await scanrun(['--fail-on', 'never'], {
      cwd: root,
      by: [...killedAfter(25), ...asNobody],
      env: nobodysEnvironment,
    });
    expect(code).toBe(3);
    const result = JSON.parse(stdout) as RunResult;
    const unread = result.checks.filter(
      ({ outcome }) => 'reason' in outcome && outcome.reason.message.includes('locked.txt'),
    );
    expect(Object.fromEntries(unread.map(({ checkId }) => [checkId, endOf(result, checkId)]))).toEqual({
      'local/bytes': 'degraded unreadable',
      'local/reads': 'errored threw',
      'local/streams': 'errored threw',
      'local/texts': 'degraded unreadable',
      'repo/merge-conflict-markers': 'degraded unreadable',
      'secrets/credentials': 'degraded unreadable',
      'secrets/private-keys': 'degraded unreadable',
    });
    for (const { outcome } of unread) expect('reason' in outcome && outcome.reason.message).toMatch(/EACCES/);
    // What there was to see was seen, and told.
    expect(endOf(result, 'local/names')).toBe('passed');
    expect(checkOf(result, 'local/texts').findings.map(({ location }) => location.path)).toEqual(['open.txt']);
    expect(checkOf(result, 'secrets/credentials').findings.map(({ location }) => location.path)).toEqual(['open.txt']);
    expect(checkOf(result, 'local/reads').findings).toHaveLength(1);
    expect(result.verdict.summary).toContain('7 checks of');
    expect(stderr).toMatch(/degraded: locked\.txt \(EACCES\) could not be read\./);
    // Nothing could be written either, which is no reason not to scan.
    expect(existsSync(join(root, '.scanrun'))).toBe(false);
    expect(result.notices.map(({ code: what }) => what)).toEqual(
      expect.arrayContaining(['not-recorded', 'history-unwritable']),
    );
  });
});

it.skipIf(!isRoot)('a folder that may not be entered is no target (needs root, to become somebody else)', async () => {
  const root = folder({ 'a.txt': 'a' });
  chmodSync(root, 0o700);
  const { code, stderr } = await scanrun([root], {
    cwd: '/',
    by: [...killedAfter(25), ...asNobody],
    env: nobodysEnvironment,
  });
  expect(stderr).toContain(`SR_TARGET_NOT_FOUND The target ${root} cannot be opened: EACCES.`);
  expect(code).toBe(2);
});

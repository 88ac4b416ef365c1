import type { Finding, RunResult } from 'scanrun';
import terminal from 'scanrun/reporters/terminal';
import { describe, expect, it } from 'vitest';
import { textWidth } from '../../reporters/terminal/width.js';
import { render } from './render.js';
import { check, result } from './sample-build.js';
import { hostile, large } from './sample-extremes.js';
import { clean, empty, findings, incomplete, interrupted } from './sample-result.js';
import { rich } from './sample-rich.js';
import { slower } from './sample-telemetry.js';

const one = (given: Partial<Finding>, severity: Finding['severity'] = 'error'): RunResult =>
  result({ checks: [check('a/b', { title: 'Title', severity }, { findings: [{ message: 'Message.', ...given }] })] });
// Notices and checks carry the same signs; a place has a dot or slash, and no outcome after it.
const places = (text: string): string[] =>
  text.match(/^ {2}[✖▲●◌] \S*[./]\S*(?= {2}|$)(?! {2}(?:passed|failed))/gm) ?? [];

describe('terminal', () => {
  it('says the verdict and the numbers of a result', async () => {
    const text = await render(terminal, findings(), { output: { columns: 120 } });
    expect(text).toContain('✖ Findings  2 findings at the gate.');
    expect(text).toMatch(/Findings +2 errors, 4 warnings, 1 note; 2 suppressed\n/);
    expect(text).toMatch(/Checks +10 checks planned: 6 passed, 4 failed\n/);
    expect(text).toMatch(/Not planned +1 turned off, 1 filtered out, 1 of a higher tier, 1 not applicable\n/);
    expect(text).toMatch(/Coverage +100 % \(10 of 10 checks answered\)\n/);
    expect(text).toMatch(/Tier +standard, 4 at once on 4 cores, 1,284 files\n/);
    expect(text).toMatch(/Time +4\.2 s for 14 s of work, 3\.4x; within the budget of 45 s\n/);
    expect(text).toContain('(SR_PLUGIN_VERSION)');
  });

  it('says what can be fixed, of what counts', async () => {
    const text = await render(terminal, rich(), { output: { columns: 120 } });
    expect(text).toMatch(/Fixes +1 of \d+ can be fixed: scanrun fix \(1 more with --unsafe\)\n/);
    const fix = { description: 'd', unsafe: true as const, changes: [] };
    expect(await render(terminal, one({ fix }))).toMatch(/Fixes +1 of 1 can be fixed: scanrun fix --unsafe\n/);
    expect(await render(terminal, one({}))).not.toContain('can be fixed');
  });

  it('shows each counted finding once, with a place to click', async () => {
    const text = await render(terminal, findings());
    expect(places(text)).toHaveLength(7);
    expect(text).toContain('  ✖ src/server/config.ts:14:22');
    expect(text).not.toContain('suppressed by');
  });

  it('prints the gravest check next to the summary', async () => {
    const text = await render(terminal, findings());
    expect(text.indexOf('repo/line-endings')).toBeLessThan(text.indexOf('npm/unused-dependencies'));
    expect(text.indexOf('npm/unused-dependencies')).toBeLessThan(text.indexOf('secrets/credentials'));
  });

  it('draws a code frame with the pointer under the columns', async () => {
    const text = await render(terminal, findings());
    expect(text).toContain(
      [
        '      13 │   // TODO: read this from the environment',
        '    ❯ 14 │   const githubToken = "ghp_****************";',
        '         │                      ^^^^^^^^^^^^^^^^^^^^^^',
        '      15 │   return new Octokit({ auth: githubToken });',
      ].join('\n'),
    );
    expect(await render(terminal, findings(), { options: { codeFrames: false } })).not.toContain('│');
  });

  it('puts the pointer right after tabs, wide and escaped characters', async () => {
    const text = await render(
      terminal,
      one({
        location: { path: 'a', startLine: 1, startColumn: 7, endColumn: 10 },
        snippet: { startLine: 1, lines: ['\t語\u001bab here'] },
      }),
    );
    const [code = '', pointer = ''] = text.split('\n').filter((line) => line.includes('│'));
    expect(code).toContain('語\\x1bab here');
    const column = textWidth(code.slice(0, code.indexOf('here')));
    expect(textWidth(pointer.slice(0, pointer.indexOf('^')))).toBe(column);
    expect(pointer.match(/\^+/)?.[0]).toHaveLength(3);
  });

  it.each([1, 100, 200, 236])('cuts a long line around column %i', async (startColumn) => {
    const line = Array.from({ length: 240 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    const text = await render(
      terminal,
      one({
        location: { path: 'a', startLine: 1, startColumn, endColumn: startColumn + 4 },
        snippet: { startLine: 1, lines: [line] },
      }),
    );
    const [code = '', pointer = ''] = text.split('\n').filter((each) => each.includes('│'));
    expect(textWidth(code)).toBeLessThanOrEqual(80);
    expect(code).toContain('…');
    const from = pointer.indexOf('^');
    expect(code.slice(from, from + 4)).toBe(line.slice(startColumn - 1, startColumn + 3));
  });

  it('points at the end of a line that redaction made shorter than the columns', async () => {
    const text = await render(
      terminal,
      one({
        location: { path: 'a', startLine: 1, startColumn: 40, endColumn: 60 },
        snippet: { startLine: 1, lines: ['key = ***'] },
      }),
    );
    expect(text).toContain('│          ^\n');
  });

  it('wraps messages within the width, with a hanging indent', async () => {
    for (const columns of [60, 80, 100]) {
      const text = await render(terminal, incomplete(), { output: { columns } });
      for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(columns);
    }
    const text = await render(terminal, one({ message: 'word '.repeat(40).trim() }), { output: { columns: 60 } });
    expect(text).toMatch(/ {2}✖ package\.json\n( {4}(word ?)+\n)+/);
  });

  it('says what has no answer and why', async () => {
    const text = await render(terminal, incomplete(), { output: { columns: 200 } });
    expect(text).toContain('Without an answer: 5 of 15 checks');
    expect(text).toMatch(/◔ command\/test {2}timed out, 9\.0 s\n {4}It ran for 9 s, its limit\./);
    expect(text).toContain('◐ npm/advisories  degraded, 3.0 s\n    The registry answered 503');
    expect(text).toContain('‼ docs/spelling  errored, 180 ms, optional');
    expect(text).toContain('1 of 2 parts: packages/b (skipped)');
    expect(text).toContain('◐ Incomplete  4 checks of 14 without an answer.');
    expect(text).toMatch(/Coverage +71\.4 % \(10 of 14 checks answered\)/);
    expect(text).toMatch(/Budget +standard ended in 1\d s, budget 8\.0 s: these \w+ checks would have to go: \w+\//);
  });

  it('says what took longer than usual, what to do, and which checks the budget has no room for', async () => {
    const text = await render(terminal, slower(), { output: { columns: 200 } });
    expect(text).toMatch(
      /Budget +standard ended in 4\.2 s, budget 3\.0 s: these two checks would have to go: command\/types, command\/lint\.\n/,
    );
    expect(text).toMatch(/Trend +▁▁▁▂▂▃▇█ {2}1\.9 s to 4\.2 s in 8 runs\n/);
    expect(text).toMatch(
      /Outliers +command\/types took 4\.2 s, 3\.0x its usual 1\.4 s \(8 runs\)\. Look at what changed since commit 4be1f0c8d2a9, when it took 1\.3 s\.\n/,
    );
    expect(text).toMatch(
      / {15}npm\/advisories-1 took 4\.2 s, 12x the 1\.4 s that is usual in its category \(6 checks\)\. It waited 5\.0 s/,
    );
    expect(await render(terminal, slower({ outliers: 1 }))).toMatch(/Outlier +command/);
    expect(await render(terminal, slower({ outliers: 9 }))).toContain('and 6 more outliers: the html and json reports');
    expect(await render(terminal, findings())).not.toMatch(/Outlier|Trend|Efficiency/);
    const verbose = await render(terminal, findings(), { output: { verbosity: 'verbose', columns: 200 } });
    expect(verbose).toMatch(
      /Efficiency +100 % of the possible: no order of these tasks ends before 4\.2 s; \d\d(\.\d)? % of the places/,
    );
  });

  it('names an interruption', async () => {
    const text = await render(terminal, interrupted());
    expect(text).toContain('⊘ Interrupted  2 findings at the gate, 2 checks of 10 without an answer.');
    expect(text).toMatch(/⊘ command\/\w+, command\/\w+ {2}cancelled/);
    const verbose = await render(terminal, interrupted(), { output: { verbosity: 'verbose' } });
    expect(verbose.match(/⊘ command\//g)).toHaveLength(2);
  });

  it('says once what several checks lack, and does not repeat in a notice what is not installed', async () => {
    const reason = (message: string) =>
      ({ outcome: { status: 'skipped', reason: { code: 'not-installed', message } } }) as const;
    const same = reason('Run `npm install` first.');
    const text = await render(
      terminal,
      result({
        checks: [
          check('npm/a', {}, { ...same, optional: true }),
          check('npm/b', {}, { ...same, optional: true }),
          check('npm/c', {}, same),
          check('npm/d', {}, { ...reason('not installed: npm i -D d'), optional: true }),
        ],
        notices: [
          { code: 'not-installed', level: 'info', message: 'npm/d did not run: not installed: npm i -D d' },
          { code: 'default-config', level: 'info', message: 'No configuration found.' },
        ],
      }),
    );
    expect(text).toContain('Without an answer: 4 of 4 checks');
    expect(text).toMatch(/○ npm\/a, npm\/b {2}skipped, optional\n {4}Run `npm install` first\.\n/);
    expect(text).toMatch(/○ npm\/c {2}skipped[^\n]*\n {4}Run `npm install` first\.\n/);
    expect(text.match(/npm i -D d/g)).toHaveLength(1);
    expect(text).toMatch(/Notices\n\n {2}● No configuration found\. \(default-config\)\n/);
  });

  it('has no section for what is not there', async () => {
    for (const [make, verdict] of [
      [clean, '✔ Clean  10 checks, nothing at the gate.'],
      [empty, '◐ Incomplete  No check was planned, so nothing was looked at.'],
    ] as const) {
      const text = await render(terminal, make());
      expect(text).toContain(verdict);
      expect(text).not.toMatch(/Without an answer|Notices|Not planned|… and/);
    }
    expect(await render(terminal, empty())).toMatch(/Checks +0 checks planned\n/);
  });

  it('caps what it shows, gravest first, and counts the rest', async () => {
    const text = await render(terminal, large(2_000), { options: { maxFindings: 25 } });
    expect(places(text)).toHaveLength(25);
    expect(places(text).every((place) => place.includes('✖'))).toBe(true);
    expect(text).toContain('… and 40 more of style/rule-01');
    expect(text).toContain('… and 1,975 more findings: --verbose lists them all, and so do the html and json reports.');
    expect(places(await render(terminal, large(2_000), { options: { maxFindings: 0 } }))).toHaveLength(0);
  });

  it('lists everything when verbose', async () => {
    const all = await render(terminal, large(2_000), { options: { maxFindings: 1 }, output: { verbosity: 'verbose' } });
    expect(places(all)).toHaveLength(2_000);
    const text = await render(terminal, findings(), { output: { verbosity: 'verbose' } });
    expect(places(text)).toHaveLength(9);
    expect(text).toContain('suppressed by inline: An example in a comment');
    expect(text).toContain('– docker/user  No file matches Dockerfile.');
    expect(text).toContain('✔ repo/merge-markers  passed, 290 ms');
    expect(text).toMatch(/Longest checks\n\n +4\.2 s {2}command\/types/);
  });

  it('says only errors, what has no answer and the verdict when quiet', async () => {
    const quiet = { output: { verbosity: 'quiet' } } as const;
    const text = await render(terminal, findings(), quiet);
    expect(text.trimEnd().split('\n')).toEqual([
      '✖ deploy/id_ed25519:1:1  A private key is committed. secrets/credentials',
      '✖ src/server/config.ts:14:22  A GitHub token is committed (ghp_****************). Revoke it: it stays in the history. secrets/credentials',
      '✖ Findings  2 findings at the gate.',
      'Not shown: 4 warnings, 1 note.',
    ]);
    expect(await render(terminal, clean(), quiet)).toBe('✔ Clean  10 checks, nothing at the gate.\n');
    const open = await render(terminal, incomplete(), quiet);
    expect(open).toContain('○ npm/licenses');
    expect(open).toContain('◐ Incomplete');
    expect(open).not.toContain('SR_PLUGIN_VERSION');
    expect(await render(terminal, interrupted(), quiet)).toContain('SR_INTERRUPTED');
  });

  it('colours only where colour is wanted', async () => {
    const csi = '\u001b[';
    expect(await render(terminal, findings())).not.toContain(csi);
    const text = await render(terminal, findings(), { output: { color: true } });
    expect(text).toContain(`${csi}31m✖${csi}39m`);
    expect(text).toContain(`${csi}36msrc/server/config.ts:14:22${csi}39m`);
  });

  it.each(['quiet', 'normal', 'verbose'] as const)(
    'lets no control or bidi character of the target through, %s',
    async (verbosity) => {
      const text = await render(terminal, hostile(), { output: { verbosity } });
      expect(text.match(/(?!\n|\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)).toBeNull();
      expect(text).toContain('\\x1b[2J');
      expect(text).toContain('invoice\\u202efdp.exe');
      expect(text.length).toBeLessThan(200_000);
    },
  );

  it('exports only the reporter', async () => {
    expect(Object.keys(await import('scanrun/reporters/terminal'))).toEqual(['default']);
    expect(Object.keys(await import('scanrun/reporters/json'))).toEqual(['default']);
  });
});

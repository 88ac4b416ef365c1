import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../../core/check/context.js';
import { definePlugin } from '../../../core/check/plugin.js';
import { createRegistry } from '../../../core/check/registry.js';
import { checkReport } from '../../../core/execute/check-report.js';
import { TaskCollector } from '../../../core/execute/collect.js';
import type { RawReport } from '../../../core/execute/protocol.js';
import type { Finding } from '../../../core/model/finding.js';
import { Redactor } from '../../../core/redact.js';
import { anyCheck, task } from '../../support/fake-pool.js';
import { folder } from '../../support/folders.js';

const silent = { finding() {}, measure() {}, log() {}, loaded() {} };
const registry = createRegistry([definePlugin({ name: 't', checks: { a: anyCheck } })]);

/** What a check that reports these finds, in the order of the result. */
function findingsOf(reports: readonly RawReport[], root = '/nowhere', redactor = new Redactor()): readonly Finding[] {
  const one = task('t/a', { target: { kind: 'directory', name: 'n', root } });
  const collector = new TaskCollector(one, registry, redactor, silent);
  for (const report of reports) collector.message({ type: 'finding', checkId: 't/a', report });
  const [collected] = collector.close({ ended: [{ checkId: 't/a', end: 'done' }] }).keys();
  return collected?.findings ?? [];
}

describe('a finding', () => {
  it('has the lines around it, also where the check did not read the file, never from outside', () => {
    const root = folder({ 'f.txt': 'one\ntwo\nthree\nfour\nfive\n', bin: 'a\0' });
    symlinkSync('/etc/passwd', join(root, 'out'));
    symlinkSync('f.txt', join(root, 'in'));
    const at = (path: string, startLine?: number) =>
      findingsOf(
        [
          {
            messageId: 'found',
            data: { what: 'x' },
            location: { path, ...(startLine === undefined ? {} : { startLine }) },
          },
        ],
        root,
      )[0]?.snippet;
    expect(at('f.txt', 2)).toEqual({ startLine: 1, lines: ['one', 'two', 'three', 'four'] });
    expect(at('in', 5)).toEqual({ startLine: 3, lines: ['three', 'four', 'five'] });
    for (const none of [at('f.txt'), at('f.txt', 99), at('out', 1), at('missing', 1), at('bin', 1), at('.', 1)])
      expect(none).toBe(undefined);
  });

  it('is masked in every part before anybody hears of it', () => {
    const redactor = new Redactor();
    redactor.add('hidden-value');
    const [found] = findingsOf(
      [
        {
          messageId: 'found',
          data: { what: 'a hidden-value' },
          location: { path: 'hidden-value.txt', startLine: 1 },
          snippet: { startLine: 1, lines: ['x = hidden-value'] },
        },
      ],
      '/nowhere',
      redactor,
    );
    expect(JSON.stringify(found)).not.toContain('hidden-value');
    expect(found).toMatchObject({
      message: 'found a [redacted]',
      location: { path: '[redacted].txt' },
      snippet: { lines: ['x = [redacted]'] },
    });
  });

  it('is as severe as the configuration says, else its report, else its check', () => {
    const severity = (configured?: 'note', reported?: 'warning') => {
      const one = task('t/a');
      const checks = one.checks.map((each) => ({ ...each, ...(configured ? { severity: configured } : {}) }));
      const collector = new TaskCollector({ ...one, checks }, registry, new Redactor(), silent);
      const report = {
        messageId: 'found',
        data: { what: 'x' },
        location: { path: 'f' },
        ...(reported ? { severity: reported } : {}),
      };
      collector.message({ type: 'finding', checkId: 't/a', report });
      return [...collector.close({ ended: [] }).keys()][0]?.findings[0]?.severity;
    };
    expect([severity(), severity(undefined, 'warning'), severity('note', 'warning')]).toEqual([
      'error',
      'warning',
      'note',
    ]);
  });
});

describe('what a check reports', () => {
  const messages = { found: 'found {{what}}', plain: 'nothing to fill' };
  const refusal = (report: Report, visited?: string) => {
    try {
      return checkReport(report, messages, visited);
    } catch (error) {
      return (error as Error).message;
    }
  };

  it('must be well formed, and is told what is not', () => {
    const ok = { messageId: 'plain', location: { path: 'a' } };
    expect(refusal(ok)).toEqual({ data: {}, location: { path: 'a' } });
    expect(refusal({ messageId: 'plain' }, 'visited')).toEqual({ data: {}, location: { path: 'visited' } });
    expect(refusal({ messageId: 'plain', location: { startLine: 2 } }, 'visited')).toMatchObject({
      location: { path: 'visited', startLine: 2 },
    });
    expect(refusal({ messageId: 'plain' })).toContain('without a path');
    expect(refusal({ ...ok, messageId: 'palin' })).toContain("did you mean 'plain'?");
    expect(refusal({ ...ok, messageId: 'toString' })).toContain('which its meta does not have');
    expect(refusal({ ...ok, messageId: 'found' })).toContain("'found' without what in its data");
    for (const path of ['/abs', '../up', 'a/../../b', 'a/..'])
      expect(refusal({ ...ok, location: { path } })).toContain('stays inside it');
    expect(refusal({ ...ok, location: { path: 'a..b/..c' } })).toMatchObject({ location: { path: 'a..b/..c' } });
    for (const startLine of [0, -1, 1.5, Number.NaN])
      expect(refusal({ ...ok, location: { path: 'a', startLine } })).toContain(`startLine ${startLine}`);
  });
});

describe('an attempt that was closed', () => {
  it('hears nothing more', () => {
    const told: string[] = [];
    const collector = new TaskCollector(task('t/a'), registry, new Redactor(), {
      ...silent,
      finding: ({ message }) => told.push(message),
    });
    const say = (what: string) =>
      collector.message({
        type: 'finding',
        checkId: 't/a',
        report: { messageId: 'found', data: { what }, location: { path: 'f' } },
      });
    say('first');
    const [entry] = collector.close({ ended: [{ checkId: 't/a', end: 'done' }] });
    say('second');
    expect(told).toEqual(['found first']);
    expect(entry?.[0].findings).toHaveLength(1);
    expect(entry?.[1]).toEqual({ status: 'failed' });
  });

  it('of a thread that did not say how it ended is errored', () => {
    const collector = new TaskCollector(task('t/a'), registry, new Redactor(), silent);
    expect([...collector.close({ ended: [] }).values()]).toMatchObject([
      { status: 'errored', reason: { code: 'crashed' } },
    ]);
  });
});

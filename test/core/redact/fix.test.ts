import { describe, expect, it } from 'vitest';
import { redactRecord } from '../../../core/redact/record.js';
import { Redactor } from '../../../core/redact.js';

const fix = (text: string) => ({
  description: 'Write it',
  changes: [{ path: 'a.txt', replacements: [{ start: 0, end: 1, text }] }],
});
const finding = (text: string) => ({ checkId: 'p/c', message: 'words', fix: fix(text) });
const secret = 'hunter2hunter2';

function redactor(): Redactor {
  const made = new Redactor();
  made.add(secret);
  return made;
}

describe('a fix with a secret in it', () => {
  it.for<[string, <T>(value: T) => T]>([
    ['an event or a result', (value) => redactRecord(redactor(), value)],
    ['a report or a kept answer', (value) => redactor().json(value)],
  ])('is left out of %s, and the finding says so; nobody writes a mask into a file', ([, redact]) => {
    const dirty = redact({ checks: [{ findings: [finding(`key = ${secret}`), finding('clean')] }] });
    expect(dirty).toEqual({
      checks: [{ findings: [{ checkId: 'p/c', message: 'words', fixWithheld: 'secret' }, finding('clean')] }],
    });
    expect(JSON.stringify(dirty)).not.toContain('redacted');
  });

  it('is left out for what it says and which file it names too', () => {
    const named = { fix: { ...fix('x'), description: `Remove ${secret}` } };
    expect(redactor().json(named)).toEqual({ fixWithheld: 'secret' });
    const inPath = { fix: { description: 'd', changes: [{ path: `${secret}.txt`, replacements: [] }] } };
    expect(redactRecord(redactor(), inPath)).toEqual({ fixWithheld: 'secret' });
  });

  it('stays where only the message has one', () => {
    const found = redactor().json({ ...finding('clean'), message: `It is ${secret}` });
    expect(found).toEqual({ ...finding('clean'), message: 'It is [redacted]' });
  });

  it('is not taken for one where a check calls its own data so', () => {
    expect(redactor().json({ data: { fix: `use ${secret}` } })).toEqual({ data: { fix: 'use [redacted]' } });
  });
});

import { describe, expect, it } from 'vitest';
import { type CheckMeta, defineCheck } from '../../../core/check/define.js';

const meta: CheckMeta = { title: 'x', description: 'x', category: 'x', tier: 'quick', severity: 'error', messages: {} };
const define = (over: object, more: object = {}) =>
  defineCheck('file:///x.mjs', { meta: { ...meta, ...over }, run() {}, ...more });

describe('what a check says of resources', () => {
  it('has defaults', () => {
    expect(define({}).meta).toMatchObject({ retries: 0 });
    expect(define({}).meta).not.toHaveProperty('resource');
    expect(define({ retries: 5, resource: 'npm' }, { fallback() {} }).meta).toMatchObject({ resource: 'npm' });
  });

  it('is refused when it is wrong', () => {
    for (const retries of [-1, 6, 1.5, '2']) expect(() => define({ retries })).toThrow('a whole number from 0 to 5');
    for (const resource of ['', ' ', 5]) expect(() => define({ resource })).toThrow('meta.resource must be text');
    expect(() => define({}, { fallback: 'cache' })).toThrow('fallback must be a function');
    expect(() => define({}, { falback() {} })).toThrow("did you mean 'fallback'");
  });
});

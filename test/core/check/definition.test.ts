import { describe, expect, it } from 'vitest';
import { type CheckMeta, defineCheck, isCacheable } from '../../../core/check/define.js';

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

describe('what one run of a check looks at', () => {
  it('is the target, or each package of it', () => {
    expect(define({}).meta.scope).toBe('target');
    expect(define({ scope: 'package' }).meta.scope).toBe('package');
    expect(define({ scope: 'package' }).with({ title: 'y' }).meta.scope).toBe('package');
  });

  it('is refused when it is wrong', () => {
    expect(() => define({ scope: 'workspace' })).toThrow('meta.scope must be one of target, package');
    expect(() => define({ scope: 'package', files: ['src/**'] })).toThrow('meta.files is not for checks with');
    expect(() => defineCheck('file:///x.mjs', { meta: { ...meta, scope: 'package' }, visit() {} })).toThrow(
      "meta.scope: 'package' is for checks with run",
    );
  });
});

describe('what a check says of its cache', () => {
  const file = (over: object) => defineCheck('file:///x.mjs', { meta: { ...meta, ...over }, visit() {} });
  const inputs = { files: ['src/**'], env: ['CI'], tools: [['tsc', '--version']], commit: true };

  it('has defaults: the answers of file checks are kept, those of project checks are not', () => {
    expect([isCacheable(file({})), isCacheable(file({ cache: false })), isCacheable(file({ cache: true }))]).toEqual([
      true,
      false,
      true,
    ]);
    expect([isCacheable(define({})), isCacheable(define({ cache: true, inputs }))]).toEqual([false, true]);
    expect(define({ cache: true, inputs }).meta.inputs).toEqual(inputs);
    expect(define({ cache: true, inputs: {} }).meta).not.toHaveProperty('pathIndependent');
    expect(file({ pathIndependent: true }).meta.pathIndependent).toBe(true);
  });

  it('is refused when it is wrong', () => {
    const wrong: [() => unknown, string][] = [
      [() => define({ cache: 'yes', inputs: {} }), 'meta.cache must be true or false'],
      [() => define({ cache: true }), 'meta.cache: true needs meta.inputs'],
      [() => define({ inputs: {} }), 'meta.inputs has no effect without meta.cache: true'],
      [() => file({ inputs: {} }), 'meta.inputs is for checks with run'],
      [() => define({ pathIndependent: true }), 'meta.pathIndependent is for checks with visit'],
      [() => file({ pathIndependent: 1 }), 'meta.pathIndependent must be true or false'],
      [() => define({ cache: true, inputs: [] }), 'meta.inputs must be an object'],
      [() => define({ cache: true, inputs: { file: [] } }), "meta.inputs.file is not known (did you mean 'files'?)"],
      [() => define({ cache: true, inputs: { files: 'src/**' } }), 'meta.inputs.files must be a list of globs'],
      [() => define({ cache: true, inputs: { files: [' '] } }), 'meta.inputs.files must be a list of globs'],
      [() => define({ cache: true, inputs: { env: ['A=B'] } }), 'meta.inputs.env must be a list of names'],
      [() => define({ cache: true, inputs: { tools: ['tsc'] } }), 'meta.inputs.tools must be a list of commands'],
      [() => define({ cache: true, inputs: { tools: [[]] } }), 'meta.inputs.tools must be a list of commands'],
      [() => define({ cache: true, inputs: { commit: 'x' } }), 'meta.inputs.commit must be true or false'],
    ];
    for (const [work, message] of wrong) expect(work, message).toThrow(message);
  });
});

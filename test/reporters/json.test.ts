import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';
import json from 'scanrun/reporters/json';
import { createGenerator } from 'ts-json-schema-generator';
import { describe, expect, it } from 'vitest';
import { render } from './render.js';
import { hostile, large, manyTasks } from './sample-extremes.js';
import * as samples from './sample-result.js';

const results = { ...samples, hostile, manyTasks: () => manyTasks(60), large: () => large(500) };
const root = new URL('../../', import.meta.url).pathname;

// The schema as scripts/build.mjs makes it, from the types as they are now: dist may be older than the sources.
const schema = createGenerator({
  path: `${root}core/model/result.ts`,
  tsconfig: `${root}tsconfig.json`,
  type: 'RunResult',
  additionalProperties: true,
  skipTypeCheck: true,
}).createSchema('RunResult');
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema as AnySchema);

describe('json', () => {
  it.each(Object.entries(results))('renders %s as its schema says, losing nothing', async (_, make) => {
    const result = make();
    const text = await render(json, result);
    const parsed: unknown = JSON.parse(text);
    expect(validate(parsed), JSON.stringify(validate.errors)).toBe(true);
    expect(parsed).toEqual(result);
  });

  it.each([0, 1, 2, 8])('writes exactly what JSON.stringify writes, indent %i', async (indent) => {
    for (const make of Object.values(results)) {
      const result = make();
      expect(await render(json, result, { options: { indent } })).toBe(
        `${JSON.stringify(result, undefined, indent)}\n`,
      );
    }
  });

  it('puts everything on one line with indent 0', async () => {
    expect((await render(json, samples.findings(), { options: { indent: 0 } })).match(/\n/g)).toHaveLength(1);
  });

  it('hands on chunks, none of which holds a large result', async () => {
    const rendered = await json.render(large(10_000), {
      options: { indent: 2 },
      output: { file: undefined, color: false, columns: 80, verbosity: 'normal' },
      cwd: '/',
      environment: {},
      signal: new AbortController().signal,
    });
    const sizes: number[] = [];
    for await (const chunk of rendered as AsyncIterable<string>) sizes.push(chunk.length);
    expect(sizes.length).toBeGreaterThan(50);
    expect(Math.max(...sizes)).toBeLessThan(150_000);
  });

  it('leaves out what is undefined, as JSON does', async () => {
    const result = { ...samples.empty(), later: undefined, list: [undefined] };
    expect(JSON.parse(await render(json, result))).not.toHaveProperty('later');
    expect(await render(json, result)).toBe(`${JSON.stringify(result, undefined, 2)}\n`);
  });

  it('keeps what a later version added', () => {
    const later: unknown = JSON.parse(readFileSync(`${root}fixtures/results/later-version.json`, 'utf8'));
    expect(validate(later), JSON.stringify(validate.errors)).toBe(true);
  });

  it('refuses a result that is not one', () => {
    const { verdict, ...rest } = samples.clean();
    expect(validate(rest)).toBe(false);
    expect(validate({ ...rest, verdict: { ...verdict, status: 'fine' } })).toBe(false);
    expect(
      validate({ ...samples.clean(), checks: [{ ...samples.clean().checks[0], outcome: { status: 'skipped' } }] }),
    ).toBe(false);
  });

  it('states its options with a range', () => {
    expect(json.output).toBe('-');
    expect(json.options.indent).toMatchObject({ type: 'integer', default: 2, minimum: 0, maximum: 8 });
  });
});

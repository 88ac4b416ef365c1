import docs from 'scanrun/plugins/docs';
import { expect, it } from 'vitest';

it('brings its checks under the names of their files', () => {
  expect(docs.name).toBe('docs');
  expect(Object.entries(docs.checks).map(([key, { module }]) => [key, module.replace(/^.*\/(.*)\.ts$/, '$1')])).toEqual(
    ['links', 'readme', 'spelling', 'style'].map((key) => [key, key]),
  );
  for (const { meta } of Object.values(docs.checks))
    expect(meta).toMatchObject({ category: 'documentation', help: expect.stringMatching(/.{100}/s) });
});

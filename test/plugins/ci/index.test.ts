import ci from 'scanrun/plugins/ci';
import { expect, it } from 'vitest';

it('brings its checks under the names of their files', () => {
  expect(ci.name).toBe('ci');
  expect(Object.entries(ci.checks).map(([key, { module }]) => [key, module.replace(/^.*\/(.*)\.ts$/, '$1')])).toEqual(
    [
      'actionlint',
      'dangerous-triggers',
      'dockerfile-base-image',
      'dockerfile-secrets',
      'dockerfile-user',
      'pinned-actions',
      'script-injection',
      'token-permissions',
      'workflow-syntax',
    ].map((key) => [key, key]),
  );
  for (const { meta } of Object.values(ci.checks))
    expect(meta).toMatchObject({ help: expect.stringMatching(/.{100}/s) });
});

import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import { sectionOf, sectionsOf } from '../../../plugins/git/changelog.js';
import changelogVersion from '../../../plugins/git/checks/changelog-version.js';
import { git } from './git.js';

const manifest = JSON.stringify({ name: 'sample', version: '1.2.0' });
const files = (changelog: string, name = 'CHANGELOG.md') => ({ 'package.json': manifest, [name]: changelog });

it('looks for the version in the changelog', { timeout: 180_000 }, async () => {
  await testCheck(changelogVersion, {
    passes: [
      { files: files('# Changelog\n\n## [1.2.0] - 2026-01-31\n\n- Better\n'), git: true },
      { name: 'underlined', files: files('1.2.0 / 2026-01-31\n=====\n\n  * deps\n', 'History.md'), git: true },
      {
        name: 'not released yet',
        files: files('## Unreleased\n\n- Better\n\n## 1.1.0\n\n- Good\n'),
        git: true,
      },
      {
        name: 'a changelog of its own, and none at the root',
        files: {
          'package.json': '{"private":true}',
          'packages/a/package.json': JSON.stringify({ name: 'a', version: '1.2.0' }),
          'packages/a/CHANGELOG.md': '## <small>1.2.0 (2026-01-31)</small>\n- x\n',
        },
        git: true,
      },
      {
        name: 'private and none',
        files: { 'package.json': '{"private":true,"version":"1.0.0"}' },
        git: true,
        outcome: 'skipped',
      },
      { name: 'no git', files: files('## 1.2.0\n- x\n'), outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'none',
        files: { 'package.json': manifest, 'changes.js': '' },
        git: true,
        findings: [{ messageId: 'none', path: 'package.json', severity: 'warning' }],
      },
      {
        name: 'another version whose name begins alike, and one in a code block',
        files: files('# Changelog\n\n## 1.2.0-rc.1\n- x\n\n## 11.2.0\n- x\n\n```\n## 1.2.0\n- x\n```\n'),
        git: true,
        findings: [
          {
            messageId: 'missing',
            path: 'CHANGELOG.md',
            message: 'CHANGELOG.md has no heading for 1.2.0, which package.json states.',
          },
        ],
      },
      {
        name: 'nothing below the heading',
        files: files('# Changelog\n\n## 1.2.0\n\n### Added\n\n## 1.1.0\n- x\n\n[1.2.0]: https://example.org\n'),
        git: true,
        findings: [{ messageId: 'empty', startLine: 3 }],
      },
      {
        name: 'unreleased although it is tagged',
        files: files('## Unreleased\n\n- Better\n'),
        git: true,
        setup: (root) => void git(root, 'tag', 'v1.2.0'),
        findings: [{ messageId: 'missing' }],
      },
      {
        name: 'unreleased at a release',
        files: files('## Unreleased\n\n- Better\n'),
        git: true,
        options: { release: true },
        findings: [{ messageId: 'missing' }],
      },
      { name: 'an empty one', files: files(''), git: true, findings: [{ messageId: 'missing' }] },
      {
        name: 'a binary one',
        files: { 'package.json': manifest, 'CHANGELOG.md': new Uint8Array([0, 255, 1, 2]) },
        git: true,
        findings: [{ messageId: 'missing' }],
      },
    ],
  });
});

it.each([
  '## v1.2.0',
  '## [v1.2.0](https://example.org/compare/v1.1.0...v1.2.0) (2026-01-31)',
  '**1.2.0**',
  '1.2.0 - today',
  '== 1.2.0',
  '# sample@1.2.0',
  'Version 1.2.0\n-------------',
])('takes %j for the heading of a version', (heading) => {
  expect(sectionOf(sectionsOf(`${heading}\n\n- x\n`), '1.2.0')).toMatchObject({ line: 1, hasText: true });
});

it.each(['## 1.2.0-beta', '## 1.2.0.1', '## 1.2.01', 'text that names 1.2.0', '## 0.1.2.0'])(
  'does not take %j for it',
  (text) => {
    expect(sectionOf(sectionsOf(`${text}\n\n- x\n`), '1.2.0')).toBeUndefined();
  },
);

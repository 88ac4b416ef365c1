import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import versionTag from '../../../plugins/git/checks/version-tag.js';
import { commit, git, makeShallow } from './git.js';

const manifest = (version: string, more: object = {}) => JSON.stringify({ name: 'sample', version, ...more });
const SEVERAL = {
  'package.json': manifest('0.0.0', { private: true }),
  'packages/a/package.json': JSON.stringify({ name: '@x/a', version: '2.0.0' }),
  'packages/b/package.json': JSON.stringify({ name: 'create-b', version: '1.0.0' }),
};
const tag =
  (...names: string[]) =>
  (root: string): void => {
    for (const name of names) git(root, 'tag', name);
  };

it('compares the tag with the version', { timeout: 180_000 }, async () => {
  await testCheck(versionTag, {
    passes: [
      { name: 'no tag', files: { 'package.json': manifest('1.0.0') }, git: true },
      { name: 'v', files: { 'package.json': manifest('1.0.0') }, git: true, setup: tag('v1.0.0', 'v1', 'safe1') },
      { name: 'bare', files: { 'package.json': manifest('1.0.0') }, git: true, setup: tag('1.0.0') },
      {
        name: 'the candidate became the release',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        setup: tag('v1.0.0-rc.1', 'v1.0.0'),
      },
      {
        name: 'a tag of two numbers, which moves with the line, and a month',
        files: { 'package.json': manifest('1.4.2') },
        git: true,
        options: { release: true },
        setup: (root) => {
          tag('2023.01', 'v1.4')(root);
        },
      },
      {
        name: 'a tag of what is no package',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        setup: tag('docs-v3.0.0'),
      },
      {
        name: 'annotated, and required',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        options: { release: true },
        setup: (root) => void git(root, 'tag', '--annotate', '--message', 'x', 'v1.0.0'),
      },
      {
        name: 'after the release, before the next',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        setup: (root) => {
          tag('v1.0.0')(root);
          commit(root, 'Work');
        },
      },
      {
        name: 'packages of their own, one without its own tags',
        files: SEVERAL,
        git: true,
        setup: tag('a@2.0.0', 'v2.0.0'),
      },
      { name: 'no version', files: { 'package.json': '{"private":true}' }, git: true, outcome: 'skipped' },
      { name: 'no git', files: { 'package.json': manifest('1.0.0') }, outcome: 'skipped' },
      { name: 'not JSON', files: { 'package.json': '{' }, git: true, outcome: 'skipped' },
      {
        name: 'no commit',
        files: { 'package.json': manifest('1.0.0') },
        outcome: 'skipped',
        setup: (root) => void git(root, 'init', '--quiet'),
      },
      {
        name: 'a shallow clone without its tags',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        outcome: 'degraded',
        setup: (root) => {
          commit(root, 'Two');
          makeShallow(root);
        },
      },
    ],
    fails: [
      {
        name: 'another version',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        setup: tag('v1.1.0'),
        findings: [
          {
            messageId: 'mismatch',
            path: 'package.json',
            severity: 'error',
            message: 'The commit has the tag v1.1.0, but package.json says 1.0.0.',
          },
        ],
      },
      {
        name: 'older than the last tag, by numbers and not by letters',
        files: { 'package.json': manifest('1.9.0') },
        git: true,
        setup: (root) => {
          tag('v1.2.0', 'v1.10.0')(root);
          commit(root, 'Work');
        },
        findings: [{ messageId: 'behind', data: { tag: 'v1.10.0', path: 'package.json', version: '1.9.0' } }],
      },
      {
        name: 'older than a tag of two numbers',
        files: { 'package.json': manifest('1.3.0') },
        git: true,
        setup: (root) => {
          tag('v1.4')(root);
          commit(root, 'Work');
        },
        findings: [{ messageId: 'behind', message: 'package.json says 1.3.0, but v1.4 is tagged already.' }],
      },
      {
        name: 'of another line than its tag',
        files: { 'package.json': manifest('1.5.0') },
        git: true,
        setup: tag('v1.4'),
        findings: [{ messageId: 'mismatch' }],
      },
      {
        name: 'a release without a tag',
        files: { 'package.json': manifest('1.0.0') },
        git: true,
        options: { release: true },
        findings: [{ messageId: 'untagged' }],
      },
      {
        name: 'one package of several',
        files: SEVERAL,
        git: true,
        setup: tag('create-b@1.1.0', 'a@2.0.0'),
        findings: [{ messageId: 'mismatch', path: 'packages/b/package.json' }],
      },
    ],
    refuses: [{ manifests: [] }],
  });
});

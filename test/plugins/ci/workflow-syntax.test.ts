import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import workflowSyntax from '../../../plugins/ci/checks/workflow-syntax.js';
import { workflow } from './workflows.js';

it('says where a workflow cannot be read', async () => {
  await testCheck(workflowSyntax, {
    passes: [
      { files: workflow(['run: npm test']) },
      {
        name: 'anchors and merges',
        files: { '.github/workflows/a.yaml': 'on: { push: null }\njobs:\n  a: &a\n    runs-on: x\n  b: *a\n' },
      },
      { name: 'other files', files: { 'action.yml': 'a: [', 'docs/workflows/a.yml': ':' } },
    ],
    fails: [
      {
        name: 'broken YAML',
        files: { '.github/workflows/ci.yml': 'on: push\njobs:\n  a: [\n' },
        findings: [{ messageId: 'invalid', path: '.github/workflows/ci.yml', startLine: 4, severity: 'error' }],
      },
      {
        name: 'a key twice, and a tab',
        files: {
          '.github/workflows/a.yml': 'on: push\njobs: {}\non: push\n',
          '.github/workflows/b.yml': 'on: push\njobs:\n\ta: 1\n',
        },
        findings: [
          {
            messageId: 'invalid',
            path: '.github/workflows/a.yml',
            startLine: 3,
            message: 'This is no valid YAML: Map keys must be unique.',
          },
          { messageId: 'invalid', path: '.github/workflows/b.yml' },
        ],
      },
      {
        name: 'nothing that starts it, or that runs',
        files: {
          '.github/workflows/a.yml': '',
          '.github/workflows/b.yml': 'name: x\non:\njobs: {}\n',
          '.github/workflows/c.yml': '- a\n',
        },
        findings: [
          {
            messageId: 'lacks',
            path: '.github/workflows/a.yml',
            data: { path: '.github/workflows/a.yml', key: "'jobs'" },
          },
          { messageId: 'lacks', path: '.github/workflows/a.yml' },
          {
            messageId: 'lacks',
            path: '.github/workflows/b.yml',
            message: ".github/workflows/b.yml has no 'on', so nothing runs.",
          },
          { messageId: 'lacks', path: '.github/workflows/c.yml' },
          { messageId: 'lacks', path: '.github/workflows/c.yml' },
        ],
      },
      {
        name: 'binary and far too long',
        files: { '.github/workflows/a.yml': new Uint8Array([0, 1]), '.github/workflows/b.yml': '#'.repeat(2_000_001) },
        findings: [
          { messageId: 'unreadable', message: '.github/workflows/a.yml is no workflow: it is binary.' },
          {
            messageId: 'unreadable',
            data: { path: '.github/workflows/b.yml', why: 'it is longer than GitHub accepts' },
          },
        ],
      },
    ],
  });
});

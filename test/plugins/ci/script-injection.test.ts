import fc from 'fast-check';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import scriptInjection from '../../../plugins/ci/checks/script-injection.js';
import { isUntrusted, referencesIn } from '../../../plugins/ci/expressions.js';
import { ODD, UNREADABLE, workflow } from './workflows.js';

it('finds texts of strangers in scripts', async () => {
  await testCheck(scriptInjection, {
    passes: [
      {
        name: 'as a variable, as an input, in a condition, and what nobody can choose',
        files: workflow([
          'env:\n  TITLE: ${{ github.event.issue.title }}\nrun: echo "$TITLE"',
          'uses: x/y@v1\nwith:\n  script: ${{ github.head_ref }}',
          "if: github.event.issue.title == 'x'\nrun: echo ${{ github.event.pull_request.number }} ${{ github.sha }} ${{ github.ref }}",
          "run: echo ${{ contains(github.event.issue.title, 'x') }} ${{ github.head_ref == 'main' }} ${{ 'github.head_ref' }}",
          'name: ${{ github.event.issue.title }}\nrun: echo ${{ env.OTHER }}',
        ]),
      },
      {
        name: 'a variable that a step sets anew',
        files: workflow(['env:\n  A: ok\nrun: echo ${{ env.A }}'], 'on: push\nenv:\n  A: ${{ github.head_ref }}\n'),
      },
      ...UNREADABLE,
      ...ODD,
    ],
    fails: [
      {
        name: 'in run, on its line, in each way to write it',
        files: workflow([
          "run: |\n  echo a\n  echo \"${{ github.event.issue.title }}\" ${{ github.event.issue.number }}\n  echo ${{ github['event']['comment'].body }}",
          "run: echo ${{ format('{0}', github.event.commits[0].message) }} ${{ toJSON(github.event.issue) }}",
          'run: echo ${{ github.head_ref || github.ref }} ${{ GITHUB.EVENT.PULL_REQUEST.BODY }}',
        ]),
        findings: [
          {
            messageId: 'injection',
            path: '.github/workflows/ci.yml',
            startLine: 9,
            startColumn: 17,
            severity: 'error',
            message: 'github.event.issue.title is put into a script: whoever writes it can run commands here.',
          },
          { messageId: 'injection', startLine: 10, data: { name: 'github.event.comment.body' } },
          { messageId: 'injection', startLine: 11, data: { name: 'github.event.commits.*.message' } },
          { messageId: 'injection', startLine: 11, data: { name: 'github.event.issue' } },
          { messageId: 'injection', startLine: 12, data: { name: 'github.head_ref' } },
          { messageId: 'injection', startLine: 12, data: { name: 'github.event.pull_request.body' } },
        ],
      },
      {
        name: 'by a detour over env, in github-script, and in an action',
        files: {
          ...workflow(
            [
              'run: echo ${{ env.T }}',
              'uses: actions/github-script@v7\nwith:\n  script: console.log("${{ github.head_ref }}")',
            ],
            'on: push\nenv:\n  T: ${{ github.event.issue.title }}\n',
          ),
          'action.yml':
            'inputs:\n  x:\nruns:\n  using: composite\n  steps:\n    - run: echo ${{ inputs.x }}\n      shell: bash\n',
        },
        findings: [
          { messageId: 'variable', path: '.github/workflows/ci.yml', startLine: 8 },
          { messageId: 'injection', startLine: 11 },
          { messageId: 'input', path: 'action.yml', severity: 'note', startLine: 6, data: { name: 'inputs.x' } },
        ],
      },
    ],
  });
});

it('reads any expression, and sees a name wherever it stands', () => {
  const name = 'github.event.issue.title';
  const around = fc.constantFrom('', ' ', ' || ', ' && ', "format('{0}', ", '(', ')', "'x'", '!', "''");
  fc.assert(
    fc.property(fc.array(around, { maxLength: 4 }), fc.array(around, { maxLength: 4 }), (before, after) => {
      const text = `${before.join(' ')} ${name} ${after.join(' ')}`;
      fc.pre((before.join(' ').match(/'/g) ?? []).length % 2 === 0);
      expect(referencesIn(text)).toContain(name);
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const found of referencesIn(text)) expect(found).toMatch(/^(?:github|env|inputs)/);
    }),
  );
  expect([name, 'github.event', 'github.head_ref', 'github.event.pages.*.page_name'].map(isUntrusted)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(
    [
      'github',
      'github.ref',
      'github.event.number',
      'github.event.issue.number',
      'github.event.issue.title.x',
      'env.x',
    ].map(isUntrusted),
  ).toEqual(Array(6).fill(false));
});

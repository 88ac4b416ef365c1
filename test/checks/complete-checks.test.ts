import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import completeChecks from '../../checks/complete-checks.js';

const CHECK = 'plugins/repo/checks/links.ts';
const TEST = { 'test/plugins/repo/links.test.ts': "import links from '../../../plugins/repo/checks/links.js';\n" };
const PAGE = { 'docs/checks/repo/links.md': `# Links\n\nSource: \`${CHECK}\`\n` };

it('asks a test and a page of each check', async () => {
  await testCheck(completeChecks, {
    passes: [
      { name: 'both are there', files: { [CHECK]: '', ...TEST, ...PAGE } },
      {
        name: 'neither is named after the file',
        files: {
          [CHECK]: '',
          'test/plugins/repo/output.test.ts': TEST['test/plugins/repo/links.test.ts'],
          'docs/checks/repo/other.md': `Source: \`${CHECK}\``,
        },
      },
      { name: 'other modules of a plugin are no checks', files: { 'plugins/repo/links.ts': '' } },
      {
        name: 'folders can be named',
        files: {
          [CHECK]: '',
          'spec/plugins/repo/links.test.ts': TEST['test/plugins/repo/links.test.ts'],
          'pages/repo/links.md': `Source: \`${CHECK}\``,
        },
        options: { tests: 'spec', pages: 'pages' },
      },
    ],
    fails: [
      {
        name: 'neither is there',
        files: { [CHECK]: '' },
        findings: [
          {
            messageId: 'noPage',
            path: CHECK,
            message: `${CHECK} has no page: no file in docs/checks names it as its source.`,
          },
          {
            messageId: 'noTest',
            path: CHECK,
            message: `${CHECK} has no test: no test below test/plugins/repo imports it.`,
          },
        ],
      },
      {
        name: 'a page that only mentions the check',
        files: { [CHECK]: '', ...TEST, 'docs/checks/repo/links.md': `See \`${CHECK}\`.` },
        findings: [{ messageId: 'noPage', path: CHECK }],
      },
      {
        name: 'a test of that name which imports another check',
        files: {
          [CHECK]: '',
          'test/plugins/repo/links.test.ts': "import names from '../../../plugins/repo/checks/names.js';\n",
          ...PAGE,
        },
        findings: [{ messageId: 'noTest', path: CHECK }],
      },
      {
        name: 'a test that lies elsewhere',
        files: { [CHECK]: '', 'test/other/links.test.ts': TEST['test/plugins/repo/links.test.ts'], ...PAGE },
        findings: [{ messageId: 'noTest', path: CHECK }],
      },
    ],
    refuses: [{ pages: '' }, { tests: 1 }],
  });
});

it('applies only where plugins have checks', () => {
  expect(completeChecks.meta.when).toEqual({ files: ['plugins/*/checks/*.ts'] });
});

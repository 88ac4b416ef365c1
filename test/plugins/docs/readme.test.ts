import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import readme from '../../../plugins/docs/checks/readme.js';

it('asks how to install, use and test', async () => {
  await testCheck(readme, {
    passes: [
      { name: 'headings', files: { 'README.md': '# x\n\n## Installation\n\n## Usage\n\n## Running tests\n' } },
      {
        name: 'commands',
        files: { 'Readme.md': '# x\n\n```sh\nnpm i x\nnpm test\n```\n\n```js\nimport x from "x";\n```\n' },
      },
      {
        name: 'links',
        files: { 'README.md': '# x\n\n[Read the docs](https://x.dev/docs) and [contribute](CONTRIBUTING.md).\n' },
      },
      {
        name: 'how to test stands in CONTRIBUTING',
        files: {
          'README.md': '# x\n\n## Install\n\n## Use\n',
          '.github/CONTRIBUTING.md': '# Before\n\n`npm run test-unit`\n',
        },
      },
      { name: 'other markups', files: { 'README.rst': 'x\n=\n\nInstall\n-------\n\nUsage\n-----\n\n``pytest``\n' } },
      { name: 'other topics', files: { 'README.md': '## Use\n' }, options: { topics: ['use'] } },
      { name: 'a binary one', files: { 'README.md': new Uint8Array([0, 1]) }, outcome: 'degraded' },
      { name: 'one that is too long', files: { 'README.md': 'a'.repeat(1_000_001) }, outcome: 'degraded' },
      { name: 'none at the root', files: { 'docs/README.md': '' }, outcome: 'skipped' },
    ],
    fails: [
      {
        name: 'an empty one',
        files: { 'README.md': '' },
        findings: [
          {
            messageId: 'install',
            path: 'README.md',
            severity: 'note',
            message: 'README.md does not say how to install it: there is no such heading, command or link.',
          },
          { messageId: 'test' },
          { messageId: 'use' },
        ],
      },
      {
        name: 'words that only look alike, and images',
        files: {
          'README.md':
            '# The greatest latest thing\n\n![docs](https://x.dev/docs/test.png)\n\nIt has no npm package.\n',
          'CONTRIBUTING.md': '# Be kind\n',
        },
        findings: [{ messageId: 'install' }, { messageId: 'test' }, { messageId: 'use' }],
      },
    ],
    refuses: [{ topics: [] }, { topics: ['licence'] }],
  });
});

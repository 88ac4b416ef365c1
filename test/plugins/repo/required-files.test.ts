import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { it } from 'vitest';
import requiredFiles from '../../../plugins/repo/checks/required-files.js';

it('asks for a README and a licence at the root', async () => {
  await testCheck(requiredFiles, {
    passes: [
      { files: { 'README.md': '# a', LICENSE: 'MIT' } },
      { name: 'any case and ending', files: { 'readme.RST': '', 'Licence-Apache.txt': '' } },
      { name: 'COPYING', files: { README: '', 'COPYING.LESSER': '' } },
      { name: 'UNLICENSE', files: { 'readme.txt': '', unlicense: '' } },
      { name: 'the REUSE folder', files: { 'README.adoc': '', 'LICENSES/MIT.txt': '' } },
      {
        name: 'a link counts',
        files: { 'docs/README.md': '', LICENSE: '' },
        setup: (root) => symlinkSync('docs/README.md', join(root, 'README.md')),
      },
      {
        name: 'other groups',
        files: { '.github/codeowners': '', 'a [b].md': '' },
        options: { files: [['CODEOWNERS', '.github/CODEOWNERS'], ['a*.md']] },
      },
    ],
    fails: [
      {
        name: 'nothing',
        files: {},
        findings: [
          { messageId: 'missing', path: 'LICENSE' },
          { messageId: 'missing', path: 'README.md' },
        ],
      },
      {
        name: 'neither, though files lie deeper or look alike',
        files: { 'docs/README.md': '', 'src/LICENSE': '', 'READMENOT.md': '', 'LICENSES/deep/MIT.txt': '' },
        findings: [
          { messageId: 'missing', path: 'LICENSE', severity: 'warning' },
          {
            messageId: 'missing',
            path: 'README.md',
            message: 'There is no README.md, nor anything that may stand for it (README, README.*).',
            data: { name: 'README.md', alternatives: 'README, README.*' },
          },
        ],
      },
      {
        name: 'what git ignores does not count',
        files: { '.gitignore': 'LICENSE\n', 'README.md': '' },
        git: true,
        setup: (root) => writeFileSync(join(root, 'LICENSE'), 'MIT'),
        findings: [{ messageId: 'missing', path: 'LICENSE' }],
      },
      {
        name: 'a group of one, a group of globs, a name with special characters',
        files: { 'x.txt': '' },
        options: { files: [['SECURITY.md'], ['changes*', 'CHANGELOG.md'], ['docs/*.md'], ['ünï "cöde"\n.md']] },
        findings: [
          { messageId: 'missing', path: 'CHANGELOG.md', data: { name: 'CHANGELOG.md', alternatives: 'changes*' } },
          { messageId: 'missing', path: 'SECURITY.md', data: { name: 'SECURITY.md', alternatives: 'no alternatives' } },
          { messageId: 'missing', path: 'docs/*.md' },
          { messageId: 'missing', path: 'ünï "cöde"\n.md' },
        ],
      },
    ],
    refuses: [
      { files: [] },
      { files: [[]] },
      { files: ['README.md'] },
      { files: [['']] },
      { files: [['/etc/passwd']] },
      { files: [['../README.md']] },
      { files: [['docs/../../x']] },
      { files: [['docs\\x']] },
      { files: [['!README.md']] },
      { files: [['a', 'a']] },
    ],
  });
});

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import { readBlame } from '../../../plugins/code/blame.js';
import todoAge from '../../../plugins/code/checks/todo-age.js';
import { folder, git } from '../../support/folders.js';

const OLD = '2020-02-03T12:00:00Z';

/** Commits everything as if somebody had done so then. */
function commit(root: string, date: string, message = 'Work'): void {
  const env = { ...process.env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date };
  const run = (...args: string[]) =>
    execFileSync(
      'git',
      [
        '-c',
        'user.name=Ann',
        '-c',
        'user.email=a@example.invalid',
        '-c',
        'commit.gpgSign=false',
        '-c',
        'init.defaultBranch=main',
        ...args,
      ],
      { cwd: root, env, stdio: 'pipe' },
    );
  run('init', '--quiet');
  run('add', '--all');
  run('commit', '--quiet', '--message', message);
}

const source = 'export const a = 1;\n// TODO: tidy up\nexport const b = 2; // FIXME(ann)\n/* TODO */\n';

it('finds what has been open for long', async () => {
  await testCheck(todoAge, {
    passes: [
      { name: 'new', files: { 'a.ts': source }, git: true },
      { name: 'no repository', files: { 'a.ts': source } },
      {
        name: 'changed since, or not committed yet',
        files: { 'a.ts': '// TODO: one\n', 'b.ts': '' },
        setup: (root) => {
          commit(root, OLD);
          writeFileSync(join(root, 'a.ts'), '// TODO: another\n');
          writeFileSync(join(root, 'b.ts'), '// TODO: b\n');
          writeFileSync(join(root, 'new.ts'), '// TODO: new\n');
          git(root, 'add', 'b.ts', 'new.ts');
          writeFileSync(join(root, 'untracked.ts'), '// TODO: untracked\n');
        },
      },
      {
        name: 'a repository without a commit',
        files: { 'a.ts': source },
        setup: (root) => {
          git(root, 'init', '--quiet');
          git(root, 'add', '--all');
        },
      },
      {
        name: 'no words in comments, and other files',
        files: { 'a.ts': 'const s = "// TODO: x";\n', 'b.json': '{"a": "// TODO: x"}' },
        setup: (root) => commit(root, OLD),
      },
      {
        name: 'a shallow clone, in which nobody knows',
        files: {},
        setup: (root) => {
          const origin = folder({ 'a.ts': source });
          commit(origin, OLD);
          writeFileSync(join(origin, 'b.ts'), '');
          commit(origin, new Date().toISOString());
          rmSync(root, { recursive: true });
          git(origin, 'clone', '--quiet', '--depth', '1', `file://${origin}`, root);
        },
        outcome: 'degraded',
      },
    ],
    fails: [
      {
        name: 'each with its place and its date',
        files: { 'src/a.ts': source, 'b.py': '# FIXME: b\n' },
        setup: (root) => commit(root, OLD),
        findings: [
          { messageId: 'old', path: 'b.py', startLine: 1, startColumn: 3, severity: 'note' },
          {
            messageId: 'old',
            path: 'src/a.ts',
            startLine: 2,
            startColumn: 4,
            message: 'TODO is open since 2020-02-03: tidy up',
            data: { word: 'TODO', date: '2020-02-03', text: 'tidy up', author: 'Ann' },
          },
          { messageId: 'old', path: 'src/a.ts', startLine: 3, message: 'FIXME is open since 2020-02-03: (ann)' },
          { messageId: 'oldWithoutText', path: 'src/a.ts', startLine: 4, message: 'TODO is open since 2020-02-03.' },
        ],
      },
      {
        name: 'not what was only moved: white space, and commits that say so',
        files: { 'a.ts': '// TODO: one\n// TODO: two\n' },
        setup: (root) => {
          commit(root, OLD);
          writeFileSync(join(root, 'a.ts'), '    // TODO: one\n//   TODO: two\n');
          commit(root, new Date().toISOString(), 'Format');
          const format = git(root, 'rev-parse', 'HEAD').trim();
          writeFileSync(join(root, '.git-blame-ignore-revs'), `# formatting\n${format}\n`);
        },
        findings: [
          { messageId: 'old', startLine: 1, message: 'TODO is open since 2020-02-03: one' },
          { messageId: 'old', startLine: 2, message: 'TODO is open since 2020-02-03: two' },
        ],
      },
      {
        name: 'a list of commits that git cannot read',
        files: { 'a.ts': '// TODO: one\n', '.git-blame-ignore-revs': 'none of these\n' },
        setup: (root) => commit(root, OLD),
        findings: [{ messageId: 'old', path: 'a.ts' }],
      },
      {
        name: 'other words, of any age',
        files: { 'a.ts': '// HACK: one\n// TODO: two\n' },
        git: true,
        options: { words: ['HACK', 'C++'], maxAgeDays: 0 },
        findings: [{ messageId: 'old', path: 'a.ts', startLine: 1 }],
      },
    ],
    refuses: [{ words: [] }, { words: ['x'] }, { maxAgeDays: -1 }],
  });
}, 120_000);

it('runs no program that the settings of a repository name', async () => {
  const ran = join(folder(), 'ran.txt');
  await testCheck(todoAge, {
    passes: [],
    fails: [
      {
        files: { 'a.ts': source, '.gitattributes': '*.ts diff=evil filter=evil\n' },
        setup: (root) => {
          commit(root, OLD);
          const script = `touch '${ran}'; cat`;
          git(root, 'config', 'diff.evil.textconv', script);
          git(root, 'config', 'core.fsmonitor', script);
        },
        findings: [{ messageId: 'old' }, { messageId: 'old' }, { messageId: 'oldWithoutText' }],
      },
    ],
  });
  expect(() => execFileSync('test', ['-e', ran])).toThrow();
}, 60_000);

it('reads what git prints, and nothing else', () => {
  const id = 'a'.repeat(40);
  const row = (commitId: string, line: number, more = '') =>
    `${commitId} 9 ${line} 1\nauthor Ann\nauthor-time 1000\n${more}summary ${'b'.repeat(40)} 1 1\nfilename a\n\t${id} 1 7\n`;
  expect(readBlame(row(id, 3, 'boundary\n') + row('0'.repeat(40), 4) + row(id, 5))).toEqual([
    { line: 3, writtenMs: 1_000_000, author: 'Ann', isBoundary: true },
    { line: 5, writtenMs: 1_000_000, author: 'Ann', isBoundary: false },
  ]);
  expect(readBlame('')).toEqual([]);
});

import { execFileSync } from 'node:child_process';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import authors from '../../../plugins/git/checks/authors.js';
import commitSize from '../../../plugins/git/checks/commit-size.js';
import signedCommits from '../../../plugins/git/checks/signed-commits.js';
import { parseNumstat } from '../../../plugins/git/numstat.js';
import { commit, commitAs, git, makeShallow, since } from './git.js';

const lines = (count: number) => 'line\n'.repeat(count);

/** Commits with a signature in its place, as `git commit -S` makes it; what it says is nobody's. */
function commitSigned(root: string): void {
  const text = git(root, 'cat-file', 'commit', 'HEAD');
  const id = git(root, 'rev-parse', 'HEAD').trim();
  const headers = text.slice(0, text.indexOf('\n\n')).replace(/^parent .*\n/m, '');
  const [tree, ...rest] = headers.split('\n');
  const signature = 'gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----';
  const signed = `${[tree, `parent ${id}`, ...rest, signature].join('\n')}\n\nSigned work\n`;
  const made = execFileSync('git', ['hash-object', '-t', 'commit', '-w', '--stdin'], { cwd: root, input: signed });
  git(root, 'reset', '--quiet', '--hard', made.toString().trim());
}

it('asks whether commits since the last tag are signed', { timeout: 180_000 }, async () => {
  await testCheck(signedCommits, {
    passes: [
      { name: 'all are', files: { a: '1' }, git: true, setup: since('v1.0.0', commitSigned, commitSigned) },
      {
        name: 'none since the tag of the only commit but itself',
        files: { a: '1' },
        git: true,
        options: { since: 'HEAD' },
      },
      { name: 'no git', files: { a: '1' }, outcome: 'skipped' },
      {
        name: 'before the first commit',
        files: { a: '1' },
        outcome: 'skipped',
        setup: (root) => git(root, 'init', '--quiet') as unknown as undefined,
      },
      {
        name: 'an option that names nothing is no clean answer',
        files: { a: '1' },
        git: true,
        options: { since: 'v9' },
        outcome: 'errored',
      },
    ],
    fails: [
      {
        name: 'one of two, whose message looks signed',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          commitSigned,
          (root) => void commitAs(root, 'Eve', 'eve@example.org', 'gpgsig x\n\ngpgsig y'),
        ),
        findings: [{ messageId: 'unsigned', path: '.', severity: 'warning' }],
      },
      {
        name: 'none: one finding, a note',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commit(root, 'One'),
          (root) => void commit(root, 'Two'),
        ),
        findings: [
          { messageId: 'noneSigned', severity: 'note', message: 'No commit is signed since v1.0.0: 2 commits.' },
        ],
      },
      {
        name: 'the tag of the commit itself does not count',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commit(root, 'One'),
          (root) => void git(root, 'tag', 'v1.1.0'),
        ),
        findings: [{ messageId: 'noneSigned', data: { since: 'v1.0.0', commits: '1 commit' } }],
      },
      {
        name: 'no tag',
        files: { a: '1' },
        git: true,
        setup: (root) => void commit(root, 'Two'),
        findings: [{ messageId: 'noneSigned', data: { since: 'the beginning', commits: '2 commits' } }],
      },
      {
        name: 'more commits than are looked at',
        files: { a: '1' },
        git: true,
        options: { maxCommits: 1 },
        setup: (root) => void commit(root, 'Two'),
        findings: [{ messageId: 'noneSigned' }],
        outcome: 'degraded',
      },
      {
        name: 'a shallow clone',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commit(root, 'Two'),
          (root) => void commit(root, 'Three'),
          makeShallow,
        ),
        findings: [{ messageId: 'noneSigned' }],
        outcome: 'degraded',
      },
      {
        name: 'a detached head',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commit(root, 'Two'),
          (root) => void git(root, 'checkout', '--detach', '--quiet'),
        ),
        findings: [{ messageId: 'noneSigned' }],
      },
    ],
    refuses: [{ since: '--output=x' }, { maxCommits: 0 }],
  });
});

it('reports commits that nobody reads', { timeout: 180_000 }, async () => {
  await testCheck(commitSize, {
    passes: [
      { name: 'a large beginning', files: { a: lines(3_000) }, git: true },
      {
        name: 'large before the tag, generated after it, renamed, merged',
        files: { 'a.txt': 'x' },
        git: true,
        setup: (root) => {
          commit(root, 'Large', { 'b.txt': lines(3_000) });
          git(root, 'tag', 'v1.0.0');
          commit(root, 'Lock', { 'package-lock.json': lines(5_000), 'sub/yarn.lock': lines(5_000) });
          git(root, 'mv', 'b.txt', 'c.txt');
          commit(root, 'Move');
          git(root, 'checkout', '--quiet', '-b', 'side', 'v1.0.0');
          commit(root, 'Side', { 'd.txt': 'x' });
          git(root, 'checkout', '--quiet', '-');
          git(root, 'merge', '--quiet', '--no-ff', '-m', 'Merge', 'side');
        },
      },
      {
        name: 'binary',
        files: { a: '1' },
        git: true,
        setup: since('v1', (root) => void commit(root, 'B', { b: Buffer.alloc(9_999) })),
      },
    ],
    fails: [
      {
        name: 'lines',
        files: { a: '1' },
        git: true,
        options: { maxLines: 10, maxFiles: 2 },
        setup: since('v1.0.0', (root) => void commit(root, 'Many lines', { '\u0001 b': lines(11) })),
        findings: [{ messageId: 'tooManyLines', severity: 'note' }],
      },
      {
        name: 'files',
        files: { a: '1' },
        git: true,
        options: { maxFiles: 2 },
        setup: since('v1.0.0', (root) => void commit(root, 'Many files', { c: '', d: '', e: '' })),
        findings: [{ messageId: 'tooManyFiles' }],
      },
    ],
  });
});

it('reads what git log prints, and refuses what it does not know', () => {
  const output = '\u0001aaa First\0\n3\t1\ta b\0-\t-\tbinary\x000\t0\t\0old\0new\0\u0001bbb Second\0';
  expect(parseNumstat(output)).toEqual([
    { id: 'aaa', subject: 'First', lines: 4, files: 3 },
    { id: 'bbb', subject: 'Second', lines: 0, files: 0 },
  ]);
  expect(() => parseNumstat('3\t1\ta\0')).toThrow(/not known/);
  expect(() => parseNumstat('\u0001aaa x\0warning: x\0')).toThrow(/not known/);
});

it('says which authors cannot be told apart or reached', { timeout: 180_000 }, async () => {
  await testCheck(authors, {
    passes: [
      {
        name: 'people, also with several addresses and that of GitHub',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commitAs(root, 'Ada Lovelace', 'ada@example.org'),
          (root) => void commitAs(root, 'Ada Lovelace', '1234+ada@users.noreply.github.com'),
          (root) => void commitAs(root, 'renovate[bot]', '29139614+renovate[bot]@users.noreply.github.com'),
        ),
      },
      {
        name: 'put right by .mailmap',
        files: { a: '1', '.mailmap': 'Ada Lovelace <ada@example.org> <root@localhost>\n' },
        git: true,
        setup: since('v1.0.0', (root) => void commitAs(root, 'root', 'root@localhost')),
      },
    ],
    fails: [
      {
        name: 'a machine, a placeholder, two names',
        files: { a: '1' },
        git: true,
        setup: since(
          'v1.0.0',
          (root) => void commitAs(root, 'Bob', 'bob@laptop.local'),
          (root) => void commitAs(root, 'Bob', 'bob@laptop.local'),
          (root) => void commitAs(root, 'Your Name', 'you@example.org'),
          (root) => void commitAs(root, 'Cy', 'cy@example.org'),
          (root) => void commitAs(root, 'Cyrus', 'Cy@example.org'),
        ),
        findings: [
          { messageId: 'noAddress', severity: 'warning' },
          { messageId: 'noName' },
          { messageId: 'severalNames', severity: 'note', data: { address: 'cy@example.org', names: 'Cyrus, Cy' } },
        ],
      },
      {
        name: 'another domain',
        files: { a: '1' },
        git: true,
        options: { domains: ['Example.org'] },
        setup: since(
          'v1.0.0',
          (root) => void commitAs(root, 'Ada', 'ada@EXAMPLE.org'),
          (root) => void commitAs(root, 'Eve', 'eve@example.com'),
        ),
        findings: [{ messageId: 'domain' }],
      },
    ],
    refuses: [{ domains: ['a@b'] }],
  });
});

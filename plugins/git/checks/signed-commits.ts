import { defineCheck, plural } from 'scanrun';
import { rangeOf, rangeOptions, subjectOf } from '../range.js';
import { openRepository, recordsOf } from '../repository.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Commits are signed',
    description: 'Anybody can write any name into a commit; a signature says who it was.',
    category: 'release',
    tier: 'quick',
    severity: 'warning',
    estimate: '200ms',
    tags: ['git', 'release', 'security'],
    lane: 'io',
    when: { git: true },
    options: rangeOptions,
    messages: {
      unsigned: 'Commit {{commit}} by {{author}} is not signed: {{subject}}',
      noneSigned: 'No commit is signed since {{since}}: {{commits}}.',
    },
    help: [
      'Let git sign what you commit, with the SSH key you have already:',
      '',
      '```sh',
      'git config gpg.format ssh',
      'git config user.signingKey ~/.ssh/id_ed25519.pub',
      'git config commit.gpgSign true',
      '```',
      '',
      'The check asks whether a commit since the last tag carries a signature (OpenPGP, SSH or X.509). It does not verify ' +
        'it: that takes the keys of all authors, and the program that the repository itself names. ' +
        'Where some commits are signed each other one is a finding; where none is, that is one finding, a note.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    const { args, since } = await rangeOf(repository, context, context.options);
    const commits = parseCommits(await repository.git(['rev-list', '--header', '--encoding=UTF-8', ...args]));
    const unsigned = commits.filter(({ signed }) => !signed);
    context.measure('commits', commits.length, 'commits');
    if (commits.length > 0 && unsigned.length === commits.length) {
      context.report({
        messageId: 'noneSigned',
        data: { since, commits: plural(commits.length, 'commit') },
        location: { path: '.' },
        severity: 'note',
      });
    } else {
      for (const { id, author, subject } of unsigned)
        context.report({
          messageId: 'unsigned',
          data: { commit: id.slice(0, 12), author, subject: subjectOf(subject) },
          location: { path: '.' },
        });
    }
    return { since, commits: commits.length, signed: commits.length - unsigned.length };
  },
});

interface RawCommit {
  readonly id: string;
  readonly author: string;
  readonly subject: string;
  readonly signed: boolean;
}

/** Reads what `git rev-list --header` prints: the id, the headers, an empty line, and the message, indented. */
function parseCommits(output: string): RawCommit[] {
  return recordsOf(output).map((record) => {
    const end = record.indexOf('\n\n');
    const [id = '', ...headers] = (end < 0 ? record : record.slice(0, end)).split('\n');
    const author = headers.find((line) => line.startsWith('author '))?.slice('author '.length) ?? '';
    const [subject = ''] = end < 0 ? [] : record.slice(end + 2).split('\n');
    return {
      id,
      author: author.slice(0, author.lastIndexOf(' <')).trim() || 'an unnamed author',
      subject,
      signed: headers.some((line) => /^gpgsig(-sha256)? /.test(line)),
    };
  });
}

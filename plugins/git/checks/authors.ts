import { compareText, defineCheck } from 'scanrun';
import { rangeOf, rangeOptions } from '../range.js';
import { openRepository, recordsOf } from '../repository.js';

const options = {
  ...rangeOptions,
  domains: {
    type: 'array',
    items: { type: 'string', minLength: 1, pattern: '^[^@\\s]+$' },
    default: [],
    description: "The domains that authors' addresses may have, such as `example.org`; any when empty.",
  },
} as const;

/** Names of machines that git puts together with a user's name where no address is set. */
const OF_A_MACHINE = /@(localhost|[^@]*\.(local|localdomain|lan|internal|home|\(none\))|\(none\)|[^@.]+)$/i;

/** Names that tools and systems set by themselves. */
const NO_NAME = /^(root|user|ubuntu|admin|administrator|unknown|your name|you|git)?$/i;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Authors can be told apart and reached',
    description: 'A commit by root@localhost is one that nobody can be asked about.',
    category: 'release',
    tier: 'quick',
    severity: 'warning',
    estimate: '200ms',
    tags: ['git', 'release'],
    lane: 'io',
    when: { git: true },
    options,
    messages: {
      noName: 'The author of commit {{commit}} ({{count}} in all) has no name but {{name}}.',
      noAddress:
        '{{name}} has no address that could be reached, but {{address}}: commit {{commit}} ({{count}} in all).',
      domain:
        '{{name}} committed as {{address}}, whose domain is not among {{domains}}: commit {{commit}} ({{count}} in all).',
      severalNames: '{{address}} commits under several names: {{names}}.',
    },
    help: [
      'Set name and address before the next commit:',
      '',
      '```sh',
      "git config user.name 'Ada Lovelace'",
      'git config user.email ada@example.org',
      '```',
      '',
      'What is committed already is put right in a file `.mailmap`, without a change of history ' +
        '([gitmailmap](https://git-scm.com/docs/gitmailmap)): `Ada Lovelace <ada@example.org> <root@localhost>`. ' +
        'Commits since the last tag count, merges too. The data lists the authors by name with their number of commits.',
    ].join('\n'),
  },
  async run(context) {
    const repository = await openRepository(context);
    const { args, since } = await rangeOf(repository, context, context.options);
    const output = await repository.git([
      'log',
      '-z',
      '--format=%H%n%aN%n%aE',
      '--encoding=UTF-8',
      '--no-show-signature',
      '--no-color',
      ...args,
    ]);
    const people = peopleOf(recordsOf(output));
    const domains = context.options.domains.map((domain) => domain.toLowerCase());
    for (const person of people.values()) {
      const messageId = problemOf(person, domains);
      if (messageId === undefined) continue;
      const { name, address, commits, commit } = person;
      context.report({
        messageId,
        data: {
          name: name || 'an empty one',
          address: address || 'an empty one',
          commit: commit.slice(0, 12),
          count: commits,
          domains: domains.join(', '),
        },
        location: { path: '.' },
      });
    }
    for (const [address, names] of namesByAddress(people))
      context.report({
        messageId: 'severalNames',
        data: { address, names: names.join(', ') },
        location: { path: '.' },
        severity: 'note',
      });
    return { since, authors: countByName(people) };
  },
});

interface Person {
  readonly name: string;
  readonly address: string;
  /** How many commits. */
  commits: number;
  /** The newest of them. */
  readonly commit: string;
}

function peopleOf(records: readonly string[]): ReadonlyMap<string, Person> {
  const people = new Map<string, Person>();
  for (const record of records) {
    const [commit = '', name = '', address = ''] = record.split('\n');
    const key = `${name}\n${address.toLowerCase()}`;
    const known = people.get(key);
    if (known === undefined) people.set(key, { name: name.trim(), address: address.trim(), commits: 1, commit });
    else known.commits += 1;
  }
  return people;
}

function problemOf(
  { name, address }: Person,
  domains: readonly string[],
): 'noName' | 'noAddress' | 'domain' | undefined {
  if (NO_NAME.test(name)) return 'noName';
  if (!/^[^@\s]+@[^@\s]+$/.test(address) || OF_A_MACHINE.test(address)) return 'noAddress';
  const domain = address.slice(address.lastIndexOf('@') + 1).toLowerCase();
  return domains.length > 0 && !domains.includes(domain) ? 'domain' : undefined;
}

/** Addresses with more than one name, less those that are no person's. */
function namesByAddress(people: ReadonlyMap<string, Person>): [string, string[]][] {
  const names = new Map<string, string[]>();
  for (const { name, address } of people.values()) {
    if (NO_NAME.test(name) || OF_A_MACHINE.test(address) || address === '') continue;
    const key = address.toLowerCase();
    names.set(key, [...(names.get(key) ?? []), name]);
  }
  return [...names].filter(([, found]) => found.length > 1).sort(([a], [b]) => compareText(a, b));
}

/** Authors with their commits, the most first. Without addresses: a report is passed on. */
function countByName(people: ReadonlyMap<string, Person>): { name: string; commits: number }[] {
  const counts = new Map<string, number>();
  for (const { name, commits } of people.values()) counts.set(name, (counts.get(name) ?? 0) + commits);
  return [...counts]
    .map(([name, commits]) => ({ name, commits }))
    .sort((a, b) => b.commits - a.commits || compareText(a.name, b.name));
}

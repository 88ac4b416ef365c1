import { compareText, defineCheck, formatBytes } from 'scanrun';
import { openRepository, recordsOf } from '../repository.js';

const options = {
  minBytes: {
    type: 'integer',
    default: 1_024,
    minimum: 1,
    description: 'The size, in bytes, from which files are compared; small ones are alike by chance.',
  },
  ignore: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    default: ['**/{LICENSE,LICENCE,COPYING,NOTICE}*', '**/{fixtures,__fixtures__,__snapshots__,testdata}/**'],
    description: 'Globs of files that may be alike, such as the licence in each package.',
  },
} as const;

/** How many paths a message names. */
const NAMED = 5;

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No file is there twice',
    description: 'Of two identical files one is changed some day, and the other is forgotten.',
    category: 'repository',
    tier: 'quick',
    severity: 'note',
    estimate: '100ms',
    tags: ['git', 'duplicates'],
    lane: 'io',
    when: { git: true },
    options,
    messages: { identical: '{{path}} ({{size}}) is identical to {{others}}.' },
    help: [
      'Keep one, and let the others refer to it: import it, link it, or make it when it is needed. Which files git keeps as one:',
      '',
      '```sh',
      'git ls-files --stage | sort --key=2',
      '```',
      '',
      'Files are the same where git has the same content for them, so nothing is read. Symbolic links, submodules and ' +
        'files that are not tracked do not count. Copies that are meant belong into `ignore`.',
    ].join('\n'),
  },
  async run(context) {
    const { minBytes, ignore } = context.options;
    const repository = await openRepository(context);
    const sizes = new Map<string, number>();
    for await (const { path, type, tracked, sizeBytes } of context.files(['**', ...ignore.map((glob) => `!${glob}`)]))
      if (type === 'file' && tracked === true) sizes.set(path, sizeBytes);
    const groups = new Map<string, string[]>();
    for (const record of recordsOf(await repository.git(['ls-files', '--stage', '-z']))) {
      const [, id = '', path = ''] = /^100\d{3} ([0-9a-f]+) 0\t(.*)$/s.exec(record) ?? [];
      // Git keeps another size of a file that it converts; the one on disk is what people see.
      if ((sizes.get(path) ?? 0) >= minBytes) groups.set(id, [...(groups.get(id) ?? []), path]);
    }
    const doubled = [...groups.values()].filter(({ length }) => length > 1);
    for (const found of doubled) {
      const [path = '', ...others] = found.sort(compareText);
      const sizeBytes = sizes.get(path) ?? 0;
      const more = others.length > NAMED ? [`${others.length - NAMED} more`] : [];
      context.report({
        messageId: 'identical',
        data: {
          path,
          size: formatBytes(sizeBytes),
          others: [...others.slice(0, NAMED), ...more].join(', '),
          sizeBytes,
          copies: others.length,
        },
        location: { path },
      });
    }
    const wasted = doubled.reduce((sum, [first = '', ...rest]) => sum + (sizes.get(first) ?? 0) * rest.length, 0);
    context.measure('identical', wasted, 'bytes');
    return { groups: doubled.length, bytes: wasted };
  },
});

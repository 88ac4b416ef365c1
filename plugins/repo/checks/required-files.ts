import { defineCheck } from 'scanrun';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'The files that readers look for are there',
    description: 'Without a README nobody knows what a repository is for; without a licence nobody may use it.',
    category: 'repository',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['documentation', 'licence'],
    lane: 'io',
    options: {
      files: {
        type: 'array',
        minItems: 1,
        items: {
          type: 'array',
          minItems: 1,
          uniqueItems: true,
          // Relative to the root and inside it: no leading slash or `!`, no backslash, no part `..`.
          items: { type: 'string', minLength: 1, pattern: '^(?![/!])(?!(.*/)?\\.\\.(/|$))[^\\\\]+$' },
        },
        default: [
          ['README.md', 'README', 'README.*'],
          [
            'LICENSE',
            'LICENSE.*',
            'LICENSE-*',
            'LICENCE',
            'LICENCE.*',
            'LICENCE-*',
            'COPYING',
            'COPYING.*',
            'UNLICENSE',
            'UNLICENSE.*',
            'MIT-LICENSE',
            'MIT-LICENSE.*',
            'LICENSES/*',
          ],
        ],
        description:
          'Groups of alternatives, as globs relative to the root; case does not matter. ' +
          'One file of each group must be there. The first plain name of a group is the one that the finding asks for.',
      },
    },
    messages: { missing: 'There is no {{name}}, nor anything that may stand for it ({{alternatives}}).' },
    help: [
      'Add the file at the place that the finding names, then commit it:',
      '',
      '```sh',
      'printf \'# %s\\n\' "$(basename "$PWD")" > README.md',
      'git add README.md',
      '```',
      '',
      'For a licence copy the text of one from [choosealicense.com](https://choosealicense.com) into `LICENSE`. ' +
        'Files that the configuration excludes, or that git ignores, do not count. ' +
        'Say with the option `files` what else a repository of yours needs:',
      '',
      '```ts',
      "'repo/required-files': { options: { files: [['README.md'], ['SECURITY.md', '.github/SECURITY.md']] } }",
      '```',
    ].join('\n'),
  },
  async run({ options, files, report }) {
    // Loaded when it runs: a configuration loads this module and may never run it.
    const { default: picomatch } = await import('picomatch');
    const groups = options.files.map((patterns) => ({
      patterns,
      matches: picomatch(patterns, { nocase: true, dot: true }),
    }));
    let missing = groups;
    for await (const { path } of files()) {
      missing = missing.filter(({ matches }) => !matches(path));
      if (missing.length === 0) return;
    }
    for (const { patterns } of missing) {
      const name = canonicalName(patterns, (pattern) => picomatch.scan(pattern).isGlob);
      report({
        messageId: 'missing',
        data: { name, alternatives: patterns.filter((pattern) => pattern !== name).join(', ') || 'no alternatives' },
        location: { path: name },
      });
    }
  },
});

/** The name to ask for: the first that is no glob. */
function canonicalName(patterns: readonly string[], isGlob: (pattern: string) => boolean): string {
  return patterns.find((pattern) => !isGlob(pattern)) ?? patterns[0] ?? '';
}

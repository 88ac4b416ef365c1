import { defineCheck, formatBytes, formatCount } from 'scanrun';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'Files stay small',
    description: 'Git keeps every version of a file for ever, so one large file slows every clone from then on.',
    category: 'repository',
    tier: 'quick',
    severity: 'warning',
    estimate: '100ms',
    tags: ['git', 'size'],
    options: {
      maxBytes: {
        type: 'integer',
        default: 1_048_576,
        minimum: 1,
        description: 'The largest size that is allowed, in bytes; the default is 1 MiB.',
      },
    },
    messages: { tooLarge: '{{path}} is {{size}}; the limit is {{limit}}.' },
    help: [
      'Keep the file out of git, or let Git LFS store it (files that `.gitattributes` gives to LFS are not reported):',
      '',
      '```sh',
      "git lfs track 'path/to/file'",
      'git add .gitattributes path/to/file',
      '```',
      '',
      'A file that is generated belongs in `.gitignore`; take it out of git with `git rm --cached path/to/file`. ' +
        'It stays in the history until the history is rewritten, for example with ' +
        '[git filter-repo](https://github.com/newren/git-filter-repo). ' +
        'Where the size is meant, raise `maxBytes` or exclude the path.',
    ].join('\n'),
    reads: 'none',
  },
  visit(file, context) {
    const { maxBytes } = context.options;
    // Of what Git LFS stores, the work tree has the whole file, and the repository only a pointer.
    if (file.type !== 'file' || file.sizeBytes <= maxBytes || file.lfs === true) return;
    const [size, limit] = sizes(file.sizeBytes, maxBytes);
    context.report({
      messageId: 'tooLarge',
      data: { path: file.path, size, limit, sizeBytes: file.sizeBytes, maxBytes },
      location: { path: file.path },
    });
  },
});

/** Both sizes for people; exact where rounding would make them look equal. */
function sizes(sizeBytes: number, maxBytes: number): [string, string] {
  const rounded: [string, string] = [formatBytes(sizeBytes), formatBytes(maxBytes)];
  if (rounded[0] !== rounded[1]) return rounded;
  return [`${formatCount(sizeBytes)} bytes`, `${formatCount(maxBytes)} bytes`];
}

import { compareText, defineCheck } from 'scanrun';
import { nameOf, readTree } from '../tree.js';

export default defineCheck(import.meta.url, {
  meta: {
    title: 'No two paths differ only by case',
    description:
      'On Windows and macOS such paths are one file: a checkout keeps only one of them and shows the other as changed.',
    category: 'repository',
    tier: 'quick',
    severity: 'error',
    estimate: '100ms',
    tags: ['names', 'portability'],
    messages: {
      differsByCase: '{{path}} differs only by case from {{others}}.',
      differsByNormalization:
        '{{path}} looks the same as another path but is spelt with other code points: {{spellings}}.',
    },
    help: [
      'Rename all but one of the paths, or merge them. With `git mv`, take a detour where the disk ignores case:',
      '',
      '```sh',
      'git mv Readme.md readme.tmp',
      'git mv readme.tmp docs/old-readme.md',
      '```',
      '',
      'Names that look alike are the same letters in two Unicode forms, such as `é` as one code point (NFC) or as `e` with ' +
        'an accent that follows it (NFD); macOS opens the same file for both. Keep the NFC form. ' +
        'Folders are reported once, at the folder, and not again for each file in them.',
    ].join('\n'),
  },
  async run({ files, report }) {
    const groups = new Map<string, string[]>();
    for (const path of (await readTree(files())).keys()) {
      const key = fold(path);
      const group = groups.get(key);
      if (group) group.push(path);
      else groups.set(key, [path]);
    }
    const conflicts = [...groups.values()].filter(differsInName).map((paths) => paths.sort(compareText));
    for (const paths of conflicts.sort(([a = ''], [b = '']) => compareText(a, b))) {
      const [path = '', ...others] = paths;
      const alike = new Set(paths.map((each) => each.normalize('NFC'))).size === 1;
      report({
        messageId: alike ? 'differsByNormalization' : 'differsByCase',
        data: { path, others: others.join(', '), spellings: paths.map(escapeNonAscii).join(', '), paths },
        location: { path },
      });
    }
  },
});

/** False where only folders above differ: that conflict is reported at the folder. */
function differsInName(paths: readonly string[]): boolean {
  return paths.length > 1 && new Set(paths.map(nameOf)).size > 1;
}

/** The same text for paths that a disk which ignores case takes for one: composed, and folded letter by letter. */
function fold(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the range of ASCII, the common and fast case.
  if (/^[\x00-\x7f]*$/.test(path)) return path.toLowerCase();
  return Array.from(path.normalize('NFC'), foldLetter).join('');
}

/**
 * Folds one letter like the disks do: one to one, so that `ß` is not `ss`, and without context, so that both small
 * sigmas are one. The dotless `ı` is no small form of `I` there (Unicode `CaseFolding.txt`, status C and S).
 */
function foldLetter(letter: string): string {
  if (letter === 'ı') return letter;
  const upper = letter.toUpperCase();
  return (upper.length === letter.length ? upper : letter).toLowerCase();
}

function escapeNonAscii(path: string): string {
  return path.replace(/[^ -~]/gu, (letter) => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`);
}

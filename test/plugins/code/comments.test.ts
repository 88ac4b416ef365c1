import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentsIn } from '../../../plugins/code/comments/comments.js';
import { markersIn } from '../../../plugins/code/comments/markers.js';
import { syntaxOf } from '../../../plugins/code/comments/syntax.js';

const WORDS = ['TODO', 'FIXME'];

function found(language: string, text: string): string[] {
  const syntax = syntaxOf(language);
  if (syntax === undefined) throw new Error(language);
  return markersIn(text, syntax, WORDS).map((item) => `${item.line} ${item.word} ${item.text}`);
}

describe('comments', () => {
  it.each([
    ['TypeScript', '// TODO: tidy up', '1 TODO tidy up'],
    ['TypeScript', 'a();\nb(); // TODO tidy up', '2 TODO tidy up'],
    ['TypeScript', '/**\n * Does.\n * FIXME(ann): later */', '3 FIXME (ann): later'],
    ['TypeScript', 'const a = `x ${1} // no`; /* TODO */', '1 TODO '],
    ['TypeScript', 'const a = /[/"]\\/"/.test(b); // TODO', '1 TODO '],
    ['TypeScript', 'const a = b / c; // TODO x / y', '1 TODO x / y'],
    ['TypeScript', '// it works (TODO: really?)', '1 TODO really?)'],
    ['TypeScript', '// @TODO x', '1 TODO x'],
    ['Rust', "fn f<'a>(x: &'a str) {} // TODO rust", '1 TODO rust'],
    ['Python', "x = 'it''s' # TODO py", '1 TODO py'],
    ['Shell', 'echo ${a#b} $# # TODO sh', '1 TODO sh'],
    ['HTML', '<p>x</p> <!-- TODO html -->', '1 TODO html'],
    ['HTML', '<p>src/* http://TODO</p>\n<script>\n  // TODO: js\n</script>', '3 TODO js'],
    ['Markdown', 'TODO\n<!-- FIXME md -->', '2 FIXME md'],
    ['Vue', '<!-- TODO a --><script>// FIXME b', '1 TODO a|1 FIXME b'],
    ['SQL', 'select 1 -- TODO sql', '1 TODO sql'],
    ['CSS', 'a { } /* TODO css */', '1 TODO css'],
    ['Lua', '--[[ TODO\n]] x = 1', '1 TODO '],
    ['YAML', 'a: b # TODO yml', '1 TODO yml'],
  ])('of %s: %s', (language, text, expected) => {
    expect(found(language, text).join('|')).toBe(expected);
  });

  it.each([
    ['TypeScript', 'const a = "// TODO no";'],
    ['TypeScript', "const a = '/* TODO no */';"],
    ['TypeScript', 'const a = `\n// TODO no\n`;'],
    ['TypeScript', 'const a = /\\/\\/ TODO no/;'],
    ['TypeScript', 'const url = x + "http://TODO";'],
    ['TypeScript', 'const TODO = 1;'],
    ['TypeScript', '// the list of every TODO that is there'],
    ['TypeScript', '// TODOS and TODO-list and autoTODO'],
    ['TypeScript', '// todo in small letters'],
    ['Python', '"""\n# TODO no\n"""'],
    ['Shell', 'echo "# TODO no"'],
    ['Markdown', '# TODO\n'],
  ])('none in %s: %s', (language, text) => {
    expect(found(language, text)).toEqual([]);
  });

  it('are ranges in order, whatever the text is', () => {
    const piece = fc.constantFrom('//', '/*', '*/', '"', "'", '`', '\\', '\n', '/', '[', ']', 'a', ' ', '(', '${', '}');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom('TypeScript', 'Python', 'Vue', 'Lua'),
        (parts, language) => {
          const text = parts.join('');
          const syntax = syntaxOf(language);
          if (syntax === undefined) throw new Error(language);
          let last = 0;
          for (const { start, end } of commentsIn(text, syntax)) {
            expect(start).toBeGreaterThanOrEqual(last);
            expect(end).toBeGreaterThan(start);
            expect(end).toBeLessThanOrEqual(text.length);
            last = end;
          }
        },
      ),
    );
  });

  it('knows no language that has none', () => {
    expect(syntaxOf('JSON')).toBeUndefined();
    expect(syntaxOf(undefined)).toBeUndefined();
    expect(syntaxOf('constructor')).toBeUndefined();
  });
});

/** How comments and strings of a language begin and end. */
export interface CommentSyntax {
  /** What begins a comment up to the end of the line. */
  readonly line: readonly string[];
  /** What begins and ends a comment over lines. */
  readonly block: readonly (readonly [open: string, close: string])[];
  /** What begins and ends a string; longer ones first. One of a single character ends with its line, except for a backtick. */
  readonly strings: readonly string[];
  /** True where a slash may begin a regular expression. */
  readonly regex?: true;
}

const C: CommentSyntax = { line: ['//'], block: [['/*', '*/']], strings: ['"', "'"] };
const SCRIPT: CommentSyntax = { ...C, strings: ['"', "'", '`'], regex: true };
const HASH: CommentSyntax = { line: ['#'], block: [], strings: ['"', "'"] };
const MARKUP: CommentSyntax = { line: [], block: [['<!--', '-->']], strings: [] };
const SEMICOLON: CommentSyntax = { line: [';'], block: [], strings: ['"'] };
const DASHES: CommentSyntax = { line: ['--'], block: [], strings: ['"', "'"] };

/** The languages of each syntax, by the names that GitHub gives them. */
const GROUPS: readonly (readonly [CommentSyntax, string])[] = [
  [SCRIPT, 'JavaScript,TypeScript,TSX,JSX'],
  [
    C,
    'C,C++,C#,Java,Kotlin,Scala,Swift,Dart,Groovy,Gradle,Objective-C,Protocol Buffer,Solidity,Zig,SCSS,Less,JSON with Comments',
  ],
  // A single quote also begins a lifetime, or a rune.
  [{ ...C, strings: ['"', '`'] }, 'Go,Rust'],
  [{ ...C, line: ['//', '#'] }, 'PHP,HCL'],
  [{ ...C, line: [] }, 'CSS'],
  [{ ...HASH, strings: ['"""', "'''", '"', "'"] }, 'Python,TOML'],
  [HASH, 'Ruby,Shell,YAML,Dockerfile,Makefile,Perl,R,Elixir,Crystal,Nix,CMake,GraphQL,PowerShell,Fish,Just'],
  [MARKUP, 'XML,SVG,Markdown,MDX'],
  // For the scripts in it; a slash with an asterisk may be of its text.
  [{ ...MARKUP, line: ['//'] }, 'HTML'],
  [
    {
      ...MARKUP,
      line: ['//'],
      block: [
        ['<!--', '-->'],
        ['/*', '*/'],
      ],
    },
    'Vue,Svelte,Astro',
  ],
  [{ ...DASHES, block: [['/*', '*/']] }, 'SQL,PLpgSQL'],
  [{ ...DASHES, block: [['--[[', ']]']] }, 'Lua'],
  [{ ...DASHES, block: [['{-', '-}']], strings: ['"'] }, 'Haskell,Elm'],
  [{ ...SEMICOLON, line: [';', '#'] }, 'INI'],
  [SEMICOLON, 'Clojure,Common Lisp,Emacs Lisp,Scheme'],
];

const BY_LANGUAGE: ReadonlyMap<string, CommentSyntax> = new Map(
  GROUPS.flatMap(([syntax, names]) => names.split(',').map((name) => [name, syntax] as const)),
);

/** The syntax of a language; undefined where it is not known. */
export function syntaxOf(language: string | undefined): CommentSyntax | undefined {
  return language === undefined ? undefined : BY_LANGUAGE.get(language);
}

/**
 * Languages by what a file is called: extensions, whole names and the interpreters of a first line `#!`. Names and
 * claims are those of GitHub Linguist 9.5 (languages.yml); where it knows several languages for an extension, the table
 * has the one that most files of that extension are. The test compares it with Linguist's own data.
 */
export const LANGUAGES: readonly (readonly [
  language: string,
  extensions: string,
  names?: string,
  interpreters?: string,
])[] = [
  ['Ada', 'adb ads'],
  ['AppleScript', 'applescript', '', 'osascript'],
  ['AsciiDoc', 'adoc asciidoc'],
  ['Assembly', 'asm nasm s'],
  ['Astro', 'astro'],
  ['Awk', 'awk', '', 'awk gawk mawk nawk'],
  ['Batchfile', 'bat cmd'],
  ['Bicep', 'bicep bicepparam'],
  ['Blade', 'blade'],
  ['C', 'c h'],
  ['C#', 'cs csx'],
  ['C++', 'cpp cc cxx cppm hpp hh hxx ipp ixx tpp inl ino'],
  ['CMake', 'cmake', 'CMakeLists.txt'],
  ['COBOL', 'cob cbl cpy'],
  ['CSS', 'css'],
  ['CSV', 'csv'],
  ['CUE', 'cue'],
  ['Clojure', 'clj cljs cljc', '', 'bb'],
  ['CoffeeScript', 'coffee', 'Cakefile', 'coffee'],
  ['Common Lisp', 'lisp asd', '', 'sbcl clisp'],
  ['Crystal', 'cr', '', 'crystal'],
  ['Cuda', 'cu cuh'],
  ['Cython', 'pyx pxd'],
  ['D', 'd di'],
  ['Dart', 'dart', '', 'dart'],
  ['Diff', 'diff patch'],
  ['Dockerfile', 'dockerfile containerfile', 'Dockerfile Containerfile'],
  ['Dotenv', 'env', '.env .env.example .env.local .env.development .env.production .env.test'],
  ['EJS', 'ejs'],
  ['EditorConfig', 'editorconfig'],
  ['Elixir', 'ex exs', 'mix.lock', 'elixir'],
  ['Elm', 'elm'],
  ['Emacs Lisp', 'el'],
  ['Erlang', 'erl hrl', 'rebar.config', 'escript'],
  ['F#', 'fs fsi fsx'],
  ['Fortran', 'f f77 for'],
  ['GDScript', 'gd'],
  ['GLSL', 'glsl vert frag'],
  ['Gettext Catalog', 'po pot'],
  ['Gherkin', 'feature'],
  ['Git Attributes', '', '.gitattributes'],
  ['Git Config', 'gitconfig', '.gitconfig .gitmodules'],
  ['Gleam', 'gleam'],
  ['Go', 'go'],
  ['Go Checksums', '', 'go.sum go.work.sum'],
  ['Go Module', '', 'go.mod'],
  ['Gradle', 'gradle'],
  ['GraphQL', 'graphql gql graphqls'],
  ['Graphviz (DOT)', 'dot gv'],
  ['Groovy', 'groovy', 'Jenkinsfile', 'groovy'],
  ['HCL', 'hcl tf tfvars nomad tofu'],
  ['HLSL', 'hlsl'],
  ['HTML', 'html htm xhtml'],
  ['HTML+ERB', 'erb'],
  ['HTTP', 'http'],
  ['Hack', 'hack'],
  ['Haml', 'haml'],
  ['Handlebars', 'hbs handlebars'],
  ['Haskell', 'hs', '', 'runghc runhaskell'],
  ['Haxe', 'hx'],
  ['INI', 'ini cfg', '.flake8 .pylintrc .coveragerc'],
  ['Ignore List', 'gitignore', '.dockerignore .eslintignore .gitignore .ignore .npmignore .prettierignore'],
  ['JSON', 'json geojson har jsonl sarif topojson webmanifest', '.all-contributorsrc .nycrc composer.lock'],
  ['JSON with Comments', 'jsonc code-workspace', '.babelrc .jshintrc .swcrc jsconfig.json tsconfig.json'],
  ['JSON5', 'json5'],
  ['Java', 'java'],
  ['Java Properties', 'properties'],
  ['JavaScript', 'js cjs mjs jsx es6', 'Jakefile', 'node bun deno qjs'],
  ['Jinja', 'jinja jinja2 j2'],
  ['Jsonnet', 'jsonnet libsonnet'],
  ['Julia', 'jl', '', 'julia'],
  ['Jupyter Notebook', 'ipynb'],
  ['Just', 'just', 'Justfile justfile .justfile'],
  ['KDL', 'kdl'],
  ['Kotlin', 'kt kts'],
  ['Less', 'less'],
  ['Liquid', 'liquid'],
  ['Lua', 'lua', '.luacheckrc', 'lua luajit'],
  ['MDX', 'mdx'],
  ['Makefile', 'mk mak', 'Makefile makefile GNUmakefile', 'make'],
  ['Markdown', 'md markdown mdown mkd'],
  ['Maven POM', '', 'pom.xml'],
  ['Mermaid', 'mmd mermaid'],
  ['Meson', '', 'meson.build meson_options.txt'],
  ['Mustache', 'mustache'],
  ['Nim', 'nim nims nimble'],
  ['Nix', 'nix'],
  ['Nunjucks', 'njk'],
  ['Nushell', 'nu', '', 'nu'],
  ['OCaml', 'ml mli', '', 'ocaml'],
  ['Objective-C', 'm'],
  ['Objective-C++', 'mm'],
  ['Open Policy Agent', 'rego'],
  ['Org', 'org'],
  ['PHP', 'php phpt', '.php_cs', 'php'],
  ['Pascal', 'pas dpr lpr'],
  ['Perl', 'pl pm t', 'cpanfile Makefile.PL', 'perl'],
  ['PlantUML', 'puml plantuml'],
  ['PostScript', 'ps eps'],
  ['PowerShell', 'ps1 psm1 psd1', '', 'pwsh'],
  ['Prisma', 'prisma'],
  ['Procfile', '', 'Procfile'],
  ['Protocol Buffer', 'proto'],
  ['Pug', 'pug jade'],
  ['PureScript', 'purs'],
  ['Python', 'py pyi pyw', 'SConstruct SConscript', 'python python2 python3 pypy pypy3'],
  ['QML', 'qml'],
  ['R', 'r', '.Rprofile', 'Rscript'],
  ['Racket', 'rkt', '', 'racket'],
  ['Raku', 'raku rakumod p6', '', 'raku'],
  ['ReScript', 'res resi'],
  ['RobotFramework', 'robot'],
  [
    'Ruby',
    'rb rake gemspec podspec ru',
    'Brewfile Capfile Dangerfile Fastfile Gemfile Guardfile Podfile Rakefile Vagrantfile',
    'ruby jruby',
  ],
  ['Rust', 'rs', '', 'rust-script'],
  ['SCSS', 'scss'],
  ['SQL', 'sql'],
  ['SVG', 'svg'],
  ['Sass', 'sass'],
  ['Scala', 'scala sbt sc', '', 'scala'],
  ['Scheme', 'scm ss', '', 'guile'],
  [
    'Shell',
    'sh bash zsh ksh bats',
    '.bash_profile .bashrc .envrc .profile .zprofile .zshenv .zshrc PKGBUILD gradlew mvnw',
    'sh bash zsh dash ash ksh',
  ],
  ['Slim', 'slim'],
  ['Smarty', 'tpl'],
  ['Solidity', 'sol'],
  ['Standard ML', 'sml'],
  ['Starlark', 'bzl star', 'BUILD BUILD.bazel MODULE.bazel WORKSPACE WORKSPACE.bazel Tiltfile'],
  ['Stylus', 'styl'],
  ['Svelte', 'svelte'],
  ['Swift', 'swift'],
  ['SystemVerilog', 'sv svh'],
  ['TOML', 'toml', 'Cargo.lock Pipfile pdm.lock poetry.lock uv.lock'],
  ['TSV', 'tsv'],
  ['TSX', 'tsx'],
  ['Tcl', 'tcl', '', 'tclsh wish'],
  ['TeX', 'tex sty'],
  ['Text', 'txt', 'COPYING INSTALL LICENSE NEWS'],
  ['Thrift', 'thrift'],
  ['Twig', 'twig'],
  ['TypeScript', 'ts cts mts', '', 'ts-node tsx'],
  ['Typst', 'typ'],
  ['VHDL', 'vhdl vhd'],
  ['Verilog', 'v'],
  ['Vim script', 'vim', '.vimrc'],
  ['Visual Basic .NET', 'vb'],
  ['Vue', 'vue'],
  ['WGSL', 'wgsl'],
  ['WebAssembly', 'wat wast'],
  ['XML', 'xml xsd wsdl csproj vbproj fsproj props targets resx', 'Web.config App.config'],
  ['XML Property List', 'plist'],
  ['XSLT', 'xsl xslt'],
  ['YAML', 'yml yaml', '.clang-format .clang-tidy yarn.lock pixi.lock CITATION.cff'],
  ['Zig', 'zig'],
  ['fish', 'fish', '', 'fish'],
  ['jq', 'jq', '', 'jq'],
  ['reStructuredText', 'rst'],
];

type Words = ReadonlyMap<string, string>;

function byWord(column: 1 | 2 | 3): Words {
  return new Map(
    LANGUAGES.flatMap((row) =>
      (row[column] ?? '')
        .split(' ')
        .filter((word) => word !== '')
        .map((word) => [word, row[0]] as const),
    ),
  );
}

/** A table that is made when it is first asked for: every configuration imports this, and few starts want a language. */
function table(column: 1 | 2 | 3): (word: string) => string | undefined {
  let words: Words | undefined;
  return (word) => {
    words ??= byWord(column);
    return words.get(word);
  };
}

const byExtension = table(1);
const byName = table(2);
const byInterpreter = table(3);

/** `#!/usr/bin/env -S node --flag` and `#!/bin/sh`: the program's name, without a version such as in `python3.12`. */
const SHEBANG = /^#![ \t]*(?:\S*\/)?(?:env[ \t]+(?:-\S+[ \t]+)*(?:\w+=\S*[ \t]+)*(?:\S*\/)?)?([^\s\d./][^\s./]*)/;

/**
 * The language of a file by its name, as GitHub calls it: `TypeScript`, `Shell`; undefined where the name says nothing.
 * @param text The file's text, where it was read: its first line `#!` tells what a name without extension does not.
 */
export function languageOf(path: string, text?: string): string | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const named = byName(name) ?? (dot < 0 ? undefined : byExtension(name.slice(dot + 1).toLowerCase()));
  if (named !== undefined || text === undefined) return named;
  const [, program = ''] = SHEBANG.exec(text) ?? [];
  return byInterpreter(program) ?? byInterpreter(program.replace(/\d+$/, ''));
}

import { posix } from 'node:path';

/** What a script of a package.json gives the compiler. */
export interface CompilerCommand {
  /** Paths of configurations or their folders, relative to the folder of the package. */
  readonly projects: readonly string[];
  /** True where it says that the compiler should not check declarations of libraries. */
  readonly skipLibCheck: boolean;
}

/** Commands that check types. */
const COMPILERS = new Set(['tsc', 'vue-tsc', 'tsgo']);

/** Options that are followed by a value; of all others only `true` and `false` are one. */
const WITH_VALUE =
  /^(?:-[tm]|--(?:target|module|moduleResolution|outDir|outFile|rootDir|declarationDir|lib|jsx|types|typeRoots|tsBuildInfoFile|baseUrl|customConditions|checkers))$/i;

/** What does not check anything. */
const OTHER_WORK = /^--?(?:init|version|v|help|h|all|showConfig|listFilesOnly|clean)$/i;

/** The compilers' commands of a script, such as `tsc -p src && vue-tsc --noEmit`. */
export function compilerCommands(script: string): CompilerCommand[] {
  return script
    .split(/&&|\|\||[;|&\n]/)
    .map((part) => part.trim().split(/\s+/).map(unquoted))
    .flatMap((words) => {
      const at = words.findIndex((word) => COMPILERS.has(posix.basename(word)));
      return at < 0 || !words.slice(0, at).every(leadsToCommand) ? [] : readArguments(words.slice(at + 1));
    });
}

/** What may stand before a command: variables, runners and their options. */
function leadsToCommand(word: string): boolean {
  return (
    /^\w+=/.test(word) || /^(?:npx|pnpx|bunx|pnpm|yarn|npm|bun|node|exec|run|cross-env|dotenv|--?[\w-]*)$/.test(word)
  );
}

function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}

function readArguments(words: readonly string[]): CompilerCommand[] {
  if (words.some((word) => OTHER_WORK.test(word))) return [];
  const isBuild = words.some((word) => word === '-b' || word === '--build');
  const projects: string[] = [];
  let skipLibCheck = false;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    const next = words[at + 1];
    if (/^(?:-p|--project)$/i.test(word)) {
      if (next !== undefined) projects.push(next);
      at += 1;
    } else if (word.startsWith('-')) {
      if (/^--?skipLibCheck$/i.test(word)) skipLibCheck = next !== 'false';
      if (next !== undefined && (WITH_VALUE.test(word) || /^(?:true|false)$/.test(next))) at += 1;
    } else if (isBuild) projects.push(word);
    // Files of their own are compiled without any configuration.
    else return [];
  }
  // A variable of the shell is not known here.
  if (projects.some((project) => /[$*{}]/.test(project))) return [];
  return [{ projects: projects.length === 0 ? ['.'] : projects, skipLibCheck }];
}

import { clean } from './parsers/parser.js';

const MAX_COMMAND = 200;
const MAX_LINES = 15;
const MAX_TAIL = 1_500;

/** A command for people: arguments with spaces are quoted, values behind names such as `--token` are masked, and it is cut at 200 characters. */
export function commandLine(argv: readonly string[]): string {
  const shown = argv.map((part, index) => {
    const masked = /^(-{0,2}[\w-]*(?:token|secret|password|passwd|api-?key)[\w-]*=)./i.exec(part);
    if (masked !== null) return `${masked[1]}***`;
    const follows =
      /^--?(?:[\w-]*-)?(?:token|secret|password|passwd|api-?key)$/i.test(argv[index - 1] ?? '') &&
      !part.startsWith('-');
    if (follows) return '***';
    return /^[\w./:@=,+%-]+$/.test(part) ? part : JSON.stringify(part);
  });
  const line = clean(shown.join(' '));
  return line.length > MAX_COMMAND ? `${line.slice(0, MAX_COMMAND - 1)}…` : line;
}

/** The last lines of an output, at most 15 and 1,500 characters; empty for an output without text. */
export function tail(output: string, lines = MAX_LINES): string {
  // Only the end matters, and an output may have megabytes.
  const kept = output
    .slice(-8 * MAX_TAIL)
    .split(/\r\n|\n|\r/)
    .map((line) => clean(line))
    .filter((line, index, all) => line !== '' || (index > 0 && all[index - 1] !== ''));
  const text = kept.join('\n').trim().split('\n').slice(-lines).join('\n');
  return text.length > MAX_TAIL ? `…${text.slice(1 - MAX_TAIL)}` : text;
}

/** The last lines of both streams, standard error last: that is where the reason mostly is. */
export function tails(stdout: string, stderr: string): string {
  return [tail(stdout), tail(stderr)].filter((part) => part !== '').join('\n');
}

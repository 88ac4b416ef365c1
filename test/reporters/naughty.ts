// Text that breaks formats, one string a case; and a result that is made of it. The bytes are written as escapes, so that
// the file can be read.
import type { CheckResult, RunResult } from 'scanrun';
import { check, result } from './sample-build.js';

/** Names and messages that a repository may hold, or that somebody puts into it on purpose. */
export const NAUGHTY: readonly string[] = [
  // Nothing, and what looks like nothing.
  '',
  ' ',
  '\t',
  '\n',
  '\u00a0\u2003\u3000',
  '\u200b\u2060\ufeff',
  'undefined',
  'null',
  'NaN',
  '-Infinity',
  '0',
  '__proto__',
  'constructor',
  // Characters that XML 1.0, terminals or databases have no place for.
  'nul \u0000 byte',
  'bell \u0007 and backspace \u0008 and delete \u007f',
  'vertical \u000b and form \u000c feed',
  'next line \u0085 and c1 \u009b31m',
  'esc \u001b[31m red \u001b]8;;https://evil.example\u0007 link',
  'half \ud800 a pair, and \udfff the other',
  'no character: \ufffe \uffff \ufdd0',
  'beyond: \u{1f9d1}\u200d\u{1f680} \u{10ffff} \u{e0041}',
  // Lines that are none, or more than one.
  'line \u2028 separator and paragraph \u2029 separator',
  'carriage\rreturn',
  'windows\r\nbreak',
  'unix\nbreak',
  // What reads backwards.
  'invoice\u202egnp.exe',
  'isolate \u2066 and \u2069',
  '\u05d0\u05d1\u05d2 abc \u0645\u0631\u062d\u0628\u0627',
  'Z\u0351\u036b\u0343a\u0312l\u0367g\u0303o',
  // Markup.
  '<script>globalThis.pwned=1</script>',
  '</script><svg onload=globalThis.pwned=2>',
  '<!-- comment -->',
  '-->',
  ']]>',
  '<![CDATA[x]]>',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
  '&lt;&amp;&#0;&nbsp;&#x41;',
  '"\'`',
  '<img src=x onerror=alert(1)>',
  '{{constructor}} ${x} #{x} <%= x %>',
  // Markdown.
  '# heading',
  '- item\n- item',
  '> quote',
  '```\ncode',
  '`code` ``two`` ```three```',
  '**bold** __bold__ *a* _a_ ~~no~~',
  '[link](https://evil.example) ![image](https://evil.example/x.png)',
  '[ref]: https://evil.example',
  '<https://evil.example> https://evil.example www.evil.example',
  '| a | b |',
  'cell | cell \\| cell \\\\| cell',
  '\\',
  '<details><summary>x</summary>',
  '<!-- scanrun:report -->',
  '@octocat @org/team #1 GH-1 org/repo#1 user@evil.example',
  '$\\int_0^1$ :smile: [^1]',
  '===',
  '1. one',
  // Formulas.
  "=cmd|'/C calc'!A0",
  '+1+1',
  '-2+3',
  '@SUM(1+1)',
  '\t=1+1',
  '\r=1+1',
  ' =1+1',
  '\uff1d1+1',
  '=HYPERLINK("https://evil.example","click")',
  'a,b;c\td',
  '"quoted"',
  // Commands of a runner.
  '::error file=a.js,line=1::forged',
  '::set-output name=x::y',
  '##[error]forged',
  '##vso[task.setvariable variable=x]y',
  '%0A::error::forged %25 %3A',
  // Addresses and paths.
  'file:///etc/passwd',
  'javascript:alert(1)',
  '../../etc/passwd',
  'C:\\con\\..\\aux',
  '/absolute/path',
  'a b/c%20d/e?f#g',
  'a//b/./c/',
  'https://user:hunter2@example.com/',
  // Long ones.
  'a'.repeat(5_000),
  '\u{1f98a}'.repeat(300),
  '`'.repeat(200),
  '<'.repeat(1_000),
];

/** A check for each string, which stands wherever text can stand; one in five is suppressed, one in seven has no answer. */
export function naughty(): RunResult {
  const checks: CheckResult[] = NAUGHTY.map((text, index) => {
    const suppressedBy = index % 5 === 4 ? { suppressedBy: { kind: 'waiver', reason: text } as const } : {};
    const open =
      index % 7 === 6 ? { outcome: { status: 'errored', reason: { code: 'threw', message: text } } as const } : {};
    return check(
      `evil/${String(index).padStart(3, '0')} ${text.slice(0, 40)}`,
      {
        title: text,
        description: text,
        category: text.slice(0, 60) || 'empty',
        help: text,
        docsUrl: text,
        tags: [text],
        severity: (['error', 'warning', 'note'] as const)[index % 3] ?? 'note',
      },
      {
        ...open,
        findings: [
          { message: text, messageId: text, location: { path: text || 'empty' }, data: { text }, ...suppressedBy },
          {
            message: `${text} again`,
            location: { path: `src/${text}`, startLine: 2, startColumn: 1, endColumn: 1 + text.length },
            snippet: { startLine: 1, lines: [text, text, text] },
            package: text,
          },
        ],
      },
    );
  });
  return result({
    checks,
    target: {
      kind: 'git',
      name: NAUGHTY[29] ?? '',
      root: `/tmp/${NAUGHTY[40]}`,
      commit: NAUGHTY[15] ?? '',
      branch: NAUGHTY[25] ?? '',
      repositoryUrl: 'https://github.com/a/b"><script>',
    },
    notPlanned: NAUGHTY.map((text, index) => ({ checkId: `off/${index}`, code: 'off', message: text })),
    notices: NAUGHTY.map((text, index) => ({
      code: text.slice(0, 40) || 'empty',
      level: (['info', 'warning', 'error'] as const)[index % 3] ?? 'info',
      message: text,
      plugin: text,
    })),
  });
}

// Results that a reporter must survive: hostile text, and very much of it.
import type { CheckResult, RunResult } from 'scanrun';
import { check, result } from './sample-build.js';

/** Text that attacks a terminal, a page, a template or a reader; `globalThis.pwned` is set by any that runs. */
export const ATTACKS = {
  script: '<script>globalThis.pwned=1</script>',
  endScript: '</script><script>globalThis.pwned=2</script>',
  comment: '<!--<script>globalThis.pwned=3//',
  image: '<img src=x onerror="globalThis.pwned=4">',
  quotes: `"'\`><svg onload=globalThis.pwned=5>`,
  template: '{{constructor}} {{#with this}}{{lookup . "constructor"}}{{/with}} {{{raw}}} ${globalThis.pwned=6}',
  separators: 'line\u2028separator\u2029paragraph',
  bidi: 'invoice\u202efdp.exe\u2066\u2069\u200b',
  ansi: '\u001b]8;;http://evil.example\u0007click\u001b]8;;\u0007\u001b[2J\u001b[31mred\u009b1m',
  control: 'a\u0000b\rc\nd\te\u007f',
  surrogate: 'half \ud800 pair',
  prototype: '__proto__',
} as const;

/** Every text that comes from outside is an attack. */
export function hostile(): RunResult {
  const all = Object.values(ATTACKS);
  const checks: CheckResult[] = all.map((attack, index) =>
    check(
      `evil/check-${index}`,
      {
        title: attack,
        description: attack,
        category: index % 2 ? attack : 'security',
        help: `${attack}\n\n[click](javascript:globalThis.pwned=7) [data](data:text/html,x) [ok](https://example.com/?q="><script>)\n\n\`\`\`\n${attack}\n\`\`\`\n\n- ${attack}`,
        docsUrl: index % 2 ? 'javascript:globalThis.pwned=8' : 'https://example.com/"onclick="globalThis.pwned=9',
        tags: [attack],
      },
      {
        findings: [
          {
            message: attack,
            data: { attack },
            location: { path: `src/${attack}`, startLine: 2, startColumn: 3, endColumn: 9 },
            snippet: { startLine: 1, lines: [attack, attack, attack] },
            package: attack,
            fix: {
              description: attack,
              changes: [{ path: `src/${attack}`, replacements: [{ start: 0, end: 1, text: '' }] }],
            },
            suppressedBy: index % 4 === 3 ? { kind: 'waiver', reason: attack } : undefined,
          },
        ].map(({ suppressedBy, ...rest }) =>
          suppressedBy ? { ...rest, suppressedBy: suppressedBy as { kind: 'waiver'; reason: string } } : rest,
        ),
        measurements: [{ name: attack, value: index, unit: attack }],
        data: { [attack]: attack, list: [{ [attack]: attack }] },
      },
    ),
  );
  const long = 'n'.repeat(10_000);
  checks.push(
    check(
      'evil/long',
      { title: long },
      {
        findings: [
          {
            message: long,
            location: { path: `${long}/${long}.ts`, startLine: 1, startColumn: 201, endColumn: 220 },
            snippet: { startLine: 1, lines: ['x'.repeat(240)] },
          },
        ],
      },
    ),
    check(
      'evil/errored',
      { title: 'errored' },
      {
        outcome: {
          status: 'errored',
          reason: { code: 'threw', message: all.join('\n'), data: { attack: all.join(' ') } },
        },
      },
    ),
  );
  return result({
    checks,
    target: {
      kind: 'git',
      name: ATTACKS.script,
      root: `/tmp/${ATTACKS.endScript}`,
      commit: ATTACKS.quotes,
      branch: ATTACKS.bidi,
    },
    config: { [ATTACKS.image]: ATTACKS.endScript, nested: { prototype: ATTACKS.template } },
    notPlanned: [{ checkId: ATTACKS.image, code: 'off', message: ATTACKS.script }],
    notices: all.map((message) => ({ code: 'SR_EVIL', level: 'warning', message, plugin: message })),
  });
}

/** `count` findings over 40 checks and 600 files, with snippets. */
export function large(count = 10_000): RunResult {
  const severities = ['error', 'warning', 'note'] as const;
  const each = Math.ceil(count / 40);
  const checks = Array.from({ length: 40 }, (_, index) => {
    const severity = severities[index % 3] ?? 'note';
    const found = Array.from({ length: Math.max(0, Math.min(each, count - index * each)) }, (_, n) => ({
      message: `The name value${n % 17} in this place shadows one of an outer scope; rename it.`,
      location: {
        path: `packages/pkg-${n % 20}/src/module-${(n + index) % 30}.ts`,
        startLine: 10 + n,
        startColumn: 7,
        endColumn: 13 + (n % 3),
      },
      snippet: {
        startLine: 9 + n,
        lines: [
          'function handler(request: Request) {',
          `const value${n % 17} = request.params["id"] ?? fallback(${index});`,
          '}',
        ],
      },
    }));
    return check(
      `style/rule-${String(index + 1).padStart(2, '0')}`,
      {
        title: `Rule number ${index + 1} holds`,
        category: index % 2 ? 'style' : 'quality',
        severity,
        help: 'Rename it.',
      },
      { timeMs: 200 + ((index * 137) % 900), findings: found },
    );
  });
  return result({ checks });
}

/** `count` tasks without findings, for the timeline. */
export function manyTasks(count: number, concurrency = 6): RunResult {
  const plugins = ['repo', 'npm', 'docs', 'command', 'secrets'];
  const checks = Array.from({ length: count }, (_, index) => {
    const id = `${plugins[index % plugins.length]}/check-${String(index).padStart(4, '0')}`;
    const timeMs = 30 + ((index * 7919) % 1_700);
    if (index % 41 === 7)
      return check(
        id,
        {},
        { timeMs, outcome: { status: 'timed-out', reason: { code: 'timeout', message: 'Too slow.' } } },
      );
    if (index % 53 === 9)
      return check(
        id,
        {},
        {
          timeMs: 0,
          outcome: { status: 'skipped', reason: { code: 'deadline', message: 'The deadline came first.' } },
        },
      );
    return check(id, {}, { timeMs, ...(index % 13 === 5 ? { findings: [{ message: 'Found.' }] } : {}) });
  });
  return result({ checks, concurrency });
}

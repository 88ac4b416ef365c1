// Very many findings as a linter of a large repository would report them: in real code, with real lines around them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { CheckResult, RunResult } from 'scanrun';
import { check, result } from './sample-build.js';

const FOLDERS = ['api', 'billing', 'catalog', 'checkout', 'search', 'shared/ui', 'shared/net', 'tools/migrate'];
const WORDS = ['order', 'invoice', 'customer', 'session', 'basket', 'ledger', 'address', 'coupon', 'vendor', 'refund'];
const KINDS = [
  'controller',
  'service',
  'repository',
  'mapper',
  'view',
  'store',
  'client',
  'worker',
  'policy',
  'schema',
];

/** What the rules say; `%` is a name from the line. */
const RULES = [
  ['no-shadow', "'%' is already declared in the upper scope; rename one of the two."],
  ['no-explicit-any', "The type of '%' says nothing: name what it may be."],
  ['prefer-const', "'%' is never reassigned; use 'const' instead."],
  ['no-unused-vars', "'%' is defined but never used."],
  ['complexity', "The function '%' has more branches than anyone can keep in mind."],
  [
    'no-floating-promises',
    "The promise of '%' is neither awaited nor handled, so that its failure would reach nobody.",
  ],
  ['eqeqeq', "Expected '===' where '%' is compared."],
  ['no-magic-numbers', "The number beside '%' has no name that says what it is."],
] as const;

/** Lines shown before and after the one that a finding is about, as the engine does. */
const AROUND = 2;
const LINES_EACH = 180;
const FINDINGS_EACH = 25;

/** `count` findings of 48 checks in real code, `FINDINGS_EACH` in each file. */
export function many(count = 100_000): RunResult {
  const source = createRequire(import.meta.url).resolve('typescript/lib/_tsc.js');
  const lines = readFileSync(source, 'utf8').split('\n');
  const found = new Map<string, CheckResult['findings'][number][]>();
  for (let n = 0; n < count; n += 1) {
    const file = Math.floor(n / FINDINGS_EACH);
    const start = (file * LINES_EACH) % (lines.length - LINES_EACH);
    const line = AROUND + ((n * 7_919) % (LINES_EACH - 2 * AROUND));
    const text = lines[start + line] ?? '';
    const name = /[A-Za-z_]{3,}/.exec(text.slice(text.length / 3))?.[0] ?? 'value';
    const column = Math.max(0, text.indexOf(name));
    const [rule, message] = RULES[(n * 31) % RULES.length] ?? RULES[0];
    const checkId = `lint${(n * 17) % 6}/${rule}`;
    const findings = found.get(checkId) ?? [];
    found.set(checkId, findings);
    findings.push({
      checkId,
      messageId: 'found',
      message: message.replace('%', name),
      data: { name },
      severity: (['warning', 'error', 'note'] as const)[(n * 17) % 3] ?? 'note',
      location: {
        path: pathOf(file),
        startLine: line + 1,
        startColumn: column + 1,
        endLine: line + 1,
        endColumn: column + name.length + 1,
      },
      snippet: {
        startLine: line + 1 - AROUND,
        lines: lines.slice(start + line - AROUND, start + line + AROUND + 1).map((each) => each.slice(0, 240)),
      },
      fingerprint: `${n.toString(16).padStart(32, '0')}:1`,
    });
  }
  const checks = [...found].map(([checkId, findings], index) => {
    const meta = {
      title: `The rule ${checkId} holds`,
      category: index % 2 ? 'style' : 'correctness',
      help: 'Rename it.',
    };
    return { ...check(checkId, meta, { timeMs: 300 + index * 40 }), findings, outcome: { status: 'failed' } as const };
  });
  return result({ checks });
}

function pathOf(file: number): string {
  const folder = FOLDERS[file % FOLDERS.length];
  const word = WORDS[Math.floor(file / 8) % WORDS.length];
  const kind = KINDS[Math.floor(file / 80) % KINDS.length];
  return `packages/${folder}/src/${word}/${word}-${kind}-${Math.floor(file / 800)}.ts`;
}

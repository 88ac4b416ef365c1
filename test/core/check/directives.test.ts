import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Directive, findDirectives } from '../../../core/check/directives.js';

// In two parts, or this file would hold directives itself.
const NEXT = ['scanrun-ignore', '-next-line'].join('');
const SAME = ['scanrun-ignore', '-line'].join('');
const one = (text: string, path = 'a.ts'): Directive | undefined => findDirectives(text, path)[0];
const good = { line: 1, target: 2, checks: ['a/b'], reason: 'it is a test' };

describe('a directive', () => {
  it('is found in the comments of any language', () => {
    const said = `${NEXT} a/b: it is a test`;
    const comments = [
      `// ${said}`,
      `    //! ${said}\r`,
      `///${said}`,
      `# ${said}`,
      `## ${said}`,
      `<!-- ${said} -->`,
      `<!-- ${said}`,
      `/* ${said} */`,
      `/** ${said} */ code()`,
      ` * ${said}`,
      ` * ${said} */`,
      `-- ${said}`,
      `; ${said}`,
      `% ${said}`,
      `REM ${said}`,
      `dnl ${said}`,
      `{# ${said} #}`,
      `{{! ${said} }}`,
      `{{!-- ${said} --}}`,
      `<%# ${said} %>`,
      `<%-- ${said} --%>`,
      `(* ${said} *)`,
      `{/* ${said} */}`,
      `f(); // ${said}`,
      `f();// ${said}`,
      `f() # ${said}`,
    ];
    for (const comment of comments) expect([comment, one(`${comment}\ncode`)]).toEqual([comment, good]);
  });

  it('is the first word of its comment, or none', () => {
    const none = [
      `${NEXT} a/b: no comment`,
      `const text = '${NEXT} a/b: a text'`,
      `// see ${NEXT} a/b: prose`,
      `// \`${NEXT} a/b: prose\``,
      `https://${SAME}.example`,
      `<a href="#${SAME}">`,
      '// scanrun-ignore',
      '',
    ];
    for (const text of none) expect([text, findDirectives(text, 'a.ts')]).toEqual([text, []]);
    // In Markdown only its own comments count.
    expect(findDirectives(`// ${NEXT} a/b: an example\n# ${NEXT} a/b: a heading`, 'docs/a.md')).toEqual([]);
    expect(one(`<!-- ${NEXT} a/b: it is a test -->`, 'docs/a.md')).toEqual(good);
    expect(one(`{/* ${NEXT} a/b: it is a test */}`, 'docs/a.mdx')).toEqual(good);
  });

  it('is about its own line, or about the next one that is none', () => {
    expect(one(`x\ny(); // ${SAME} a/b: r`)).toEqual({ line: 2, target: 2, checks: ['a/b'], reason: 'r' });
    const stack = `\n// ${NEXT} a/b: r\n// ${NEXT} c/d: s\n# ${NEXT} e/f: t\ncode`;
    expect(findDirectives(stack, 'x').map(({ line, target }) => [line, target])).toEqual([
      [2, 5],
      [3, 5],
      [4, 5],
    ]);
    expect(findDirectives(`x // ${SAME} a/b: r\n// ${NEXT} a/b: r`, 'x').map(({ target }) => target)).toEqual([1, 3]);
  });

  it('names several checks, and keeps the reason as it is', () => {
    expect(one(`// ${NEXT} a/b,c/* , d: because: x, y`)).toEqual({
      line: 1,
      target: 2,
      checks: ['a/b', 'c/*', 'd'],
      reason: 'because: x, y',
    });
    expect(one(`/* ${NEXT} a/b: why */ c: d`)?.reason).toBe('why');
    expect(one(`// ${NEXT} a/b: a\tb\u0007c`)?.reason).toBe('a b c');
    expect(one(`// ${NEXT} a/b: ${'x'.repeat(900)}`)?.reason).toHaveLength(500);
  });

  it('tells what is wrong with it', () => {
    const problems = [
      [`// ${NEXT} a/b`, 'gives no reason: write it behind a colon'],
      [`// ${NEXT} a/b because`, 'gives no reason: write it behind a colon'],
      [`// ${NEXT} a/b:  `, 'gives no reason: write it behind a colon'],
      [`<!-- ${NEXT} a/b: -->`, 'gives no reason: write it behind a colon'],
      [`// ${NEXT}: reason`, 'names no check'],
      [`// ${NEXT}`, 'names no check'],
      [`// ${SAME}s a/b: r`, 'is not known: scanrun-ignore-next-line and scanrun-ignore-line are'],
      [`// ${'scanrun'}-ignore-file a/b: r`, 'is not known: scanrun-ignore-next-line and scanrun-ignore-line are'],
    ];
    for (const [text = '', problem] of problems) expect([text, one(text)?.problem]).toEqual([text, problem]);
    expect(one(`// ${NEXT} a/b because`)?.checks).toEqual(['a/b']);
  });

  it('never throws, and counts lines as everybody does', () => {
    const pieces = fc.constantFrom(
      NEXT,
      SAME,
      '//',
      '#',
      '/*',
      '*/',
      ' a/b',
      ': r',
      '\n',
      '\r\n',
      ' ',
      ',',
      'é',
      '\u2028',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 30 }), (parts) => {
        const text = parts.join('');
        const lines = text.split('\n');
        for (const { line, target, checks, reason = '' } of findDirectives(text, 'a.ts')) {
          expect(lines[line - 1]).toContain('scanrun-ignore-');
          expect(target).toBeGreaterThanOrEqual(line);
          expect(checks.every((check) => !/[\s,:]/.test(check))).toBe(true);
          expect(reason).toBe(reason.trim());
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes no longer than its file, however many there are and however long the lines', () => {
    const directive = `// ${NEXT} a/b: r`;
    const hostile = [
      `${directive}\n`.repeat(20_000),
      `${directive} `.repeat(20_000),
      `${'#'.repeat(300)} ${NEXT} ${',:'.repeat(3_000)}`.repeat(300),
      ` ${' '.repeat(300)}${NEXT}`.repeat(3_000),
    ];
    for (const text of hostile) {
      const started = performance.now();
      expect(findDirectives(text, 'a.ts').length).toBeLessThanOrEqual(10_000);
      expect(performance.now() - started).toBeLessThan(1_500);
    }
    const [first, last] = [one(hostile[0] ?? ''), findDirectives(hostile[0] ?? '', 'a.ts').at(-1)];
    expect([first?.target, last?.target]).toEqual([10_001, 10_001]);
  });
});

import { describe, expect, it } from 'vitest';
import { niceTicks } from '../../reporters/page/axis.js';
import { frameLines, frameOf } from '../../reporters/page/frame.js';
import { barsOf, lanesOf, waitingSteps } from '../../reporters/page/lanes.js';
import { codeSpans, parseMarkdown } from '../../reporters/page/markdown.js';
import { svg } from '../../reporters/page/svg.js';
import { safeUrl } from '../../reporters/page/text.js';
import { timelineView } from '../../reporters/page/timeline.js';
import { check, finding, result } from './sample-build.js';
import { manyTasks } from './sample-extremes.js';

const SIZE = { width: 1_080, gutter: 96 };

describe('markdown', () => {
  it('reads paragraphs, headings, lists, code and links', () => {
    expect(
      parseMarkdown(
        '# Why\nOne\ntwo `code` and **strong** *soft*.\n\n- a\n  more\n- b\n\n1. x\n2) y\n\n```ts\nlet a = `1`;\n\n- no list\n```\nEnd [docs](https://example.com/a_b).',
      ),
    ).toEqual([
      { heading: [{ text: 'Why' }] },
      {
        p: [
          { text: 'One two ' },
          { code: 'code' },
          { text: ' and ' },
          { strong: 'strong' },
          { text: ' ' },
          { text: 'soft' },
          { text: '.' },
        ],
      },
      { ul: [[{ text: 'a more' }], [{ text: 'b' }]] },
      { ol: [[{ text: 'x' }], [{ text: 'y' }]] },
      { code: 'let a = `1`;\n\n- no list' },
      { p: [{ text: 'End ' }, { text: 'docs', href: 'https://example.com/a_b' }, { text: '.' }] },
    ]);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](data:text/html,y)',
    '[x](http://plain.example)',
    '[x](//evil.example)',
    '<b onclick="x">raw</b>',
    '![i](x)',
    '* * *x',
    '``',
    '**',
    '```',
  ])('leaves %s as text', (source) => {
    const flat = JSON.stringify(parseMarkdown(source));
    expect(flat).not.toContain('href');
  });

  it('reads hostile text in linear time', () => {
    for (const piece of ['[', '`', '**', '*a', '[a](', '- ', '1. ', '> ']) {
      const started = performance.now();
      parseMarkdown(piece.repeat(100_000));
      expect(performance.now() - started, piece).toBeLessThan(500);
    }
  });
});

describe('code in messages', () => {
  it('is what stands in backticks, and nothing else is touched', () => {
    expect(codeSpans('Run `npm i` in **/src` or *x*.')).toEqual([
      { text: 'Run ' },
      { code: 'npm i' },
      { text: ' in **/src` or *x*.' },
    ]);
    expect(codeSpans('')).toEqual([]);
  });
});

describe('safeUrl', () => {
  it.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'http://example.com',
    'file:///etc/passwd',
    '//example.com',
    'x',
    '',
  ])('refuses %s', (url) => expect(safeUrl(url)).toBeUndefined());
  it('accepts https', () => expect(safeUrl('https://example.com/"x')).toBe('https://example.com/%22x'));
});

describe('axis', () => {
  it.each([
    [950, 10, 100],
    [4_300, 10, 500],
    [53_000, 10, 10_000],
    [75_000, 10, 10_000],
    [600_000, 10, 60_000],
    [3, 10, 1],
    [400_000_000, 10, 43_200_000],
  ])('divides %i ms', (max, count, step) => {
    const ticks = niceTicks(max, count);
    expect(ticks[0]).toBe(0);
    expect(ticks[1]).toBe(step);
    expect(ticks.length).toBeLessThanOrEqual(count + 1);
    expect(ticks.at(-1)).toBeLessThanOrEqual(max);
  });
  it('divides years', () => expect(niceTicks(1e11, 10).length).toBeLessThanOrEqual(11));
});

describe('lanes', () => {
  const task = (id: string, worker: string, startedAtMs: number, endedAtMs: number) => ({
    id,
    checkIds: [id],
    worker,
    outcome: { status: 'passed' as const },
    timing: { queuedAtMs: 0, startedAtMs, endedAtMs },
    attempts: [],
  });

  it('orders workers by number and lets no bar cover another', () => {
    const lanes = lanesOf(
      barsOf(
        result({
          tasks: [
            task('a', 'cpu-10', 0, 5),
            task('b', 'cpu-2', 0, 5),
            task('c', 'io-1', 0, 9),
            task('d', 'io-1', 3, 10),
            task('e', 'io-1', 10, 12),
          ],
        }),
      ),
    );
    expect(lanes.map((lane) => lane.worker)).toEqual(['cpu-2', 'cpu-10', 'io-1']);
    expect(lanes[2]?.rows.map((row) => row.map((bar) => bar.taskId))).toEqual([['c', 'e'], ['d']]);
  });

  it('draws every try, each with its own outcome', () => {
    const reason = { code: 'crashed', message: 'x' } as const;
    const attempts = [
      { attempt: 1, outcome: { status: 'errored', reason } as const, startedAtMs: 2, endedAtMs: 4, worker: 'cpu-1' },
      { attempt: 2, outcome: { status: 'passed' } as const, startedAtMs: 5, endedAtMs: 9, worker: 'cpu-2' },
    ];
    const bars = barsOf(result({ tasks: [{ ...task('a', 'cpu-2', 5, 9), attempts }] }));
    expect(bars.map(({ status, worker, waitedMs, attempt }) => [status, worker, waitedMs, attempt])).toEqual([
      ['errored', 'cpu-1', 2, 1],
      ['passed', 'cpu-2', 0, 2],
    ]);
  });

  it('counts the tasks that wait', () => {
    expect(waitingSteps(result({ tasks: [task('a', 'x', 0, 5), task('b', 'x', 5, 9), task('c', 'x', 7, 9)] }))).toEqual(
      [
        [0, 2],
        [5, 1],
        [7, 0],
      ],
    );
  });
});

describe('timeline', () => {
  it.each([60, 600])('has a bar with a title for each of %i tasks that ran', (count) => {
    const sample = manyTasks(count);
    const view = timelineView(sample, SIZE);
    const drawing = String(view?.drawing);
    const ran = sample.tasks.filter((task) => task.timing.startedAtMs !== undefined).length;
    expect(drawing.match(/<g class="bar [^>]*role="img" aria-label="[^"]*"><title>/g)).toHaveLength(ran);
    expect(drawing.match(/class="bar-name"/g)?.length ?? 0).toBeLessThanOrEqual(120);
    expect(view?.notes).toEqual([
      `${count - ran === 1 ? '1 task never started and has' : `${count - ran} tasks never started and have`} no bar.`,
    ]);
    expect(drawing).toMatch(
      /docs\/check-0012: passed, [\d.]+ m?s, \d+ ms of it loading, from [\d.]+ m?s, after waiting [\d.]+ m?s, on io-1/,
    );
  });

  it('draws the budget where it is near, and says it in words everywhere', () => {
    const near = timelineView(
      result({ checks: [check('a/b', {}, { timeMs: 4_000 })], statistics: { budgetMs: 3_000 } }),
      SIZE,
    );
    expect(String(near?.drawing)).toContain('budget 3.0 s');
    expect(near?.summary).toContain('the budget of 3.0 s is exceeded by 1.0 s');
    const far = timelineView(result({ checks: [check('a/b', {}, { timeMs: 4_000 })] }), SIZE);
    expect(String(far?.drawing)).not.toContain('class="budget"');
    expect(far?.summary).toContain('within the budget of 45 s');
  });

  it('draws the longest of very many', () => {
    const view = timelineView(manyTasks(2_500), SIZE);
    expect(String(view?.drawing).match(/<g class="bar /g)).toHaveLength(2_000);
    expect(view?.notes[1]).toMatch(/^The 2,000 longest bars of 2,\d{3} are drawn\.$/);
  });

  it('is not there when nothing ran', () => expect(timelineView(result({ checks: [] }), SIZE)).toBeUndefined());
});

describe('svg', () => {
  it('escapes all but its own', () => {
    expect(String(svg`<a b="${'"<&\''}">${[svg`<i/>`, svg`<j/>`]}${1 / 3}</a>`)).toBe(
      '<a b="&quot;&lt;&amp;&#39;"><i/><j/>0.33</a>',
    );
  });
});

describe('frame', () => {
  const at = (location: object, lines: string[]) =>
    frameOf(
      finding({ checkId: 'a/b', message: 'x', location: { path: 'p', ...location }, snippet: { startLine: 4, lines } }),
    );

  it('marks the columns of the line as shown', () => {
    const frame = at({ startLine: 5, startColumn: 3, endColumn: 5 }, ['one', '\t\u001bab', 'three']);
    expect(frame && frameLines(frame)).toEqual([
      { number: 4, marked: false, before: 'one', mark: '', after: '' },
      { number: 5, marked: true, before: '  \\x1b', mark: 'ab', after: '' },
      { number: 6, marked: false, before: 'three', mark: '', after: '' },
    ]);
  });

  it('marks to the end of the line when the finding goes on', () => {
    const frame = at({ startLine: 4, startColumn: 2, endLine: 5, endColumn: 2 }, ['one', 'two']);
    expect(frame && frameLines(frame).map(({ marked, mark }) => [marked, mark])).toEqual([
      [true, 'ne'],
      [true, ''],
    ]);
  });

  it('marks nothing without a place', () => {
    const frame = at({}, ['one']);
    expect(frame && frameLines(frame)).toEqual([{ number: 4, marked: false, before: 'one', mark: '', after: '' }]);
    expect(frameOf(finding({ checkId: 'a/b', message: 'x' }))).toBeUndefined();
  });
});

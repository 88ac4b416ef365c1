import html from 'scanrun/reporters/html';
import { describe, expect, it } from 'vitest';
import { executionView } from '../../reporters/page/execution.js';
import { render } from './render.js';
import { ATTACKS } from './sample-extremes.js';
import { empty, findings } from './sample-result.js';
import { slower } from './sample-telemetry.js';

const sectionOf = (page: string): string => /<section id="execution".*?<h3>Tasks as a table/s.exec(page)?.[0] ?? '';

describe('statistics in the html report', () => {
  it('say how the scan used its time', async () => {
    const view = executionView(findings());
    const facts = Object.fromEntries(view?.facts.map(({ name, value }) => [name, value]) ?? []);
    expect(facts.Efficiency).toBe('100 % of the possible');
    expect(facts['Speed-up']).toBe('3.4×, 14 s of work');
    expect(view?.times.map(({ name, time }) => `${name} ${time}`)).toEqual([
      'Wall time 4.2 s',
      'Lower bound 4.2 s',
      'Sum of work 14 s',
    ]);
    expect(view?.path).toEqual({
      time: '4.2 s',
      share: '100 %',
      tasks: [{ name: 'command/types', time: '4.2 s' }],
      rest: '',
    });
    expect(view?.longest[0]).toMatchObject({ name: 'command/types', time: '4.2 s', share: '100 %' });
    expect(view?.categories[0]).toMatchObject({
      count: expect.stringMatching(/^\d+$/),
      share: expect.stringMatching(/ %$/),
    });
    expect(view?.workers.map(({ name }) => name)).toContain('process-1');
    const section = sectionOf(await render(html, findings()));
    expect(section).toContain('No order ends before');
    expect(section).not.toMatch(/Last runs|Far slower|over-budget/);
  });

  it('draw a line of the last runs for each category that has some', async () => {
    const view = executionView(slower());
    const byName = Object.fromEntries(view?.categories.map(({ name, trend }) => [name, String(trend)]) ?? []);
    expect(byName.repository).toMatch(/<title>633 ms to 1\.4 s over 8 runs<\/title><polyline points="3\.0,/);
    const points = /points="([^"]*)"/.exec(byName.repository ?? '')?.[1]?.split(' ') ?? [];
    expect(points).toHaveLength(8);
    // The slowest run is the highest point.
    expect(points.at(-1)).toBe('117.0,4.0');
    expect(Object.values(byName)).toContain('');
    expect(sectionOf(await render(html, slower()))).toContain('<th scope="col">Last runs</th>');
  });

  it('say when fewer tasks were allowed for the sake of the machine', async () => {
    const given = findings();
    const changes = [
      { atMs: 1_000, from: 4, to: 2, cause: 'memory', value: 0.93 },
      { atMs: 2_000, from: 2, to: 4, cause: 'calm' },
    ] as const;
    const pressed = { ...given, statistics: { ...given.statistics, concurrencyChanges: changes } };
    const section = sectionOf(await render(html, pressed));
    expect(section).toContain('Pressure on the machine: only 2 at once for a while: memory was short.');
    const places = (text: string): string => /<path class="places" d="([^"]*)"/.exec(text)?.[1] ?? '';
    // Down to the half, and up again.
    expect(places(section)).toMatch(/^M96 8H[\d.]+V25H[\d.]+V8H1068$/);
    expect(places(sectionOf(await render(html, given)))).toBe('M96 8H1068');
  });

  it('list outliers with what to do, and what would have to go for the budget', async () => {
    const section = sectionOf(await render(html, slower({ outliers: 25 })));
    expect(section).toContain(
      'standard ended in 4.2 s, budget 3.0 s: these two checks would have to go: command/types, command/lint.',
    );
    expect(section).toContain('command/types took 4.2 s, 3.0x its usual 1.4 s (8 runs).');
    expect(section.match(/<li><p>[^<]* took /g)).toHaveLength(20);
    expect(section).toContain('5 more outliers in the json report.');
  });

  it('are not there when nothing ran', () => expect(executionView(empty())).toBeUndefined());

  it('escape what comes from the target', async () => {
    for (const attack of Object.values(ATTACKS)) {
      const section = sectionOf(await render(html, slower({ hostile: attack })));
      expect(section).not.toMatch(/<script|<img|onerror="/);
    }
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { components, cyclesOf, type Edge } from '../../../plugins/code/modules/graph.js';

const name = fc.integer({ min: 0, max: 9 }).map(String);
const edges = fc.array(
  fc.record({ from: name, to: name, kind: fc.constantFrom('static', 'lazy', 'type'), start: fc.constant(0) }),
  { maxLength: 40 },
) as fc.Arbitrary<Edge[]>;

/** Whether one module leads to another, by trying all ways. */
function leads(all: readonly Edge[], from: string, to: string): boolean {
  const seen = new Set<string>();
  const queue = [from];
  for (const node of queue)
    for (const edge of all)
      if (edge.from === node && !seen.has(edge.to)) {
        seen.add(edge.to);
        queue.push(edge.to);
      }
  return seen.has(to);
}

it('two modules are in one component exactly where each leads to the other', () => {
  fc.assert(
    fc.property(edges, (all) => {
      const found = components(all);
      const of = new Map(found.flatMap((members, index) => members.map((member) => [member, index] as const)));
      const nodes = [...new Set(all.flatMap(({ from, to }) => [from, to]))];
      for (const a of nodes) {
        expect(of.has(a)).toBe(leads(all, a, a));
        for (const b of nodes)
          expect(of.has(a) && of.get(a) === of.get(b)).toBe(leads(all, a, b) && leads(all, b, a) && leads(all, a, a));
      }
    }),
  );
});

it('the way round of a cycle is closed, inside of it, and takes an edge of its kind', () => {
  fc.assert(
    fc.property(edges, (all) => {
      for (const { members, way } of cyclesOf(all, 'type', ['static', 'lazy'])) {
        expect(way.length).toBeGreaterThan(0);
        expect(way.some(({ kind }) => kind === 'type')).toBe(true);
        for (const [index, { from, to }] of way.entries()) {
          expect(members).toContain(from);
          expect(to).toBe(way[(index + 1) % way.length]?.from);
        }
        expect(way[0]?.from).toBe(way.map(({ from }) => from).sort()[0]);
      }
    }),
  );
});

it('a chain longer than the stack is no problem', () => {
  const all = Array.from(
    { length: 20_000 },
    (_, index): Edge => ({
      from: String(index),
      to: String((index + 1) % 20_000),
      kind: 'static',
      start: 0,
    }),
  );
  expect(components(all)).toHaveLength(1);
});

import type { ImportKind } from './read.js';

/** An import that leads to another file of the target. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: ImportKind;
  /** Where it stands in `from`, in UTF-16 units from 0. */
  readonly start: number;
}

/** Modules that all lead to each other, and the shortest way round. */
export interface Cycle {
  /** All of them, in order of path. */
  readonly members: readonly string[];
  /** The way round: each edge leads to the next one's module, the last to the first's. */
  readonly way: readonly Edge[];
}

/** What each module leads to. */
type Outgoing = ReadonlyMap<string, readonly Edge[]>;

/** Edges whose way round is looked for; a component of thousands needs no better example than the best of these. */
const MAX_TRIED = 200;

/**
 * The cycles that need edges of `kind`, among edges of that kind and those of `known`: strongly connected components
 * that are not components already without it.
 */
export function cyclesOf(edges: readonly Edge[], kind: ImportKind, known: readonly ImportKind[]): Cycle[] {
  const before = new Set(components(edges.filter((edge) => known.includes(edge.kind))).map((item) => item.join('\0')));
  const all = edges.filter((edge) => edge.kind === kind || known.includes(edge.kind));
  return components(all)
    .filter((members) => !before.has(members.join('\0')))
    .map((members) => {
      const inside = new Set(members);
      return {
        members,
        way: shortestWay(
          all.filter(({ from, to }) => inside.has(from) && inside.has(to)),
          kind,
        ),
      };
    })
    .sort((a, b) => ((a.members[0] ?? '') < (b.members[0] ?? '') ? -1 : 1));
}

/** The strongly connected components of more than one module, and modules that import themselves (Tarjan, 1972). */
export function components(edges: readonly Edge[]): string[][] {
  const outgoing = outgoingOf(edges);
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const found: string[][] = [];
  const lower = (node: string, value: number): void => {
    low.set(node, Math.min(low.get(node) ?? value, value));
  };
  const enter = (node: string): { node: string; next: number } => {
    order.set(node, order.size);
    lower(node, order.size - 1);
    open.push(node);
    isOpen.add(node);
    return { node, next: 0 };
  };
  const leave = (node: string): void => {
    if (low.get(node) !== order.get(node)) return;
    const members = open.splice(open.lastIndexOf(node));
    for (const member of members) isOpen.delete(member);
    if (members.length > 1 || (outgoing.get(node) ?? []).some(({ to }) => to === node)) found.push(members.sort());
  };
  // Without recursion: a chain of imports may be longer than the stack.
  for (const start of outgoing.keys()) {
    if (order.has(start)) continue;
    const path = [enter(start)];
    for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
      const edge = outgoing.get(at.node)?.[at.next];
      at.next += 1;
      if (edge === undefined) {
        path.pop();
        leave(at.node);
        const above = path.at(-1);
        if (above !== undefined) lower(above.node, low.get(at.node) ?? 0);
      } else if (!order.has(edge.to)) path.push(enter(edge.to));
      else if (isOpen.has(edge.to)) lower(at.node, order.get(edge.to) ?? 0);
    }
  }
  return found;
}

function outgoingOf(edges: readonly Edge[]): Outgoing {
  const outgoing = new Map<string, Edge[]>();
  for (const edge of edges) {
    const list = outgoing.get(edge.from);
    if (list === undefined) outgoing.set(edge.from, [edge]);
    else list.push(edge);
  }
  return outgoing;
}

/** The shortest way round in a component that takes an edge of a kind, from its first module on. */
function shortestWay(edges: readonly Edge[], kind: ImportKind): readonly Edge[] {
  const outgoing = outgoingOf(edges);
  let best: readonly Edge[] = [];
  for (const edge of edges.filter((item) => item.kind === kind).slice(0, MAX_TRIED)) {
    const rest = wayBetween(outgoing, edge.to, edge.from);
    if (rest !== undefined && (best.length === 0 || rest.length + 1 < best.length)) best = [edge, ...rest];
  }
  const first = best.reduce((least, edge, index) => (edge.from < (best[least]?.from ?? '') ? index : least), 0);
  return [...best.slice(first), ...best.slice(0, first)];
}

/** The shortest way from one module to another; empty for the same one. */
function wayBetween(outgoing: Outgoing, from: string, to: string): Edge[] | undefined {
  const cameBy = new Map<string, Edge | undefined>([[from, undefined]]);
  const queue = [from];
  for (const node of queue) {
    if (node === to) break;
    for (const edge of outgoing.get(node) ?? []) {
      if (cameBy.has(edge.to)) continue;
      cameBy.set(edge.to, edge);
      queue.push(edge.to);
    }
  }
  if (!cameBy.has(to)) return undefined;
  const way: Edge[] = [];
  for (let edge = cameBy.get(to); edge !== undefined; edge = cameBy.get(edge.from)) way.unshift(edge);
  return way;
}

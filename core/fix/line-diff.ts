// Which lines of two texts differ: Myers, "An O(ND) Difference Algorithm" (1986). A package for it would be a thirtieth of
// what an installation may take.

/** A line that both texts have, or only the old or only the new one; as a unified diff marks it. */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+';
  readonly line: string;
}

/** Lines that differ at most; beyond that looking for the shortest way takes more than seconds, and much memory. */
const MAX_EDITS = 2_000;

/** The lines of two texts beside each other: what goes stands before what comes. Not the shortest way where nearly all differ. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const [from, to] = [before.slice(head, before.length - tail), after.slice(head, after.length - tail)];
  const middle = shortest(from, to) ?? [...marked('-', from), ...marked('+', to)];
  return [...marked(' ', before.slice(0, head)), ...middle, ...marked(' ', before.slice(before.length - tail))];
}

function marked(sign: DiffLine['sign'], lines: readonly string[]): DiffLine[] {
  return lines.map((line) => ({ sign, line }));
}

/** The shortest way from one to the other; undefined where it is too long. */
function shortest(from: readonly string[], to: readonly string[]): DiffLine[] | undefined {
  const most = Math.min(from.length + to.length, MAX_EDITS);
  // The furthest place on each diagonal, diagonal 0 in the middle; and how far each round had come.
  const middle = most + 1;
  const furthest = new Int32Array(2 * most + 3);
  const rounds: Int32Array[] = [];
  for (let edits = 0; edits <= most; edits += 1) {
    rounds.push(furthest.slice(middle - edits - 1, middle + edits + 2));
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const previous = cameFrom(furthest, middle, diagonal, edits);
      let x = (furthest[middle + previous] as number) + (previous < diagonal ? 1 : 0);
      while (x < from.length && x - diagonal < to.length && from[x] === to[x - diagonal]) x += 1;
      furthest[middle + diagonal] = x;
      if (x >= from.length && x - diagonal >= to.length) return wayBack(from, to, rounds);
    }
  }
  return undefined;
}

/** The neighbour from which a diagonal is reached furthest: from below by taking a line away, from above by putting one in. */
function cameFrom(furthest: Int32Array, middle: number, diagonal: number, edits: number): number {
  const [below, above] = [furthest[middle + diagonal - 1] as number, furthest[middle + diagonal + 1] as number];
  return diagonal === -edits || (diagonal !== edits && below < above) ? diagonal + 1 : diagonal - 1;
}

function wayBack(from: readonly string[], to: readonly string[], rounds: readonly Int32Array[]): DiffLine[] {
  const back: DiffLine[] = [];
  let [x, y] = [from.length, to.length];
  const common = (until: number): void => {
    for (; x > until; x -= 1, y -= 1) back.push({ sign: ' ', line: from[x - 1] as string });
  };
  for (let edits = rounds.length - 1; edits > 0; edits -= 1) {
    const round = rounds[edits] as Int32Array;
    const diagonal = x - y;
    const previous = cameFrom(round, edits + 1, diagonal, edits);
    const before = round[edits + 1 + previous] as number;
    common(before + (previous < diagonal ? 1 : 0));
    if (previous < diagonal) back.push({ sign: '-', line: from[before] as string });
    else back.push({ sign: '+', line: to[before - previous] as string });
    [x, y] = [before, before - previous];
  }
  common(0);
  return inOrder(back.reverse());
}

/** What goes before what comes, wherever they stand side by side. */
function inOrder(lines: readonly DiffLine[]): DiffLine[] {
  const ordered: DiffLine[] = [];
  let coming: DiffLine[] = [];
  for (const line of lines) {
    if (line.sign === '+') {
      coming.push(line);
      continue;
    }
    if (line.sign === ' ') {
      ordered.push(...coming);
      coming = [];
    }
    ordered.push(line);
  }
  return [...ordered, ...coming];
}

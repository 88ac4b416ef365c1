// What the page knows of its findings. The scripts after this one find it, and each other, in `report`.
const report = {};

(() => {
  const byId = (id) => document.getElementById(id);
  const count = (value) => value.toLocaleString('en-US');
  Object.assign(report, {
    byId,
    count,
    plural: (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`,
    SEVERITIES: ['error', 'warning', 'note'],
    WORDS: ['Error', 'Warning', 'Note'],
    STATES: ['known', 'new', 'unchanged', 'suppressed'],
  });
  if (!byId('filters')) return;

  const { checks, frames, framesEach, strings, paths, ...columns } = JSON.parse(byId('payload').textContent);
  let total = 0;
  for (let at = 1; at < paths.length; at += 2) total += paths[at];
  // A column in which all are the same is said once.
  const column = (value) => (Array.isArray(value) ? Int32Array.from(value) : new Int32Array(total).fill(value));
  // The findings are ordered by place: of each file is said how many it has.
  const pathOf = new Int32Array(total);
  for (let at = 0, from = 0; at < paths.length; from += paths[at + 1], at += 2)
    pathOf.fill(paths[at], from, from + paths[at + 1]);

  report.data = {
    total,
    strings,
    checks: checks.map(([id, title, category, row, docs]) => ({
      id: strings[id],
      title: strings[title],
      category: strings[category],
      row,
      docs: docs < 0 ? '' : strings[docs],
    })),
    paths: pathOf,
    ...Object.fromEntries(Object.entries(columns).map(([name, value]) => [name, column(value)])),
  };

  /** `src/app.ts:12:5`: the place of a finding. */
  report.placeOf = (index) => {
    const { paths, lines, columns: starts } = report.data;
    const [line, start] = [lines[index], starts[index]];
    return strings[paths[index]] + (line ? `:${line}` : '') + (line && start ? `:${start}` : '');
  };

  /** Parts of frames that are kept open. */
  const KEPT = 40;
  const opened = new Map();
  const opening = new Map();

  /** The frame of a finding, if its part is open already: five numbers, the first line, the first and last marked, and what of it, and the lines. */
  report.frameNow = (index) => {
    const part = opened.get(Math.floor(index / framesEach));
    return part && frameIn(part, index % framesEach);
  };

  /** The same, after opening the part. */
  report.frameOf = async (index) => {
    const part = Math.floor(index / framesEach);
    if (!opening.has(part)) opening.set(part, open(part));
    return frameIn(await opening.get(part), index % framesEach);
  };

  const frameIn = ([numbers, texts], at) => ({ numbers: numbers.slice(at * 5, at * 5 + 5), lines: texts[at] });

  report.hasFrames = frames.some((each) => each !== '') && 'DecompressionStream' in globalThis;

  async function open(part) {
    const bytes = Uint8Array.from(atob(frames[part]), (character) => character.charCodeAt(0));
    const text = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const found = await new Response(text).json();
    opened.set(part, found);
    for (const old of [...opened.keys()].slice(0, -KEPT)) {
      opened.delete(old);
      opening.delete(old);
    }
    return found;
  }

  // Before printing there is no time to open anything.
  for (let part = 0; report.hasFrames && part < Math.min(frames.length, KEPT / 2); part += 1)
    opening.set(part, open(part));
})();

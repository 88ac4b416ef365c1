// The list of findings, of which only what is near the window is there: blocks of rows that are filled when they come
// near and emptied when they are far, and keep their heights meanwhile.
(() => {
  if (!report.data) return;
  const { byId, data } = report;
  const root = byId('list');
  /** Rows in a block, and pixels around the window in which blocks are filled. */
  const ROWS = 20;
  const NEAR = 900;
  /** About the heights of a group's head, a row without its frame, and a line of a frame. */
  const [HEAD, ROW, FRAME, LINE] = [92, 78, 26, 20.5];
  /** Browsers cannot place what is below some 17 million pixels. */
  const MAX_HEIGHT = 15_000_000;
  /** Rows that are open at first; the groups behind are closed. */
  const OPEN_ROWS = 200;
  /** So few findings are there whole, so that the browser's own search finds what is in them. */
  const WHOLE = 500;

  const opened = new Map();
  let groups = [];
  let blocks = new Map();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) fill(target);
        else empty(target);
      }
    },
    { rootMargin: `${NEAR}px 0px` },
  );

  report.keyOf = ({ by, key }) => `${by}-${key}`;

  /** Shows the groups, the first of them open. Returns how many rows have no place. */
  report.show = (shown) => {
    groups = shown;
    return draw();
  };

  report.anyOpen = () => groups.some(({ open }) => open);

  /** Opens or closes every group. */
  report.openAll = (open) => {
    for (const group of groups) opened.set(report.keyOf(group), open);
    draw();
  };

  /** Fills the list with its first rows, all open, for paper; returns how many are left out. */
  report.print = (limit) => {
    let left = limit;
    const parts = [];
    for (const group of groups) {
      const to = Math.min(left, group.items.length);
      if (to > 0) parts.push(report.groupElement({ group, from: 0, to, open: true }));
      left -= to;
    }
    observer.disconnect();
    root.replaceChildren(...parts);
    return groups.reduce((sum, { items }) => sum + items.length, 0) - (limit - left);
  };

  root.addEventListener('click', (event) => {
    const toggle = event.target.closest('.group-toggle');
    const head = event.target.closest('.group-head');
    // The whole head opens its group, but for what in it can be followed or selected.
    const button =
      toggle ??
      (head && !event.target.closest('a, code') && !String(getSelection())
        ? head.querySelector('.group-toggle')
        : null);
    if (button) turn(button);
  });

  /** Opens or closes a group, and keeps its head where it was. */
  function turn(button) {
    const { key } = button.dataset;
    const { top } = button.getBoundingClientRect();
    opened.set(key, button.getAttribute('aria-expanded') !== 'true');
    draw();
    for (const [element, { parts }] of blocks)
      if (parts.some(({ group, from }) => from === 0 && report.keyOf(group) === key)) fill(element);
    const again = root.querySelector(`.group-toggle[data-key="${key}"]`);
    scrollBy({ top: again.getBoundingClientRect().top - top, behavior: 'instant' });
    again.focus({ preventScroll: true });
    report.changed();
  }

  function draw() {
    observer.disconnect();
    const made = blocksOf();
    blocks = new Map(made.blocks.map((block) => [block.element, block]));
    root.replaceChildren(...blocks.keys());
    if (data.total <= WHOLE) {
      for (const element of blocks.keys()) fill(element);
      return made.left;
    }
    // What is in the window is there at once; the observer would tell of it after the next paint.
    const near = [...blocks.keys()].filter((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      return top < innerHeight + NEAR / 3 && bottom > -NEAR / 3;
    });
    for (const element of near) fill(element);
    for (const element of blocks.keys()) observer.observe(element);
    return made.left;
  }

  /** Divides the groups into blocks; says how many rows have no place any more. */
  function blocksOf() {
    const made = [];
    let [rows, height, before, left, begun] = [0, 0, 0, 0, 0];
    let parts = [];
    const end = () => {
      if (parts.length === 0) return;
      made.push(blockOf(parts, height));
      [parts, rows, height] = [[], 0, 0];
    };
    for (const group of groups) {
      const key = report.keyOf(group);
      const open = opened.get(key) ?? (begun === 0 || begun + group.items.length <= OPEN_ROWS);
      group.open = open;
      begun += group.items.length;
      if (before > MAX_HEIGHT) {
        left += group.items.length;
        continue;
      }
      if (!open) {
        parts.push({ group, from: 0, to: 0, open });
        [rows, height, before] = [rows + 0.5, height + HEAD - 20, before + HEAD];
        if (rows >= ROWS) end();
        continue;
      }
      for (let from = 0; from < group.items.length; ) {
        const to = Math.min(group.items.length, from + Math.max(1, Math.ceil(ROWS - rows)));
        const own = heightOf(group, from, to);
        parts.push({ group, from, to, open });
        [rows, height, before, from] = [rows + to - from, height + own, before + own, to];
        if (rows >= ROWS) end();
      }
    }
    end();
    return { blocks: made, left };
  }

  function heightOf({ items }, from, to) {
    const withFrames = report.hasFrames && byId('frames').checked;
    let height = (from === 0 ? HEAD + 40 : 0) + (to - from) * ROW;
    for (let at = from; withFrames && at < to; at += 1) {
      const lines = data.heights[items[at]];
      if (lines > 0) height += FRAME + lines * LINE;
    }
    return height;
  }

  function blockOf(parts, height) {
    const element = document.createElement('div');
    element.className = 'block';
    element.style.height = `${Math.round(height)}px`;
    return { element, parts, filled: false };
  }

  function fill(element) {
    const block = blocks.get(element);
    if (!block || block.filled) return;
    block.filled = true;
    element.replaceChildren(...block.parts.map(report.groupElement));
    element.style.height = '';
  }

  function empty(element) {
    const block = blocks.get(element);
    // What has the focus, or is being selected, stays.
    if (!block?.filled || element.contains(document.activeElement) || element.contains(getSelection().anchorNode))
      return;
    block.filled = false;
    element.style.height = `${element.offsetHeight}px`;
    element.replaceChildren();
  }
})();

// Filters, search and grouping of the findings. Without it the first of them are in the page, and the rest is counted.
(() => {
  if (!report.data) return;
  const { byId, count, plural } = report;
  /** Findings on paper at most. */
  const PRINTED = 500;
  /** Findings from which on code is shown only when it is asked for: frames are most of a page's height. */
  const MANY = 20_000;

  const root = byId('list');
  const form = byId('filters');
  const search = byId('search');
  form.hidden = false;
  byId('frames').closest('label').hidden = !report.hasFrames;
  if (report.data.total > MANY) byId('frames').checked = false;

  function update() {
    const { kept, found } = report.filtered();
    const groups = report.grouped(kept);
    const everything = report.everything();
    const left = report.show(groups);
    byId('reset').hidden = found === everything;
    byId('fold-all').hidden = groups.length < 2;
    byId('shown').textContent = shownText(found, everything, groups.length, left);
    if (found === 0) {
      const empty = document.createElement('p');
      empty.className = 'empty';
      empty.textContent = everything === 0 ? 'No finding is in this state.' : 'No finding matches these filters.';
      root.replaceChildren(empty);
    }
    report.changed();
  }

  function shownText(found, everything, groups, left) {
    const of = found < everything ? ` of ${count(everything)}` : '';
    const rest = left > 0 ? `; the last ${count(left)} have no room here, so filter or hide the code to see them` : '';
    return `${plural(found, 'finding')}${of} in ${plural(groups, 'group')}${rest}`;
  }

  /** Called when groups were opened or closed. */
  report.changed = () => {
    byId('fold-all').textContent = report.anyOpen() ? 'Collapse all' : 'Expand all';
  };

  form.addEventListener('input', (event) => {
    if (event.target.id === 'frames') root.classList.toggle('no-frames', !event.target.checked);
    update();
  });
  byId('reset').addEventListener('click', () => {
    search.value = '';
    for (const id of ['by-check', 'by-category']) byId(id).value = '';
    for (const each of form.querySelectorAll('[name=severity]')) each.checked = true;
    update();
    search.focus();
  });
  byId('fold-all').addEventListener('click', () => {
    report.openAll(!report.anyOpen());
    report.changed();
  });
  addEventListener('beforeprint', () => {
    const left = report.print(PRINTED);
    if (left === 0) return;
    const rest = document.createElement('p');
    rest.className = 'rest';
    rest.textContent = `${plural(left, 'more finding')} in the page itself and in the json report.`;
    root.append(rest);
  });
  addEventListener('afterprint', update);
  // A browser may come back to the page with the form as it was left.
  root.classList.toggle('no-frames', !byId('frames').checked);
  update();
})();

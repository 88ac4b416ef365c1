// Filters, search and grouping of the findings. Without it the first of them are in the page, and the rest is counted.
(() => {
  const SEVERITIES = ['error', 'warning', 'note'];
  const WORDS = ['Error', 'Warning', 'Note'];
  /** Findings shown at once, and at least as many on paper. */
  const STEP = 100;
  const PRINTED = 500;

  const byId = (id) => document.getElementById(id);
  if (!byId('filters')) return;
  const count = (value) => value.toLocaleString('en-US');
  const plural = (value, noun) => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

  const payload = JSON.parse(byId('payload').textContent);
  const text = (index) => payload.strings[index];
  const checks = payload.checks.map(([id, title, category, row]) => ({
    id: text(id),
    title: text(title),
    category: text(category),
    row,
  }));
  const findings = payload.findings.map(
    ([check, severity, message, path, line, column, pack, suppressed, frame], order) => ({
      check: checks[check],
      severity,
      message: text(message),
      path: text(path),
      line,
      column,
      package: pack < 0 ? '' : text(pack),
      suppressed: suppressed < 0 ? '' : text(suppressed),
      frame,
      order,
    }),
  );

  const placeOf = ({ path, line, column }) => path + (line ? `:${line}` : '') + (line && column ? `:${column}` : '');

  const root = byId('list');
  const form = byId('filters');
  const moreRow = byId('more-row');
  const more = byId('more');
  const shown = byId('shown');
  const search = byId('search');
  let groups = [];
  let limit = STEP;
  form.hidden = false;

  /** Keeps what the filters let through. */
  function filtered() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = [...form.querySelectorAll('[name=severity]:checked')].map((input) =>
      SEVERITIES.indexOf(input.value),
    );
    const [row, category] = [byId('by-check').value, byId('by-category').value];
    const withSuppressed = byId('suppressed')?.checked ?? false;
    return findings.filter((each) => {
      if (!severities.includes(each.severity) || (each.suppressed && !withSuppressed)) return false;
      if ((row && String(each.check.row) !== row) || (category && each.check.category !== category)) return false;
      if (words.length === 0) return true;
      each.haystack ??=
        `${each.message}\n${placeOf(each)}\n${each.check.id}\n${each.check.title}\n${each.package}`.toLowerCase();
      return words.every((word) => each.haystack.includes(word));
    });
  }

  /** Groups them, in the order in which they are shown. */
  function grouped(all) {
    const by = byId('group').value;
    const found = new Map();
    const keyOf = { check: (each) => each.check, file: (each) => each.path, severity: (each) => each.severity }[by];
    for (const each of all) {
      const key = keyOf(each);
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(each);
    }
    const entries = [...found].map(([key, items]) => ({ by, key, items }));
    if (by === 'severity') entries.sort((a, b) => a.key - b.key);
    if (by === 'file') {
      entries.sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const entry of entries)
        entry.items.sort((a, b) => a.line - b.line || a.column - b.column || a.order - b.order);
    }
    return entries;
  }

  function update() {
    const all = filtered();
    groups = grouped(all);
    const everything = findings.filter((each) => byId('suppressed')?.checked || !each.suppressed).length;
    byId('reset').hidden = all.length === everything;
    draw(all.length, everything);
  }

  function draw(total, everything) {
    const fragment = document.createDocumentFragment();
    let left = limit;
    for (const entry of groups) {
      if (left <= 0) break;
      fragment.append(groupElement(entry, left));
      left -= entry.items.length;
    }
    if (total === 0) {
      const empty = document.createElement('p');
      empty.className = 'empty';
      empty.textContent =
        everything === 0 ? 'Every finding is suppressed; none counts.' : 'No finding matches these filters.';
      fragment.append(empty);
    }
    root.replaceChildren(fragment);
    const visible = Math.min(limit, total);
    shown.textContent = `${visible < total ? `The first ${count(visible)} of ` : ''}${plural(total, 'finding')}${total < everything ? ` of ${count(everything)}` : ''} in ${plural(groups.length, 'group')}`;
    moreRow.hidden = visible >= total;
    more.textContent = `Show ${count(Math.min(STEP * 2, total - visible))} more of ${count(total - visible)}`;
  }

  function groupElement({ by, key, items }, left) {
    const element = byId('group-template').content.cloneNode(true).firstElementChild;
    const slot = (name) => element.querySelector(`[data-slot="${name}"]`);
    slot('title').textContent = by === 'check' ? key.title : by === 'file' ? key : `${WORDS[key]}s`;
    slot('counts').textContent = countsOf(items);
    element.classList.toggle('one-check', by === 'check');
    if (by === 'check') {
      slot('check').href = `#check-${key.row}`;
      slot('checkId').textContent = key.id;
      const help = byId(`help-${key.row}`).cloneNode(true);
      help.removeAttribute('id');
      slot('help').append(help);
      slot('fix').hidden = false;
    } else {
      slot('check').remove();
      slot('fix').remove();
    }
    slot('list').replaceChildren(...items.slice(0, left).map(findingElement));
    return element;
  }

  function countsOf(items) {
    const parts = WORDS.map((word, severity) => [
      items.filter((each) => each.severity === severity && !each.suppressed).length,
      word.toLowerCase(),
    ]);
    const suppressed = items.filter((each) => each.suppressed).length;
    return [
      ...parts.filter(([number]) => number > 0).map(([number, word]) => plural(number, word)),
      ...(suppressed ? [`${count(suppressed)} suppressed`] : []),
    ].join(', ');
  }

  function findingElement(each) {
    const element = byId('finding-template').content.cloneNode(true).firstElementChild;
    const slot = (name) => element.querySelector(`[data-slot="${name}"]`);
    const severity = SEVERITIES[each.severity];
    element.className = `finding ${severity}${each.suppressed ? ' suppressed' : ''}`;
    slot('icon').setAttribute('href', `#i-${severity}`);
    slot('severityWord').textContent = WORDS[each.severity];
    slot('message').textContent = each.message;
    slot('place').textContent = placeOf(each);
    slot('copy').hidden = false;
    slot('copy').setAttribute('aria-label', `Copy ${placeOf(each)}`);
    slot('check').textContent = each.check.id;
    slot('check').href = `#check-${each.check.row}`;
    for (const name of ['package', 'suppressed']) {
      if (each[name]) slot(name).textContent = each[name];
      else slot(name).remove();
    }
    if (each.frame) fillFrame(slot('frame'), each.frame);
    else slot('frame').remove();
    return element;
  }

  function fillFrame(frame, [start, first, last, from, to, ...lines]) {
    const model = frame.querySelector('.line');
    const drawn = lines.map((index, offset) => {
      const line = model.cloneNode(false);
      const number = start + offset;
      const content = text(index);
      line.dataset.n = number;
      line.classList.toggle('marked', number >= first && number <= last);
      if (number === first && to > from) {
        const mark = document.createElement('mark');
        mark.textContent = content.slice(from, to);
        line.append(content.slice(0, from), mark, content.slice(to));
      } else line.textContent = content;
      return line;
    });
    frame.firstElementChild.replaceChildren(...drawn);
  }

  const restart = () => {
    limit = STEP;
    update();
  };
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', (event) => {
    if (event.target.id === 'frames') root.classList.toggle('no-frames', !event.target.checked);
    else restart();
  });
  byId('reset').addEventListener('click', () => {
    const [by, frames, suppressed] = [byId('group').value, byId('frames').checked, byId('suppressed')?.checked];
    form.reset();
    byId('group').value = by;
    byId('frames').checked = frames;
    if (suppressed !== undefined) byId('suppressed').checked = suppressed;
    restart();
    search.focus();
  });
  more.addEventListener('click', () => {
    const before = root.querySelectorAll('.finding').length;
    limit += STEP * 2;
    update();
    // The button may be gone; the focus goes to the first finding that is new.
    const next = root.querySelectorAll('.finding')[before];
    next?.setAttribute('tabindex', '-1');
    next?.focus({ preventScroll: true });
  });
  addEventListener('beforeprint', () => {
    limit = Math.max(limit, PRINTED);
    update();
  });
  // A browser may come back to the page with the form as it was left.
  root.classList.toggle('no-frames', !byId('frames').checked);
  update();
})();

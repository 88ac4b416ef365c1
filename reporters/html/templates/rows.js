// Makes the elements of findings and groups from the page's templates.
(() => {
  if (!report.data) return;
  const { byId, count, data, plural, SEVERITIES, STATES, WORDS } = report;
  const { strings, checks } = data;
  const model = (id) => byId(id).content.firstElementChild;
  const findingModel = model('finding-template');
  const groupModel = model('group-template');
  const helpOpen = new Set();
  const suppressed = STATES.indexOf('suppressed');

  report.titleOf = ({ by, key }) =>
    by === 'check' ? checks[key].title : by === 'file' ? strings[key] : `${WORDS[key]}s`;

  const slots = (element) =>
    Object.fromEntries([...element.querySelectorAll('[data-slot]')].map((each) => [each.dataset.slot, each]));

  /** A part of a group: its head, unless it goes on from the part before, and some of its findings. */
  report.groupElement = ({ group, from, to, open }) => {
    const element = groupModel.cloneNode(true);
    const slot = slots(element);
    element.classList.toggle('one-check', group.by === 'check');
    element.classList.toggle('goes-on', open && to < group.items.length);
    if (from > 0) {
      element.classList.add('continued');
      slot.head.remove();
      slot.fix.remove();
    } else fillHead(slot, group, open);
    slot.list.setAttribute('aria-label', from > 0 ? `${report.titleOf(group)}, continued` : report.titleOf(group));
    if (open) slot.list.replaceChildren(...rowsOf(group, from, to));
    else slot.list.remove();
    return element;
  };

  function rowsOf({ items }, from, to) {
    return items.slice(from, to).map((index, offset) => {
      const row = findingElement(index);
      // Some of the list is not there: these say where in it the finding is.
      row.setAttribute('aria-setsize', items.length);
      row.setAttribute('aria-posinset', from + offset + 1);
      return row;
    });
  }

  function fillHead(slot, group, open) {
    const title = report.titleOf(group);
    slot.title.textContent = title;
    slot.counts.textContent = countsOf(group.items);
    slot.toggle.hidden = false;
    slot.toggle.dataset.key = report.keyOf(group);
    slot.toggle.setAttribute('aria-expanded', open);
    slot.toggle.setAttribute('aria-label', title);
    slot.head.classList.toggle('closed', !open);
    if (group.by !== 'check') {
      for (const name of ['check', 'docs', 'fix']) slot[name].remove();
      return;
    }
    const check = checks[group.key];
    slot.check.href = `#check-${check.row}`;
    slot.checkId.textContent = check.id;
    if (check.docs === '') slot.docs.remove();
    else slot.docs.href = check.docs;
    if (!open) {
      slot.fix.remove();
      return;
    }
    const help = byId(`help-${check.row}`).cloneNode(true);
    help.removeAttribute('id');
    slot.help.append(help);
    slot.fix.hidden = false;
    slot.fix.open = helpOpen.has(group.key);
    slot.fix.addEventListener('toggle', () => {
      if (slot.fix.open) helpOpen.add(group.key);
      else helpOpen.delete(group.key);
    });
  }

  function countsOf(items) {
    const bySeverity = [0, 0, 0];
    let hidden = 0;
    for (const index of items) {
      if (data.states[index] === suppressed) hidden += 1;
      else bySeverity[data.severities[index]] += 1;
    }
    const parts = bySeverity.map((number, severity) => [number, WORDS[severity].toLowerCase()]);
    return [
      ...parts.filter(([number]) => number > 0).map(([number, word]) => plural(number, word)),
      ...(hidden ? [`${count(hidden)} suppressed`] : []),
    ].join(', ');
  }

  function findingElement(index) {
    const element = findingModel.cloneNode(true);
    const slot = slots(element);
    const check = checks[data.checkOf[index]];
    const severity = data.severities[index];
    const isSuppressed = data.states[index] === suppressed;
    const place = report.placeOf(index);
    element.className = `finding ${SEVERITIES[severity]}${isSuppressed ? ' suppressed' : ''}`;
    slot.icon.setAttribute('href', `#i-${SEVERITIES[severity]}`);
    slot.severityWord.textContent = WORDS[severity];
    slot.message.textContent = strings[data.messages[index]];
    slot.place.textContent = place;
    slot.copy.hidden = false;
    slot.copy.setAttribute('aria-label', `Copy ${place}`);
    slot.check.textContent = check.id;
    slot.check.href = `#check-${check.row}`;
    if (data.states[index] !== STATES.indexOf('new')) slot.fresh.remove();
    for (const [name, column] of [
      ['package', data.packages],
      ['suppressed', data.suppressed],
      ['fixable', data.fixable],
    ]) {
      if (column[index] >= 0) slot[name].textContent = strings[column[index]];
      else slot[name].remove();
    }
    if (report.hasFrames && data.heights[index] > 0) drawFrame(slot.frame, index);
    else slot.frame.remove();
    return element;
  }

  /** Draws the frame now, or keeps its place until it is there. */
  function drawFrame(frame, index) {
    const now = report.frameNow(index);
    if (now) {
      fillFrame(frame, now);
      return;
    }
    const line = frame.querySelector('.line').cloneNode(false);
    frame.firstElementChild.replaceChildren(
      ...Array.from({ length: data.heights[index] }, () => line.cloneNode(false)),
    );
    report.frameOf(index).then((found) => fillFrame(frame, found));
  }

  function fillFrame(frame, { numbers: [start, first, last, from, to], lines }) {
    const line = document.createElement('span');
    const drawn = lines.map((content, offset) => {
      const each = line.cloneNode(false);
      const number = start + offset;
      each.className = number >= first && number <= last ? 'line marked' : 'line';
      each.dataset.n = number;
      if (number === first && to > from) {
        const mark = document.createElement('mark');
        mark.textContent = content.slice(from, to);
        each.append(content.slice(0, from), mark, content.slice(to));
      } else each.textContent = content;
      return each;
    });
    frame.firstElementChild.replaceChildren(...drawn);
  }
})();

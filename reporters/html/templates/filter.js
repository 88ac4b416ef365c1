// Which findings are shown, and in which groups: over columns of numbers, so that a hundred thousand take no time.
(() => {
  if (!report.data) return;
  const { byId, data, SEVERITIES, STATES } = report;
  const { strings, checks, total } = data;
  let lowered;

  /** Which strings contain the word. */
  function stringsWith(word) {
    lowered ??= strings.map((each) => each.toLowerCase());
    return Uint8Array.from(lowered, (each) => (each.includes(word) ? 1 : 0));
  }

  /** Whether a finding says the word: in its message, place, package, how it is fixed, or the id or title of its check. */
  function matcher(word) {
    const found = stringsWith(word);
    const { checkOf, messages, paths, packages, fixable } = data;
    const inCheck = checks.map(
      ({ id, title }) => id.toLowerCase().includes(word) || title.toLowerCase().includes(word),
    );
    // A place is put together only for what looks like a part of one.
    const inPlace = /:\d*(:\d*)?$/.test(word)
      ? (index) => report.placeOf(index).toLowerCase().includes(word)
      : () => false;
    return (index) =>
      found[messages[index]] === 1 ||
      found[paths[index]] === 1 ||
      inCheck[checkOf[index]] ||
      (packages[index] >= 0 && found[packages[index]] === 1) ||
      (fixable[index] >= 0 && found[fixable[index]] === 1) ||
      inPlace(index);
  }

  /** Whether a state is wanted: all that count, one state, or all. */
  function stateFilter() {
    const wanted = byId('by-state')?.value ?? 'counted';
    const suppressed = STATES.indexOf('suppressed');
    if (wanted === 'all') return () => true;
    if (wanted === 'counted') return (index) => data.states[index] !== suppressed;
    const state = STATES.indexOf(wanted);
    return (index) => data.states[index] === state;
  }

  /** Marks what the filters let through, and counts it. */
  report.filtered = () => {
    const words = byId('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = SEVERITIES.map((name) => byId('filters').querySelector(`[value=${name}]`).checked);
    const [row, category] = [byId('by-check').value, byId('by-category').value];
    const wanted = checks.map(
      (check) => (row === '' || String(check.row) === row) && (category === '' || check.category === category),
    );
    const inState = stateFilter();
    const matchers = words.map(matcher);
    const kept = new Uint8Array(total);
    let found = 0;
    for (let index = 0; index < total; index += 1) {
      if (!severities[data.severities[index]] || !wanted[data.checkOf[index]] || !inState(index)) continue;
      if (!matchers.every((matches) => matches(index))) continue;
      kept[index] = 1;
      found += 1;
    }
    return { kept, found };
  };

  /** How many findings there would be without the filters that `Reset filters` resets. */
  report.everything = () => {
    const inState = stateFilter();
    let found = 0;
    for (let index = 0; index < total; index += 1) if (inState(index)) found += 1;
    return found;
  };

  /** Groups what is kept, in the order in which it is shown: checks and severities with the gravest first, files by name. */
  report.grouped = (kept) => {
    const by = byId('group').value;
    const keys = { check: data.checkOf, file: data.paths, severity: data.severities }[by];
    const groups = new Map();
    for (let index = 0; index < total; index += 1) {
      if (kept[index] === 0) continue;
      const group = groups.get(keys[index]);
      if (group) group.items.push(index);
      else groups.set(keys[index], { by, key: keys[index], items: [index] });
    }
    const all = [...groups.values()];
    return by === 'file' ? all : all.sort((a, b) => a.key - b.key);
  };
})();

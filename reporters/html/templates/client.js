// The theme and conveniences: copying places, sorting checks, following links, printing. Without it the page is complete.
(() => {
  const { byId } = report;

  theme();
  copying();
  sorting();
  following();
  printing();

  function theme() {
    const button = byId('theme');
    const themes = ['auto', 'light', 'dark'];
    const remember = (value) => {
      // Some browsers give a local file no storage; the choice then lasts as long as the page.
      try {
        if (value) localStorage.setItem('scanrun-theme', value);
        return localStorage.getItem('scanrun-theme');
      } catch (error) {
        if (error instanceof DOMException) return value;
        throw error;
      }
    };
    const apply = (value) => {
      document.documentElement.dataset.theme = value;
      button.querySelector('span').textContent = value;
    };
    const stored = remember();
    apply(themes.includes(stored) ? stored : document.documentElement.dataset.theme);
    button.hidden = false;
    button.addEventListener('click', () => {
      const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
      apply(next);
      remember(next);
    });
  }

  function announce(message) {
    byId('announcer').textContent = message;
  }

  /** Copies a place; where the clipboard is closed to the page it selects the place instead. */
  function copying() {
    document.addEventListener('click', async (event) => {
      const button = event.target.closest('.copy');
      if (!button) return;
      const place = button.parentElement.querySelector('.place');
      let done = false;
      if (navigator.clipboard)
        done = await navigator.clipboard.writeText(place.textContent).then(
          () => true,
          () => false,
        );
      if (!done) {
        getSelection().selectAllChildren(place);
        done = document.execCommand('copy');
      }
      button.textContent = done ? 'Copied' : 'Selected';
      announce(done ? `Copied ${place.textContent}` : 'The place is selected; press Ctrl+C to copy it.');
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1600);
    });
  }

  /** Makes the columns of the checks sortable; the first order, the gravest first, comes back with the third press. */
  function sorting() {
    const table = byId('checks-table');
    if (!table) return;
    nameRoles(table);
    const body = table.tBodies[0];
    const original = [...body.rows];
    const numbers = new Map(
      original.map((row) => [row, [...row.cells].map((cell) => Number.parseFloat(cell.dataset.value ?? ''))]),
    );
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sort';
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener('click', () => {
        const next = { ascending: 'descending', descending: 'none' }[head.getAttribute('aria-sort')] ?? 'ascending';
        for (const each of table.tHead.rows[0].cells) each.removeAttribute('aria-sort');
        if (next !== 'none') head.setAttribute('aria-sort', next);
        const sign = next === 'descending' ? -1 : 1;
        const compare = (a, b) => {
          const [x, y] = [numbers.get(a)[column], numbers.get(b)[column]];
          return Number.isNaN(x)
            ? a.cells[column].textContent.trim().localeCompare(b.cells[column].textContent.trim(), 'en')
            : x - y;
        };
        body.append(...(next === 'none' ? original : [...original].sort((a, b) => sign * compare(a, b))));
      });
    });
  }

  /** Where the table is shown as a list of cards, some browsers would not tell any more that it is one. */
  function nameRoles(table) {
    const roles = {
      thead: 'rowgroup',
      tbody: 'rowgroup',
      tr: 'row',
      'thead th': 'columnheader',
      'tbody th': 'rowheader',
      td: 'cell',
    };
    table.setAttribute('role', 'table');
    for (const [selector, role] of Object.entries(roles))
      for (const each of table.querySelectorAll(selector)) each.setAttribute('role', role);
  }

  /** Following a link to a check opens what is known of it and moves the focus there. */
  function following() {
    const open = () => {
      const target = byId(decodeURIComponent(location.hash.slice(1)));
      for (const row of document.querySelectorAll('tr.here')) row.classList.remove('here');
      if (!target) return;
      if (target.tagName === 'TR') {
        target.classList.add('here');
        target.querySelector('details').open = true;
        target.focus({ preventScroll: true });
      } else target.querySelector('h2')?.focus({ preventScroll: true });
    };
    addEventListener('hashchange', open);
    open();
  }

  /** Paper has no disclosure: all is opened for it and closed again, but what each check is about, which would be most of the paper. */
  function printing() {
    let closed = [];
    addEventListener('beforeprint', () => {
      closed = [...document.querySelectorAll('details:not([open], .about-check)')];
      for (const each of closed) each.open = true;
    });
    addEventListener('afterprint', () => {
      for (const each of closed) each.open = false;
    });
  }
})();

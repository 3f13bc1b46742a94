// Search by name: in the page's own entries, each { text, more, key, go }.
const MOST_FOUND = 12;

function makeSearch(entries) {
  const query = byId('query'), list = byId('found');
  let found = [], active = -1;

  function look() {
    const words = query.value.trim().toLowerCase();
    const hits = words ? entries().filter(entry => entry.key.toLowerCase().includes(words)) : [];
    const rank = entry => { const at = entry.text.toLowerCase().indexOf(words); return at === 0 ? 0 : at > 0 ? 1 : 2; };
    found = hits.map((entry, k) => ({ entry, k })).sort((a, b) => rank(a.entry) - rank(b.entry) || a.k - b.k).slice(0, MOST_FOUND).map(hit => hit.entry);
    active = -1;
    draw(words, hits.length);
  }

  function draw(words, count) {
    fillWith('found', found.map((entry, k) => el('li', {
      role: 'option', id: 'found-' + k, 'aria-selected': String(k === active), on: { mousedown: event => { event.preventDefault(); choose(k); } },
    }, name(entry.text), el('small', {}, name(entry.more)))), words && !found.length ? el('li', { class: 'none', text: t('search.none') }) : null);
    list.hidden = !words;
    query.setAttribute('aria-expanded', String(Boolean(words)));
    if (words) say(count ? t('search.count', { n: count }) : t('search.none'));
  }

  function mark(k) {
    active = k;
    Array.from(list.children).forEach((node, n) => node.setAttribute('aria-selected', String(n === k)));
    if (k >= 0) { query.setAttribute('aria-activedescendant', 'found-' + k); list.children[k].scrollIntoView({ block: 'nearest' }); }
  }

  function choose(k) {
    const entry = found[k];
    if (!entry) return;
    shut();
    query.value = entry.text;
    entry.go();
  }

  function shut() {
    list.hidden = true;
    query.setAttribute('aria-expanded', 'false');
    query.removeAttribute('aria-activedescendant');
  }

  query.addEventListener('input', look);
  query.addEventListener('focus', () => { if (query.value) look(); });
  query.addEventListener('blur', shut);
  query.addEventListener('keydown', event => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (found.length) mark((active + (event.key === 'ArrowDown' ? 1 : found.length - (active < 0 ? 0 : 1))) % found.length);
    } else if (event.key === 'Enter') choose(Math.max(active, 0));
    else if (event.key === 'Escape') shut();
  });
}

// The places of the base map.
function placeEntries() {
  return PLACES.map(p => ({
    text: pick(p.name), more: t('search.place'), key: p.name.join(' '),
    go: () => map.flyTo([p.lat, p.lon], Math.max(map.getZoom(), p.rank < 2 ? 12.5 : 14), { duration: 0.6 }),
  }));
}

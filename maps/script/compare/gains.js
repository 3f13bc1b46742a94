// Who gains and who loses by the right plan against the left one, by township.
function townshipChanges() {
  const numbers = HALVES.map(numbersOn);
  if (!numbers.every(Boolean)) return null;
  const before = new Map(numbers[0].townships.map(row => [row[0], row]));
  return numbers[1].townships.filter(([unit]) => before.has(unit)).map(([unit, place, within, need]) => {
    const first = before.get(unit);
    return { place, by: within - first[2], other: Math.abs(need - first[3]) >= LEAST.persons };
  });
}

function gainRow({ place, by }, most) {
  const width = 50 * Math.abs(by) / most;
  return el('tr', {}, el('th', { scope: 'row' }, name(place)),
    el('td', { class: 'beam', 'aria-hidden': 'true' }, el('i', { class: by > 0 ? 'more' : 'less', style: { width: width + '%', left: (by > 0 ? 50 : 50 - width) + '%' } })),
    el('td', { class: 'number by ' + (by > 0 ? 'better' : 'worse'), text: signed('persons', by) }));
}

function drawGains() {
  const all = townshipChanges();
  if (!all) { fillWith('gains'); return; }
  const rows = all.filter(({ by }) => Math.abs(by) >= LEAST.persons).sort((a, b) => b.by - a.by);
  const most = Math.max(...rows.map(({ by }) => Math.abs(by)));
  const total = side => rows.filter(({ by }) => by * side > 0);
  const sum = (key, side) => {
    const own = total(side);
    return own.length ? el('p', { class: side > 0 ? 'ok' : 'bad', text: t(key, { n: people(own.reduce((whole, { by }) => whole + Math.abs(by), 0)), places: own.length }) }) : null;
  };
  fillWith('gains', el('h2', { text: t('compare.gains') }), el('p', { class: 'small', text: t('compare.gains_note') }),
    rows.length ? [sum('compare.gained', 1), sum('compare.lost', -1), el('table', { class: 'figures beams' }, el('tbody', {}, rows.map(row => gainRow(row, most))))]
      : el('p', { text: t('compare.even') }),
    all.some(({ other }) => other) ? el('p', { class: 'small', text: t('compare.other_people') }) : null);
}

// Who gains and who loses by the right plan against the left one, by township: people within the standard, minutes.
function townshipChanges() {
  const numbers = HALVES.map(numbersOn);
  if (!numbers.every(Boolean)) return null;
  const before = new Map(numbers[0].townships.map(row => [row[0], row]));
  return numbers[1].townships.filter(([unit]) => before.has(unit)).map(([unit, place, within, need, mean]) => {
    const first = before.get(unit);
    return { place, persons: within - first[2], minutes: told(mean) && told(first[4]) ? mean - first[4] : 0, other: Math.abs(need - first[3]) >= LEAST.persons };
  });
}

// kind: what is told of each, persons or minutes; more: 1 where more is better, -1 where less is.
function gainTable(all, kind, more) {
  const rows = all.filter(row => Math.abs(row[kind]) >= LEAST[kind]).sort((a, b) => (b[kind] - a[kind]) * more);
  const most = Math.max(...rows.map(row => Math.abs(row[kind])));
  const beam = by => ({ width: 50 * Math.abs(by) / most + '%', left: (by > 0 ? 50 : 50 - 50 * Math.abs(by) / most) + '%' });
  return rows.length ? el('table', { class: 'figures beams' }, el('tbody', {}, rows.map(({ place, [kind]: by }) => el('tr', {},
    el('th', { scope: 'row' }, name(place)),
    el('td', { class: 'beam', 'aria-hidden': 'true' }, el('i', { class: by * more > 0 ? 'more' : 'less', style: beam(by) })),
    el('td', { class: 'number by ' + (by * more > 0 ? 'better' : 'worse'), text: signed(kind, by) })))))
    : el('p', { text: t('compare.even') });
}

function gainSum(all, side) {
  const own = all.filter(({ persons }) => persons * side >= LEAST.persons);
  const n = people(own.reduce((whole, { persons }) => whole + Math.abs(persons), 0));
  return own.length ? el('p', { class: side > 0 ? 'ok' : 'bad', text: t(side > 0 ? 'compare.gained' : 'compare.lost', { n, places: own.length }) }) : null;
}

function drawGains() {
  const all = townshipChanges();
  if (!all) { fillWith('gains'); return; }
  fillWith('gains', el('h2', { text: t('compare.gains') }),
    el('p', { class: 'small', text: t('compare.gains_note') }), gainSum(all, 1), gainSum(all, -1), gainTable(all, 'persons', 1),
    el('p', { class: 'small', text: t('compare.minutes_note') }), gainTable(all, 'minutes', -1),
    all.some(({ other }) => other) ? el('p', { class: 'small', text: t('compare.other_people') }) : null);
}

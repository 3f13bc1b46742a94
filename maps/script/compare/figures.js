// Key figures of both plans and their difference.
function percent(share) { return share === null ? '–' : (share * 100).toFixed(1) + '%'; }

function money(yuan) {
  const zh = language === 0;
  if (Math.abs(yuan) >= 1e8) {
    const n = zh ? yuan / 1e8 : yuan / 1e6;
    return t('unit.hundred_million_yuan', { n: Number(n.toFixed(2)).toLocaleString('en-US') });
  }
  const n = zh ? yuan / 1e4 : yuan / 1e3;
  return t('unit.ten_thousand_yuan', { n: Number(n.toFixed(1)).toLocaleString('en-US') });
}

const SIGNED = { persons: people, share: n => t('compare.points', { n: (n * 100).toFixed(1) }), minutes: n => n.toFixed(1), yuan: money };
const PLAIN = { persons: people, share: percent, minutes: n => n.toFixed(1), yuan: money };
const LEAST = { persons: 0.5, share: 0.0005, minutes: 0.05, yuan: 1 }; // what is shown as a difference

// Numbers of a run: { county: [by DATA.figures], townships: [[unit, name, within, need]] }, or nothing.
function numbersOn(half) { return (runOn(half).numbers[state.subject] || {})[state.period]; }

function told(value) { return value !== null && value !== undefined; }

function signed(kind, n) {
  if (Math.abs(n) < LEAST[kind]) return '0';
  return (n > 0 ? '+' : '−') + SIGNED[kind](Math.abs(n));
}

// more: 1 where more is better, -1 where less is, 0 where neither.
function figureRow(texts, kind, more, values) {
  const known = values.every(told), by = known ? values[1] - values[0] : 0;
  const side = Math.abs(by) < LEAST[kind] ? 0 : Math.sign(by) * more;
  return el('tr', {}, el('th', { scope: 'row', text: pick(texts) }),
    values.map(value => el('td', { class: 'number', text: told(value) ? PLAIN[kind](value) : '–' })),
    el('td', { class: 'number by ' + ['worse', '', 'better'][side + 1], text: known ? signed(kind, by) : '–' }));
}

function tilesOn(half) { return (runOn(half).tiles[state.subject] || {})[state.period] || []; }

// Where there are no numbers: what both maps say of themselves.
function tileRows() {
  const tiles = HALVES.map(tilesOn);
  const names = [...new Map(tiles.flat().map(([zh, en]) => [zh, [zh, en]])).values()];
  return names.map(([zh, en]) => el('tr', {}, el('th', { scope: 'row', text: pick([zh, en]) }),
    tiles.map(own => el('td', { class: 'number' }, name((own.find(tile => tile[0] === zh) || ['', '', '–'])[2]))), el('td')));
}

function figureRows() {
  const numbers = HALVES.map(numbersOn);
  if (!numbers.every(Boolean)) return tileRows();
  const rows = DATA.figures.map(([zh, en, kind, more], k) => [[zh, en], kind, more, numbers.map(own => own.county[k])]);
  const spent = HALVES.map(half => runOn(half).yuan[state.subject]);
  return [...rows, [DATA.labels['compare.money'], 'yuan', 0, spent]].filter(([, , , values]) => values.some(told)).map(row => figureRow(...row));
}

function badge(half) { return el('span', { class: 'number-badge plan-' + half, text: half + 1 }); }

function drawFigures() {
  if (!state.subject) { fillWith('figures'); return; }
  fillWith('figures', el('h2', { text: t('compare.figures') }), el('div', { class: 'scroll' }, el('table', { class: 'figures' },
    el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: t('compare.figure') }),
      HALVES.map(half => el('th', { scope: 'col', class: 'number', 'aria-label': t('compare.plan', { n: half + 1 }) }, badge(half))),
      el('th', { scope: 'col', class: 'number', 'aria-label': t('compare.difference'), text: '2 − 1' }))),
    el('tbody', {}, figureRows()))));
}

// The panel: subject, period, how sure the answer is, figures, tables.
function drawServices() {
  byId('services').hidden = SUBJECTS.length < 2;
  serviceButtons(SUBJECTS.map(({ key, name: texts }) => ({ key, name: pick(texts) })), state.subject, setSubject);
}

function drawPeriods() {
  const periods = periodsOf(state.subject);
  byId('periods').hidden = periods.length < 2;
  fillWith('periods', radioButtons('periods', periods.map(k => ({ key: PERIODS[k].key, parts: pick(PERIODS[k].name) })), periods.indexOf(state.period), k => setPeriod(periods[k])));
}

const SIGNS = { // how sure the result is
  sure: ['M3 8.5 L6.6 12 L13 4.5', 2.2], unsure: ['M14 8 A6 6 0 1 1 2 8 A6 6 0 1 1 14 8 M8 4.8 L8 8.3 L10.6 9.8', 1.7],
};

// The view's own label, else the answer's.
function drawResult() {
  const [zh, en, look] = view().label || [...DATA.label, 'plain'], sign = SIGNS[look];
  fillWith('result', el('p', { class: 'verdict ' + look },
    sign ? svg('svg', { viewBox: '0 0 16 16', width: 15, height: 15, 'aria-hidden': 'true' }, svg('path', {
      d: sign[0], fill: 'none', stroke: 'currentColor', 'stroke-width': sign[1], 'stroke-linecap': 'round', 'stroke-linejoin': 'round',
    })) : null, el('span', { text: pick([zh, en]) })));
}

function drawFigures() {
  const { share } = view(), figures = view().figures.filter(figure => !share || figure[0] !== share[0]), long = ([, , text]) => textWidth(text) > 96;
  const half = figures.filter(figure => !long(figure)), last = half.length % 2 ? half[half.length - 1] : null; // no gap is left beside it
  fillWith('headline', share ? shareParts(share) : null, el('div', { class: 'tiles' }, figures.map(figure => el('div', { class: long(figure) || figure === last ? 'tile wide' : 'tile' },
    el('h3', { text: pick(figure) }), el('p', {}, changed(figure[2]))))));
}

// A figure without the plan and with it, of which the second counts.
function changed(text) {
  const parts = text.split(' → ');
  if (parts.length !== 2) return el('strong', {}, name(text));
  return [el('span', { class: 'was' }, name(parts[0])), el('span', { class: 'arrow', text: ' → ' }), el('strong', {}, name(parts[1]))];
}

// The share of people that counts most, with a bar: what was within the standard, and what the plan adds or takes.
function shareParts([zh, en, before, after, was, is, points]) {
  const part = (look, share) => (share > 0 ? el('i', { class: look, style: { width: share * 100 + '%' } }) : null);
  const bar = after === null ? part('kept', before) : [part('kept', Math.min(before, after)), part('more', after - before), part('less', before - after)];
  const look = after > before ? 'gain' : after < before ? 'gain loss' : 'gain none';
  return [
    el('h2', { text: pick([zh, en]) }),
    el('p', { class: 'big' }, changed(is === null || is === was ? was : `${was} → ${is}`), after === null ? null : el('span', { class: look, text: t('panel.points', { n: points }) })),
    el('div', { class: 'bar', 'aria-hidden': 'true' }, bar),
  ];
}

function drawSheets() {
  fillWith('sheets', sheetsOf(view()).map((sheet, k) => el('details', { class: 'sheet', open: k === 0 },
    el('summary', { text: pick(sheet.name) }),
    el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': pick(sheet.name) }, sheetTable(sheet, shownColumns(sheet))),
    sheet.cells.length < sheet.rows ? el('p', { class: 'small', text: t('panel.more_rows', { n: sheet.rows - sheet.cells.length }) }) : null,
    sheet.notes.map(note => el('p', { class: 'small', text: pick(note) })))));
}

// Numbers of the columns that are for the language that is on.
function shownColumns(sheet) {
  return sheet.columns.map((_, c) => c).filter(c => spoken(sheet.columns[c][4]));
}

function sheetTable(sheet, shown) {
  const head = ([zh, en, number, width]) => el('th', {
    scope: 'col', class: number ? 'number' : null, style: { 'min-width': (number ? headerWidth(pick([zh, en])) : Math.min(width, 18) * 6) + 'px' },
  }, headerParts(pick([zh, en])).map(part => el('span', { class: part.startsWith('（') && textWidth(part) < UNIT ? 'unit' : null, text: part })));
  const cell = (r, c, first) => el(first ? 'th' : 'td', {
    scope: first ? 'row' : null, class: sheet.numbers[r][c] === '1' ? 'number' : null,
  }, placeLink(sheet.cells[r][c]));
  return el('table', { class: 'figures' },
    el('thead', {}, el('tr', {}, shown.map(c => head(sheet.columns[c])))),
    el('tbody', {}, sheet.cells.map((_, r) => el('tr', {}, shown.map((c, k) => cell(r, c, k === 0))))));
}

// The name of a facility leads to it on the map.
function placeLink(text) {
  const found = placeNamed(text);
  return found ? el('button', { type: 'button', class: 'link', on: { click: () => show(state.subject, found.layer.key, found.layer.ids[found.i]) } }, name(text)) : name(text);
}

const LONG = 54; // pixels; what is longer is broken anywhere
const UNIT = 66; // pixels; a unit in brackets that is longer is broken too

// A header and its unit in brackets, which is not broken.
function headerParts(text) { return text.split(/(?=（)/); }

// Pixels that a header over numbers needs at least: its longest word or part, or some of that.
function headerWidth(text) { return Math.min(Math.max(...headerParts(text).flatMap(part => part.split(' ')).map(textWidth)), LONG) + 8; }

function drawAbout() {
  const notes = DATA.pool[view().notes], made = madeHow();
  fillWith('about',
    notes.length ? el('details', { open: false }, el('summary', { text: t('panel.standards') }), listed(notes)) : null,
    made.length ? el('details', { open: false }, el('summary', { text: t('panel.notes') }), made) : null);
}

function drawSwitches() {
  const layers = layersOf(view()).filter(layer => layer.category.length), choices = [...new Set(layers.map(layer => layer.choice))].filter(Boolean);
  fillWith('switches-body',
    layerSwitches(t('layers.answer'), layers.filter(layer => !layer.choice).map(layer => layer.id).reverse()),
    choices.map(choice => radioSwitches(choice, layers.filter(layer => layer.choice === choice).map(layer => layer.id).reverse())),
    layerSwitches(t('layers.base'), [SHAPED_ZONES.length ? 'zones' : null, 'names', DATA.tiles ? 'tiles' : null].filter(Boolean)));
}

// Layers of which at most one is drawn, and none of them.
function radioSwitches(choice, ids) {
  const radio = (value, choose, ...parts) => el('label', {},
    el('input', { type: 'radio', name: 'choice-' + choice, value, on: { change: choose } }), ...parts);
  const none = () => change('layers', () => ids.forEach(id => state.on.delete(id)));
  const fields = el('fieldset', {}, el('legend', { text: t('layers.demand') }),
    ids.map(id => radio(id, () => setLayer(id, true), swatch(...layerLook(id)), el('span', { text: alone(layerName(id)) }))),
    radio(NONE + choice, none, el('span', { class: 'swatch', 'aria-hidden': 'true' }), el('span', { text: t('layers.none') })));
  fields.querySelectorAll('input').forEach(input => { input.checked = radioChosen(input); });
  return fields;
}

const NONE = 'none:'; // before the choice, as the value of none of its layers

function radioChosen(input) {
  return input.value.startsWith(NONE) ? !alternatives(input.value.slice(NONE.length)).some(id => state.on.has(id)) : state.on.has(input.value);
}

// Shares of people as bars: without the plan, and with it where there is one.
function drawBars() {
  const looks = ['before', 'after'], courses = courseNames();
  fillWith('bars', view().bars.map(({ name: title, rows, colours }) => {
    const most = Math.max(...rows.flatMap(row => row[2].map(([share]) => share)), 1e-9), two = rows.some(row => row[2].length > 1);
    return [el('h2', { text: pick(title) }), el('table', { class: 'histogram' }, el('tbody', {}, rows.map(([zh, en, shares], k) => el('tr', {},
      el('th', { scope: 'row' }, name(pick([zh, en]))),
      el('td', {}, shares.map(([share, text], m) => el('div', { class: looks[two ? m : 1], title: courses[m] },
        el('i', { style: { width: share / most * 100 + '%', background: m === shares.length - 1 ? colours[k] : null } }), el('span', { text })))))))),
    two ? el('p', { class: 'small key' }, looks.map((look, m) => [el('i', { class: look }), courses[m]])) : null];
  }));
}

// What the courses of events are called that bars and figures compare.
function courseNames() {
  const layer = layersOf(view()).find(({ moments }) => moments && moments.length > 1);
  return layer ? layer.moments.map(moment => pick(moment.name)) : [t('popup.unchanged'), t('popup.planned')];
}

// The panel: subject, period, how sure the answer is, figures, tables.
function drawServices() {
  byId('services').hidden = SUBJECTS.length < 2;
  serviceButtons(SUBJECTS.map(({ key, name: texts }) => ({ key, name: pick(texts), short: pick(texts) })), state.subject, setSubject);
}

function drawPeriods() {
  const periods = periodsOf(state.subject);
  byId('periods').hidden = periods.length < 2;
  fillWith('periods', radioButtons('periods', periods.map(k => ({ key: PERIODS[k].key, parts: pick(PERIODS[k].name) })), periods.indexOf(state.period), k => setPeriod(periods[k])));
}

function drawResult() {
  fillWith('result', el('p', { class: 'verdict none', text: pick(DATA.label) }));
}

function drawFigures() {
  const { figures } = view(), long = ([, , text]) => textWidth(text) > 96;
  const half = figures.filter(figure => !long(figure)), last = half.length % 2 ? half[half.length - 1] : null; // no gap is left beside it
  fillWith('headline', el('div', { class: 'tiles' }, figures.map(figure => el('div', { class: long(figure) || figure === last ? 'tile wide' : 'tile' },
    el('h3', { text: pick(figure) }), el('p', {}, el('strong', {}, name(figure[2])))))));
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
  return sheet.columns.map((_, c) => c).filter(c => ['', LANGUAGES[language]].includes(sheet.columns[c][4]));
}

function sheetTable(sheet, shown) {
  const head = ([zh, en, number, width]) => el('th', {
    scope: 'col', class: number ? 'number' : null, style: { 'min-width': (number ? headerWidth(pick([zh, en])) : Math.min(width, 18) * 6) + 'px' },
  }, headerParts(pick([zh, en])).map(part => el('span', { class: part.startsWith('（') && textWidth(part) < UNIT ? 'unit' : null, text: part })));
  const cell = (r, c, first) => el(first ? 'th' : 'td', {
    scope: first ? 'row' : null, class: sheet.numbers[r][c] === '1' ? 'number' : null,
  }, name(sheet.cells[r][c]));
  return el('table', { class: 'figures' },
    el('thead', {}, el('tr', {}, shown.map(c => head(sheet.columns[c])))),
    el('tbody', {}, sheet.cells.map((_, r) => el('tr', {}, shown.map((c, k) => cell(r, c, k === 0))))));
}

const LONG = 54; // pixels; what is longer is broken anywhere
const UNIT = 66; // pixels; a unit in brackets that is longer is broken too

// A header and its unit in brackets, which is not broken.
function headerParts(text) { return text.split(/(?=（)/); }

// Pixels that a header over numbers needs at least: its longest word or part, or some of that.
function headerWidth(text) { return Math.min(Math.max(...headerParts(text).flatMap(part => part.split(' ')).map(textWidth)), LONG) + 8; }

function drawAbout() {
  const made = madeHow();
  fillWith('about', made.length ? el('details', { open: false }, el('summary', { text: t('panel.notes') }), made) : null);
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

// Shares of people as bars: without the plan, and with it.
function drawBars() {
  fillWith('bars', view().bars.map(({ name: title, rows, colours }) => {
    const most = Math.max(...rows.flatMap(row => row.slice(2, 4)), 1e-9);
    return [el('h2', { text: pick(title) }), el('table', { class: 'histogram' }, el('tbody', {}, rows.map(([zh, en, before, after, was, is], k) => el('tr', {},
      el('th', { scope: 'row' }, name(pick([zh, en]))),
      el('td', {}, [['before', before, was, null], ['after', after, is, colours[k]]].map(([moment, share, text, colour]) => el('div', { class: moment },
        el('i', { style: { width: share / most * 100 + '%', background: colour } }), el('span', { text })))))))),
    el('p', { class: 'small key' }, el('i', { class: 'before' }), t('popup.unchanged'), el('i', { class: 'after' }), t('popup.planned'))];
  }));
}

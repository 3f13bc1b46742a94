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
  fillWith('headline', el('div', { class: 'tiles' }, view().figures.map(([zh, en, text]) => el('div', { class: text.length > 14 ? 'tile wide' : 'tile' },
    el('h3', { text: pick([zh, en]) }), el('p', {}, el('strong', {}, name(text)))))));
}

function drawSheets() {
  fillWith('sheets', sheetsOf(view()).map((sheet, k) => el('details', { class: 'sheet', open: k === 0 },
    el('summary', { text: pick(sheet.name) }),
    el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': pick(sheet.name) }, el('table', { class: 'figures' },
      el('thead', {}, el('tr', {}, sheet.columns.map(([zh, en, number, width]) => el('th', {
        scope: 'col', class: number ? 'number' : null, text: pick([zh, en]), style: { 'min-width': (number ? headerWidth(pick([zh, en])) : Math.min(width, 18) * 6) + 'px' },
      })))),
      el('tbody', {}, sheet.cells.map((row, r) => el('tr', {}, row.map((text, c) => el(c ? 'td' : 'th', {
        scope: c ? null : 'row', class: sheet.numbers[r][c] === '1' ? 'number' : null,
      }, name(text)))))))),
    sheet.cells.length < sheet.rows ? el('p', { class: 'small', text: t('panel.more_rows', { n: sheet.rows - sheet.cells.length }) }) : null,
    sheet.notes.map(note => el('p', { class: 'small', text: pick(note) })))));
}

// Pixels that a header over numbers needs at least: whole where it is short, else some of it in a line.
function headerWidth(text) { return Math.min(textWidth(text), 54) + 8; }

function drawAbout() {
  const made = madeHow();
  fillWith('about', made.length ? el('details', { open: false }, el('summary', { text: t('panel.notes') }), made) : null);
}

function drawSwitches() {
  fillWith('switches-body',
    layerSwitches(t('layers.answer'), layersOf(view()).filter(layer => layer.category.length).map(layer => layer.id).reverse()),
    layerSwitches(t('layers.base'), [SHAPED_ZONES.length ? 'zones' : null, 'names'].filter(Boolean)));
}

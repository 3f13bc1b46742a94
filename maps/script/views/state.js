// What the reader has chosen.
const state = {
  subject: 0,
  period: 0,
  on: new Set(['zones', 'names']),
  off: new Set(), // categories that are not drawn, by layer and key
  picked: null, // { layer: key, id }
};

// Whether a layer is shown is said by the first view that has it.
const FIRST_SEEN = new Map();
DATA.views.forEach(view => view.layers.forEach(({ key, shown }) => { if (!FIRST_SEEN.has(key)) FIRST_SEEN.set(key, shown); }));
FIRST_SEEN.forEach((shown, key) => { if (shown) state.on.add(LAYER + key); });

// Layers of which at most one is drawn: putting one on puts the others off.
function setLayer(id, on) {
  const { choice } = layersOf(view()).find(layer => layer.id === id) || {};
  change('layers', () => {
    if (on && choice) alternatives(choice).forEach(other => state.on.delete(other));
    if (on) state.on.add(id); else state.on.delete(id);
  });
}

function categoryId(layer, k) { return `${layer.id} ${layer.categories[k].key}`; }

// Whether the things of a category are not drawn, though their layer is.
function hidden(layer, k) { return state.off.has(categoryId(layer, k)); }

function setCategory(layer, k, on) {
  change('layers', () => { if (on) state.off.delete(categoryId(layer, k)); else state.off.add(categoryId(layer, k)); });
}

function alternatives(choice) { return layersOf(view()).filter(layer => layer.choice === choice).map(layer => layer.id); }

function viewOf(subject, period) { return DATA.views.find(view => view.subject === subject && view.period === period); }

function view() { return viewOf(state.subject, state.period); }

function periodsOf(subject) { return PERIODS.map((_, k) => k).filter(k => viewOf(subject, k)); }

// The period that is on where the subject has it, else the one nearest in order.
function nearestPeriod(subject) {
  const periods = periodsOf(subject), apart = k => Math.abs(k - state.period);
  return periods.reduce((best, k) => (apart(k) < apart(best) ? k : best), periods[0]);
}

function setSubject(subject) {
  change('view', () => { [state.subject, state.period] = [subject, nearestPeriod(subject)]; });
}

function setPeriod(period) { change('view', () => { state.period = period; }); }

function layersOn() { return layersOf(view()).filter(layer => state.on.has(layer.id)); }

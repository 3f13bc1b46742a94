// What the reader has chosen.
const state = {
  subject: 0,
  period: 0,
  on: new Set(['zones', 'names']),
  picked: null, // { layer: key, id }
};

// Whether a layer is shown is said by the first view that has it.
const FIRST_SEEN = new Map();
DATA.views.forEach(view => view.layers.forEach(({ key, shown }) => { if (!FIRST_SEEN.has(key)) FIRST_SEEN.set(key, shown); }));
FIRST_SEEN.forEach((shown, key) => { if (shown) state.on.add(LAYER + key); });

function viewOf(subject, period) { return DATA.views.find(view => view.subject === subject && view.period === period); }

function view() { return viewOf(state.subject, state.period); }

function periodsOf(subject) { return PERIODS.map((_, k) => k).filter(k => viewOf(subject, k)); }

// The period stays where the subject has it, else the one nearest in order is taken.
function setSubject(subject) {
  change('view', () => {
    const periods = periodsOf(subject), apart = k => Math.abs(k - state.period);
    state.subject = subject;
    state.period = periods.reduce((best, k) => (apart(k) < apart(best) ? k : best), periods[0]);
  });
}

function setPeriod(period) { change('view', () => { state.period = period; }); }

function layersOn() { return layersOf(view()).filter(layer => state.on.has(layer.id)); }

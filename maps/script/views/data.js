// The views, decoded when they are first looked at. What repeats lies once in the pool.
const SUBJECTS = DATA.subjects.map(([key, zh, en]) => ({ key, name: [zh, en] }));
const PERIODS = DATA.periods.map(([key, zh, en]) => ({ key, name: [zh, en] }));
const COLUMNS = new Map(); // texts that were read from the pool

function pooledTexts(k) {
  if (!COLUMNS.has(k)) COLUMNS.set(k, Array.isArray(DATA.pool[k]) ? DATA.pool[k] : uncode(DATA.pool[k]));
  return COLUMNS.get(k);
}

const PLACED = new Map(); // places that were read from the pool

function pooledPlaces(k) {
  if (!PLACED.has(k)) {
    const degrees = decodePoints(DATA.pool[k]), count = degrees.length / 2;
    PLACED.set(k, Array.from({ length: count }, (_, i) => [degrees[2 * i + 1], degrees[2 * i]]));
  }
  return PLACED.get(k);
}

function pooledDigits(k) { return Array.from(DATA.pool[k], letter => letter.charCodeAt(0) - 48); }

function sparse({ at, texts }, count) {
  const out = new Array(count).fill('');
  at.forEach((i, k) => { out[i] = texts[k]; });
  return out;
}

function readLayer(raw) {
  const layer = {
    kind: raw.kind, key: raw.key, id: LAYER + raw.key, name: raw.name, shown: raw.shown, category: pooledDigits(raw.category),
    categories: DATA.pool[raw.categories].map(([key, zh, en, colour, symbol, size]) => ({ key, name: [zh, en], colour, symbol, size })),
  };
  if (raw.kind === 'lines') return Object.assign(layer, { from: pooledPlaces(raw.from), to: pooledPlaces(raw.to) });
  Object.assign(layer, {
    names: pooledTexts(raw.names), at: pooledPlaces(raw.at),
    columns: DATA.pool[raw.columns].map(([zh, en, k, only, where]) => ({ name: [zh, en], texts: pooledTexts(k), only, where })),
  });
  if (raw.kind === 'areas') return Object.assign(layer, { ids: raw.named ? layer.names : layer.names.map((text, i) => `${text} ${i}`), shapes: DATA.pool[raw.shapes].map(latLngs), choice: raw.choice, named: raw.named });
  const order = layer.category.map((_, i) => i).sort((a, b) => layer.category[a] - layer.category[b] || a - b); // the uppermost first
  return Object.assign(layer, {
    order, ids: pooledTexts(raw.id), room: raw.room === null ? null : DATA.pool[raw.room], choice: raw.choice,
    labels: raw.label === null ? null : sparse(DATA.pool[raw.label], layer.at.length),
    weight: raw.weight === null ? null : pooledDigits(raw.weight), moments: raw.moments === null ? [] : DATA.pool[raw.moments].map(readMoment),
  });
}

const STATES = ['within', 'beyond', 'without', 'nobody']; // siting/render/view_data.py

function readMoment([zh, en, place, minutes, state]) {
  return { name: [zh, en], place: pooledTexts(place), minutes: pooledTexts(minutes), state: pooledDigits(state).map(k => STATES[k]) };
}

const LAYER = 'layer:'; // before the keys of layers, which could be those of the base's
const READ = new Map();

// The layers of a view, the lowest first.
function layersOf(view) {
  if (!READ.has(view)) READ.set(view, view.layers.map(readLayer));
  return READ.get(view);
}

const NAMED = new WeakMap(); // of views, their points by name

// The one point of this name, which is no demand point, in the view that is on: { layer, i }.
function placeNamed(text) {
  const seen = view();
  if (!NAMED.has(seen)) {
    const found = new Map();
    layersOf(seen).filter(layer => layer.kind === 'points' && !layer.weight).forEach(layer => layer.names.forEach((own, i) => found.set(own, found.has(own) ? null : { layer, i })));
    NAMED.set(seen, found);
  }
  return NAMED.get(seen).get(text) || null;
}

// Where something lies, in the language that is on: zone, township, village.
function whereOf(layer, i) {
  return whereabouts(...layer.columns.filter(({ where, only }) => where && spoken(only)).map(({ texts }) => texts[i]).filter(text => text !== '—'));
}

function spoken(only) { return only === '' || only === LANGUAGES[language]; }

function sheetsOf(view) { return view.sheets.map(k => DATA.pool[k]); }

// The views, decoded when they are first looked at. What repeats lies once in the pool.
const SUBJECTS = DATA.subjects.map(([key, zh, en]) => ({ key, name: [zh, en] }));
const PERIODS = DATA.periods.map(([key, zh, en]) => ({ key, name: [zh, en] }));
const COLUMNS = new Map(); // texts that were read from the pool

function pooledTexts(k) {
  if (!COLUMNS.has(k)) COLUMNS.set(k, Array.isArray(DATA.pool[k]) ? DATA.pool[k] : uncode(DATA.pool[k]));
  return COLUMNS.get(k);
}

function pooledPlaces(k) {
  const degrees = decodePoints(DATA.pool[k]), count = degrees.length / 2;
  return Array.from({ length: count }, (_, i) => [degrees[2 * i + 1], degrees[2 * i]]);
}

function readLayer(raw) {
  const layer = {
    kind: raw.kind, key: raw.key, id: LAYER + raw.key, name: raw.name, shown: raw.shown, category: DATA.pool[raw.category],
    categories: DATA.pool[raw.categories].map(([key, zh, en, colour, symbol, size]) => ({ key, name: [zh, en], colour, symbol, size })),
  };
  if (raw.kind === 'lines') return Object.assign(layer, { from: pooledPlaces(raw.from), to: pooledPlaces(raw.to) });
  Object.assign(layer, {
    names: pooledTexts(raw.names), at: pooledPlaces(raw.at),
    columns: DATA.pool[raw.columns].map(([zh, en, k]) => ({ name: [zh, en], texts: pooledTexts(k) })),
  });
  if (raw.kind === 'areas') return Object.assign(layer, { ids: layer.names, shapes: DATA.pool[raw.shapes].map(latLngs) });
  const order = layer.category.map((_, i) => i).sort((a, b) => layer.category[a] - layer.category[b] || a - b); // the uppermost first
  return Object.assign(layer, { order, ids: pooledTexts(raw.id), room: raw.room === null ? null : DATA.pool[raw.room], labels: raw.label === null ? null : pooledTexts(raw.label) });
}

const LAYER = 'layer:'; // before the keys of layers, which could be those of the base's
const READ = new Map();

// The layers of a view, the lowest first.
function layersOf(view) {
  if (!READ.has(view)) READ.set(view, view.layers.map(readLayer));
  return READ.get(view);
}

function sheetsOf(view) { return view.sheets.map(k => DATA.pool[k]); }

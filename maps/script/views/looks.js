// How a category is drawn, on the map and in the legend.
const GROWTH = { 8: 0.65, 10: 0.85, 11: 1, 13: 1.5, 15: 2, 17: 2.6 }; // of symbols, by zoom

function symbolRadius(category, zoom) { return category.size / 2 * byZoom(GROWTH, zoom); }

function pointLook(category) {
  return { fill: category.colour, line: light(category.colour) ? '#4a4650' : 'rgba(255,255,255,0.9)', weight: 0.9 };
}

// Whether a colour is so light that only a dark line tells it from the ground.
function light(colour) {
  const [r, g, b] = [1, 3, 5].map(k => parseInt(colour.slice(k, k + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 190;
}

function lineLook(category) { return { line: category.colour, weight: 1.6 }; }
function areaLook(category) { return { fill: category.colour, line: category.colour, opacity: 0.32 }; }

function categorySwatch(layer, category) {
  if (layer.kind === 'lines') return swatch('line', lineLook(category));
  if (layer.kind === 'areas') return swatch('area', areaLook(category));
  return swatch(category.symbol, pointLook(category), Math.max(2.6, Math.min(8, symbolRadius(category, 12))));
}

// The categories that something of the layer has.
function usedCategories(layer) {
  const used = new Set(layer.category);
  return layer.categories.filter((_, k) => used.has(k));
}

// What the switches show of a layer.
function layerLook(id) {
  if (id === 'zones') return ['area', zoneLook(STYLE.zone.colours[0])];
  if (id === 'names') return null;
  const layer = layersOf(view()).find(own => own.id === id), [category] = [...usedCategories(layer), ...layer.categories];
  if (layer.kind === 'lines') return ['line', lineLook(category)];
  return layer.kind === 'areas' ? ['area', areaLook(category)] : [category.symbol, pointLook(category), 6];
}

function layerName(id) {
  const layer = layersOf(view()).find(own => own.id === id);
  return layer ? pick(layer.name) : t('layers.' + id);
}

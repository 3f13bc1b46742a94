// How a category is drawn, on the map and in the legend.
const GROWTH = { 8: 0.75, 10: 0.95, 11: 1.05, 13: 1.5, 15: 2, 17: 2.6 }; // of symbols, by zoom

function symbolRadius(category, zoom) { return category.size / 2 * byZoom(GROWTH, zoom); }

// Of a layer with weights: by how much a symbol is larger, by its level.
const WEIGHTS = Array.from({ length: 10 }, (_, k) => Math.max(0.5, 1.6 * k / 9));

// A point of many grows no larger than leaves its nearest neighbour to be seen.
function pointRadius(layer, i, zoom) {
  const plain = symbolRadius(layer.categories[layer.category[i]], zoom), radius = layer.weight ? plain * WEIGHTS[layer.weight[i]] : plain;
  if (!layer.room) return radius;
  return Math.max(Math.min(radius, 1.2), Math.min(radius, layer.room[i] * pixelsPerMetre(zoom) * 0.62));
}

// Small points have no outline: where they are many it would be all that is seen.
function pointLook(category, radius, layer) {
  const glyph = layer && !layer.weight && category.symbol === 'square' ? STYLE.glyphs[SUBJECTS[state.subject].key] : null; // of the service, in symbols that are large enough
  const line = light(category.colour) ? '#4a4650' : radius < 2.8 ? null : 'rgba(255,255,255,0.9)';
  return { fill: category.colour, line, weight: radius < 2.8 ? 0.5 : 0.9, glyph };
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
  const radius = Math.max(3.6, Math.min(8, symbolRadius(category, 12)));
  return swatch(category.symbol, pointLook(category, radius), radius);
}

// The categories that something of the layer has.
function usedCategories(layer) {
  const used = new Set(layer.category);
  return layer.categories.filter((_, k) => used.has(k));
}

// What the switches show of a layer.
function layerLook(id) {
  if (id === 'zones') return ['area', zoneLook(STYLE.zone.colours[0])];
  if (id === 'names' || id === 'tiles') return null;
  const layer = layersOf(view()).find(own => own.id === id), [category] = [...usedCategories(layer), ...layer.categories];
  if (layer.kind === 'lines') return ['line', lineLook(category)];
  return layer.kind === 'areas' ? ['area', areaLook(category)] : [category.symbol, pointLook(category, 6), 6];
}

function layerName(id) {
  const layer = layersOf(view()).find(own => own.id === id);
  return layer ? pick(layer.name) : t('layers.' + id);
}

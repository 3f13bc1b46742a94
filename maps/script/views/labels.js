// Texts beside points, names of areas, and from near by the names of points that are few.
// Of points that are few each keeps its room, and from near by has its name.
function fewPoints() { return layersOn().filter(layer => layer.kind === 'points' && (layer.labels || !layer.room)); }

function reserved(place, zoom) {
  return fewPoints().flatMap(layer => layer.at.map(([lat, lon], i) => {
    const p = place({ lat, lon }), r = symbolRadius(layer.categories[layer.category[i]], zoom);
    return [p.x - r, p.y - r, p.x + r, p.y + r];
  }));
}

function writeAreas(ctx, view) {
  const known = new Set(state.on.has('names') ? PLACES.map(place => place.name[0]) : []);
  layersOn().filter(layer => layer.kind === 'areas').forEach(layer => layer.at.forEach(([lat, lon], i) => {
    if (!known.has(layer.names[i])) tryName(ctx, view, layer.names[i], view.place({ lat, lon }), { size: 13, weight: 600, colour: STYLE.base.place, shifts: [0, 14, -14] });
  }));
}

function writeLabels(ctx, view) {
  fewPoints().filter(layer => layer.labels).reverse().forEach(layer => layer.at.forEach(([lat, lon], i) => {
    if (!layer.labels[i]) return;
    const p = view.place({ lat, lon }), r = symbolRadius(layer.categories[layer.category[i]], view.zoom);
    tryName(ctx, view, layer.labels[i], { x: p.x + r + 3, y: p.y }, { size: 12.5, weight: 700, colour: '#26242b', align: 'left', apart: 1, shifts: [0, -9, 9] });
  }));
}

function writeSites(ctx, view) {
  if (view.zoom < 13) return;
  fewPoints().reverse().forEach(layer => layer.at.forEach(([lat, lon], i) => {
    const r = symbolRadius(layer.categories[layer.category[i]], view.zoom) + 8;
    tryName(ctx, view, layer.names[i], view.place({ lat, lon }), { size: 12, weight: 500, colour: STYLE.facility.existing, shifts: [r, -r] });
  }));
}

function drawTexts(ctx, view) {
  writeLabels(ctx, view);
  writeAreas(ctx, view);
  drawNames(ctx, view);
}

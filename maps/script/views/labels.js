// Texts beside points, names of areas, and from near by the names of points.
const FEW_FROM = 13, MANY_FROM = 14.5; // zoom

// Layers whose points each keep their room, and from near by have their names: the few sooner than the many.
function pointsNamed(zoom) { return layersOn().filter(layer => layer.kind === 'points' && (!layer.room || (!layer.weight && zoom >= MANY_FROM))); }
function labelled() { return layersOn().filter(layer => layer.kind === 'points' && layer.labels); }

function reserved(place, zoom) {
  const named = pointsNamed(zoom);
  return [...new Set([...named, ...labelled()])].flatMap(layer => layer.at.map(([lat, lon], i) => {
    if (hidden(layer, layer.category[i]) || (!named.includes(layer) && !layer.labels[i])) return null;
    const p = place({ lat, lon }), r = symbolRadius(layer.categories[layer.category[i]], zoom);
    return [p.x - r, p.y - r, p.x + r, p.y + r];
  }).filter(Boolean));
}

function writeAreas(ctx, view) {
  const known = new Set(state.on.has('names') ? PLACES.map(place => place.name[0]) : []);
  layersOn().filter(layer => layer.kind === 'areas' && layer.named).forEach(layer => layer.at.forEach(([lat, lon], i) => {
    if (!known.has(layer.names[i])) tryName(ctx, view, layer.names[i], view.place({ lat, lon }), { size: 13, weight: 600, colour: STYLE.base.place, shifts: [0, 14, -14] });
  }));
}

const SURE = 10; // labels of a layer that are written over symbols where there is no other room

function writeLabels(ctx, view) {
  const written = []; // boxes of the labels alone
  labelled().reverse().forEach(layer => layer.order.filter(i => layer.labels[i] && !hidden(layer, layer.category[i])).forEach((i, k) => {
    const p = view.place({ lat: layer.at[i][0], lon: layer.at[i][1] }), r = symbolRadius(layer.categories[layer.category[i]], view.zoom) + 3;
    const beside = (boxes, others) => ['left', 'right'].some(align => tryName(
      ctx, Object.assign({}, view, { boxes }), layer.labels[i], { x: p.x + (align === 'left' ? r : -r), y: p.y },
      { size: 12.5, weight: 700, colour: '#26242b', align, apart: 1, shifts: [0, -9, 9] },
    )) && others.push(boxes[boxes.length - 1]);
    if (!beside(view.boxes, written) && k < SURE) beside(written, view.boxes);
  }));
}

function writeSites(ctx, view) {
  if (view.zoom < FEW_FROM) return;
  pointsNamed(view.zoom).reverse().forEach(layer => layer.order.filter(i => !hidden(layer, layer.category[i])).forEach(i => {
    const r = symbolRadius(layer.categories[layer.category[i]], view.zoom) + 8;
    tryName(ctx, view, layer.names[i], view.place({ lat: layer.at[i][0], lon: layer.at[i][1] }), { size: 12, weight: 500, colour: STYLE.facility.existing, shifts: [r, -r] });
  }));
}

function drawTexts(ctx, view) {
  writeLabels(ctx, view);
  writeAreas(ctx, view);
  drawNames(ctx, view);
}

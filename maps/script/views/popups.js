// What a click tells: the name, the category, and the columns of a point or an area.
function openFacts(layer, i) {
  const category = layer.categories[layer.category[i]];
  const shown = layer.columns.filter(({ only, where }) => !where && spoken(only)), place = whereOf(layer, i);
  const content = el('div', { class: 'popup', 'data-layer': layer.key, 'data-id': layer.ids[i] },
    el('h3', {}, name(layer.names[i] || layer.ids[i])),
    place ? el('p', { class: 'where' }, name(place)) : null,
    el('p', { class: 'where category' }, categorySwatch(layer, category), el('span', { text: alone(whereabouts(pick(category.name), pick(layer.name))) })),
    shown.length ? el('dl', {}, shown.map(column => [el('dt', { text: pick(column.name) }), el('dd', {}, name(column.texts[i]))])) : null,
    layer.moments && layer.moments.length ? changesTable(layer.ids[i]) : null);
  popUp(content, layer.at[i], { layer: layer.key, id: layer.ids[i] }, [0, -4]);
  say(Array.from(content.querySelectorAll('h3, .category, dt, dd, .changes tr'), node => node.textContent).join(' '));
}

// The popup stays open where the other view has the same point.
function keepFacts(redraw) {
  const picked = state.picked;
  map.closePopup();
  redraw();
  const layer = picked && layersOn().find(own => own.key === picked.layer), i = layer ? layer.ids.indexOf(picked.id) : -1;
  if (i >= 0) openFacts(layer, i);
}

// A click that met no point is one on the uppermost area there.
function openAreaAt(latlng) {
  for (const layer of layersOn().filter(own => own.kind === 'areas').reverse()) {
    const i = layer.shapes.findIndex((shape, k) => !hidden(layer, layer.category[k]) && inShape(shape, latlng));
    if (i >= 0) { openFacts(layer, i); return; }
  }
}

// Whether a line to the east crosses the rings an odd number of times.
function inShape(polygons, { lat, lng }) {
  let inside = false;
  polygons.forEach(rings => rings.forEach(ring => ring.forEach(([y, x], k) => {
    const [ny, nx] = ring[(k + 1) % ring.length];
    if ((y > lat) !== (ny > lat) && lng < x + (lat - y) * (nx - x) / (ny - y)) inside = !inside;
  })));
  return inside;
}

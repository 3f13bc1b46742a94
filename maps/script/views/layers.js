// What lies over the base map in the view that is on: areas below, then lines, then points, each on a canvas.
function makeLayers(map) {
  const options = makePanes(map), canvas = L.canvas({ padding: 0.3, tolerance: 3 }), groups = {};
  ['zones', 'areas', 'lines', 'points', 'picked'].forEach(id => { groups[id] = L.layerGroup().addTo(map); });
  const names = new NameLayer().addTo(map);
  const on = kind => layersOn().filter(layer => layer.kind === kind);

  function drawZones() {
    groups.zones.clearLayers();
    if (state.on.has('zones')) zoneShapes(options.zones).forEach(shape => groups.zones.addLayer(shape));
  }

  function drawAreas() {
    groups.areas.clearLayers();
    on('areas').forEach(layer => layer.shapes.forEach((shape, i) => {
      if (hidden(layer, layer.category[i])) return;
      const { colour } = layer.categories[layer.category[i]];
      groups.areas.addLayer(L.polygon(shape, Object.assign({}, options.areas, {
        color: colour, weight: 1.3, opacity: 0.85, fillColor: colour, fillOpacity: 0.32, fillRule: 'evenodd',
      })));
    }));
  }

  function drawLines() {
    groups.lines.clearLayers();
    on('lines').forEach(layer => layer.categories.forEach((category, k) => {
      const ends = hidden(layer, k) ? [] : layer.category.map((own, i) => (own === k ? [layer.from[i], layer.to[i]] : null)).filter(Boolean);
      if (ends.length) groups.lines.addLayer(L.polyline(ends, Object.assign({}, options.lines, {
        color: category.colour, weight: ends.length > 400 ? 0.9 : 1.6, opacity: ends.length > 400 ? 0.5 : 0.75, smoothFactor: 0,
      })));
    }));
  }

  function drawPoints() {
    const zoom = map.getZoom();
    groups.points.clearLayers();
    on('points').forEach(layer => {
      [...layer.order].reverse().filter(i => !hidden(layer, layer.category[i])).forEach(i => {
        const category = layer.categories[layer.category[i]], radius = pointRadius(layer, i, zoom), look = pointLook(category, radius, layer);
        const point = new PointSymbol(layer.at[i], { renderer: canvas, shape: category.symbol, radius, look, weight: 0, layer, i });
        point.on('click', event => { L.DomEvent.stopPropagation(event); openFacts(layer, i); });
        groups.points.addLayer(point);
      });
    });
  }

  function resize() {
    const zoom = map.getZoom();
    groups.points.eachLayer(point => {
      const { layer, i } = point.options, radius = pointRadius(layer, i, zoom);
      point.options.look = pointLook(layer.categories[layer.category[i]], radius, layer);
      point.setRadius(radius);
    });
  }

  // Rings around what was clicked, and the lines that begin or end there, whether the others are drawn or not; dashed to
  // where its people would go in the first course of events.
  function drawPicked() {
    groups.picked.clearLayers();
    if (!state.picked) return;
    const layer = layersOf(view()).find(own => own.key === state.picked.layer), i = layer ? layer.ids.indexOf(state.picked.id) : -1;
    if (i < 0) return;
    const at = layer.at[i], here = end => end[0] === at[0] && end[1] === at[1];
    if (layer.kind === 'areas') {
      groups.picked.addLayer(L.polygon(layer.shapes[i], Object.assign({}, options.picked, { color: STYLE.facility.highlight, weight: 3.4, fill: false })));
      return;
    }
    const before = layer.moments && layer.moments.length ? placeNamed(layer.moments[0].place[i]) : null;
    if (before) groups.picked.addLayer(L.polyline([at, before.layer.at[before.i]], Object.assign({}, options.picked, {
      color: STYLE.facility.existing, weight: 2, opacity: 0.9, dashArray: '5 5', smoothFactor: 0,
    })));
    layersOf(view()).filter(own => own.kind === 'lines').forEach(lines => lines.from.forEach((from, k) => {
      if (here(from) || here(lines.to[k])) groups.picked.addLayer(L.polyline([from, lines.to[k]], Object.assign({}, options.picked, {
        color: lines.categories[lines.category[k]].colour, weight: 2.6, opacity: 0.95, smoothFactor: 0,
      })));
    }));
    pickedRings(at, options.picked).forEach(ring => groups.picked.addLayer(ring));
  }

  function draw() {
    drawZones();
    drawAreas();
    drawLines();
    drawPoints();
  }

  onChange(['view', 'layers'], draw);
  onChange(['view', 'layers', 'language'], () => names.draw());
  onChange(['picked', 'layers'], drawPicked);
  map.on('zoomend', resize);
  map.on('click', event => openAreaAt(event.latlng));
  return {
    draw,
    drawOn(ctx) {
      drawCanvases(ctx, [options.zones.renderer, options.areas.renderer, options.lines.renderer, canvas, options.picked.renderer]);
    },
  };
}

// The map's panes, one over the other; what is drawn on their canvases no click reaches.
const PANES = { zones: 250, areas: 300, lines: 350, picked: 420, names: 450 };

// Options of a shape by the pane that it is drawn in.
function makePanes(map) {
  const options = {};
  Object.entries(PANES).forEach(([pane, z]) => {
    map.createPane(pane).style.zIndex = z;
    map.getPane(pane).style.pointerEvents = 'none';
    if (pane !== 'names') options[pane] = { renderer: L.canvas({ pane, padding: 0.3 }), interactive: false, pane };
  });
  return options;
}

// What Leaflet's canvases show, drawn on another one.
function drawCanvases(ctx, renderers) {
  renderers.forEach(renderer => {
    if (!renderer._map) return;
    const own = renderer._ctx;
    renderer._ctx = ctx;
    renderer._redrawBounds = null;
    renderer._draw();
    renderer._ctx = own;
  });
}

// Two rings around what was clicked.
function pickedRings(at, options) {
  return [['#ffffff', 6], [STYLE.facility.highlight, 3.4]].map(([color, weight]) => (
    L.circleMarker(at, Object.assign({}, options, { radius: 12, fill: false, color, weight }))));
}

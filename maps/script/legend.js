// The legend: what is on the map now, and nothing else.
function drawLegend(map) {
  const s = service(), rows = [], item = (picture, text) => rows.push(el('li', { class: wide(text) ? 'wide' : null }, picture, el('span', { text })));
  const head = text => rows.push(el('li', { class: 'head', text }));
  if (state.theme !== 'none') {
    const used = new Set(DEMAND.id.map((_, i) => classOf(s, state.theme, i)));
    head(t('legend.now', { theme: t('layers.' + state.theme) }));
    CLASSES[state.theme].filter(c => used.has(c)).forEach(c => item(swatch(c.shape, c.look, c.small ? 3 : 6), className(c)));
    item(sizeSwatch(), t('legend.size'));
  }
  const on = id => state.on.has(id) && layerExists(id);
  if (LAYERS.facilities.some(on)) head(whereabouts(t('layers.facilities'), pick(s.facility)));
  LAYERS.facilities.filter(on).forEach(id => item(swatch(...layerLook(id)), layerName(id)));
  if (LAYERS.access.some(on)) head(t('layers.access'));
  LAYERS.access.filter(on).forEach(id => {
    if (id !== 'assignment') { item(swatch(...layerLook(id)), layerName(id)); return; }
    item(swatch('line', { line: STYLE.facility.new, weight: 1.4 }), t('legend.assignment_new'));
    item(swatch('line', { line: STYLE.facility.assignment, weight: 1.4 }), t('legend.assignment_old'));
  });
  head(t('layers.base'));
  if (on('zones')) SHAPED_ZONES.slice(0, 8).forEach(zone => {
    item(swatch('area', { fill: zoneColour(zone), opacity: STYLE.zone.tint + 0.06, dash: [4, 2] }), pick(zone.name));
  });
  if (BASE.outline.polygons) item(swatch('line', { line: STYLE.base.outline, weight: 1.6, dash: [6, 3, 2, 3] }), t('legend.outline'));
  const road = (kind, key) => {
    const look = STYLE.roads[kind];
    if (BASE.roads.some(layer => layer.kind === kind)) item(swatch('line', { line: look.fill, casing: look.casing, weight: 3.4 }), t(key));
  };
  road('motorway', 'legend.motorway');
  road('primary', 'legend.main_road');
  if (BASE.rail.count) item(railSwatch(), t('legend.railway'));
  if (BASE.green.polygons) item(swatch('area', { fill: STYLE.base.green, opacity: 1 }), t('legend.green'));
  if (BASE.water.polygons || BASE.rivers.length) item(swatch('area', { fill: STYLE.base.water, opacity: 1 }), t('legend.water'));
  fillWith('legend-body', el('ul', {}, rows));
}

// Whether a text is too long for half the legend.
function wide(text) {
  return Array.from(text).reduce((sum, letter) => sum + (letter > '\u2e80' ? 12.5 : 6.6), 0) > 70;
}

function sizeSwatch() {
  const canvas = el('canvas', { class: 'swatch', width: 66, height: 66, 'aria-hidden': 'true' }), ctx = canvas.getContext('2d');
  ctx.scale(3, 3);
  [[5, 2], [11.5, 3.6], [18, 5]].forEach(([x, r]) => drawShape(ctx, 'circle', x - 1, 11, r * 0.75, { fill: null, line: '#6d6a75', weight: 1.1 }));
  return canvas;
}

function railSwatch() {
  const canvas = swatch('line', { line: STYLE.base.rail, weight: 3.4 }), ctx = canvas.getContext('2d');
  ctx.beginPath();
  ctx.setLineDash([4, 4]);
  ctx.moveTo(3, 11); ctx.lineTo(19, 11);
  ctx.strokeStyle = '#ffffff';
  ctx.lineWidth = 1.8;
  ctx.stroke();
  return canvas;
}

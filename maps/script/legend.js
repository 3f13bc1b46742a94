// The legend's rows, and those of the base map.
function legendRows() {
  const rows = [];
  return {
    rows,
    // entry: { key, on, toggle } of what can be put on and off; null: it cannot.
    item(picture, text, look, entry) {
      const parts = [picture, el('span', { text: alone(text) })], size = look || (wide(text) ? 'wide' : '');
      rows.push(el('li', { class: entry && !entry.on ? size + ' off' : size }, entry
        ? el('button', { type: 'button', 'aria-pressed': String(entry.on), 'data-key': entry.key, title: t('legend.toggle'), on: { click: entry.toggle } }, parts)
        : parts));
    },
    head(text) { rows.push(el('li', { class: 'head', text: alone(text) })); },
  };
}

function baseLegend(head, item) {
  head(t('layers.base'));
  if (state.on.has('zones')) SHAPED_ZONES.slice(0, 8).forEach(zone => {
    item(swatch('area', zoneLook(zoneColour(zone))), pick(zone.name));
  });
  if (BASE.outline.polygons) item(swatch('line', { line: STYLE.base.outline, weight: 1.6, dash: [6, 3, 2, 3] }), t('legend.outline'));
  const road = (kind, key) => {
    const look = STYLE.roads[kind];
    if (BASE.roads.some(layer => layer.kind === kind)) item(swatch('line', { line: look.fill, casing: look.casing, weight: 3.4 }), t(key));
  };
  road('motorway', 'legend.motorway');
  road('primary', 'legend.main_road');
  if (BASE.rail.count) item(railSwatch(), t('legend.railway'));
  if (BASE.green.polygons) item(swatch('area', { fill: STYLE.base.green, opacity: 1 }), t(DATA.base.woods ? 'legend.green' : 'legend.parks'));
  if (BASE.water.polygons || BASE.rivers.length) item(swatch('area', { fill: STYLE.base.water, opacity: 1 }), t('legend.water'));
}

// Whether a text is too long for half the legend.
function wide(text) { return textWidth(text) > 70; }

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

// Circles of three sizes.
function sizeSwatch() {
  const canvas = el('canvas', { class: 'swatch', width: 66, height: 66, 'aria-hidden': 'true' }), ctx = canvas.getContext('2d');
  ctx.scale(3, 3);
  [[5, 2], [11.5, 3.6], [18, 5]].forEach(([x, r]) => drawShape(ctx, 'circle', x - 1, 11, r * 0.75, { fill: null, line: '#6d6a75', weight: 1.1 }));
  return canvas;
}

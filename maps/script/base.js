// The base map in tiles that are drawn here, on canvas: land, green, water, roads with casings, railways, outline.
const BASE = {
  outline: decodePolygons(DATA.base.outline),
  green: decodePolygons(DATA.base.green),
  water: decodePolygons(DATA.base.water),
  rivers: Object.entries(DATA.base.rivers).map(([kind, lines]) => Object.assign(decodeLines(lines), { kind })),
  rail: decodeLines(DATA.base.rail),
  roads: DATA.base.roads.map(layer => Object.assign(decodeLines(layer), { look: STYLE.roads[layer.class], kind: layer.class })),
};

// Value of a table by zoom such as { 8: 1.4, 11: 3 }, between its rows on a straight line.
function byZoom(table, zoom) {
  const zooms = Object.keys(table).map(Number).sort((a, b) => a - b);
  if (zoom <= zooms[0]) return table[zooms[0]];
  for (let k = 1; k < zooms.length; k++) {
    if (zoom <= zooms[k]) {
      const share = (zoom - zooms[k - 1]) / (zooms[k] - zooms[k - 1]);
      return table[zooms[k - 1]] * (1 - share) + table[zooms[k]] * share;
    }
  }
  return table[zooms[zooms.length - 1]];
}

// Adds line i to the path, leaving out points under half a pixel apart.
function traceLine(ctx, lines, i, view) {
  const { xy, start } = lines, last = start[i + 1] - 2;
  let x = (xy[start[i]] - view.x) * view.scale, y = (xy[start[i] + 1] - view.y) * view.scale;
  ctx.moveTo(x, y);
  for (let k = start[i] + 2; k <= last; k += 2) {
    const nx = (xy[k] - view.x) * view.scale, ny = (xy[k + 1] - view.y) * view.scale;
    if (k < last && Math.abs(nx - x) < 0.5 && Math.abs(ny - y) < 0.5) continue;
    ctx.lineTo(nx, ny);
    x = nx; y = ny;
  }
}

function inView(lines, i, view) {
  const b = lines.box, k = 4 * i;
  return b[k] < view.east && b[k + 2] > view.west && b[k + 1] < view.south && b[k + 3] > view.north;
}

function strokeLines(ctx, lines, view, colour, width, dash) {
  ctx.beginPath();
  for (let i = 0; i < lines.count; i++) if (inView(lines, i, view)) traceLine(ctx, lines, i, view);
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.setLineDash(dash || []);
  ctx.stroke();
}

function tracePolygon(ctx, shapes, p, view) {
  for (let ring = shapes.first[p]; ring < shapes.first[p + 1]; ring++) {
    traceLine(ctx, shapes, ring, view);
    ctx.closePath();
  }
}

function fillPolygons(ctx, shapes, view, colour) {
  ctx.fillStyle = colour;
  for (let p = 0; p < shapes.polygons; p++) {
    if (!inView(shapes, shapes.first[p], view)) continue;
    ctx.beginPath();
    tracePolygon(ctx, shapes, p, view);
    ctx.fill('evenodd');
  }
}

function drawRoads(ctx, view, zoom) {
  const shown = BASE.roads.filter(layer => zoom >= layer.look.from_zoom).reverse();
  const width = layer => byZoom(layer.look.width, zoom);
  const cased = layer => layer.look.casing && width(layer) > 1.3;
  shown.forEach(layer => {
    if (cased(layer)) strokeLines(ctx, layer, view, layer.look.casing, width(layer) + (zoom < 13 ? 1.2 : 1.8));
  });
  shown.forEach(layer => {
    const path = layer.kind === 'path';
    strokeLines(ctx, layer, view, cased(layer) || path ? layer.look.fill : layer.look.casing, width(layer), path ? [3, 3] : []);
  });
}

function drawRail(ctx, view, zoom) {
  if (zoom < 8) return;
  const width = zoom < 11 ? 1.8 : zoom < 14 ? 2.8 : 4;
  ctx.lineCap = 'butt';
  strokeLines(ctx, BASE.rail, view, STYLE.base.rail, width);
  strokeLines(ctx, BASE.rail, view, '#ffffff', width - 1.2, [width * 3, width * 3]);
  ctx.lineCap = 'round';
}

function drawOutline(ctx, view, size) {
  const shape = BASE.outline;
  if (!shape.polygons) return;
  ctx.beginPath();
  ctx.rect(-9, -9, size.x + 18, size.y + 18);
  for (let p = 0; p < shape.polygons; p++) tracePolygon(ctx, shape, p, view);
  ctx.globalAlpha = 0.62;
  ctx.fillStyle = STYLE.base.outside;
  ctx.fill('evenodd');
  ctx.globalAlpha = 0.22;
  strokeLines(ctx, shape, view, STYLE.base.outline, 7);
  ctx.globalAlpha = 1;
  strokeLines(ctx, shape, view, STYLE.base.outline, 1.6, [9, 4, 2, 4]);
}

function drawBase(ctx, view, zoom, size) {
  ctx.save();
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  ctx.fillStyle = BASE.outline.polygons ? STYLE.base.outside : STYLE.base.land;
  ctx.fillRect(0, 0, size.x, size.y);
  fillPolygons(ctx, BASE.outline, view, STYLE.base.land);
  fillPolygons(ctx, BASE.green, view, STYLE.base.green);
  BASE.rivers.forEach(lines => {
    if (lines.kind === 'river') strokeLines(ctx, lines, view, STYLE.base.waterway, byZoom({ 8: 1, 11: 2.2, 14: 5, 17: 10 }, zoom));
    else if (zoom >= 11) strokeLines(ctx, lines, view, STYLE.base.waterway, byZoom({ 11: 0.6, 14: 1.4, 17: 3 }, zoom));
  });
  fillPolygons(ctx, BASE.water, view, STYLE.base.water);
  drawRoads(ctx, view, zoom);
  drawRail(ctx, view, zoom);
  drawOutline(ctx, view, size);
  ctx.restore();
}

const BaseLayer = L.GridLayer.extend({
  options: { tileSize: 512, keepBuffer: 1, updateWhenZooming: false, maxZoom: 20 },
  // Between whole zooms tiles are drawn for the next one and shown smaller, which keeps them sharp.
  _setView(center, zoom, noPrune, noUpdate) {
    L.GridLayer.prototype._setView.call(this, center, Math.ceil(zoom), noPrune, noUpdate);
    this._setZoomTransforms(center, zoom);
  },
  createTile(coords) {
    const whole = this.getTileSize(), size = whole.x, ratio = Math.min(window.devicePixelRatio || 1, 2);
    const tile = el('canvas', { width: size * ratio, height: size * ratio, 'aria-hidden': 'true' });
    const scale = 256 * Math.pow(2, coords.z), margin = 12 / scale;
    const x = coords.x * size / scale, y = coords.y * size / scale;
    const ctx = tile.getContext('2d');
    ctx.scale(ratio, ratio);
    drawBase(ctx, {
      x, y, scale, west: x - margin, north: y - margin, east: x + size / scale + margin, south: y + size / scale + margin,
    }, coords.z, whole);
    return tile;
  },
});

// Shapes of points, on the map's canvas and in the legend alike.
const SHAPES = {
  circle(ctx, r, look) {
    ctx.beginPath();
    ctx.arc(0, 0, r, 0, 2 * Math.PI);
    paint(ctx, look);
  },
  cross(ctx, r, look) {
    const k = Math.max(2.6, Math.min(r * 0.75, 6));
    ctx.beginPath();
    ctx.moveTo(-k, -k); ctx.lineTo(k, k);
    ctx.moveTo(-k, k); ctx.lineTo(k, -k);
    ctx.lineCap = 'round';
    ctx.strokeStyle = '#ffffff';
    ctx.lineWidth = 4.2;
    ctx.stroke();
    ctx.strokeStyle = look.fill;
    ctx.lineWidth = 2.1;
    ctx.stroke();
  },
  square(ctx, r, look) {
    roundedSquare(ctx, r);
    paint(ctx, look);
    if (look.glyph && r >= 7) {
      ctx.fillStyle = look.line || '#ffffff';
      ctx.font = `600 ${Math.round(r * 1.35)}px ${FONT}`;
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.fillText(look.glyph, 0, r * 0.06);
    }
  },
  diamond: (ctx, r, look) => traceCorners(ctx, look, [[0, -r], [r, 0], [0, r], [-r, 0]]),
  triangle: (ctx, r, look) => traceCorners(ctx, look, [[0, -1.15], [1.05, 0.8], [-1.05, 0.8]].map(([x, y]) => [x * r, y * r])),
  star: (ctx, r, look) => traceCorners(ctx, look, Array.from({ length: 10 }, (_, k) => {
    const far = r * (k % 2 ? 0.52 : 1.25), angle = Math.PI * (k / 5 - 0.5);
    return [far * Math.cos(angle), far * Math.sin(angle)];
  })),
};

function traceCorners(ctx, look, corners) {
  ctx.beginPath();
  corners.forEach(([x, y]) => ctx.lineTo(x, y));
  ctx.closePath();
  paint(ctx, look);
}

function roundedSquare(ctx, r) {
  const c = r * 0.35;
  ctx.beginPath();
  ctx.moveTo(-r + c, -r);
  ctx.arcTo(r, -r, r, r, c);
  ctx.arcTo(r, r, -r, r, c);
  ctx.arcTo(-r, r, -r, -r, c);
  ctx.arcTo(-r, -r, r, -r, c);
  ctx.closePath();
}

function paint(ctx, look) {
  ctx.globalAlpha = look.opacity || 1;
  if (look.fill) { ctx.fillStyle = look.fill; ctx.fill(); }
  ctx.globalAlpha = 1;
  if (look.line) { ctx.strokeStyle = look.line; ctx.lineWidth = look.weight || 1; ctx.stroke(); }
}

function pixelsPerMetre(zoom) { return Math.pow(2, zoom) / (156543 * Math.cos(DATA.bounds[1] * Math.PI / 180)); }

function drawShape(ctx, shape, x, y, r, look) {
  ctx.save();
  ctx.translate(x, y);
  SHAPES[shape](ctx, r, look);
  ctx.restore();
}

L.Canvas.include({
  _updateSymbol(layer) {
    if (!this._drawing || layer._empty()) return;
    drawShape(this._ctx, layer.options.shape, layer._point.x, layer._point.y, layer._radius, layer.options.look);
  },
});

// A point on the canvas, with a shape of its own.
const PointSymbol = L.CircleMarker.extend({
  _updatePath() { this._renderer._updateSymbol(this); },
});

// The same shape as a small picture for the legend and the switches.
function swatch(shape, look, r) {
  const size = 22, ratio = 3;
  const canvas = el('canvas', { class: 'swatch', width: size * ratio, height: size * ratio, 'aria-hidden': 'true' });
  const ctx = canvas.getContext('2d');
  ctx.scale(ratio, ratio);
  if (shape === 'line') {
    ctx.beginPath();
    ctx.moveTo(2, size / 2); ctx.lineTo(size - 2, size / 2);
    if (look.casing) { ctx.strokeStyle = look.casing; ctx.lineWidth = look.weight + 2; ctx.stroke(); }
    ctx.setLineDash(look.dash || []);
    ctx.strokeStyle = look.line;
    ctx.lineWidth = look.weight || 2;
    ctx.stroke();
  } else if (shape === 'area') {
    ctx.beginPath();
    ctx.rect(3, 5, size - 6, size - 10);
    ctx.globalAlpha = look.opacity || 0.25;
    ctx.fillStyle = look.fill;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.setLineDash(look.dash || []);
    ctx.strokeStyle = look.line || look.fill;
    ctx.lineWidth = 1.4;
    ctx.stroke();
  } else drawShape(ctx, shape, size / 2, size / 2, r || 6, look);
  return canvas;
}

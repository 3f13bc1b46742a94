// Names over the map: places, zones, stations, rivers and roads, the important first, none over another. The page's
// own script tells what no name may lie over (`reserved`), what else has a name (`writeSites`) and what is written
// besides names (`drawTexts`).
const FONT = '"Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", "Source Han Sans SC", sans-serif';
const PLACES = places(DATA.base.places), STATIONS = places(DATA.base.stations);
const ZONE_NAMES = DATA.base.zones.filter(zone => zone.at).map(zone => {
  const at = decodePoints(zone.at);
  return { id: zone.id, name: zone.name, lon: at[0], lat: at[1], kind: zone.kind, area: zone.area };
}).sort((a, b) => b.area - a.area);
const PLACE_LOOKS = [
  { from: 0, size: 19, weight: 600, apart: 8, shifts: [0, 20, -20, 34, -34] },
  { from: 9, size: 14, weight: 600, apart: 6, shifts: [0, 15, -15, 26, -26] },
  { from: 11, size: 13, weight: 500, apart: 6 }, { from: 11.5, size: 12, weight: 400, apart: 10 },
  { from: 13, size: 11, weight: 400, apart: 12 },
];

const NameLayer = L.Layer.extend({
  onAdd(map) {
    this._canvas = el('canvas', { class: 'names leaflet-zoom-hide', 'aria-hidden': 'true' });
    map.getPane('names').appendChild(this._canvas);
    map.on('moveend zoomend resize viewreset', this.draw, this);
    this.draw();
  },
  onRemove(map) {
    map.off('moveend zoomend resize viewreset', this.draw, this);
    this._canvas.remove();
  },
  draw() {
    const map = this._map;
    if (!map) return;
    const size = map.getSize(), pad = size.multiplyBy(0.2).round(), ratio = Math.min(window.devicePixelRatio || 1, 2);
    const whole = size.add(pad.multiplyBy(2)), corner = map.containerPointToLayerPoint(pad.multiplyBy(-1));
    this._canvas.width = whole.x * ratio;
    this._canvas.height = whole.y * ratio;
    setAll(this._canvas, { style: { width: whole.x + 'px', height: whole.y + 'px' } });
    L.DomUtil.setPosition(this._canvas, corner);
    const ctx = this._canvas.getContext('2d');
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    const place = point => map.latLngToLayerPoint([point.lat, point.lon]).subtract(corner);
    drawTexts(ctx, { zoom: map.getZoom(), whole, place, boxes: reserved(place, map.getZoom()), map, corner });
  },
});

function free(boxes, box, apart) {
  return boxes.every(b => box[0] - apart > b[2] || box[2] + apart < b[0] || box[1] - apart / 2 > b[3] || box[3] + apart / 2 < b[1]);
}

function write(ctx, text, x, y, look) {
  ctx.font = `${look.italic ? 'italic ' : ''}${look.weight || 400} ${look.size}px ${FONT}`;
  ctx.textAlign = look.align || 'center';
  ctx.textBaseline = 'middle';
  ctx.lineJoin = 'round';
  ctx.strokeStyle = look.halo || 'rgba(252, 251, 248, 0.92)';
  ctx.lineWidth = look.size > 15 ? 4.5 : 3.5;
  ctx.strokeText(text, x, y);
  ctx.fillStyle = look.colour;
  ctx.fillText(text, x, y);
}

// Whether there was room for it.
function tryName(ctx, view, text, p, look) {
  if (p.x < 0 || p.y < 0 || p.x > view.whole.x || p.y > view.whole.y) return false;
  ctx.font = `${look.weight || 400} ${look.size}px ${FONT}`;
  const half = ctx.measureText(text).width / 2, centre = p.x + ({ left: half, right: -half }[look.align] || 0);
  for (const dy of look.shifts || [0]) {
    const box = [centre - half, p.y + dy - look.size * 0.6, centre + half, p.y + dy + look.size * 0.6];
    if (!free(view.boxes, box, look.apart || 4)) continue;
    view.boxes.push(box);
    write(ctx, text, p.x, p.y + dy, look);
    return true;
  }
  return false;
}

function drawNames(ctx, view) {
  const { zoom, place } = view, base = STYLE.base;
  const ranked = rank => PLACES.filter(p => p.rank === rank);
  const writePlaces = rank => {
    const look = Object.assign({ colour: rank < 3 ? base.place : base.minor_place }, PLACE_LOOKS[rank]);
    if (zoom >= look.from) ranked(rank).forEach(p => tryName(ctx, view, pick(p.name), place(p), look));
  };
  if (!state.on.has('names')) return;
  if (state.on.has('zones')) ZONE_NAMES.forEach((zone, k) => {
    if (zone.kind === 'rural' || zoom < (zone.kind === 'urban' ? 10 : 12)) return;
    tryName(ctx, view, pick(zone.name), place(zone), { size: 14, weight: 700, colour: zoneColour(zone), apart: 4 });
  });
  writePlaces(0);
  writePlaces(1);
  if (zoom >= 10) STATIONS.forEach(station => {
    const p = place(station);
    ctx.fillStyle = base.rail;
    ctx.strokeStyle = '#ffffff';
    ctx.lineWidth = 2;
    ctx.beginPath();
    ctx.rect(p.x - 4, p.y - 4, 8, 8);
    ctx.stroke();
    ctx.fill();
    tryName(ctx, view, pick(station.name), { x: p.x + 8, y: p.y }, { size: 12, weight: 500, colour: '#55505c', align: 'left', shifts: [0, -12, 13] });
  });
  writeSites(ctx, view);
  writePlaces(2);
  if (zoom >= 10) BASE.rivers.filter(lines => lines.kind === 'river' || zoom >= 13).forEach(lines => {
    namesAlong(ctx, view, lines, { size: 12, italic: true, colour: base.water_name });
  });
  writePlaces(3);
  BASE.roads.forEach((lines, rank) => {
    const from = { motorway: 10, trunk: 11, primary: 12, secondary: 13, tertiary: 14, minor: 15 }[lines.kind];
    if (from && zoom >= from) namesAlong(ctx, view, lines, { size: rank < 3 ? 11.5 : 11, colour: '#6b6358' });
  });
  writePlaces(4);
}

// Each name along its line where that is straight for long enough, at most once in 300 pixels.
function namesAlong(ctx, view, lines, look) {
  const scale = 256 * Math.pow(2, view.zoom), origin = view.map.getPixelOrigin(), written = [];
  const pixel = k => ({
    x: lines.xy[k] * scale - origin.x - view.corner.x, y: lines.xy[k + 1] * scale - origin.y - view.corner.y,
  });
  ctx.font = `${look.size}px ${FONT}`;
  for (let i = 0; i < lines.count; i++) {
    const text = lines.names[i];
    if (!text || (lines.box[4 * i + 2] - lines.box[4 * i] + lines.box[4 * i + 3] - lines.box[4 * i + 1]) * scale < 40) continue;
    const first = pixel(lines.start[i]), outside = p => p.x < 0 || p.y < 0 || p.x > view.whole.x || p.y > view.whole.y;
    const width = ctx.measureText(text).width + 8;
    let from = first;
    for (let k = lines.start[i] + 2; k < lines.start[i + 1]; k += 2) {
      const to = pixel(k), dx = to.x - from.x, dy = to.y - from.y, length = Math.hypot(dx, dy);
      const p = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
      const turned = lineTurns(lines, pixel, i, k, from, to);
      if (length < width) { if (turned) from = to; continue; }
      if (!outside(p) && written.every(w => w.text !== text || Math.hypot(w.x - p.x, w.y - p.y) > 300)) {
        let angle = Math.atan2(dy, dx);
        if (angle > Math.PI / 2 || angle <= -Math.PI / 2) angle += Math.PI;
        const w = Math.abs(Math.cos(angle)) * width / 2 + 7, h = Math.abs(Math.sin(angle)) * width / 2 + 7;
        const box = [p.x - w, p.y - h, p.x + w, p.y + h];
        if (free(view.boxes, box, 6)) {
          view.boxes.push(box);
          written.push({ text, x: p.x, y: p.y });
          ctx.save();
          ctx.translate(p.x, p.y);
          ctx.rotate(angle);
          write(ctx, text, 0, 0, look);
          ctx.restore();
        }
      }
      from = to;
    }
  }
}

// Whether the line leaves the straight way from `from` to `to` by more than a few pixels at its next point.
function lineTurns(lines, pixel, i, k, from, to) {
  if (k + 2 >= lines.start[i + 1]) return true;
  const next = pixel(k + 2), length = Math.hypot(next.x - from.x, next.y - from.y) || 1;
  return Math.abs((next.x - from.x) * (to.y - from.y) - (next.y - from.y) * (to.x - from.x)) / length > 4;
}

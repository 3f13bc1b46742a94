// Printing: one A4 sheet on its side, with the map drawn for paper and the section `.beside` of the panel beside it.
function makePrint(map, layers) {
  byId('print').addEventListener('click', () => window.print());
  window.addEventListener('beforeprint', () => preparePrint(map, layers));
  window.addEventListener('afterprint', () => endPrint(map));
}

// The part of the map that no card lies over, in pixels from its corners.
function margins() {
  return window.innerWidth < 760 ? { first: [8, 56], last: [8, 84] } : { first: [14, 20], last: [252, 20] };
}

let seen = null; // the view on the screen before printing

function preparePrint(map, layers) {
  if (seen) return;
  const bounds = printed(map);
  seen = { centre: map.getCenter(), zoom: map.getZoom() };
  map.closePopup();
  document.body.classList.add('printing');
  const list = document.querySelector('.beside');
  seen.next = list.nextElementSibling;
  byId('side').append(list);
  const wide = Array.from(list.querySelectorAll('.scroll'), node => node.scrollWidth > node.clientWidth + 1 && node.parentNode);
  wide.filter(Boolean).forEach(node => node.classList.add('unfit'));
  list.classList.toggle('unfit', wide.length > 0 && wide.every(Boolean));
  list.classList.toggle('cut', list.scrollHeight > list.clientHeight + 1);
  map.invalidateSize({ animate: false, pan: false });
  map.fitBounds(bounds, { animate: false, padding: [10, 10] });
  if (layers) map.getContainer().prepend(paperMap(map, layers));
}

// What is on the screen and not under a card, less what lies outside the place.
function printed(map) {
  const { first, last } = margins(), [west, south, east, north] = DATA.bounds;
  const a = map.containerPointToLatLng(first), b = map.containerPointToLatLng(map.getSize().subtract(last));
  const box = [Math.max(b.lat, south), Math.max(a.lng, west), Math.min(a.lat, north), Math.min(b.lng, east)];
  return box[0] < box[2] && box[1] < box[3] ? L.latLngBounds([box[0], box[1]], [box[2], box[3]]) : L.latLngBounds(a, b);
}

function endPrint(map) {
  if (!seen) return;
  document.body.classList.remove('printing');
  const paper = byId('paper');
  if (paper) paper.remove();
  byId('panel-body').insertBefore(document.querySelector('.beside'), seen.next);
  document.querySelectorAll('.unfit').forEach(node => node.classList.remove('unfit'));
  map.invalidateSize({ animate: false, pan: false });
  map.setView(seen.centre, seen.zoom, { animate: false });
  seen = null;
}

// The whole map on one canvas, at once: Leaflet's own canvases are drawn in the next frame, for which paper does not
// wait, and would print as white sheets one over the other. Chromium prints this one as lines and letters.
function paperMap(map, layers) {
  const size = map.getSize(), sharp = 3, zoom = map.getZoom(), scale = 256 * Math.pow(2, zoom), corner = map.getPixelBounds().min;
  const canvas = el('canvas', { id: 'paper', width: size.x * sharp, height: size.y * sharp, 'aria-hidden': 'true' });
  const ctx = canvas.getContext('2d'), x = corner.x / scale, y = corner.y / scale, margin = 12 / scale;
  ctx.scale(sharp, sharp);
  drawBase(ctx, {
    x, y, scale, west: x - margin, north: y - margin, east: x + size.x / scale + margin, south: y + size.y / scale + margin,
  }, zoom, size);
  const moved = map.containerPointToLayerPoint([0, 0]), place = point => map.latLngToContainerPoint([point.lat, point.lon]);
  ctx.save();
  ctx.translate(-moved.x, -moved.y);
  layers.drawOn(ctx);
  ctx.restore();
  drawTexts(ctx, { zoom, whole: size, place, boxes: reserved(place, zoom), map, corner: moved });
  return canvas;
}

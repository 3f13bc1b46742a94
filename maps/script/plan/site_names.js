// The names of facilities, and the room that their symbols take.
// Nothing is written over facilities.
function reserved(place, zoom) {
  const sites = service().sites, boxes = [];
  if (state.on.has('new')) sites.status.forEach((status, k) => {
    if (status !== 'new') return;
    const p = place({ lat: sites.lat[k], lon: sites.lon[k] });
    const size = byZoom(PIN_SIZE, zoom);
    boxes.push([p.x - 13 * size, p.y - 38 * size, p.x + 13 * size, p.y + 2]);
  });
  if (state.on.has('existing') && zoom >= 12) sites.status.forEach((status, k) => {
    if (status !== 'existing') return;
    const p = place({ lat: sites.lat[k], lon: sites.lon[k] }), r = zoom >= 13 ? 8 : 5;
    boxes.push([p.x - r, p.y - r, p.x + r, p.y + r]);
  });
  return boxes;
}

// Names of new facilities, and from near by of the existing ones too.
function writeSites(ctx, view) {
  const s = service().sites, f = STYLE.facility;
  [['new', 13, f.new, 600, [14]], ['existing', 14.5, f.existing, 500, [17, -17]]].forEach(([status, from, colour, weight, shifts]) => {
    if (!state.on.has(status) || view.zoom < from) return;
    s.status.forEach((own, j) => {
      if (own === status) tryName(ctx, view, s.name[j], view.place({ lat: s.lat[j], lon: s.lon[j] }), { size: 12, weight, colour, shifts });
    });
  });
}

function drawTexts(ctx, view) { drawNames(ctx, view); }

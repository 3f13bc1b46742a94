// What lies over the base map for the service, theme and layers that are on.
const LAYERS = {
  facilities: DATA.planned ? ['new', 'existing', 'closed', 'candidate'] : ['existing'],
  access: DATA.planned ? ['area_after', 'area_before', 'assignment'] : ['area_before'],
  base: ['zones', 'names', 'tiles'],
};

// Whether the service has anything for a layer to show.
function layerExists(id) {
  const s = service();
  if (id === 'assignment') return s.assigned !== null && s.assigned.demand.length > 0;
  if (id === 'area_after') return Boolean(s.areas.after);
  if (id === 'area_before') return Boolean(s.areas.before);
  if (id === 'zones') return SHAPED_ZONES.length > 0;
  if (id === 'names') return true;
  if (id === 'tiles') return Boolean(DATA.tiles);
  return s.sites.status.includes(id);
}

function layerLook(id) {
  const f = STYLE.facility;
  return {
    new: ['pin', {}],
    existing: ['square', { fill: f.existing, line: '#ffffff', weight: 1, glyph: STYLE.glyphs[service().id] }, 8],
    closed: ['closed', { fill: f.closed }, 6],
    candidate: ['diamond', { fill: '#ffffff', line: f.candidate, weight: 1.4 }, 4.5],
    assignment: ['line', { line: f.assignment, weight: 1.4 }],
    area_after: ['area', { fill: STYLE.service_area.after, opacity: 0.22 }],
    area_before: ['area', { fill: STYLE.service_area.before, opacity: 0.22, dash: [3, 2] }],
    zones: ['area', { fill: STYLE.zone.colours[0], opacity: STYLE.zone.tint + 0.04, dash: [4, 2] }],
  }[id];
}

function makeLayers(map) {
  const options = makePanes(map);
  const groups = {};
  ['zones', 'areas', 'lines', 'points', 'pins', 'picked'].forEach(id => { groups[id] = L.layerGroup().addTo(map); });
  const canvas = L.canvas({ padding: 0.3, tolerance: 3 });
  const names = new NameLayer().addTo(map);
  let symbols = [];

  function drawZones() {
    groups.zones.clearLayers();
    if (state.on.has('zones')) zoneShapes(options.zones).forEach(shape => groups.zones.addLayer(shape));
  }

  function drawAreas() {
    groups.areas.clearLayers();
    [['area_before', BEFORE, '4 3'], ['area_after', AFTER, null]].forEach(([id, moment, dash]) => {
      const area = service().areas[moment];
      if (!area || !state.on.has(id)) return;
      groups.areas.addLayer(L.polygon(latLngs(area), Object.assign({}, options.areas, {
        color: STYLE.service_area[moment], weight: 0.8, opacity: dash ? 0.75 : 0.45, dashArray: dash,
        fillColor: STYLE.service_area[moment], fillOpacity: 0.2, fillRule: 'evenodd',
      })));
    });
  }

  function drawAssignments() {
    groups.lines.clearLayers();
    const s = service();
    if (!state.on.has('assignment') || !s.assigned) return;
    const lines = { old: [], fresh: [] };
    s.from.forEach(pairs => pairs.forEach(pair => {
      lines[s.sites.status[pair.site] === 'new' ? 'fresh' : 'old'].push(segment(s, pair));
    }));
    const add = (list, color, opacity) => groups.lines.addLayer(L.polyline(list, Object.assign({}, options.lines, {
      color, weight: 0.9, opacity, smoothFactor: 0,
    })));
    add(lines.old, STYLE.facility.assignment, 0.42);
    add(lines.fresh, STYLE.facility.new, 0.5);
  }

  function symbol(lat, lon, shape, radius, look, kind, index) {
    const point = new PointSymbol([lat, lon], { renderer: canvas, shape, radius, look, weight: 0, kind, index });
    point.on('click', event => { L.DomEvent.stopPropagation(event); openPopup(map, kind, index); });
    return point;
  }

  function drawPoints() {
    groups.points.clearLayers();
    groups.pins.clearLayers();
    symbols = [];
    const s = service(), zoom = map.getZoom(), scale = radiusScale(s, zoom);
    if (state.theme !== 'none') {
      const classes = DEMAND.id.map((_, i) => classOf(s, state.theme, i));
      const order = DEMAND.id.map((_, i) => i)
        .sort((a, b) => classes[a].top - classes[b].top || s.demand.need[b] - s.demand.need[a]);
      order.forEach(i => {
        const c = classes[i], radius = demandRadius(scale, c.small ? 0 : s.demand.need[i], i);
        const look = radius < 2.6 && c.shape === 'circle' ? Object.assign({}, c.look, { line: null }) : c.look;
        symbols.push(Object.assign(symbol(DEMAND.lat[i], DEMAND.lon[i], c.shape, radius, look, 'demand', i), { need: c.small ? 0 : s.demand.need[i] }));
      });
    }
    ['candidate', 'closed', 'existing'].forEach(status => {
      if (!state.on.has(status)) return;
      const [shape, look] = layerLook(status);
      s.sites.status.forEach((own, j) => {
        if (own === status) symbols.push(Object.assign(symbol(s.sites.lat[j], s.sites.lon[j], shape, siteRadius(status, zoom), look, 'site', j), { status }));
      });
    });
    symbols.forEach(point => groups.points.addLayer(point));
    if (state.on.has('new')) s.sites.status.forEach((status, j) => { if (status === 'new') groups.pins.addLayer(pin(s, j)); });
  }

  function pin(s, j) {
    const icon = L.divIcon({ className: 'pin', html: pinNode(s.sites.number[j]), iconSize: [30, 42], iconAnchor: [15, 40], popupAnchor: [0, -36] });
    const text = `${s.sites.number[j]} ${s.sites.name[j]}`;
    const marker = L.marker([s.sites.lat[j], s.sites.lon[j]], { icon, keyboard: true, riseOnHover: true, zIndexOffset: -s.sites.number[j] });
    marker.on('add', () => { setAll(marker.getElement(), { 'aria-label': `${t('popup.status_new')} ${text}`, role: 'button' }); });
    marker.on('click', () => openPopup(map, 'site', j));
    return marker;
  }

  function siteRadius(status, zoom) {
    const tables = {
      existing: { 9: 2.6, 11: 4, 12: 5.5, 13: 8, 15: 10 }, closed: { 9: 2.6, 11: 4, 12: 5.5, 13: 7, 15: 9 },
      candidate: { 9: 1.8, 11: 2.8, 13: 4.5, 15: 6.5 },
    };
    return byZoom(tables[status], zoom);
  }

  function resize() {
    const zoom = map.getZoom(), s = service(), scale = radiusScale(s, zoom);
    map.getPane('markerPane').style.setProperty('--pin', byZoom(PIN_SIZE, zoom));
    symbols.forEach(point => {
      point.setRadius(point.status ? siteRadius(point.status, zoom) : demandRadius(scale, point.need, point.options.index));
    });
  }

  function drawPicked() {
    groups.picked.clearLayers();
    const picked = state.picked, s = service();
    if (!picked) return;
    const line = (list, color, weight, dashArray) => groups.picked.addLayer(L.polyline(list, Object.assign({}, options.picked, {
      color, weight, opacity: 0.9, dashArray, smoothFactor: 0,
    })));
    const at = picked.kind === 'demand' ? [DEMAND.lat[picked.index], DEMAND.lon[picked.index]] : [s.sites.lat[picked.index], s.sites.lon[picked.index]];
    if (picked.kind === 'demand') {
      const today = s.demand.before.site[picked.index];
      if (today >= 0) line([at, [s.sites.lat[today], s.sites.lon[today]]], STYLE.facility.existing, 2, '5 5');
      s.from[picked.index].forEach(pair => line(segment(s, pair), STYLE.facility.new, 2.4, null));
    } else {
      line(s.to[picked.index].map(pair => segment(s, pair)), STYLE.facility.new, 1.5, null);
    }
    pickedRings(at, options.picked).forEach(ring => groups.picked.addLayer(ring));
  }

  function segment(s, pair) {
    return [[DEMAND.lat[pair.demand], DEMAND.lon[pair.demand]], [s.sites.lat[pair.site], s.sites.lon[pair.site]]];
  }

  onChange(['service', 'layers'], drawAreas);
  onChange(['service', 'layers'], drawAssignments);
  onChange(['service', 'layers', 'theme'], drawPoints);
  onChange(['layers'], drawZones);
  onChange(['service', 'layers', 'language'], () => names.draw());
  onChange(['picked', 'service'], drawPicked);
  map.on('zoomend', resize);
  return {
    draw() { resize(); drawZones(); drawAreas(); drawAssignments(); drawPoints(); },
    // Everything but the pins, on another canvas.
    drawOn(ctx) {
      drawCanvases(ctx, [options.zones.renderer, options.areas.renderer, options.lines.renderer, canvas, options.picked.renderer]);
    },
  };
}

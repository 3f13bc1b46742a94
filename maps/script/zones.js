// Zones: those that have a shape, their colours, their areas on the map.
const SHAPED_ZONES = DATA.base.zones.filter(zone => zone.shape && zone.kind !== 'rural');

function zoneColour(zone) {
  const k = SHAPED_ZONES.findIndex(z => z.id === zone.id);
  return STYLE.zone.colours[(k < 0 ? 0 : k) % STYLE.zone.colours.length];
}

function zoneShapes(options) {
  return SHAPED_ZONES.map(zone => {
    const colour = zoneColour(zone);
    return L.polygon(latLngs(zone.shape), Object.assign({}, options, {
      color: colour, weight: 1.8, opacity: 0.85, dashArray: '6 4', fillColor: colour, fillOpacity: STYLE.zone.tint,
    }));
  });
}

function zoneLook(colour) { return { fill: colour, opacity: STYLE.zone.tint + 0.05, dash: [4, 2] }; }

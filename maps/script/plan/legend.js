// The legend: what is on the map now, and nothing else.
function drawLegend() {
  const s = service(), { rows, head, item } = legendRows();
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
  baseLegend(head, item);
  fillWith('legend-body', el('ul', {}, rows));
}

// The legend: the symbols that are on the map now.
function drawLegend() {
  const { rows, head, item } = legendRows();
  layersOn().reverse().forEach(layer => {
    const used = usedCategories(layer);
    if (used.length > 1 || used.some(category => pick(category.name) !== pick(layer.name))) head(pick(layer.name));
    used.forEach(category => item(categorySwatch(layer, category), pick(category.name)));
  });
  baseLegend(head, item);
  fillWith('legend-body', el('ul', {}, rows));
}

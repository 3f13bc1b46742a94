// The legend: the symbols that are on the map now.
function drawLegend() {
  const { rows, head, item } = legendRows();
  layersOn().reverse().forEach(layer => {
    const used = usedCategories(layer);
    const named = used.length !== 1 || pick(used[0].name) !== pick(layer.name); // else the name would be said twice
    if (named && used.length) head(pick(layer.name));
    used.forEach(category => item(categorySwatch(layer, category), pick(category.name), named ? null : 'alone'));
    if (layer.weight) item(sizeSwatch(), t('legend.size'));
  });
  baseLegend(head, item);
  fillWith('legend-body', el('ul', {}, rows));
}

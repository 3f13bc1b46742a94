// The legend: the symbols that are on the map now; a click on one of several takes its things away and brings them back.
function drawLegend() {
  const { rows, head, item } = legendRows();
  layersOn().reverse().forEach(layer => {
    const used = usedCategories(layer);
    const named = used.length !== 1 || pick(used[0].name) !== pick(layer.name); // else the name would be said twice
    if (named && used.length) head(pick(layer.name));
    used.forEach(category => {
      const k = layer.categories.indexOf(category), on = !hidden(layer, k), toggle = () => { setCategory(layer, k, !on); focusEntry(categoryId(layer, k)); };
      item(categorySwatch(layer, category), pick(category.name), named ? null : 'alone', used.length > 1 ? { key: categoryId(layer, k), on, toggle } : null);
    });
    if (layer.weight) item(sizeSwatch(), t('legend.size'));
  });
  baseLegend(head, item);
  fillWith('legend-body', el('ul', {}, rows));
}

function focusEntry(key) { [...byId('legend-body').querySelectorAll('button')].find(button => button.dataset.key === key).focus(); }

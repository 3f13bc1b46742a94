// What the search finds: the points and areas of the view, those of other subjects, places of the base map.
let known = null; // until view or language change
onChange(['view', 'layers', 'language'], () => { known = null; });

function entries() {
  if (!known) known = findable();
  return known;
}

const onFirst = (a, b) => state.on.has(b.id) - state.on.has(a.id);

function findable() {
  const own = view(), found = new Map();
  const others = SUBJECTS.map((_, k) => viewOf(k, state.period)).filter(other => other && other !== own);
  [own, ...others].forEach(seen => [...layersOf(seen)].filter(layer => layer.kind !== 'lines').reverse().sort(onFirst).forEach(layer => layer.ids.forEach((id, i) => {
    const key = `${id} ${layer.at[i]}`;
    if (!found.has(key)) found.set(key, { seen, layer, i });
  })));
  const points = Array.from(found.values(), ({ seen, layer, i }) => ({
    text: layer.names[i] || layer.ids[i],
    more: whereabouts(pick(layer.categories[layer.category[i]].name), whereOf(layer, i), seen === own ? '' : pick(SUBJECTS[seen.subject].name)),
    key: `${layer.names[i]} ${whereOf(layer, i)} ${layer.ids[i]}`, go: () => show(seen.subject, layer.key, layer.ids[i]),
  }));
  return [...points, ...placeEntries()];
}

// What the search finds: places, facilities of the service that is on, demand points.
function entries() {
  const s = service(), out = placeEntries();
  s.sites.name.forEach((text, j) => {
    if (s.sites.status[j] !== 'candidate') out.push({ text, more: whereabouts(pick(s.facility), s.sites.township[j]), key: `${text} ${s.sites.id[j]}`, go: () => show('site', j) });
  });
  DEMAND.name.forEach((text, i) => out.push({
    text, more: whereabouts(t('search.demand'), DEMAND.township[i], DEMAND.village[i]),
    key: `${text} ${DEMAND.village[i]} ${DEMAND.id[i]}`, go: () => show('demand', i),
  }));
  return out;
}

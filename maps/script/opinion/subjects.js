// The lists of facilities and villages, and what is chosen in them.
const services = [...new Map(ASKED.facilities.map(f => [f.service, [f.service_zh, f.service_en]]))];
const townships = [...new Set(ASKED.places.map(place => place.township))];

function fillSelect(id, entries, value) {
  const node = byId(id), first = node.dataset.zh ? [['', pick(node.dataset.zh, node.dataset.en)]] : [];
  node.replaceChildren(...[...first, ...entries].map(entry => el('option', { value: entry[0], text: entry[1], dir: 'auto' })));
  if (value !== undefined && [...node.options].some(option => option.value === value)) node.value = value;
}

function drawSubjects() {
  fillSelect('service', services.map((entry, k) => [String(k), pick(...entry[1])]), byId('service').value);
  fillSelect('township', townships.map((text, k) => [String(k), shown(text)]), byId('township').value);
  drawFacilities(byId('facility').value);
  drawVillages(byId('village').value);
}

function facilityText(f) {
  const more = [f.township, pick(f.status_zh, f.status_en)].filter(text => text);
  const told = more.length ? pick(`（${more.join('，')}）`, ` (${more.join(', ')})`) : '';
  return `${f.number} ${shown(f.name)}${told}`;
}

function drawFacilities(value) {
  const service = services.length ? services[Number(byId('service').value) || 0][0] : null;
  const word = byId('filter').value.trim().toLowerCase();
  const fits = f => f.service === service && (!word || facilityText(f).toLowerCase().includes(word) || String(f.number) === value);
  fillSelect('facility', ASKED.facilities.filter(fits).map(f => [String(f.number), facilityText(f)]), value);
}

function drawVillages(value) {
  const township = townships[Number(byId('township').value) || 0];
  const mine = ASKED.places.map((place, k) => [place, k]).filter(([place]) => place.township === township);
  fillSelect('village', mine.map(([place, k]) => [String(k), shown(place.name)]), value);
}

function chosen(name) {
  const node = document.querySelector(`input[name="${name}"]:checked`);
  return node ? node.value : '';
}

function choose(name, value) {
  document.querySelectorAll(`input[name="${name}"]`).forEach(node => { node.checked = node.value === value; });
}

// What there is none of cannot be chosen.
function showPart() {
  document.querySelector('input[name="kind"][value="facility"]').closest('label').hidden = !ASKED.facilities.length;
  document.querySelector('input[name="kind"][value="place"]').closest('label').hidden = !ASKED.places.length;
  byId('facility-part').hidden = chosen('kind') !== 'facility';
  byId('place-part').hidden = chosen('kind') !== 'place';
}

function about() {
  const kind = chosen('kind'), none = { kind, service: '', id: '', name: '', township: '' };
  if (kind === 'facility') {
    const f = ASKED.facilities.find(own => String(own.number) === byId('facility').value);
    return { kind, service: f.service, id: f.id, name: f.name, township: f.township };
  }
  if (kind !== 'place') return none;
  const place = ASKED.places[Number(byId('village').value)];
  return { ...none, name: place.name, township: place.township };
}

function chooseAbout(told) {
  choose('kind', told.kind);
  byId('filter').value = '';
  if (told.kind === 'facility') {
    const f = ASKED.facilities.find(own => own.service === told.service && own.id === told.id);
    if (f) {
      byId('service').value = String(services.findIndex(entry => entry[0] === f.service));
      drawFacilities(String(f.number));
    }
  } else if (told.kind === 'place') {
    const k = ASKED.places.findIndex(place => place.township === told.township && place.name === told.name);
    if (k >= 0) {
      byId('township').value = String(townships.indexOf(told.township));
      drawVillages(String(k));
    }
  }
  showPart();
}

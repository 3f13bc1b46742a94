// A page that another one holds (`DATA.embedded`) tells it each change of its view and follows what it is told: two maps
// side by side move as one. The messages are described in maps/README.md.
let following = false; // what is done because it was told is not told again

function makeEmbedded() {
  if (!DATA.embedded) return;
  window.addEventListener('message', event => {
    if (event.source !== window.parent || !event.data) return;
    if (event.data.siting === 'ask') tellView('view');
    if (event.data.siting === 'view' && event.data.view) follow(event.data.view);
  });
  map.on('move', () => tellView('view'));
  onChange(['view', 'layers', 'language'], () => tellView('view'));
  tellView('ready');
}

// The layers that can be switched in the view that is on.
function switched() { return [...layersOf(view()).map(layer => layer.id), 'zones', 'names']; }

function tellView(kind) {
  if (following) return;
  const { lat, lng } = map.getCenter();
  window.parent.postMessage({ siting: kind, view: {
    centre: [lat, lng], zoom: map.getZoom(), language: LANGUAGES[language],
    subject: SUBJECTS[state.subject].key, period: PERIODS[state.period].key,
    layers: Object.fromEntries(switched().map(id => [id, state.on.has(id)])),
  } }, '*');
}

function follow({ centre, zoom, language: told, subject, period, layers }) {
  const numberOf = (keyed, key) => keyed.findIndex(own => own.key === key);
  following = true;
  try {
    const l = LANGUAGES.indexOf(told), s = numberOf(SUBJECTS, subject), p = numberOf(PERIODS, period);
    if (l >= 0 && l !== language) setLanguage(l);
    if (s >= 0 && s !== state.subject) setSubject(s);
    if (p >= 0 && p !== state.period && viewOf(state.subject, p)) setPeriod(p);
    switched().filter(id => layers && typeof layers[id] === 'boolean' && layers[id] !== state.on.has(id)).sort((a, b) => layers[a] - layers[b]).forEach(id => setLayer(id, layers[id]));
    if (centre && [...centre, zoom].every(Number.isFinite)) map.setView(centre, zoom, { animate: false });
  } finally { following = false; }
}

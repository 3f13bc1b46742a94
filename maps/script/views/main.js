// Puts the page of views together.
function show(subject, key, id) {
  if (subject !== state.subject) setSubject(subject);
  const layer = layersOf(view()).find(own => own.key === key), i = layer.ids.indexOf(id);
  if (!state.on.has(layer.id)) setLayer(layer.id, true);
  if (hidden(layer, layer.category[i])) setCategory(layer, layer.category[i], true);
  goTo(layer.at[i]);
  openFacts(layer, i);
}

function drawPanel() {
  drawServices();
  drawPeriods();
  drawResult();
  drawFigures();
  drawBars();
  drawSheets();
  drawNotices();
  drawAbout();
  drawSources([SUBJECTS.length > 1 ? pick(SUBJECTS[state.subject].name) : '', pick(PERIODS[state.period].name), pick(DATA.label)]);
  drawSwitches();
  drawLegend();
}

startPage(['result', 'headline', 'sheets', 'bars', 'notices', 'about', 'sources']);
byId('sheets').classList.add('beside');
makeFurniture(map, home);
if (DATA.views.length) {
  const layers = makeLayers(map);
  onChange(['view', 'language'], () => keepFacts(drawPanel));
  onChange(['layers'], () => { checkSwitches(); drawLegend(); });
  makePrint(map, layers);
  state.period = DATA.first[1];
  setSubject(DATA.first[0]);
  makeSearch(entries);
}
endPage();
if (DATA.views.length) makeEmbedded();

// For tests, and for a page that holds this one.
window.siting = { map, state, show, setSubject, setPeriod, setLayer, setCategory, setLanguage, view, layersOf, data: DATA };

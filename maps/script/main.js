// Puts the page together. map_siting is the Leaflet map that folium made.
const map = map_siting;
map.options.minZoom = 4;
map.options.maxZoom = 18;

function home() {
  const [west, south, east, north] = DATA.bounds, { first, last } = margins();
  map.fitBounds([[south, west], [north, east]], { animate: false, maxZoom: 16, paddingTopLeft: first, paddingBottomRight: last });
}

function show(kind, index) {
  const from = kind === 'demand' ? DEMAND : service().sites;
  map.closePopup();
  map.setView([from.lat[index], from.lon[index]], Math.max(map.getZoom(), 13.5), { animate: false });
  openPanel(window.innerWidth >= 760);
  openPopup(map, kind, index);
}

function openPanel(open) {
  document.body.classList.toggle('panel-shut', !open);
  byId('handle').setAttribute('aria-expanded', String(open));
}

function drawPanel() {
  drawServices();
  if (!SERVICES.length) return;
  drawResult();
  drawHeadline();
  drawNewSites(show);
  drawGroups();
  drawDistribution();
  drawChecks();
  drawStandards();
  drawNotices();
  drawSources();
}

function drawWords() {
  translatePage();
  setAll(map.getContainer(), { 'aria-label': t('page.map'), role: 'application' });
  drawMasthead();
  drawBanner();
}

byId('language').addEventListener('click', () => setLanguage(1 - language));
byId('handle').addEventListener('click', () => {
  openPanel(document.body.classList.contains('panel-shut'));
  map.invalidateSize({ animate: false });
});
onChange(['language'], drawWords);
onChange(['service', 'language'], drawPanel);
onChange(['service', 'language'], drawSwitches);
onChange(['theme', 'layers'], checkSwitches);
onChange(['service', 'language', 'theme', 'layers'], () => drawLegend(map));
onChange(['language'], () => drawScale(map));
onChange(['service', 'language'], () => map.closePopup());

openPanel(window.innerWidth >= 760);
drawWords();
makeFolds();
home();
new BaseLayer().addTo(map);
const layers = SERVICES.length ? makeLayers(map) : null;
makeFurniture(map, home);
makePrint(map, layers);
if (layers) {
  layers.draw();
  drawPanel();
  drawSwitches();
  drawLegend(map);
  makeSearch(map, show);
}
drawScale(map);
byId('panel').setAttribute('aria-label', t('panel.label'));

// For tests, and for a page that holds this one.
window.siting = { map, state, show, setService, setTheme, setLayer, setLanguage, data: DATA, demand: DEMAND, services: SERVICES };
document.documentElement.dataset.ready = 'true';

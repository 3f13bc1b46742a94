// Puts the page of a plan together.
function show(kind, index) {
  const from = kind === 'demand' ? DEMAND : service().sites;
  goTo([from.lat[index], from.lon[index]]);
  openPopup(map, kind, index);
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
  drawSources([pick(service().name), service().outcome ? pick(service().outcome.label) : t('panel.as_is')]);
}

startPage(['result', 'headline', 'new-sites', 'groups', 'distribution', 'checks', 'standards', 'notices', 'sources']);
byId('new-sites').classList.add('beside');
onChange(['service', 'language'], drawPanel);
onChange(['service', 'language'], drawSwitches);
onChange(['theme', 'layers'], checkSwitches);
onChange(['service', 'language', 'theme', 'layers'], drawLegend);
onChange(['service', 'language'], () => map.closePopup());

const layers = SERVICES.length ? makeLayers(map) : null;
makeFurniture(map, home);
makePrint(map, layers);
if (layers) {
  layers.draw();
  drawPanel();
  drawSwitches();
  drawLegend();
  makeSearch(entries);
}
endPage();

// For tests, and for a page that holds this one.
window.siting = { map, state, show, setService, setTheme, setLayer, setLanguage, data: DATA, demand: DEMAND, services: SERVICES };

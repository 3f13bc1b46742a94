// What every page is put together with: the map that folium made, the panel that opens, the words.
const map = map_siting;
map.options.minZoom = 4;
map.options.maxZoom = 18;

function home() {
  const [west, south, east, north] = DATA.bounds, { first, last } = margins();
  map.fitBounds([[south, west], [north, east]], { animate: false, maxZoom: 16, paddingTopLeft: first, paddingBottomRight: last });
}

// A place in the middle of the map, near enough to be told from its neighbours.
function goTo(at) {
  map.closePopup();
  map.setView(at, Math.max(map.getZoom(), 13.5), { animate: false });
  openPanel(window.innerWidth >= 760);
}

function openPanel(open) {
  document.body.classList.toggle('panel-shut', !open);
  byId('handle').setAttribute('aria-expanded', String(open));
}

function drawWords() {
  translatePage();
  setAll(map.getContainer(), { 'aria-label': t('page.map'), role: 'application' });
  setAll(byId('panel'), { 'aria-label': t('panel.label') });
  drawMasthead();
  drawBanner();
}

// Before anything of the page's own is drawn; `sections` are those of its panel, in order.
function startPage(sections) {
  document.body.classList.toggle('embedded', Boolean(DATA.embedded));
  fillWith('panel-body', sections.map(id => el(id === 'sources' ? 'footer' : 'section', { id })));
  byId('language').addEventListener('click', () => setLanguage(1 - language));
  byId('handle').addEventListener('click', () => {
    openPanel(document.body.classList.contains('panel-shut'));
    map.invalidateSize({ animate: false });
  });
  onChange(['language'], drawWords);
  openPanel(window.innerWidth >= 760);
  drawWords();
  makeFolds();
  home();
  new BaseLayer().addTo(map);
  drawTiles();
}

// Tiles of an online map service, over the page's own base, which is seen where they do not come; on paper they are not.
function drawTiles() {
  if (!DATA.tiles) return;
  const tiles = L.tileLayer(DATA.tiles, { subdomains: '01234567', maxZoom: 18, zIndex: 2 });
  const draw = () => { if (state.on.has('tiles')) tiles.addTo(map); else tiles.remove(); };
  state.on.add('tiles');
  onChange(['layers'], draw);
  draw();
}

// After all of it: only now is it known how much room the panel leaves to the map.
function endPage() {
  map.invalidateSize({ animate: false, pan: false });
  home();
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: Boolean(DATA.embedded) })).observe(map.getContainer()); // a held map keeps its middle
  onChange(['language'], () => drawScale(map));
  drawScale(map);
  document.documentElement.dataset.ready = 'true';
}

// A popup with `content`; the place is marked as picked while it is open.
function popUp(content, at, picked, offset) {
  const size = map.getSize(), same = other => Object.keys(picked).every(key => other[key] === picked[key]);
  const popup = L.popup({
    maxWidth: Math.min(340, size.x - 64), minWidth: Math.min(270, size.x - 64), offset,
    autoPanPaddingTopLeft: size.x < 600 ? [10, 104] : [20, 70], autoPanPaddingBottomRight: [size.x < 760 ? 10 : margins().last[0], 40], className: 'facts',
  }).setLatLng(at).setContent(content);
  popup.on('remove', () => { if (state.picked && same(state.picked)) setPicked(null); });
  popup.openOn(map);
  popup.getElement().querySelector('.leaflet-popup-close-button').setAttribute('aria-label', t('page.close'));
  setPicked(picked);
}

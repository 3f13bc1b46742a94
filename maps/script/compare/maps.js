// The two maps: each lies in a frame of its own, tells what is seen, and does what it is told (maps/README.md).
const frames = HALVES.map(half => byId('map-' + half));
const seen = { layers: {} }; // centre, zoom and layers of both
const ready = [false, false];

function tell(half, view) {
  if (ready[half]) frames[half].contentWindow.postMessage({ siting: 'view', view }, '*');
}

function tellBoth(view) { HALVES.forEach(half => tell(half, view)); }

function chosen() { return { subject: state.subject, period: state.period, language: LANGUAGES[language] }; }

function loadMap(half) {
  ready[half] = false;
  delete document.documentElement.dataset.ready;
  frames[half].srcdoc = mapPage(state.runs[half]);
}

function heard(half, kind, view) {
  if (kind === 'ready') {
    ready[half] = true;
    tell(half, Object.assign(chosen(), seen));
    if (!seen.centre) keep(view);
    if (ready.every(Boolean)) document.documentElement.dataset.ready = 'true';
  } else if (kind === 'view') {
    keep(view);
    tell(1 - half, { centre: view.centre, zoom: view.zoom, layers: view.layers });
  }
}

function keep({ centre, zoom, layers }) { Object.assign(seen, { centre, zoom, layers: Object.assign(seen.layers, layers) }); }

function makeMaps() {
  window.addEventListener('message', event => {
    const half = frames.findIndex(frame => frame.contentWindow === event.source);
    if (half >= 0 && event.data && event.data.view) heard(half, event.data.siting, event.data.view);
  });
  onChange(['view', 'language'], () => tellBoth(Object.assign(chosen(), { layers: seen.layers })));
  onChange(['runs'], () => {
    HALVES.filter(half => frames[half].dataset.run !== String(state.runs[half])).forEach(half => {
      frames[half].dataset.run = state.runs[half];
      loadMap(half);
    });
    tellBoth(chosen());
  });
  onChange(['mode'], () => {
    byId('maps').classList.toggle('swiping', state.swipe);
    byId('divider').hidden = !state.swipe;
  });
}

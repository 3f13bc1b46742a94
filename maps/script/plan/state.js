// What the reader has chosen.
const THEMES = DATA.planned
  ? ['change', 'after', 'before', 'time_after', 'time_before', 'none']
  : ['before', 'time_before', 'none'];
const state = {
  service: 0,
  theme: THEMES[0],
  on: new Set(['new', 'existing', 'closed', 'zones', 'names']),
  picked: null, // { kind: 'demand' | 'site', index }
};

function service() { return SERVICES[state.service]; }
function setService(k) { change('service', () => { state.service = k; state.picked = null; }); }
function setTheme(theme) { change('theme', () => { state.theme = theme; }); }
function setLayer(id, on) { change('layers', () => { if (on) state.on.add(id); else state.on.delete(id); }); }

// What the reader has chosen; whoever draws something listens for the change it depends on.
const THEMES = DATA.planned
  ? ['change', 'after', 'before', 'time_after', 'time_before', 'none']
  : ['before', 'time_before', 'none'];
const state = {
  service: 0,
  theme: THEMES[0],
  on: new Set(['new', 'existing', 'closed', 'zones', 'names']),
  picked: null, // { kind: 'demand' | 'site', index }
};
const listeners = [];

function onChange(what, call) { listeners.push([what, call]); }

function change(what, set) {
  set();
  listeners.forEach(([wanted, call]) => { if (wanted.includes(what)) call(); });
}

function service() { return SERVICES[state.service]; }
function setService(k) { change('service', () => { state.service = k; state.picked = null; }); }
function setTheme(theme) { change('theme', () => { state.theme = theme; }); }
function setLayer(id, on) { change('layers', () => { if (on) state.on.add(id); else state.on.delete(id); }); }
function setLanguage(k) { change('language', () => { language = k; }); }
function setPicked(picked) { change('picked', () => { state.picked = picked; }); }

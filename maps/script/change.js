// Whoever draws something listens for the change it depends on; `state` is what the reader of the page has chosen.
const listeners = [];

function onChange(what, call) { listeners.push([what, call]); }

function change(what, set) {
  set();
  listeners.forEach(([wanted, call]) => { if (wanted.includes(what)) call(); });
}

function setLanguage(k) { change('language', () => { language = k; }); }
function setPicked(picked) { change('picked', () => { state.picked = picked; }); }

// Layers that can be put on and off; the page's own script names them (`layerName`) and their symbols (`layerLook`).
function layerSwitches(title, ids) {
  return ids.length ? el('fieldset', {}, el('legend', { text: title }), ids.map(layerSwitch)) : null;
}

function layerSwitch(id) {
  const look = layerLook(id);
  return el('label', {},
    el('input', { type: 'checkbox', value: id, checked: state.on.has(id), on: { change: event => setLayer(id, event.target.checked) } }),
    look ? swatch(look[0], look[1], look[2]) : el('span', { class: 'swatch', 'aria-hidden': 'true', text: 'A' }),
    el('span', { text: alone(layerName(id)) }));
}

// Switches follow changes that were made elsewhere; which of some radio buttons is on the page's own script knows.
function checkSwitches() {
  byId('switches-body').querySelectorAll('input').forEach(input => {
    input.checked = input.type === 'radio' ? radioChosen(input) : state.on.has(input.value);
  });
}

// The small arrow of a card folds it.
function makeFolds() {
  document.querySelectorAll('.fold').forEach(button => button.addEventListener('click', () => {
    fold(button, button.getAttribute('aria-expanded') === 'true');
  }));
  const roomy = DATA.embedded && window.innerWidth > 480 && window.innerHeight > 620; // the legend of a held map stays open
  if (window.innerWidth < 760) document.querySelectorAll('.fold').forEach(button => fold(button, !roomy || button.getAttribute('aria-controls') !== 'legend-body'));
}

function fold(button, shut) {
  button.setAttribute('aria-expanded', String(!shut));
  byId(button.getAttribute('aria-controls')).hidden = shut;
}

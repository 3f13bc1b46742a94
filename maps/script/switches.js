// Layers that can be put on and off, in groups; each with its symbol.
function drawSwitches() {
  fillWith('switches-body',
    el('fieldset', { id: 'themes' }, el('legend', { text: t('layers.demand') }), THEMES.map(theme => el('label', {},
      el('input', { type: 'radio', name: 'theme', value: theme, checked: theme === state.theme, on: { change: () => setTheme(theme) } }),
      el('span', { text: t('layers.' + theme) })))),
    Object.entries(LAYERS).map(([group, ids]) => {
      const shown = ids.filter(layerExists);
      return shown.length ? el('fieldset', {}, el('legend', { text: t('layers.' + group) }), shown.map(layerSwitch)) : null;
    }));
}

// Switches follow changes that were made elsewhere.
function checkSwitches() {
  byId('switches-body').querySelectorAll('input').forEach(input => {
    input.checked = input.type === 'radio' ? input.value === state.theme : state.on.has(input.value);
  });
}

function layerSwitch(id) {
  const look = layerLook(id);
  return el('label', {},
    el('input', { type: 'checkbox', value: id, checked: state.on.has(id), on: { change: event => setLayer(id, event.target.checked) } }),
    look ? swatch(look[0], look[1], look[2]) : el('span', { class: 'swatch', 'aria-hidden': 'true', text: 'A' }),
    el('span', { text: layerName(id) }));
}

function layerName(id) { return t('layers.' + (id === 'existing' && DATA.planned ? 'existing_kept' : id)); }

// The small arrow of a card folds it.
function makeFolds() {
  document.querySelectorAll('.fold').forEach(button => button.addEventListener('click', () => {
    fold(button, button.getAttribute('aria-expanded') === 'true');
  }));
  if (window.innerWidth < 760) document.querySelectorAll('.fold').forEach(button => fold(button, true));
}

function fold(button, shut) {
  button.setAttribute('aria-expanded', String(!shut));
  byId(button.getAttribute('aria-controls')).hidden = shut;
}

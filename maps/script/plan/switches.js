// Themes of the people, of which one is shown, and layers in groups.
function drawSwitches() {
  fillWith('switches-body',
    el('fieldset', { id: 'themes' }, el('legend', { text: t('layers.demand') }), THEMES.map(theme => el('label', {},
      el('input', { type: 'radio', name: 'theme', value: theme, checked: theme === state.theme, on: { change: () => setTheme(theme) } }),
      el('span', { text: t('layers.' + theme) })))),
    Object.entries(LAYERS).map(([group, ids]) => layerSwitches(t('layers.' + group), ids.filter(layerExists))));
}

function layerName(id) { return t('layers.' + (id === 'existing' && DATA.planned ? 'existing_kept' : id)); }

function radioChosen(input) { return input.value === state.theme; }

// "What changes for me": how the people of a demand point fare in every service, without the plan and with it.
const NUMBERS = new WeakMap(); // of the ids of a layer, the number of each

function numberOf(layer, id) {
  if (!NUMBERS.has(layer.ids)) NUMBERS.set(layer.ids, new Map(layer.ids.map((own, i) => [own, i])));
  return NUMBERS.get(layer.ids).get(id);
}

// The moments of the point in each subject of the period that is on, or the nearest that it has; the one that is on first.
function changesOf(id) {
  const subjects = SUBJECTS.map((_, k) => k).sort((a, b) => (b === state.subject) - (a === state.subject) || a - b);
  return subjects.map(subject => {
    const layer = layersOf(viewOf(subject, nearestPeriod(subject))).find(own => own.moments && own.moments.length && numberOf(own, id) !== undefined);
    if (!layer) return null;
    const i = numberOf(layer, id), moments = layer.moments.map(({ name: texts, place, minutes: took, state: fares }) => ({ name: texts, place: place[i], minutes: took[i], state: fares[i] }));
    return moments.every(moment => moment.state === 'nobody') ? null : { subject, moments };
  }).filter(Boolean);
}

const BADGES = { within: ['covered', 'popup.state_within'], beyond: ['uncovered', 'popup.state_beyond'], without: ['unreachable', 'popup.state_without'] };

function changesTable(id) {
  const found = changesOf(id);
  if (!found.length) return null;
  const period = pick(PERIODS[state.period].name);
  return [el('h4', { text: period ? t('popup.changes', { period }) : t('popup.changes_here') }), el('table', { class: 'moments changes' },
    found.map(({ subject, moments }) => el('tbody', { 'data-subject': SUBJECTS[subject].key },
      SUBJECTS.length > 1 ? el('tr', { class: 'subject' }, el('th', { colspan: 4, scope: 'rowgroup', text: pick(SUBJECTS[subject].name) })) : null,
      sameThroughout(moments) ? momentRow(t('popup.same'), moments[0]) : moments.map(moment => momentRow(pick(moment.name), moment)))))];
}

function sameThroughout(moments) {
  return moments.every(moment => ['place', 'minutes', 'state'].every(key => moment[key] === moments[0][key]));
}

function momentRow(when, { place, minutes: took, state: fares }) {
  return el('tr', {}, el('th', { scope: 'row', text: when }), el('td', {}, name(place)),
    el('td', { class: 'number minutes', text: took === '—' ? took : t('popup.minutes', { n: took }) }),
    el('td', {}, BADGES[fares] ? el('span', { class: 'badge ' + BADGES[fares][0], text: t(BADGES[fares][1]) }) : null));
}

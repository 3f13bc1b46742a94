// Above each map: which plan it is, and how sure it is.
const RESULT = 'Result'; // the figure by which a run of one period tells how sure the plan of a service is

function labelOn(half) {
  const own = tilesOn(half).find(([, en]) => en === RESULT);
  return own ? own[2] : pick(runOn(half).label);
}

function drawHead(half) {
  const run = runOn(half), n = half + 1;
  const title = RUNS.length > 2
    ? el('select', { 'aria-label': t('compare.choose', { n }), on: { change: event => setRun(half, Number(event.target.value)) } },
      RUNS.map((other, k) => el('option', { value: k, selected: k === state.runs[half], text: pick(other.title) })))
    : el('strong', { class: 'title' }, name(pick(run.title)));
  const chosen = byId('head-' + half).contains(document.activeElement);
  fillWith('head-' + half, badge(half), title, el('span', { class: 'verdict plain', text: labelOn(half) }));
  if (chosen && RUNS.length > 2) title.focus();
  frames[half].title = t('compare.map', { n, title: pick(run.title) });
}

// Both languages of each notice, once, whichever plans have it.
function noticesOn() {
  const all = HALVES.flatMap(half => runOn(half).notices).filter(notice => notice.some(Boolean));
  return [...new Map(all.map(notice => [notice.join('\n'), notice])).values()];
}

function drawBanner() {
  const notices = noticesOn();
  byId('banner').hidden = !notices.length && !DATA.synthetic;
  fillWith('banner', DATA.synthetic ? el('strong', { text: DATA.labels['page.synthetic'].join(' ') }) : null,
    el('span', { class: 'text' }, notices.map(notice => [name(pick(notice)), ' '])));
}

// The panel: what is compared, figures, who gains and loses, notices, sources.
function drawSwitches() {
  const subjects = sharedSubjects(), periods = sharedPeriods(state.subject), at = (list, key) => list.findIndex(([own]) => own === key);
  byId('services').hidden = !subjects.length;
  serviceButtons(subjects.map(([key, zh, en]) => ({ key, name: pick([zh, en]) })), at(subjects, state.subject), k => setSubject(subjects[k][0]));
  byId('periods').hidden = periods.length < 2;
  fillWith('periods', radioButtons('periods', periods.map(([key, zh, en]) => ({ key, parts: pick([zh, en]) })), at(periods, state.period), k => setPeriod(periods[k][0])));
  byId('nothing').hidden = Boolean(subjects.length);
  byId('nothing').textContent = t('compare.none');
}

function drawModes() {
  fillWith('modes', radioButtons('modes', ['compare.beside', 'compare.swipe'].map(key => ({ key, parts: t(key) })), Number(state.swipe), k => setSwipe(k === 1)));
}

function drawNotes() {
  const notices = noticesOn(), names = half => subjectsOnlyOn(half).map(([, zh, en]) => pick([zh, en])).join(language === 0 ? '、' : ', ');
  fillWith('notices',
    state.runs[0] === state.runs[1] ? el('p', { class: 'warning', text: t('compare.same') }) : null,
    HALVES.filter(half => names(half)).map(half => el('p', { class: 'small', text: t('compare.only', { n: half + 1, names: names(half) }) })),
    DATA.left_out ? el('p', { class: 'small', text: t('compare.left_out', { n: DATA.left_out }) }) : null,
    el('p', { class: 'small', text: t('compare.tables') }),
    notices.length ? [el('h2', { text: t('panel.notices') }), el('div', { class: 'warning' }, notices.map(([zh, en]) => [
      el('p', { lang: 'zh-CN' }, name(zh)), el('p', { lang: 'en' }, name(en)),
    ]))] : null);
}

function drawCredits() {
  const lines = DATA.sources.map(([attribution, licence]) => [pick(attribution), licence].filter(Boolean).join(' — '));
  fillWith('sources', el('h2', { text: t('panel.sources') }),
    lines.length ? el('ul', {}, [...new Set(lines)].map(text => el('li', {}, name(text)))) : el('p', { class: 'small', text: t('panel.no_sources') }),
    el('p', { class: 'small', text: t('panel.made_with', { version: DATA.version }) }));
}

function drawTitle() {
  translatePage();
  document.title = `${t('compare.title')} · ${HALVES.map(half => pick(runOn(half).title)).join(' / ')}`;
  fillWith('place', name(pick(DATA.place)), DATA.data_date ? [' ', el('span', { text: t('page.data_date', { date: DATA.data_date }) })] : null);
  setAll(byId('language'), { text: t('page.language'), lang: language === 0 ? 'en' : 'zh-CN' });
}

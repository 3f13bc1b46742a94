// What every page's panel has: its head, groups of radio buttons, notices, sources.
function drawMasthead() {
  document.title = `${pick(DATA.title)} · ${pick(DATA.place)}`;
  fillWith('title', phrases(pick(DATA.title)).map(text => el('span', { text })));
  fillWith('place', name(pick(DATA.place)), DATA.data_date ? [' ', el('span', { text: t('page.data_date', { date: DATA.data_date }) })] : null);
  byId('language').textContent = t('page.language');
  byId('language').lang = language === 0 ? 'en' : 'zh-CN';
}

// Buttons of which one is chosen, in the group of this id; arrow keys move within it.
// items: { key, title, parts } of each; choose: what is done with the number of one.
function radioButtons(group, items, chosen, choose) {
  return items.map((item, k) => el('button', {
    type: 'button', role: 'radio', 'aria-checked': String(k === chosen), tabindex: k === chosen ? 0 : -1,
    'data-key': item.key, title: item.title,
    on: { click: () => choose(k), keydown: event => stepRadio(event, k, items.length, choose, group) },
  }, item.parts));
}

function stepRadio(event, k, count, choose, group) {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  choose((k + step + count) % count);
  byId(group).querySelector('[aria-checked="true"]').focus();
}

const MANY = 4; // more services than these are shown small

// items: { key, name } of each service or subject.
function serviceButtons(items, chosen, choose) {
  const many = items.length > MANY;
  byId('services').classList.toggle('many', many);
  fillWith('services', radioButtons('services', items.map(item => ({
    key: item.key, title: many ? item.name : null,
    parts: [el('span', { class: 'glyph', 'aria-hidden': 'true', text: STYLE.glyphs[item.key] || '' }), el('span', {}, withAside(item.name))],
  })), chosen, choose));
  if (items.length) byId('services').children[chosen].scrollIntoView({ block: 'nearest', inline: 'nearest' });
}

// What a name has in brackets is left out where there is little room.
function withAside(text) {
  const [main, ...rest] = text.split(/(?=（| \()/);
  return [main, rest.length ? el('span', { class: 'aside', text: rest.join('') }) : null];
}

// Both languages, whichever is on: a notice must not be missed.
function drawNotices() {
  const notices = DATA.notices.filter(notice => notice.some(Boolean));
  if (!notices.length) { fillWith('notices'); return; }
  fillWith('notices', el('h2', { text: t('panel.notices') }), el('div', { class: 'warning' }, notices.map(([zh, en]) => [
    el('p', { lang: 'zh-CN', text: zh }), el('p', { lang: 'en', text: en }),
  ])));
}

function listed(texts) { return el('ul', {}, texts.map(text => el('li', { text: pick(text) }))); }

// Notes of the run, and what was assumed in making the case.
function madeHow() {
  return [['panel.notes', DATA.notes], ['panel.guesses', DATA.guesses]].filter(([, texts]) => texts.length)
    .map(([key, texts]) => [el('h3', { text: t(key) }), listed(texts)]);
}

// told: what the printed notes name after the title.
function drawSources(told) {
  const seen = new Set(), lines = [];
  DATA.sources.forEach(source => {
    const text = [pick(source.attribution) || source.title, source.licence].filter(Boolean).join(' — ');
    if (text && !seen.has(text)) lines.push(text);
    seen.add(text);
  });
  fillWith('sources', el('h2', { text: t('panel.sources') }),
    lines.length ? el('ul', {}, lines.map(text => el('li', {}, name(text)))) : el('p', { class: 'small', text: t('panel.no_sources') }),
    el('p', { class: 'small', text: t('panel.made_with', { version: DATA.version }) }));
  const credits = DATA.sources.map(source => pick(source.attribution)).filter((text, k, all) => text && all.indexOf(text) === k);
  fillWith('credit', name(credits.join(' · ')));
  fillWith('print-notes', el('p', { text: [pick(DATA.title), ...told].filter(Boolean).join(' · ') }),
    DATA.notices.map(notice => el('p', { text: notice[1 - language] })),
    el('p', {}, t('panel.sources') + ' ', lines.map(text => name(text + ' '))));
}

// Figures by group, the distribution of times, checks, standards.
let grouping = 'zone';

function drawGroups() {
  const s = service(), kinds = ['zone', 'township', 'age'].filter(kind => s.summary.filter(row => row.kind === kind).length > 1);
  if (!kinds.length) { fillWith('groups'); return; }
  if (!kinds.includes(grouping)) grouping = kinds[0];
  const choose = k => { grouping = kinds[k]; drawGroups(); };
  const rows = s.summary.filter(row => row.kind === grouping && row.before[FIGURE.people] > 0);
  fillWith('groups', el('h2', { text: t('panel.by_group') }),
    el('div', { class: 'tabs', role: 'radiogroup', 'aria-label': t('panel.by_group'), id: 'group-tabs' },
      radioButtons('group-tabs', kinds.map(kind => ({ key: kind, parts: t('panel.' + kind) })), kinds.indexOf(grouping), choose)),
    el('table', { class: 'figures' },
      el('thead', {}, el('tr', {}, el('th', { scope: 'col', text: t('panel.' + grouping) }),
        ['people', 'within', 'minutes'].map(key => el('th', { scope: 'col', class: 'number', text: t('panel.' + key) })))),
      el('tbody', {}, rows.map(groupRow))));
}

function groupRow(row) {
  const before = row.before, after = row.after, last = after || before;
  const move = (k, show) => el('td', { class: 'number' },
    after && show(before[k]) !== show(after[k]) ? el('span', { class: 'was', text: show(before[k]) + ' → ' }) : null, show(last[k]));
  const share = move(FIGURE.share, percent);
  share.append(shareBar(before[FIGURE.share], after ? after[FIGURE.share] : null));
  return el('tr', {}, el('th', { scope: 'row' }, name(groupName(row))),
    el('td', { class: 'number', text: people(last[FIGURE.people]) }), share, move(FIGURE.mean, minutes));
}

function groupName(row) {
  if (row.kind === 'zone') return zoneName(row.group);
  const ages = row.kind === 'age' && /^age_(\d+)_(\d+|plus)$/.exec(row.group);
  if (ages) return ages[2] === 'plus' ? t('panel.age_open', { a: ages[1] }) : t('panel.age_range', { a: ages[1], b: ages[2] });
  return row.group || t('panel.other');
}

// Share of people by class of time to the nearest facility, today and planned.
function drawDistribution() {
  const s = service(), moments = s.demand.after ? [BEFORE, AFTER] : [BEFORE];
  const classes = [...TIME_CLASSES, UNREACHABLE], total = s.demand.need.reduce((sum, n) => sum + n, 0);
  if (!total) { fillWith('distribution'); return; }
  const shares = moments.map(moment => {
    const sums = classes.map(() => 0);
    s.demand.need.forEach((n, i) => { if (n > 0) sums[classes.indexOf(timeClass(s.demand[moment].minutes[i]))] += n / total; });
    return sums;
  });
  const most = Math.max(...shares.flat());
  fillWith('distribution', el('h2', { text: t('panel.distribution') }), el('table', { class: 'histogram' }, el('tbody', {},
    classes.map((c, k) => shares.some(sums => sums[k] > 0) ? el('tr', {}, el('th', { scope: 'row', text: className(c) }),
      el('td', {}, moments.map((moment, m) => el('div', { class: moment, title: t(m ? 'popup.planned' : 'popup.today') },
        el('i', { style: { width: shares[m][k] / most * 100 + '%', background: moment === BEFORE && moments.length > 1 ? null : c.look.fill } }),
        el('span', { text: percent(shares[m][k]) }))))) : null))),
    moments.length > 1 ? el('p', { class: 'small key' }, el('i', { class: 'before' }), t('popup.today'), el('i', { class: 'after' }), t('popup.planned')) : null);
}

function drawChecks() {
  const s = service();
  if (!s.checks.length) { fillWith('checks'); return; }
  const failed = s.checks.filter(check => !check[2]).length;
  fillWith('checks', el('details', { class: failed ? 'failed' : 'passed', open: failed > 0 },
    el('summary', { text: failed ? t('panel.checks_failed', { n: failed }) : t('panel.checks_passed', { n: s.checks.length }) }),
    el('p', { class: 'small', text: t('panel.checks_what') }),
    el('ul', {}, s.checks.map(check => el('li', {}, el('b', { class: check[2] ? 'ok' : 'bad', text: t(check[2] ? 'panel.passed' : 'panel.failed') }),
      ' ' + pick(check), check[3] ? el('small', {}, name(check[3])) : null)))));
}

function drawStandards() {
  const s = service();
  fillWith('standards', el('details', { open: false }, el('summary', { text: t('panel.standards') }),
    s.unverified.length ? el('p', { class: 'warning', text: t('panel.unverified_count', { n: s.unverified.length }) }) : null,
    el('ul', {}, s.thresholds.map(row => el('li', {},
      el('b', { text: t('panel.standard_line', { kind: t('kind.' + row.kind), mode: t('mode.' + row.mode), minutes: row.minutes }) }), ' ',
      el('span', { class: 'badge ' + (row.verified ? 'covered' : 'uncovered'), text: t(row.verified ? 'panel.verified' : 'panel.unverified') }),
      el('small', {}, name(row.source))))),
    s.unverified.length ? listed(s.unverified) : null,
    el('p', { class: 'small', text: t('panel.disclaimer') }),
    s.out_of_reach.length ? el('p', { class: 'warning', text: t('panel.out_of_reach', { n: s.out_of_reach.length }) }) : null,
    madeHow()));
}

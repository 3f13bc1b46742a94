// The panel: what was asked, how sure the answer is, the headline figures, the new facilities.
const FIGURE = { people: 0, covered: 1, share: 2, unreachable: 3, mean: 4, median: 5, p95: 6, worst: 7, gini: 8 };

function figures(s) { return s.summary.find(row => row.kind === 'all'); }

function drawServices() {
  serviceButtons(SERVICES.map(s => ({ key: s.id, name: pick(s.name), short: pick(s.facility) })), state.service, setService);
}

function drawResult() {
  const s = service(), count = status => s.sites.status.filter(own => own === status).length;
  if (!s.outcome) {
    fillWith('result', el('p', { class: 'verdict none', text: t('panel.as_is') }), el('p', { class: 'asked', text: t('panel.as_is_note') }));
    return;
  }
  const cost = s.sites.cost.reduce((sum, own, j) => sum + (s.sites.status[j] === 'new' ? own || 0 : 0), 0);
  const asked = [
    pick(s.formulation), t('panel.opened', { n: count('new') }), t('panel.kept', { n: count('existing') }),
    count('closed') ? t('panel.closed', { n: count('closed') }) : null, cost ? t('panel.total_cost', { cost: money(cost) }) : null,
  ];
  fillWith('result',
    el('p', { class: 'verdict ' + s.outcome.sure },
      svg('svg', { viewBox: '0 0 16 16', width: 15, height: 15, 'aria-hidden': 'true' }, svg('path', {
        d: s.outcome.sure === 'proven' ? 'M3 8.5 L6.6 12 L13 4.5' : 'M14 8 A6 6 0 1 1 2 8 A6 6 0 1 1 14 8 M8 4.8 L8 8.3 L10.6 9.8', fill: 'none',
        stroke: 'currentColor', 'stroke-width': s.outcome.sure === 'proven' ? 2.2 : 1.7, 'stroke-linecap': 'round', 'stroke-linejoin': 'round',
      })), el('span', { text: pick(s.outcome.label) })),
    el('p', { class: 'asked', text: asked.filter(Boolean).join(' · ') }));
}

function drawHeadline() {
  const row = figures(service());
  if (!row) { fillWith('headline'); return; }
  const before = row.before, after = row.after || null, last = after || before;
  const gain = after ? last[FIGURE.share] - before[FIGURE.share] : 0;
  fillWith('headline',
    el('h2', { text: t('panel.covered_share') }),
    el('p', { class: 'big' }, after ? [el('span', { class: 'was', text: percent(before[FIGURE.share]) }), el('span', { class: 'arrow', 'aria-hidden': 'true', text: '→' })] : null,
      el('strong', { text: percent(last[FIGURE.share]) }),
      after ? el('span', { class: gain < 0 ? 'gain loss' : gain > 0 ? 'gain' : 'gain none', text: (gain < 0 ? '−' : gain > 0 ? '+' : '±') + t('panel.points', { n: Math.abs(gain * 100).toFixed(1) }) }) : null),
    shareBar(before[FIGURE.share], after && after[FIGURE.share]),
    el('p', { class: 'small', text: t('panel.covered_note', { total: people(last[FIGURE.people]), covered: people(last[FIGURE.covered]) })
      + (after ? bracketed(t('panel.gained', { n: people(after[FIGURE.covered] - before[FIGURE.covered]) })) : '') }),
    el('div', { class: 'tiles' },
      tile('mean', before, after, minutes, t('unit.minutes')), tile('p95', before, after, minutes, t('unit.minutes')),
      tile('worst', before, after, minutes, t('unit.minutes')), tile('unreachable', before, after, people, t('unit.persons'))));
}

function tile(key, before, after, show, unit) {
  const k = FIGURE[key];
  return el('div', { class: 'tile', title: key === 'unreachable' ? t('panel.unreachable_note') : null },
    el('h3', { text: t('panel.' + key) }),
    el('p', {}, after ? el('span', { class: 'was', text: show(before[k]) }) : null, after ? el('span', { class: 'arrow', 'aria-hidden': 'true', text: '→' }) : null,
      el('strong', { text: show((after || before)[k]) }), el('span', { class: 'unit', text: unit })));
}

// A bar of 0..100 %: what was within the standard, and what the plan adds.
function shareBar(before, after) {
  const bar = el('div', { class: 'bar', 'aria-hidden': 'true' });
  if (before === null) return bar;
  const kept = after === null ? before : Math.min(before, after);
  bar.append(el('i', { class: 'kept', style: { width: kept * 100 + '%' } }));
  if (after !== null && after > before) bar.append(el('i', { class: 'more', style: { width: (after - before) * 100 + '%' } }));
  if (after !== null && after < before) bar.append(el('i', { class: 'less', style: { width: (before - after) * 100 + '%' } }));
  return bar;
}

function drawNewSites(show) {
  const s = service(), sites = s.sites;
  const rows = sites.status.map((status, j) => status === 'new' ? j : -1).filter(j => j >= 0)
    .sort((a, b) => sites.number[a] - sites.number[b]);
  if (!rows.length) { fillWith('new-sites'); return; }
  fillWith('new-sites', el('h2', { text: t('panel.new_sites') }), el('ol', {}, rows.map(j => {
    const load = sites.capacity[j] ? `${people(sites.load_after[j])} / ${people(sites.capacity[j])} ${pick(s.unit)}` : `${people(sites.load_after[j])} ${t('unit.persons')}`;
    return el('li', {}, el('button', { type: 'button', 'data-site': sites.id[j], on: { click: () => show('site', j) } },
      el('b', { class: 'number-badge', text: String(sites.number[j]) }),
      el('span', { class: 'what' }, name(sites.name[j]), el('small', {}, name(whereabouts(zoneName(sites.zone[j]), sites.township[j])))),
      el('span', { class: 'load', text: load })));
  })));
}

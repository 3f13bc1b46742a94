// What a click tells: "what changes for me" at a place, and what a facility is and serves.
function openPopup(map, kind, index) {
  const s = service(), demand = kind === 'demand';
  const at = demand ? [DEMAND.lat[index], DEMAND.lon[index]] : [s.sites.lat[index], s.sites.lon[index]];
  const pinned = !demand && s.sites.status[index] === 'new';
  const content = demand ? demandFacts(index) : siteFacts(s, index);
  popUp(content, at, { kind, index }, pinned ? [0, -32] : [0, -4]);
  say(Array.from(content.querySelectorAll('h3, .moments:not(.others) tr'), node => node.textContent).join(' '));
}

function badge(covered, reachable) {
  const key = !reachable ? 'unreachable' : covered ? 'covered' : 'uncovered';
  return el('span', { class: 'badge ' + key, text: t('popup.' + key) });
}

function reached(value) { return value === null ? t('popup.unreachable') : t('popup.minutes', { n: minutes(value) }); }

// One moment of one service: the nearest facility, the minutes, within the standard or not.
function momentRow(s, i, moment) {
  const d = s.demand[moment], site = d.site[i];
  return el('tr', { 'data-moment': moment },
    el('th', { scope: 'row', text: t(moment === BEFORE ? 'popup.today' : 'popup.planned') }),
    el('td', {}, site < 0 ? t('popup.nobody') : siteLink(s, site)),
    el('td', { class: 'number minutes', text: reached(d.minutes[i]) }),
    el('td', {}, badge(d.covered[i], d.minutes[i] !== null)));
}

function siteLink(s, j) {
  const number = s.sites.number[j];
  return el('span', {}, number ? el('b', { class: 'number-badge', text: String(number) }) : null, name(s.sites.name[j]));
}

function demandFacts(i) {
  const s = service(), d = s.demand, standard = d.standard[i];
  const parts = [
    el('h3', {}, name(DEMAND.name[i])),
    el('p', { class: 'where' }, name(whereabouts(zoneName(DEMAND.zone[i]), DEMAND.township[i], DEMAND.village[i]))),
    el('p', { class: 'counts', text: `${t('popup.people', { n: people(DEMAND.population[i]) })} · ${pick(s.name)} ${t('popup.need', { n: people(d.need[i]) })}` }),
  ];
  if (d.off[i]) parts.push(el('p', { class: 'warning', text: t('popup.off_network') }));
  if (d.need[i] > 0) {
    parts.push(el('table', { class: 'moments' }, el('tbody', {},
      momentRow(s, i, BEFORE), d.after ? momentRow(s, i, AFTER) : null)));
    parts.push(el('dl', {},
      standard ? [el('dt', { text: t('popup.standard') }), el('dd', { text: standardText(standard) })] : null,
      d.after && d.after.expected ? [el('dt', { text: t('popup.expected') }), el('dd', { class: 'expected', text: `${percent(d.before.expected[i])} → ${percent(d.after.expected[i])}` })] : null,
      d.after ? [el('dt', { text: t('popup.assigned') }), el('dd', {}, assignedTo(s, i))] : null));
  } else parts.push(el('p', { text: t('popup.no_need') }));
  const others = SERVICES.filter((other, k) => k !== state.service && other.demand.need[i] > 0);
  if (others.length) parts.push(el('h4', { text: t('popup.others') }), el('table', { class: 'moments others' }, el('tbody', {}, others.map(other => otherRow(other, i)))));
  return el('div', { class: 'popup', 'data-kind': 'demand', 'data-id': DEMAND.id[i] }, parts);
}

function standardText(standard) {
  return t('popup.standard_value', { mode: t('mode.' + standard.mode), minutes: standard.minutes, kind: t('kind.' + standard.kind) });
}

function assignedTo(s, i) {
  const pairs = s.from[i];
  if (!pairs.length) return t('popup.not_assigned');
  return pairs.map(pair => el('div', { class: 'assigned' }, siteLink(s, pair.site), ' ',
    el('span', { class: 'minutes', text: t('popup.minutes', { n: minutes(pair.minutes) }) }),
    s.demand.standard[i] && pair.minutes > s.demand.standard[i].minutes ? el('span', { class: 'badge uncovered', text: t('popup.beyond') }) : null,
    pair.share < 1 ? ` · ${t('popup.share', { share: percent(pair.share) })}` : null));
}

function otherRow(s, i) {
  const before = s.demand.before, after = s.demand.after, last = after || before;
  return el('tr', {}, el('th', { scope: 'row', text: pick(s.name) }),
    el('td', { class: 'number', text: after ? `${reached(before.minutes[i])} → ${reached(after.minutes[i])}` : reached(before.minutes[i]) }),
    el('td', {}, badge(last.covered[i], last.minutes[i] !== null)));
}

function siteFacts(s, j) {
  const sites = s.sites, status = sites.status[j], capacity = sites.capacity[j];
  const load = n => capacity ? t('popup.load_use', { n: people(n), share: percent(n / capacity) }) : `${people(n)} ${t('unit.persons')}`;
  const rows = [
    [t('popup.status'), t(status === 'existing' && !DATA.planned ? 'popup.status_as_is' : sites.moved[j] === '1' ? 'popup.status_moved' : 'popup.status_' + status)],
    [t('popup.capacity'), capacity === null ? t('popup.no_capacity') : `${people(capacity)} ${pick(s.unit)}`],
  ];
  if (status !== 'candidate' && status !== 'new') rows.push([t('popup.load_before'), load(sites.load_before[j])]);
  if (DATA.planned && status !== 'candidate' && status !== 'closed') rows.push([t('popup.load_after'), load(sites.load_after[j])]);
  if (sites.size && sites.size[j]) rows.push([t('popup.size'), name(sites.size[j])]);
  if (sites.vehicles && sites.vehicles[j] > 0) rows.push([t('popup.vehicles'), people(sites.vehicles[j])]);
  if (sites.land[j]) rows.push([t('popup.land'), name(sites.land[j])]);
  if (sites.cost[j] > 0) rows.push([t(status === 'candidate' ? 'popup.cost_if' : status === 'closed' ? 'popup.cost_gone' : 'popup.cost'), money(sites.cost[j])]);
  return el('div', { class: 'popup', 'data-kind': 'site', 'data-id': sites.id[j] },
    el('h3', {}, siteLink(s, j)),
    el('p', { class: 'where' }, name(whereabouts(pick(s.facility), zoneName(sites.zone[j]), sites.township[j]))),
    el('dl', {}, rows.map(([key, value]) => [el('dt', { text: key }), el('dd', {}, value)])),
    s.to[j].length ? el('p', { class: 'counts', text: t('popup.places_served', { n: s.to[j].length }) }) : null,
    sites.off[j] === '1' ? el('p', { class: 'warning', text: t('popup.off_network') }) : null);
}

// The places of people and the services, decoded: full-length columns for each service.
const BEFORE = 'before', AFTER = 'after';

const DEMAND = (function () {
  const d = DATA.demand, degrees = decodePoints(d.c);
  return {
    count: d.id.length, id: d.id, population: d.population,
    name: d.name.map((name, k) => name || d.id[k]),
    lon: d.id.map((_, k) => degrees[2 * k]), lat: d.id.map((_, k) => degrees[2 * k + 1]),
    zone: uncode(d.zone), township: uncode(d.township), village: uncode(d.village),
  };
}());

const SERVICES = DATA.services.map(function (raw) {
  const s = raw.sites, degrees = decodePoints(s.c), d = raw.demand;
  const sites = {
    count: s.id.length, id: s.id, name: s.name.map((name, k) => name || s.id[k]),
    lon: s.id.map((_, k) => degrees[2 * k]), lat: s.id.map((_, k) => degrees[2 * k + 1]),
    zone: uncode(s.zone), township: uncode(s.township), land: uncode(s.land), status: uncode(s.status),
    size: s.size ? uncode(s.size) : null, moved: s.moved, vehicles: s.vehicles,
    capacity: s.capacity, load_before: s.load_before, load_after: s.load_after, cost: s.cost, off: s.off,
    number: s.number, // of the new ones, as in the tables; 0: not new
  };

  // Columns over all demand points; a point that the service does not know has need 0.
  const full = (values, absent) => {
    if (d.at === null) return values;
    const out = new Array(DEMAND.count).fill(absent);
    d.at.forEach((place, k) => { out[place] = values[k]; });
    return out;
  };
  const when = moment => d[moment] && {
    minutes: full(d[moment].minutes, null), site: full(d[moment].site, -1),
    covered: full(Array.from(d[moment].covered, c => c === '1'), false),
    expected: d[moment].expected ? full(d[moment].expected, null) : null, // chance of a free vehicle in time
  };
  const demand = {
    need: full(d.need, 0), standard: full(d.standard, 0).map(k => d.standards[k]),
    off: full(Array.from(d.off, c => c === '1'), false), before: when(BEFORE), after: when(AFTER),
  };

  // Who goes where, by demand point and by site.
  const from = DEMAND.id.map(() => []), to = s.id.map(() => []);
  if (raw.assigned) raw.assigned.demand.forEach((i, k) => {
    const pair = {
      demand: i, site: raw.assigned.site[k], minutes: raw.assigned.minutes[k],
      share: raw.assigned.share ? raw.assigned.share[k] : 1,
    };
    from[i].push(pair);
    to[pair.site].push(pair);
  });
  return Object.assign({}, raw, { sites, demand, from, to });
});

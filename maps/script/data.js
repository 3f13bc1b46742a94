// The data block, decoded: typed arrays for shapes, full-length columns for each service.
const DATA = JSON.parse(document.getElementById('data').textContent);
const STYLE = DATA.style;
const BEFORE = 'before', AFTER = 'after';

// Text of successive differences (siting/render/encode.py) -> degrees, longitude and latitude in turn.
function decodePoints(text) {
  const out = [];
  let at = 0;
  const sum = [0, 0];
  for (let k = 0; at < text.length; k ^= 1) {
    let shift = 1, value = 0, letter;
    do {
      letter = text.charCodeAt(at++) - 63;
      value += (letter & 31) * shift;
      shift *= 32;
    } while (letter & 32);
    sum[k] += value % 2 ? -(value + 1) / 2 : value / 2;
    out.push(sum[k] / 1e5);
  }
  return out;
}

// Web Mercator with the world as the unit square, y down.
function mercatorX(lon) { return (lon + 180) / 360; }
function mercatorY(lat) {
  const s = Math.sin(Math.max(-85.05, Math.min(85.05, lat)) * Math.PI / 180);
  return 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
}

// Lines or rings: xy in the unit square, where each begins, and the box of each.
function decodeLines(encoded) {
  const degrees = decodePoints(encoded.c), count = encoded.n.length;
  const xy = new Float64Array(degrees.length), start = new Int32Array(count + 1), box = new Float64Array(4 * count);
  for (let k = 0; k < degrees.length; k += 2) {
    xy[k] = mercatorX(degrees[k]);
    xy[k + 1] = mercatorY(degrees[k + 1]);
  }
  for (let i = 0, at = 0; i < count; i++) {
    start[i] = at;
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (const end = at + 2 * encoded.n[i]; at < end; at += 2) {
      west = Math.min(west, xy[at]); east = Math.max(east, xy[at]);
      north = Math.min(north, xy[at + 1]); south = Math.max(south, xy[at + 1]);
    }
    start[i + 1] = at;
    box.set([west, north, east, south], 4 * i);
  }
  const names = encoded.names ? encoded.names.at.map(k => encoded.names.words[k]) : [];
  return { count, xy, start, box, names };
}

// Polygons: their rings as lines, and the first ring of each.
function decodePolygons(encoded) {
  const rings = decodeLines(encoded), first = new Int32Array(encoded.r.length + 1);
  encoded.r.forEach((n, k) => { first[k + 1] = first[k] + n; });
  return Object.assign(rings, { first, polygons: encoded.r.length });
}

// The same polygons as Leaflet wants them.
function latLngs(encoded) {
  const degrees = decodePoints(encoded.c);
  let at = 0, ring = 0;
  return encoded.r.map(count => {
    const rings = [];
    for (let k = 0; k < count; k++, ring++) {
      const points = [];
      for (let n = encoded.n[ring]; n > 0; n--, at += 2) points.push([degrees[at + 1], degrees[at]]);
      rings.push(points);
    }
    return rings;
  });
}

function uncode(coded) { return coded.at.map(k => coded.words[k]); }

function places(encoded) {
  const degrees = decodePoints(encoded.c);
  return encoded.name.map((name, k) => ({
    name: [name, encoded.name_en[k] || name], lon: degrees[2 * k], lat: degrees[2 * k + 1],
    rank: encoded.rank ? encoded.rank[k] : 0,
  }));
}

const DEMAND = (function () {
  const d = DATA.demand, degrees = decodePoints(d.c);
  return {
    count: d.id.length, id: d.id, population: d.population,
    name: d.name.map((name, k) => name || d.id[k]),
    lon: d.id.map((_, k) => degrees[2 * k]), lat: d.id.map((_, k) => degrees[2 * k + 1]),
    zone: uncode(d.zone), township: uncode(d.township), village: uncode(d.village),
  };
}());

const ZONES = new Map(DATA.base.zones.map(zone => [zone.id, zone]));

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

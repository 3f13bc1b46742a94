// The data block, and how what it holds is read: typed arrays for shapes, columns for texts.
const DATA = JSON.parse(document.getElementById('data').textContent);
if (DATA.script !== SCRIPT) { // siting/render/inline.py
  document.getElementById('mismatch').hidden = false;
  throw new Error('The data of this page were made for another version of its script.');
}
const STYLE = DATA.style;

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

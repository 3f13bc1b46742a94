// How demand points are coloured: each theme gives a point its class, and the classes go into the legend.
const UNREACHABLE = { key: 'unreachable', shape: 'cross', look: { fill: STYLE.coverage.unreachable }, top: 3 };
const NOBODY = { key: 'no_demand', shape: 'circle', look: { fill: STYLE.coverage.no_demand, opacity: 0.6 }, small: true, top: 0 };

function disc(key, colour, top, line) {
  return { key, shape: 'circle', top, look: { fill: colour, line: line || 'rgba(255,255,255,0.85)', weight: 0.8, opacity: 0.92 } };
}

const COVERED = disc('covered', STYLE.coverage.covered, 1), UNCOVERED = disc('uncovered', STYLE.coverage.uncovered, 2);
const GAINED = disc('newly_covered', STYLE.coverage.newly_covered, 2), STILL = disc('still_covered', STYLE.coverage.still_covered, 1);
const LOST = Object.assign(disc('lost', STYLE.coverage.lost, 3), { shape: 'diamond' });
const STILL_NOT = Object.assign({}, UNCOVERED, { key: 'still_uncovered' });

const TIME_CLASSES = STYLE.travel_time.colours.map((colour, k, all) => {
  const breaks = STYLE.travel_time.breaks_min, last = k === all.length - 1;
  return Object.assign(disc('time_' + k, colour, 1), {
    text: () => t(last ? 'legend.over' : 'legend.up_to', { a: last ? breaks[k - 1] : k ? breaks[k - 1] : 0, b: breaks[k] }),
    last: last ? Infinity : breaks[k],
  });
});

function coverageClass(d, i, moment) {
  if (d[moment].minutes[i] === null) return UNREACHABLE;
  return d[moment].covered[i] ? COVERED : UNCOVERED;
}

function timeClass(value) {
  return value === null ? UNREACHABLE : TIME_CLASSES.find(c => value <= c.last);
}

function changeClass(d, i) {
  const was = d.before.covered[i], is = d.after.covered[i];
  if (is) return was ? STILL : GAINED;
  if (was) return LOST;
  return d.after.minutes[i] === null ? UNREACHABLE : STILL_NOT;
}

const CLASSIFY = {
  change: changeClass,
  after: (d, i) => coverageClass(d, i, AFTER),
  before: (d, i) => coverageClass(d, i, BEFORE),
  time_after: (d, i) => timeClass(d.after.minutes[i]),
  time_before: (d, i) => timeClass(d.before.minutes[i]),
};
const CLASSES = {
  change: [GAINED, STILL, STILL_NOT, LOST, UNREACHABLE, NOBODY],
  after: [COVERED, UNCOVERED, UNREACHABLE, NOBODY],
  before: [COVERED, UNCOVERED, UNREACHABLE, NOBODY],
  time_after: [...TIME_CLASSES, UNREACHABLE, NOBODY],
  time_before: [...TIME_CLASSES, UNREACHABLE, NOBODY],
};

function classOf(s, theme, i) {
  return s.demand.need[i] > 0 ? CLASSIFY[theme](s.demand, i) : NOBODY;
}

function className(c) { return c.text ? c.text() : t('legend.' + c.key); }

// Radius in pixels: the area grows with the people, within limits that grow with the zoom.
function radiusScale(s, zoom) {
  const some = s.demand.need.filter(n => n > 0).sort((a, b) => a - b);
  const large = some.length ? some[Math.floor(some.length * 0.97)] : 1;
  const most = byZoom({ 8: 2.4, 10: 4, 11: 5.5, 12: 7.5, 14: 14, 16: 24 }, zoom);
  const least = byZoom({ 8: 1, 10: 1.5, 11: 1.9, 12: 2.5, 14: 4, 16: 6 }, zoom);
  return { large, most, least, metre: pixelsPerMetre(zoom) };
}

// A point grows no larger than leaves its nearest neighbour to be seen.
function demandRadius(scale, need, i) {
  if (!need) return scale.least * 0.8;
  const wanted = Math.min(scale.most * 1.25, scale.most * Math.sqrt(need / scale.large));
  return Math.max(scale.least, Math.min(wanted, DATA.demand.room[i] * scale.metre * 0.62));
}

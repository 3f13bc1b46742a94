// Scale, north arrow, zoom buttons, the notice of synthetic data.
function makeFurniture(map, home) {
  byId('zoom-in').addEventListener('click', () => map.zoomIn());
  byId('zoom-out').addEventListener('click', () => map.zoomOut());
  byId('zoom-all').addEventListener('click', home);
  fillWith('north', svg('svg', { viewBox: '0 0 24 34', width: 24, height: 34, 'aria-hidden': 'true' },
    svg('text', { x: 12, y: 8.6, 'text-anchor': 'middle', 'font-size': 10, 'font-weight': 700, fill: '#2f2c35', text: 'N' }),
    svg('path', { d: 'M12 11 L19.5 32 L12 27.6 Z', fill: '#2f2c35' }),
    svg('path', { d: 'M12 11 L4.5 32 L12 27.6 Z', fill: '#ffffff', stroke: '#2f2c35', 'stroke-width': 1 })));
  map.on('zoomend moveend resize', () => drawScale(map));
}

function drawBanner() {
  const banner = byId('banner'), notices = DATA.notices.filter(notice => notice.some(Boolean));
  banner.hidden = !notices.length && !DATA.synthetic;
  const tag = DATA.synthetic ? el('strong', { text: DATA.labels['page.synthetic'].join(' ') }) : null;
  const text = el('span', { class: 'text' }, notices.map(notice => [alone(ended(pick(notice))), ' ']));
  fillWith('banner', tag, text, el('button', { type: 'button', class: 'more', 'aria-expanded': 'false', text: t('page.more'), on: { click: event => {
    const open = banner.classList.toggle('open');
    setAll(event.target, { 'aria-expanded': String(open), text: t(open ? 'page.less' : 'page.more') });
    window.dispatchEvent(new Event('resize'));
  } } }));
}

const PIXEL_M = 0.0254 / 96; // a CSS pixel is 1/96 inch, on paper truly so

function drawScale(map) {
  const centre = map.getCenter(), metres = 156543.034 * Math.cos(centre.lat * Math.PI / 180) / Math.pow(2, map.getZoom());
  const most = metres * 130, power = Math.pow(10, Math.floor(Math.log10(most)));
  const whole = [5, 2, 1].map(k => k * power).find(value => value <= most);
  const text = value => value >= 1000 ? `${value / 1000} ${t('unit.km')}` : `${value} ${t('unit.m')}`;
  const ratio = Number((metres / PIXEL_M).toPrecision(2)).toLocaleString('en-US');
  const width = whole / metres;
  fillWith('scale',
    el('div', { class: 'steps', style: { width: width + 'px' } }, el('i'), el('i'), el('i'), el('i')),
    el('div', { class: 'ends', style: { width: width + 'px' } }, el('span', { text: '0' }), el('span', { text: text(whole) })),
    el('div', { class: 'ratio', text: t('page.ratio', { n: ratio }) }))
    .setAttribute('aria-label', t('page.scale', { text: text(whole), n: ratio }));
}

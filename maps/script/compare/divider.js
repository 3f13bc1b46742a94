// The divider of the swipe: dragged by mouse or finger, moved by keys.
const STEPS = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2, PageDown: -10, PageUp: 10, Home: -100, End: 100 };

function makeDivider() {
  const divider = byId('divider'), maps = byId('maps');
  const follow = event => {
    const box = frames[1].getBoundingClientRect();
    setAt((event.clientX - box.left) / box.width * 100);
  };
  divider.addEventListener('pointerdown', event => {
    event.preventDefault();
    divider.focus();
    divider.setPointerCapture(event.pointerId);
    maps.classList.add('dragging'); // the frames would take what moves over them
  });
  divider.addEventListener('pointermove', event => { if (divider.hasPointerCapture(event.pointerId)) follow(event); });
  divider.addEventListener('lostpointercapture', () => maps.classList.remove('dragging'));
  divider.addEventListener('keydown', event => {
    if (!(event.key in STEPS)) return;
    event.preventDefault();
    setAt(Math.round(state.at) + STEPS[event.key]);
  });
  onChange(['at', 'language'], drawDivider);
}

function drawDivider() {
  const at = Math.round(state.at);
  byId('maps').style.setProperty('--at', state.at + '%');
  setAll(byId('divider'), { 'aria-valuenow': at, 'aria-valuetext': t('compare.divided', { n: at }) });
}

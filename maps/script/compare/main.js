// Puts the page of comparison together.
byId('language').addEventListener('click', () => setLanguage(1 - language));
onChange(['runs', 'language'], () => {
  drawTitle();
  drawBanner();
  drawNotes();
  drawCredits();
});
onChange(['runs', 'view', 'language'], () => {
  HALVES.forEach(drawHead);
  drawSwitches();
  drawFigures();
  drawGains();
});
onChange(['mode', 'language'], drawModes);
makeMaps();
makeDivider();
settle();
change('language', () => {});
change('at', () => {});
change('runs', () => {});

// For tests.
window.comparison = { state, seen, setSubject, setPeriod, setSwipe, setAt, setRun, setLanguage, data: DATA };

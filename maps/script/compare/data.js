// What the page of comparison is told, and the map pages that it puts together (siting/compare/page.py).
const DATA = JSON.parse(document.getElementById('data').textContent);
if (DATA.script !== SCRIPT) { // siting/render/inline.py
  document.getElementById('mismatch').hidden = false;
  throw new Error('The data of this page were made for another version of its script.');
}
const STYLE = DATA.style, RUNS = DATA.runs;

// One map page: what all have in common, the data of all, the data of this run. The texts are inert as they stand.
function mapPage(run) {
  const text = id => document.getElementById(id).textContent.trim();
  const [before, after] = JSON.parse(text('map-page'));
  return `${before}${text('shared').slice(0, -1)},${text('run-' + run).slice(1)}${after}`;
}

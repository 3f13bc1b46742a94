// The form's beginning: it is drawn, and listens.
function countTyped() { byId('typed').textContent = `${byId('content').value.length} / 2000`; }

function draw() {
  drawHead();
  drawSubjects();
  drawPaper();
}

function listen(id, event, call) { byId(id).addEventListener(event, call); }

listen('language', 'click', () => {
  document.documentElement.lang = english() ? 'zh-CN' : 'en';
  draw();
});
document.querySelectorAll('input[name="kind"]').forEach(node => node.addEventListener('change', showPart));
listen('service', 'change', () => drawFacilities(''));
listen('filter', 'input', () => drawFacilities(byId('facility').value));
listen('township', 'change', () => drawVillages(''));
listen('content', 'input', countTyped);
listen('form', 'submit', event => { event.preventDefault(); save(); });
listen('another', 'click', startAnew);
listen('print', 'click', () => window.print());
listen('copy', 'click', () => {
  byId('text').select();
  document.execCommand('copy');
});
listen('reopen', 'change', () => {
  const file = byId('reopen').files[0];
  if (file && file.size < 65536) file.text().then(reopen);
  else if (file) byId('unread').hidden = false;
});
draw();
showPart();
countTyped();

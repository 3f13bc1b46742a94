// The title in parts, each on a line of its own where the whole is too long, so that no line ends within brackets.
function phrases(title) {
  return title.split(/(?=（)/).map(text => el('span', { class: 'phrase', text }));
}

// Title, period, version and channels, on the screen and on paper.
function drawHead() {
  const title = pick(...ASKED.title);
  document.querySelectorAll('.title').forEach(node => { node.replaceChildren(...phrases(title)); });
  document.title = `${pick('规划公示意见表', 'Opinion form')} ${title}`;
  const facts = [
    [pick('公示单位', 'Published by'), ASKED.unit],
    [pick('公示期', 'Open'), ASKED.start && ASKED.end ? pick(`${ASKED.start} 至 ${ASKED.end}`, `${ASKED.start} to ${ASKED.end}`) : ''],
    [pick('版本', 'Version'), ASKED.version],
  ].filter(fact => fact[1]);
  document.querySelectorAll('.facts').forEach(node => {
    node.replaceChildren(...facts.flatMap(fact => [el('dt', { text: fact[0] }), el('dd', { text: fact[1] })]));
  });
  document.querySelectorAll('.notices').forEach(node => {
    node.replaceChildren(...DATA.notices.map(notice => el('li', { text: pick(...notice) })));
  });
  document.querySelectorAll('.channels').forEach(node => {
    node.replaceChildren(...ASKED.channels.map(line => el('li', {}, el('bdi', { text: line }))));
  });
  byId('closed').hidden = !(ASKED.end && today() > ASKED.end);
}

function drawPaper() {
  const heads = [pick('编号', 'No.'), pick('服务', 'Service'), pick('名称', 'Name'), pick('乡镇（街道）', 'Township'), pick('规划', 'Plan')];
  const row = (tag, texts) => el('tr', {}, texts.map(text => el(tag, { text })));
  byId('list').replaceChildren(
    el('thead', {}, row('th', heads)),
    el('tbody', {}, ASKED.facilities.map(f => row('td', [
      f.number, pick(f.service_zh, f.service_en), shown(f.name), f.township, pick(f.status_zh, f.status_en)]))));
}

function today() {
  const now = new Date();
  const two = n => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

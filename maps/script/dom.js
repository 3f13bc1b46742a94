// Elements are made here and nowhere else; text is set as text, never as markup.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  setAll(node, attributes);
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return node;
}

function setAll(node, attributes) {
  Object.entries(attributes || {}).forEach(([name, value]) => {
    if (value === null || value === undefined || value === false) return;
    if (name === 'text') node.textContent = value;
    else if (name === 'on') Object.entries(value).forEach(([event, call]) => node.addEventListener(event, call));
    else if (name === 'style') Object.entries(value).forEach(([key, v]) => node.style.setProperty(key, v));
    else node.setAttribute(name, value === true ? '' : value);
  });
}

const SVG = 'http://www.w3.org/2000/svg';
function svg(tag, attributes, ...children) {
  const node = document.createElementNS(SVG, tag);
  setAll(node, attributes);
  node.append(...children);
  return node;
}

function byId(id) { return document.getElementById(id); }

function fillWith(id, ...children) {
  const node = byId(id);
  node.textContent = '';
  node.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return node;
}

// Names of people's places may hold right-to-left marks: each is kept to itself.
function name(text, attributes) { return el('bdi', Object.assign({ text }, attributes)); }

// The fixed words of page.html.
function translatePage() {
  document.documentElement.lang = language === 0 ? 'zh-CN' : 'en';
  document.querySelectorAll('[data-t]').forEach(node => { node.textContent = t(node.dataset.t); });
  document.querySelectorAll('[data-t-label]').forEach(node => node.setAttribute('aria-label', t(node.dataset.tLabel)));
  document.querySelectorAll('[data-t-placeholder]').forEach(node => { node.placeholder = t(node.dataset.tPlaceholder); });
}

function say(text) { byId('said').textContent = text; }

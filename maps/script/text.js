// Words and numbers in the language that is on.
const LANGUAGES = ['zh', 'en'];
let language = 0;

function pick(texts) { return texts[language] || texts[0]; }

function t(key, values) {
  return pick(DATA.labels[key]).replace(/\{(\w+)\}/g, (whole, name) => values && name in values ? values[name] : whole);
}

function people(n) {
  if (n === null) return '–';
  return n > 0 && n < 0.5 ? '<1' : Math.round(n).toLocaleString('en-US');
}

// Township and village around a place, without saying the same word twice.
function whereabouts(...parts) {
  return parts.filter((part, k) => part && parts.indexOf(part) === k).join(' · ');
}

// The parts of a Chinese title between which a line may end: after a mark, before an opening bracket. Others end at spaces.
function phrases(text) { return text.split(/(?<=[：；，、。])|(?=[（《])/); }

// A sentence with a mark at its end, so that another may follow.
function ended(text) { return /[。！？.!?]$/.test(text) ? text : text + (language === 0 ? '。' : '.'); }

// A word that stands alone begins with a capital in English.
function alone(text) { return language === 1 && /^[a-z]/.test(text) ? text[0].toUpperCase() + text.slice(1) : text; }

// About how many pixels a small text takes.
function textWidth(text) {
  return Array.from(text).reduce((sum, letter) => sum + (letter > '\u2e80' ? 12.5 : 6.6), 0);
}

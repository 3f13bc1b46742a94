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

// Minutes come rounded to one decimal; those with more say on which side of the standard they lie.
function minutes(n) {
  if (n === null) return '–';
  const text = n.toFixed(1);
  return Math.abs(Number(text) - n) > 1e-9 ? String(n) : text;
}

function percent(share) { return share === null ? '–' : (share * 100).toFixed(1) + '%'; }

function money(yuan) {
  const zh = language === 0;
  if (Math.abs(yuan) >= 1e8) {
    const n = zh ? yuan / 1e8 : yuan / 1e6;
    return t('unit.hundred_million_yuan', { n: Number(n.toFixed(2)).toLocaleString('en-US') });
  }
  const n = zh ? yuan / 1e4 : yuan / 1e3;
  return t('unit.ten_thousand_yuan', { n: Number(n.toFixed(1)).toLocaleString('en-US') });
}

function bracketed(text) { return language === 0 ? `（${text}）` : ` (${text})`; }

function zoneName(id) { return ZONES.has(id) ? pick(ZONES.get(id).name) : id; }

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

// Which language is on. The page's own words stand in it twice; here are only those of lists.
const DATA = JSON.parse(byId('data').textContent);
const ASKED = DATA.asked;

function english() { return document.documentElement.lang === 'en'; }
function pick(zh, en) { return (english() ? en || zh : zh || en); }
function shown(text) { return text.trim() === '' ? pick('（未填）', '(not named)') : text; }

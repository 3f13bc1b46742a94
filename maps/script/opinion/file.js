// The file that is saved and opened again.
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
let formId = newId(), revision = 0;

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), byte => LETTERS[byte % 32]).join('');
}

function written() {
  return {
    format: DATA.format, format_version: DATA.format_version,
    form_id: formId, revision, saved: new Date().toISOString(), date: today(),
    plan: ASKED.plan, title: ASKED.title.map(text => text.slice(0, 600)), notice_version: ASKED.version,
    about: about(), stance: chosen('stance'), content: byId('content').value.trim(),
    contact: { name: byId('name').value.trim(), phone: byId('phone').value.trim(), email: byId('email').value.trim() },
  };
}

// One form's checks: the first field that lacks something gets the focus.
function complete() {
  const kind = chosen('kind');
  const lacks = [
    ['no-kind', !kind, document.querySelector('label:not([hidden]) > input[name="kind"]')],
    ['no-facility', kind === 'facility' && !byId('facility').value, byId('facility')],
    ['no-village', kind === 'place' && !byId('village').value, byId('village')],
    ['no-stance', !chosen('stance'), document.querySelector('input[name="stance"]')],
    ['no-content', !byId('content').value.trim(), byId('content')],
  ];
  lacks.forEach(([id, lacking, node]) => {
    byId(id).hidden = !lacking;
    if (lacking) {
      node.setAttribute('aria-invalid', 'true');
      node.setAttribute('aria-describedby', id);
    } else node.removeAttribute('aria-invalid');
  });
  const first = lacks.find(entry => entry[1]);
  if (first) first[2].focus();
  return !first;
}

function save() {
  if (!complete()) return;
  revision += 1;
  const text = JSON.stringify(written(), null, 1);
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const name = `意见_${formId}.json`;
  const link = el('a', { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  byId('file').textContent = name;
  byId('text').value = text;
  byId('reopened').hidden = true;
  byId('saved').hidden = false;
  byId('saved').scrollIntoView({ block: 'nearest' });
}

function reopen(text) {
  let found = null;
  try { found = JSON.parse(text.replace(/^\ufeff/, '')); } catch (error) { found = null; }
  const fits = found && found.format === DATA.format && found.format_version === DATA.format_version
    && found.plan === ASKED.plan && /^[A-Z0-9]{12}$/.test(found.form_id) && Number.isInteger(found.revision)
    && found.about && typeof found.content === 'string' && found.contact;
  byId('unread').hidden = Boolean(fits);
  byId('reopened').hidden = !fits;
  if (!fits) return;
  formId = found.form_id;
  revision = found.revision;
  chooseAbout(found.about);
  choose('stance', found.stance);
  byId('content').value = found.content;
  ['name', 'phone', 'email'].forEach(key => { byId(key).value = String(found.contact[key] || ''); });
  byId('saved').hidden = true;
  countTyped();
}

function startAnew() {
  formId = newId();
  revision = 0;
  byId('form').reset();
  ['saved', 'reopened', 'unread'].forEach(id => { byId(id).hidden = true; });
  byId('reopen').value = '';
  drawSubjects();
  showPart();
  countTyped();
  document.querySelector('input[name="kind"]').focus();
}

// What the reader has chosen.
const state = {
  runs: [0, Math.min(1, RUNS.length - 1)], // on the left, on the right
  subject: '',
  period: '',
  swipe: false,
  at: 50, // per cent of the width that the left map has
};
const HALVES = [0, 1];

function runOn(half) { return RUNS[state.runs[half]]; }

// Subjects and periods of which both have a view, in the order of the left one.
function has(run, subject, period) { return run.views.some(([s, p]) => s === subject && p === period); }

function sharedPeriods(subject) {
  return runOn(0).periods.filter(([key]) => HALVES.every(half => has(runOn(half), subject, key)));
}

function sharedSubjects() { return runOn(0).subjects.filter(([key]) => sharedPeriods(key).length); }

function subjectsOnlyOn(half) {
  const shared = sharedSubjects().map(([key]) => key);
  return runOn(half).subjects.filter(([key]) => !shared.includes(key));
}

// What is on stays where both have it; else the first shared subject and its last period are taken.
function settle() {
  const subjects = sharedSubjects().map(([key]) => key);
  if (!subjects.includes(state.subject)) state.subject = subjects.includes(runOn(0).first[0]) ? runOn(0).first[0] : subjects[0] || '';
  const periods = sharedPeriods(state.subject).map(([key]) => key);
  if (!periods.includes(state.period)) state.period = periods[periods.length - 1] || '';
}

function setSubject(key) { change('view', () => { state.subject = key; settle(); }); }
function setPeriod(key) { change('view', () => { state.period = key; }); }
function setSwipe(on) { change('mode', () => { state.swipe = on; }); }
function setAt(at) { change('at', () => { state.at = Math.max(0, Math.min(100, at)); }); }
function setRun(half, k) { change('runs', () => { state.runs[half] = k; settle(); }); }

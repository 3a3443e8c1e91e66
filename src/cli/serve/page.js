'use strict';
// Sends what is changed, and shows what the server answers: a stream of events, each with all there is to show.
const at = document.body.dataset.at;
const $ = id => document.getElementById(id);
let revision = document.body.dataset.revision;

async function ask(what) {
  let answer;
  try {
    answer = await fetch(at + 'do', {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what),
    });
  } catch {
    return { error: 'The server does not answer. Is it still running?' };
  }
  if (answer.status === 410) { location.reload(); }
  return answer.json().catch(() => ({ error: 'The server gave no answer that can be read.' }));
}

// What was refused is told; what was done, too.
async function send(what) {
  const answer = await ask(what);
  $('problem').textContent = answer.error || '';
  if (answer.done) { $('done').textContent = answer.done; }
  return !answer.error;
}

// While a slider moves, only the last of its values is sent, and one at a time.
let waiting = null, sending = false;
async function follow(what) {
  waiting = what;
  if (sending) return;
  sending = true;
  while (waiting) {
    const next = waiting;
    waiting = null;
    await send(next);
  }
  sending = false;
}

const controlOf = element => element.closest('.control');

// A number as a model has it: 41.8B, 20k, 4.25.
function written(x, unit) {
  const letters = [[1e9, 'B'], [1e6, 'M'], [1e3, 'k']];
  const [by, letter] = letters.find(([by]) => Math.abs(x) >= (by === 1e3 ? 1e4 : by)) || [1, ''];
  return String(Number((x / by).toPrecision(10))) + letter + unit;
}

function changed(control) {
  const path = control.dataset.path, field = control.querySelector('input[type=text]');
  if (control.dataset.kind === 'factor') {
    const text = field.value.trim(), percent = text.endsWith('%');
    const number = Number((percent ? text.slice(0, -1) : text.replace(/^[*×]/, '')).trim().replace(',', '.'));
    if (text === '' || !Number.isFinite(number) || number < 0) {
      return mistake(control, 'Write a percentage of what is written, such as `110 %`.');
    }
    const factor = percent ? Number((number / 100).toPrecision(12)) : number;
    return follow(factor === 1 ? { do: 'undo', path } : { do: 'scale', path, factor });
  }
  const value = field.value.trim();
  follow(value === field.dataset.written ? { do: 'undo', path } : { do: 'set', path, value });
}

// Moves the slider to a number that was typed, if it can be shown there.
function slide(control, text) {
  const range = control.querySelector('input[type=range]');
  const found = /^([0-9.]+) ?([kMB]?)(?![a-z])/.exec(text.trim());
  if (range && found) { range.value = Number(found[1]) * { k: 1e3, M: 1e6, B: 1e9 }[found[2]] || Number(found[1]); }
}

function mistake(control, text) {
  control.querySelector('.error').textContent = text;
  const field = control.querySelector('input[type=text]');
  if (field) { text ? field.setAttribute('aria-invalid', 'true') : field.removeAttribute('aria-invalid'); }
}

document.addEventListener('input', event => {
  const target = event.target;
  if (target.id === 'find') { return find(target.value); }
  const control = controlOf(target);
  if (!control || target.type !== 'range') return;
  const field = control.querySelector('input[type=text]');
  field.value = written(Number(target.value), target.dataset.unit);
  target.setAttribute('aria-valuetext', field.value);
  changed(control);
});

document.addEventListener('change', event => {
  const target = event.target, control = controlOf(target);
  if (target.dataset.scenario !== undefined || target.id === 'future') { return choose(); }
  if (!control) return;
  if (target.type === 'radio') {
    const path = control.dataset.path;
    return send(target.value === target.dataset.written ? { do: 'undo', path } : { do: 'set', path, value: target.value });
  }
  if (target.type === 'text') { changed(control); slide(control, target.value); }
});

document.addEventListener('keydown', event => {
  if (event.key === 'Enter' && event.target.type === 'text' && controlOf(event.target)) { event.target.blur(); event.target.focus(); }
});

function choose() {
  const scenarios = [...document.querySelectorAll('[data-scenario]:checked')].map(box => box.dataset.scenario);
  const future = $('future')?.value || null;
  return send({ do: 'choose', scenarios, future });
}

document.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.undo !== undefined) {
    const path = button.dataset.undo;
    const control = [...document.querySelectorAll('.control')].find(c => c.dataset.path === path);
    if (control) { undo(control); }
    send({ do: 'undo', path });
    if (!controlOf(button)) { $('changes-title').focus(); }
  } else if (button.id === 'reset') {
    send({ do: 'reset' });
    $('changes-title').focus();
  } else if (button.dataset.restore !== undefined) {
    send({ do: 'restore', index: Number(button.dataset.restore) });
  } else if (button.dataset.unpin !== undefined) {
    send({ do: 'unpin', index: Number(button.dataset.unpin) });
    $('variants-title').focus();
  }
});

// Shows a control as it is written.
function undo(control) {
  const field = control.querySelector('input[type=text]'), range = control.querySelector('input[type=range]');
  if (field) { field.value = field.dataset.written; }
  if (range) { range.value = range.dataset.written; }
  for (const radio of control.querySelectorAll('input[type=radio]')) { radio.checked = radio.value === radio.dataset.written; }
  mistake(control, '');
}

document.addEventListener('submit', async event => {
  event.preventDefault();
  if (event.target.id === 'pin' && await send({ do: 'pin', name: $('pin-name').value })) { $('pin-name').value = ''; }
  if (event.target.id === 'save') { send({ do: 'save', name: $('save-name').value, kind: $('save-as').value }); }
});

$('overlay').href = at + 'overlay.yaml';
$('plan').href = at + 'plan.json';

function find(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of document.querySelectorAll('.group')) {
    let any = false;
    for (const control of group.querySelectorAll('.control')) {
      const name = control.querySelector('label, legend').textContent.toLowerCase();
      control.hidden = !words.every(word => name.includes(word));
      any ||= !control.hidden;
    }
    group.hidden = !any;
    if (words.length && any) { group.open = true; }
  }
}

// Other controls: the situation is another one. Whoever types goes on where they were.
async function renew(to) {
  const answer = await fetch(at + 'controls');
  if (!answer.ok) return;
  const focus = document.activeElement?.id, place = document.activeElement?.closest('#controls');
  const open = [...document.querySelectorAll('.group')].filter(g => g.open).map(g => g.querySelector('summary').textContent.split(' (')[0]);
  $('controls').innerHTML = await answer.text();
  for (const group of document.querySelectorAll('.group')) {
    if (open.includes(group.querySelector('summary').textContent.split(' (')[0])) { group.open = true; }
  }
  if (place && focus) { $(focus)?.focus(); }
  revision = to;
}

function show(view) {
  document.body.dataset.state = view.state;
  document.body.dataset.number = view.number;
  $('state').textContent = view.told;
  if (view.state === 'solving') return;
  const put = (id, html) => { if ($(id).innerHTML !== html) { $(id).innerHTML = html; } };
  // What was unfolded stays so.
  const titles = () => [...document.querySelectorAll('#result details')];
  const open = titles().filter(d => d.open).map(d => d.querySelector('summary').textContent.split(' (')[0]);
  if ($('headline').textContent !== view.headline) { $('headline').textContent = view.headline; }
  put('result', view.result);
  put('variants', view.variants);
  put('changes', view.changes);
  titles().forEach(d => { if (open.includes(d.querySelector('summary').textContent.split(' (')[0])) { d.open = true; } });
  $('problem').textContent = view.problem;
  for (const control of document.querySelectorAll('.control')) {
    const path = control.dataset.path, is = view.changed.includes(path);
    control.classList.toggle('changed', is);
    const button = control.querySelector('.undo');
    if (button) { button.hidden = !is; }
    mistake(control, view.fields[path] || '');
  }
  if (String(view.revision) !== String(revision)) { renew(view.revision); }
}

// A page that is not seen follows nothing, so that a browser with many of them has connections left.
let events = null;
function listen() {
  if (document.hidden) { events?.close(); events = null; return; }
  if (events) return;
  events = new EventSource(at + 'events');
  events.onmessage = event => show(JSON.parse(event.data));
  events.onopen = () => { if ($('state').dataset.lost) { delete $('state').dataset.lost; } };
  events.onerror = () => {
    $('state').dataset.lost = 'yes';
    $('state').textContent = 'The server does not answer; trying again.';
    if (events?.readyState === EventSource.CLOSED) { events = null; again(); }
  };
}
// A session that has ended begins anew; a server that is not there is asked again.
async function again() {
  const answer = await fetch(at + 'controls').catch(() => null);
  if (answer?.status === 410) { location.reload(); } else { setTimeout(listen, 2000); }
}
document.addEventListener('visibilitychange', listen);
listen();

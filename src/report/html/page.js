'use strict';
// Moves a curve's marker and tells the cost and what is held where the slider stands. On a piece
// everything is a straight line between its ends.
const data = JSON.parse(document.getElementById('data').textContent);
function told(x) {
  const size = Math.abs(x);
  const [by, letter] = size >= 999.95e9 ? [1e12, 'T'] : size >= 999.95e6 ? [1e9, 'B']
    : size >= 999.95e3 ? [1e6, 'M'] : size >= 9999.5 ? [1e3, 'k'] : [1, ''];
  const y = x / by;
  if (Math.abs(y) < 1e-7) return '0';
  const digits = Math.min(10, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(y)))));
  const text = y.toFixed(digits);
  return (text.includes('.') ? text.replace(/\.?0+$/, '') : text) + letter;
}
const value = (how, x) => how === 'scale' ? told(100 * x) + ' %' : told(x);
for (const box of document.querySelectorAll('[data-curve]')) {
  const curve = data.curves[Number(box.dataset.curve)];
  const slider = box.querySelector('input[type=range]');
  const marker = box.querySelector('.marker');
  const reading = box.querySelector('.reading');
  if (!slider || !marker || !reading) continue;
  const show = () => {
    const x = Number(slider.value);
    const piece = curve.pieces.find(p => p.from <= x && x <= p.to);
    marker.style.display = piece ? '' : 'none';
    if (!piece) {
      reading.textContent = value(curve.how, x) + ': no plan';
      return;
    }
    const part = piece.to > piece.from ? (x - piece.from) / (piece.to - piece.from) : 0;
    const between = ends => ends[0] + part * (ends[1] - ends[0]);
    const cost = between(piece.cost);
    const held = curve.offers.map(o => [o, between(piece.chips[o] || [0, 0])]).filter(h => h[1] > 1e-6)
      .map(h => h[0] + ' ' + told(h[1]) + ' chips');
    reading.textContent = value(curve.how, x) + ': ' + told(cost) + ' ' + curve.currency
      + (held.length ? '; ' + held.join(', ') : '');
    reading.dataset.cost = cost;
    const d = marker.dataset;
    const at = (v, a, b, from, to) => Number(from) + (v - a) / (b - a) * (to - from);
    marker.setAttribute('cx', at(x, Number(d.x0), Number(d.x1), d.left, Number(d.right)));
    marker.setAttribute('cy', at(cost, Number(d.y0), Number(d.y1), d.bottom, Number(d.top)));
  };
  slider.addEventListener('input', show);
  show();
}
// On paper everything is open.
addEventListener('beforeprint', () => document.querySelectorAll('details').forEach(d => { d.open = true; }));

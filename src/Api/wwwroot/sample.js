// One sample: as an image, stained, as a line or in numbers; the arrow keys walk over the file.

import { Problem, address, bytes, json, path } from './api.js';
import { $, copy, figure, h, latest, num, say, shapeText } from './dom.js';
import { paint, usualMode } from './draw.js';
import { cut, decode, describe, itemSize, labelName } from './picture.js';

const MOST_EDGE = 1024;
const MOST_VALUES = 12;

/** The dialog. `array()` and `range()` are what the bench draws, `changed()` is called when the link says something else. */
export function sampleDialog(detail, state, { array, range, changed }) {
  const dialog = $('#sample');
  let position = null;
  let painted = () => {};
  const title = h('h2', { id: 'sample-title' });
  const tabs = h('div', { className: 'tabs', role: 'group', ariaLabel: 'Show as' });
  const viewer = h('div', { className: 'viewer' });
  const note = h('p', { className: 'note' });
  const facts = h('dl');
  const sliders = h('div', { className: 'axes2' });
  const url = h('code');
  const before = h('button', { type: 'button', onclick: () => move(-1) }, 'Row before');
  const after = h('button', { type: 'button', onclick: () => move(1) }, 'Row after');

  function open(row, at = null) {
    state.row = row;
    position = at === null ? null : { row, at };
    dialog.replaceChildren(
      h('div', { className: 'dhead' }, title, tabs, h('button', { type: 'button', className: 'close', ariaLabel: 'Close', onclick: () => dialog.close() }, '×')),
      h('div', { className: 'dbody' }, h('div', { className: 'stand' }, viewer, sliders), h('div', { className: 'dmeta' }, facts, note, h('p', { className: 'url' }, url),
        h('div', { className: 'moves' }, before, after, h('button', { type: 'button', className: 'go', onclick: event => copy(url.textContent, event.target) }, 'Copy URL')))));
    dialog.onkeydown = event => {
      if (event.target.type === 'range') return;
      if (event.key === 'ArrowLeft') move(-1);
      else if (event.key === 'ArrowRight') move(1);
      else return;
      event.preventDefault();
    };
    dialog.onclose = () => {
      state.row = -1;
      changed();
    };
    viewer.replaceChildren();
    frame();
    if (!dialog.open) dialog.showModal();
    tabs.querySelector('[aria-pressed=true]').focus();
    changed();
    show();
  }

  function move(by) {
    state.row = Math.max(0, Math.min(detail.rows - 1, state.row + by));
    frame();
    changed();
    show();
    say(title.textContent);
  }

  const picture = () => describe(array());
  const modes = shown => shown.kind === 'image' ? ['image', 'heatmap', 'line', 'values'] : shown.kind === 'signal' ? ['line', 'values'] : ['values'];
  const mode = shown => modes(shown).includes(state.show) ? state.show : shown.kind === 'image' ? usualMode(shown) : modes(shown)[0];
  const places = shown => {
    const said = state.at ? state.at.split(',').map(Number) : [];
    return shown.spare.map((axis, at) => Math.min(shown.lengths[axis] - 1, said[at] ?? shown.lengths[axis] >> 1));
  };

  /** What can be said before anything is read. */
  function frame() {
    const shown = picture();
    const chosen = mode(shown);
    title.textContent = `Row ${num(state.row)}`;
    before.disabled = state.row === 0;
    after.disabled = state.row === detail.rows - 1;
    const had = tabs.contains(document.activeElement);
    tabs.replaceChildren(...modes(shown).map(name => h('button', { type: 'button', ariaPressed: String(name === chosen), onclick: () => { state.show = name; frame(); changed(); painted(); } }, name)));
    if (had) tabs.querySelector('[aria-pressed=true]').focus();
    if (sliders.childElementCount !== shown.spare.length) sliders.replaceChildren(...shown.spare.map((axis, at) => slider(shown, axis, at)));
    url.textContent = address(path(['datasets', detail.name, 'arrays', shown.name], { select: [state.row, ...spareSelect(shown)].join(), version: detail.version }));
  }

  /** The picture's own axes whole, the spare ones where the sliders are: what the URL says. */
  function spareSelect(shown) {
    if (shown.spare.length === 0) return [];
    const at = places(shown);
    return shown.lengths.map((_, axis) => shown.spare.includes(axis) ? at[shown.spare.indexOf(axis)] : ':');
  }

  function slider(shown, axis, at) {
    const output = h('output', {}, String(places(shown)[at]));
    return h('label', {}, `Axis ${axis + 1}`, h('input', {
      type: 'range', min: 0, max: shown.lengths[axis] - 1, value: places(shown)[at], oninput: event => {
        const now = places(picture());
        now[at] = +event.target.value;
        state.at = now.join();
        output.textContent = now[at];
        frame();
        changed();
        show();
      },
    }), output);
  }

  const show = latest(async () => {
    const shown = picture();
    const row = state.row;
    if (row < 0) return;
    const part = cut(shown, MOST_EDGE, places(shown));
    viewer.classList.add('loading');
    try {
      const own = array();
      const at = { version: detail.version };
      const label = detail.labels && detail.labels.array !== own.name ? detail.labels.array : null;
      const [body, value] = await Promise.all([
        bytes(path(['datasets', detail.name, 'arrays', own.name], { select: [row, part.select].filter(text => text !== null).join(), format: 'raw', ...at })),
        label ? json(path(['datasets', detail.name, 'arrays', label], { select: row, format: 'json', ...at })) : null,
      ]);
      const values = decode(own.dtype, body);
      range().see(values);
      tell(shown, own, part, label, [value].flat(9)[0]);
      painted = () => draw(picture(), part, values);
      painted();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      viewer.replaceChildren(h('p', { className: 'wrong' }, problem.message));
    } finally {
      viewer.classList.remove('loading');
    }
  });

  function tell(shown, own, part, label, value) {
    const chunk = own.chunks?.[0] ?? 1;
    const [low, high] = range().ends;
    const all = [
      label && value != null && [label, labelName(detail, value)],
      position?.row === state.row && ['Position in the epoch', num(position.at)],
      ['Shape', `${shapeText(shown.lengths)} ${own.dtype}`],
      ['Chunk', chunk > 1 ? `${num(Math.floor(state.row / chunk))}, row ${state.row % chunk} of ${chunk}` : 'none'],
      shown.kind === 'image' && ['Drawn from, to', `${figure(low)}, ${figure(high)}`],
    ].filter(Boolean);
    facts.replaceChildren(...all.map(([name, text]) => h('div', {}, h('dt', {}, name), h('dd', {}, text))));
    note.textContent = part.step > 1 ? `Every ${part.step}th element along each edge is drawn, of ${num(itemSize(own.dtype) * shown.lengths.reduce((a, b) => a * b, 1))} bytes.` : '';
    note.hidden = part.step === 1;
  }

  function draw(shown, part, values) {
    const chosen = mode(shown);
    viewer.className = `viewer ${chosen}`;
    if (chosen === 'values') return viewer.replaceChildren(...numbers(shown, part, values));
    const canvas = h('canvas', { role: 'img', ariaLabel: `Row ${state.row} as ${chosen}` });
    if (chosen === 'line') canvas.dataset.tall = 'true';
    paint(canvas, shown, part, values, 0, range().ends, chosen);
    viewer.replaceChildren(canvas);
  }

  /** The first values of the picture, of its first channel. */
  function numbers(shown, part, values) {
    const isImage = shown.kind === 'image';
    const columns = isImage ? part.x : part.lane.length > 1 ? part.lane : { length: Math.min(MOST_VALUES, part.count), stride: 1 };
    const rows = isImage ? part.y : part.lane.length > 1 ? part.x : { length: Math.ceil(part.count / MOST_VALUES), stride: MOST_VALUES };
    const cell = (y, x) => h('td', {}, values[y * rows.stride + x * columns.stride] === undefined ? '' : figure(values[y * rows.stride + x * columns.stride]));
    const wide = Math.min(MOST_VALUES, columns.length);
    const tall = Math.min(MOST_VALUES, rows.length);
    const table = h('table', {}, h('tbody', {}, Array.from({ length: tall }, (_, y) => h('tr', {}, Array.from({ length: wide }, (_, x) => cell(y, x))))));
    const isAll = wide * tall >= part.count && part.step === 1;
    return [h('div', { className: 'scroll', tabIndex: 0, role: 'region', ariaLabel: 'Values' }, table),
      h('p', { className: 'note' }, isAll ? 'All values.' : `The first ${wide} × ${tall} values${part.c.length > 1 ? ' of channel 0' : ''}.`)];
  }

  return { open, repaint: () => { if (dialog.open) painted(); }, left: () => { dialog.onclose = null; if (dialog.open) dialog.close(); } };
}

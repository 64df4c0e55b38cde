// An epoch, seen: the whole of it and sixteen steps enlarged. At most some hundred row numbers are fetched, however many there are.

import { json, path } from './api.js';
import { epochParameters } from './code.js';
import { h, num } from './dom.js';
import { Cloud } from './draw.js';

const MOST_DOTS = 900;
const STEPS_ENLARGED = 16;

/** The two plots. `load` fetches what they lack and draws it; `mark` says where in the epoch the step is. */
export function epochPlots(detail, state) {
  const whole = plot('whole', 'The whole epoch');
  const near = plot('near', '');
  let shown = '';

  /** `rows` is the view's number of rows. */
  async function load(rows, isRedrawn) {
    if (rows === 0) return show([], [], 0, 0, rows);
    const span = Math.min(rows, STEPS_ENLARGED * state.batch);
    const group = Math.floor(state.step / STEPS_ENLARGED) * STEPS_ENLARGED * state.batch;
    const first = Math.max(0, Math.min(group, rows - span));
    const { batch_size, tail, ...order } = epochParameters(state);
    const read = (start, stop) => json(path(['datasets', detail.name, 'epochs', state.epoch, 'order'], {
      ...order, start, stop, step: Math.ceil((stop - start) / MOST_DOTS), format: 'json', version: detail.version,
    }));
    const wanted = JSON.stringify([order, state.epoch, first, span]);
    if (!isRedrawn && wanted === shown) return place(first, span, rows);
    const [all, some] = await Promise.all([isRedrawn ? read(0, rows) : null, read(first, first + span)]);
    shown = wanted;
    show(all, some, first, span, rows, isRedrawn);
  }

  function show(all, some, first, span, rows, isRedrawn = true) {
    const places = numbers => numbers.map(row => detail.rows > 1 ? row / (detail.rows - 1) : 0.5);
    if (all) whole.cloud.show(places(all));
    near.cloud.show(places(some), !isRedrawn);
    near.caption.textContent = rows === 0
      ? 'No step'
      : `Steps ${num(Math.floor(first / state.batch))} to ${num(Math.floor((first + span - 1) / state.batch))}, enlarged`;
    place(first, span, rows);
  }

  function place(first, span, rows) {
    mark(whole, first / rows, span / rows);
    mark(near, (state.step * state.batch - first) / span, state.batch / span);
  }

  const redraw = () => { whole.cloud.redraw(); near.cloud.redraw(); };
  const resized = new ResizeObserver(redraw);
  resized.observe(whole.dots);
  return {
    load,
    redraw,
    left: () => resized.disconnect(),
    nodes: [h('div', { className: 'plots', role: 'group', ariaLabel: 'The order, drawn' }, whole.figure, near.figure),
      h('p', { className: 'axes' }, 'Across: when a row is read. Up and in colour: where it lies in the file.')],
  };
}

function plot(name, text) {
  const dots = h('canvas', { className: 'dots' });
  const ribbon = h('canvas', { className: 'ribbon' });
  const lens = h('div', { className: 'lens' });
  const caption = h('figcaption', {}, text);
  return { dots, lens, caption, cloud: new Cloud(dots, ribbon), figure: h('figure', { className: `plot ${name}` }, caption, h('div', { className: 'area' }, dots, ribbon, lens)) };
}

function mark({ lens }, from, width) {
  lens.hidden = !(width > 0);
  if (lens.hidden) return;
  const left = Math.max(0, Math.min(1, from));
  lens.style.left = `${100 * left}%`;
  lens.style.width = `${100 * Math.min(width, 1 - left)}%`;
}

/** The forecast for the shown rank, or the first; null for an epoch of no rows. */
export const readPlan = async (detail, state, rows) => rows === 0 ? null : json(path(['datasets', detail.name, 'epochs', state.epoch, 'plan'], {
  ...epochParameters(state), rank: Math.max(0, state.rank), world_size: state.ranks, version: detail.version,
}));

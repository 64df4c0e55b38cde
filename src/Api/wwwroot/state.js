// The state of the bench, as a link says it. What a link says wrongly is passed over.

import { orderOf } from './code.js';

const MOST_BATCH = 65536;
const MOST_RANKS = 1024;
const MOST_WINDOW = 1e6;
const U64 = (1n << 64n) - 1n;

/** What a link leaves out. Seeds and epochs are text: they may be beyond 2^53. */
const START = { view: '', order: 'shuffle', window: 16, seed: '7', epoch: '0', step: 0, batch: 64, ranks: 4, rank: -1, tail: 'drop', array: '', code: 'PyTorch', row: -1, show: '', at: '' };

/** Small datasets begin with a smaller batch, so that there are some. */
const startOf = detail => ({ ...START, batch: Math.max(1, Math.min(START.batch, 2 ** Math.floor(Math.log2(Math.max(2, detail.rows) / 2)))) });

const LIMITS = { window: [1, MOST_WINDOW], step: [0, Number.MAX_SAFE_INTEGER], batch: [1, MOST_BATCH], ranks: [1, MOST_RANKS], rank: [-1, MOST_RANKS - 1], row: [-1, Number.MAX_SAFE_INTEGER] };

const CHOICES = { tail: ['drop', 'keep', 'pad'], code: ['curl', 'Python', 'PyTorch'], show: ['image', 'heatmap', 'line', 'values', ''] };

export const limitsOf = name => LIMITS[name];

export const isU64 = text => /^\d{1,20}$/.test(text) && BigInt(text) <= U64;

export function readState(detail, drawn, parameters) {
  const state = startOf(detail);
  for (const [name, value] of parameters) {
    if (name in LIMITS) {
      const number = Number(value);
      if (/^-?\d+$/.test(value) && number >= LIMITS[name][0] && number <= LIMITS[name][1]) state[name] = number;
    } else if (name in CHOICES) {
      if (CHOICES[name].includes(value)) state[name] = value;
    } else if (name === 'seed' || name === 'epoch') {
      if (isU64(value)) state[name] = String(BigInt(value));
    } else if (name === 'order') {
      const window = /^window:(\d{1,7})$/.exec(value);
      if (value === 'sequential' || value === 'shuffle') state.order = value;
      else if (window && +window[1] >= 1) Object.assign(state, { order: 'window', window: Math.min(MOST_WINDOW, +window[1]) });
    } else if (name === 'view') state.view = value;
    else if (name === 'array' && drawn.some(array => array.name === value)) state.array = value;
    else if (name === 'at' && /^\d+(,\d+)*$/.test(value)) state.at = value;
  }
  if (state.rank >= state.ranks) state.rank = -1;
  if (state.row >= detail.rows) state.row = -1;
  return state;
}

export function writeState(detail, state) {
  const said = { ...state, order: orderOf(state), window: START.window };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(startOf(detail))) if (said[name] !== value) query.set(name, said[name]);
  return query.size > 0 ? '?' + query : '';
}

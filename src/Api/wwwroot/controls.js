// The rail beside the stage: order, seed, epoch, batch size, ranks and tail, and what they make of the epoch.

import { chunkRows } from './catalogue.js';
import { h, num, size } from './dom.js';
import { isU64, limitsOf } from './state.js';

const U64_MOST = (1n << 64n) - 1n;

/** `change(changes, …what)` is called with what was chosen; `choose` chooses for the reader, `forecast` shows the plan. */
export function controls(detail, state, drawn, change) {
  const chunk = chunkRows(detail);
  const windowInput = h('input', { type: 'number', id: 'f-window', value: state.window, min: 1, oninput: () => take(windowInput, 'window') });
  const windowBox = h('div', { className: 'field', hidden: state.order !== 'window' }, h('label', { htmlFor: 'f-window' }, 'Window, in chunks'), windowInput,
    h('small', {}, chunk > 1 ? `one chunk is ${num(chunk)} rows` : 'not chunked: one chunk is one row'));
  const ranks = h('select', { id: 'f-rank', onchange: () => change({ rank: +ranks.value }, 'batch', 'plan') });
  const plan = h('dl', { className: 'plan' });

  function take(input, name, after) {
    const [least, most] = limitsOf(name);
    const isGood = /^\d+$/.test(input.value) && +input.value >= least && +input.value <= most;
    input.toggleAttribute('aria-invalid', !isGood);
    if (isGood) change({ [name]: +input.value, ...after?.() }, 'epoch');
  }

  const segments = (title, name, options, after) => h('fieldset', { className: 'seg' }, h('legend', {}, title), h('div', {}, options.map(value =>
    h('label', {}, h('input', { type: 'radio', name, value, checked: state[name] === value, onchange: () => { after?.(value); change({ [name]: value }, 'epoch'); } }), h('span', {}, value)))));

  function number(title, name, after) {
    const [least, most] = limitsOf(name);
    const input = h('input', { type: 'number', id: `f-${name}`, value: state[name], min: least, max: most, oninput: () => take(input, name, after) });
    const go = by => () => { input.value = Math.max(least, Math.min(most, (+input.value || 0) + by)); take(input, name, after); };
    return stepper(title, `f-${name}`, input, go(-1), go(1));
  }

  /** A number up to 2^64-1, which a number of the browser's would round. */
  function large(title, name) {
    const input = h('input', { type: 'text', inputMode: 'numeric', id: `f-${name}`, value: state[name], maxLength: 20, autocomplete: 'off', oninput: () => use() });
    const use = () => {
      const isGood = isU64(input.value);
      input.toggleAttribute('aria-invalid', !isGood);
      if (isGood) change({ [name]: String(BigInt(input.value)) }, 'epoch');
    };
    const go = by => () => {
      const next = BigInt(isU64(input.value) ? input.value : 0) + by;
      input.value = next < 0n ? 0n : next > U64_MOST ? U64_MOST : next;
      use();
    };
    return stepper(title, `f-${name}`, input, go(-1n), go(1n));
  }

  const stepper = (title, id, input, down, up) => h('div', { className: 'field' }, h('label', { htmlFor: id }, title), h('div', { className: 'stepper' },
    h('button', { type: 'button', ariaLabel: `${title} down`, onclick: down }, '−'), input, h('button', { type: 'button', ariaLabel: `${title} up`, onclick: up }, '+')));

  function listRanks() {
    ranks.replaceChildren(h('option', { value: -1 }, 'all together'), ...Array.from({ length: state.ranks }, (_, rank) => h('option', { value: rank }, `only rank ${rank}`)));
    ranks.value = state.rank;
  }

  const shown = h('select', { id: 'f-array', onchange: () => change({ array: shown.value === drawn[0].name ? '' : shown.value, at: '' }, 'batch') },
    drawn.map(array => h('option', { value: array.name, selected: array.name === state.array }, array.name)));
  listRanks();
  const node = h('div', { className: 'rail' },
    segments('Order', 'order', ['sequential', 'shuffle', 'window'], value => { windowBox.hidden = value !== 'window'; }), windowBox,
    large('Seed', 'seed'), large('Epoch', 'epoch'), number('Batch size', 'batch'),
    number('Ranks', 'ranks', () => { queueMicrotask(listRanks); return { rank: -1 }; }),
    h('div', { className: 'field' }, h('label', { htmlFor: 'f-rank' }, 'Show'), ranks),
    drawn.length > 1 && h('div', { className: 'field' }, h('label', { htmlFor: 'f-array' }, 'Draw'), shown),
    segments('Tail', 'tail', ['drop', 'keep', 'pad']), plan);
  return {
    node,
    choose: (name, value) => node.querySelector(`input[name=${name}][value=${value}]`).click(),
    forecast: (known, rows, steps) => {
      const each = state.ranks > 1 ? ` for rank ${Math.max(0, state.rank)}` : '';
      const left = state.tail === 'drop' ? rows % state.batch : 0;
      const facts = [['Steps in this epoch', num(steps)], ...known ? [[`Rows${each}`, num(known.rows)], [`Bytes${each}`, size(known.bytes)]] : [],
        ...left > 0 ? [['Rows left out', num(left)]] : [],
        ...known?.varianceInflation > 1.005 ? [['Variance of classes, sorted file', `${known.varianceInflation.toFixed(1)} ×`]] : []];
      plan.replaceChildren(...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
    },
  };
}

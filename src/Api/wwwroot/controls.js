// What is chosen on the bench: the view expression, tried as it is typed; the rail of order, seed, epoch, batch size, ranks and
// tail; and all of it as a link.

import { Problem, runJob } from './api.js';
import { orderOf } from './code.js';
import { h, num, size } from './dom.js';
import { chunkRows, hasTexts, quoted } from './picture.js';

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

const isU64 = text => /^\d{1,20}$/.test(text) && BigInt(text) <= U64;

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

/** `change(changes, …what)` is called with what was chosen; `choose` chooses for the reader, `forecast` shows the plan. */
export function controls(detail, state, drawn, change) {
  const chunk = chunkRows(detail);
  const windowInput = h('input', { type: 'number', id: 'f-window', value: state.window, min: 1, oninput: () => take(windowInput, 'window') });
  const windowBox = h('div', { className: 'field', hidden: state.order !== 'window' }, h('label', { htmlFor: 'f-window' }, 'Window, in chunks'), windowInput,
    h('small', {}, chunk > 1 ? `one chunk is ${num(chunk)} rows` : 'not chunked: one chunk is one row'));
  const ranks = h('select', { id: 'f-rank', onchange: () => change({ rank: +ranks.value }, 'batch', 'plan') });
  const plan = h('dl', { className: 'plan' });

  function take(input, name, after) {
    const [least, most] = LIMITS[name];
    const isGood = /^\d+$/.test(input.value) && +input.value >= least && +input.value <= most;
    input.toggleAttribute('aria-invalid', !isGood);
    if (isGood) change({ [name]: +input.value, ...after?.() }, 'epoch');
  }

  const segments = (title, name, options, after) => h('fieldset', { className: 'seg' }, h('legend', {}, title), h('div', {}, options.map(value =>
    h('label', {}, h('input', { type: 'radio', name, value, checked: state[name] === value, onchange: () => { after?.(value); change({ [name]: value }, 'epoch'); } }), h('span', {}, value)))));

  function number(title, name, after) {
    const [least, most] = LIMITS[name];
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
      input.value = next < 0n ? 0n : next > U64 ? U64 : next;
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
        ...known?.varianceInflation > 1.005 ? [['Class variance, if sorted', `${known.varianceInflation.toFixed(1)} ×`]] : []];
      plan.replaceChildren(...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
    },
  };
}

/** `changed(…what)` is called when another view is wanted; `show` says what became of it. */
export function viewBox(detail, state, manages, changed) {
  const message = h('div', { className: 'vmsg', id: 'view-msg', role: 'status' });
  const input = h('input', { type: 'text', id: 'view', value: state.view, spellcheck: false, autocomplete: 'off', autocapitalize: 'off', placeholder: 'all rows', oninput: () => use() });
  input.setAttribute('aria-describedby', 'view-msg');
  const use = () => changed('view', 'epoch');
  const set = expression => {
    input.value = expression;
    use();
    input.focus();
  };
  const label = detail.labels ? quoted(detail.labels.array) : null;
  const tries = label
    ? [...hasTexts(detail, detail.labels.array) ? [] : [`where(${label} == 1)`], `split(by=${label},parts=0.8:0.1:0.1,seed=7,take=0)`, `kfold(k=5,by=${label},fold=0)`, `sample(n=${sampled(detail)},by=${label})`]
    : [`slice(0:${sampled(detail)})`, 'split(parts=0.8:0.1:0.1,seed=7,take=0)', 'kfold(k=5,fold=0)', `sample(n=${sampled(detail)})`];

  function show({ rows, problem }) {
    input.toggleAttribute('aria-invalid', !!problem);
    if (problem) {
      input.setAttribute('aria-invalid', 'true');
      message.className = 'vmsg bad';
      message.replaceChildren(...complaint(input.value, problem), ...problem.job && manages ? [profiler(problem)] : []);
      return;
    }
    const bar = h('i');
    bar.style.width = `${100 * rows / Math.max(1, detail.rows)}%`;
    message.className = 'vmsg';
    message.replaceChildren(h('span', {}, h('b', {}, num(rows)), ` of ${num(detail.rows)} rows`), h('span', { className: 'frac', ariaHidden: 'true' }, bar));
  }

  /** Starts the job that the expression asks for; then the expression is tried again. */
  function profiler({ job }) {
    const button = h('button', {
      type: 'button', onclick: async () => {
        button.disabled = true;
        try {
          await runJob(job, percent => { button.textContent = `Profiling, ${percent} %`; });
          use();
        } catch (problem) {
          if (!(problem instanceof Problem)) throw problem;
          button.replaceWith(h('span', {}, problem.message));
        }
      },
    }, 'Start that profile');
    return button;
  }

  return {
    set, show, text: () => input.value.trim(),
    node: h('div', { className: 'viewbox' }, h('label', { htmlFor: 'view' }, 'View'), h('div', { className: 'vin' }, input, message),
      h('div', { className: 'tries', role: 'group', ariaLabel: 'Examples' }, tries.map(text => h('button', { type: 'button', title: text, onclick: () => set(text) }, text.split('(')[0])))),
  };
}

const sampled = detail => Math.max(1, Math.min(1000, detail.rows >> 1));

/** The expression with the character at fault underlined, and why. */
function complaint(text, { position, message }) {
  if (position == null) return [h('span', {}, message)];
  const at = Math.min(position, text.length);
  return [h('code', { className: 'caret', ariaHidden: 'true' }, text.slice(0, at), h('mark', {}, text.slice(at, at + 1) || ' '), text.slice(at + 1)),
    h('span', {}, `At position ${position}: ${message}`)];
}

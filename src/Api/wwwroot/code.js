// The code for exactly what is on the screen, its content pinned.

import { address, keysAreAsked, path } from './api.js';
import { copy, h } from './dom.js';
import { served } from './picture.js';

const LANGUAGES = { curl, Python: python, PyTorch: torch };

/** The parameters of an epoch, without its step. */
export const epochParameters = state => ({
  batch_size: state.batch,
  seed: state.seed,
  view: state.view || null,
  order: orderOf(state) === 'shuffle' ? null : orderOf(state),
  tail: state.tail === 'drop' ? null : state.tail,
});

export const orderOf = state => state.order === 'window' ? `window:${state.window}` : state.order;

export const batchPath = (detail, state, parameters = {}) =>
  path(['datasets', detail.name, 'epochs', state.epoch, 'batches', state.step], { ...epochParameters(state), ...parameters, version: detail.version });

/** The section "Train on exactly this", and how to renew it. */
export function code(detail, state) {
  const text = h('code');
  const block = h('pre', { tabIndex: 0, role: 'region', ariaLabel: 'Code for this batch' }, text);
  const show = () => { text.textContent = LANGUAGES[state.code](detail, state); };
  const tabs = h('div', { className: 'tabs', role: 'group', ariaLabel: 'Language' }, Object.keys(LANGUAGES).map(name => h('button', {
    type: 'button',
    ariaPressed: String(name === state.code),
    onclick: () => {
      state.code = name;
      for (const tab of tabs.children) tab.ariaPressed = String(tab.textContent === name);
      show();
    },
  }, name)));
  return {
    show,
    node: h('section', { className: 'code' }, h('div', { className: 'codehead' }, h('h2', {}, 'Train on exactly this'), tabs,
      h('button', { type: 'button', className: 'go', onclick: event => copy(text.textContent, event.target) }, 'Copy code')), block),
  };
}

const isComplex = detail => served(detail).some(array => array.dtype[1] === 'c');

function curl(detail, state) {
  const format = isComplex(detail) ? 'npz' : null;   // safetensors has no complex numbers.
  const url = address(batchPath(detail, state, { ...ranks(state), format }));
  const key = keysAreAsked() ? ' -H "Authorization: Bearer $MICROTOME_API_KEY"' : '';
  return `curl -fsS${key} '${url}' -o batch.${format ?? 'safetensors'}`;
}

const ranks = state => state.rank >= 0 ? { rank: state.rank, world_size: state.ranks } : {};

function python(detail, state) {
  const { rank, world_size } = ranks(state);
  return `${opening(detail)}
batches = ds.batches(${options(state, { rank, world_size })})
${names(detail, state)} = batches.at(epoch=${state.epoch}, step=${state.step})   # batches itself runs through the epoch`;
}

function torch(detail, state) {
  const many = state.ranks > 1;
  const rank = Math.max(0, state.rank);
  return `${opening(detail, 'from torch.utils.data import DataLoader\n')}
batches = ds.batches(${options(state, { epoch: state.epoch })})
data = batches.starting(epoch=${state.epoch}, step=${state.step}).torch(${many ? `rank=${rank}, world_size=${state.ranks}` : ''})${many ? '   # in each process its own rank' : ''}

for ${names(detail, state)} in DataLoader(data, batch_size=None, num_workers=2):
    ...`;
}

const opening = (detail, imports = '') => `import microtome   # pip install ./clients/python
${imports}
ds = microtome.open(${quote(address('.').replace(/\/$/, ''))}, ${quote(detail.name)}, version=${quote(detail.version)})`;

const quote = text => JSON.stringify(text);

function options(state, more) {
  const { batch_size, ...parameters } = epochParameters(state);
  const said = Object.entries({ ...parameters, ...more }).filter(([, value]) => value != null);
  return [batch_size, ...said.map(([name, value]) => `${name}=${name === 'seed' || typeof value === 'number' || name === 'epoch' ? value : quote(value)}`)].join(', ');
}

/** What a batch is unpacked into: the arrays' names, where they are few and Python's. */
function names(detail, state) {
  const all = detail.arrays.filter(array => array.aligned && array.servable).map(array => array.name);
  const fits = all.length <= 4 && all.every(name => /^[A-Za-z_]\w*$/.test(name) && !/^(in|is|as|if|or|and|not|for|def|del|try|from|pass|with|class|while|import|return|lambda|None|True|False)$/.test(name));
  const valid = state.tail === 'pad' ? ['valid'] : [];
  return fits ? [...all, ...valid].join(', ') + (all.length + valid.length === 1 ? ',' : '') : 'batch';
}

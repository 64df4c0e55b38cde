// What is known of a dataset: its labels in the view, its channels, its arrays.

import { Problem, json, path, runJob } from './api.js';
import { copy, count, figure, h, num, say, shapeText, size } from './dom.js';
import { quoted } from './picture.js';

const MOST_CLASSES = 24;

/** The labels' counts. `show(classes, rows)` draws them; `choose(expression)` is called with what shows one class alone. */
export function labels(detail, choose) {
  const list = h('ul', { className: 'hist' });
  const note = h('p', { className: 'note' });
  const more = h('p', { className: 'more', hidden: true });
  const name = detail.labels?.array;
  note.textContent = name
    ? `${name}, in this view. Choose one to see only it.`
    : 'No array here is known as labels: one element a row, named y, label(s) or target(s). The rows can be seen and trained on all the same.';
  function show(classes, rows) {
    const most = Math.max(1, ...classes.map(one => one.rows));
    list.replaceChildren(...classes.slice(0, MOST_CLASSES).map(one => {
      const bar = h('i');
      bar.style.width = `${100 * one.rows / most}%`;
      return h('li', {}, h('button', { type: 'button', title: `Show only ${one.name}`, onclick: () => choose(`where(${quoted(name)} == ${literal(one.value)})`) },
        h('span', {}, one.name), h('span', { className: 'bar' }, bar), h('b', {}, num(one.rows)), h('small', {}, `${rows ? (100 * one.rows / rows).toFixed(1) : 0} %`)));
    }));
    more.hidden = classes.length <= MOST_CLASSES;
    more.textContent = `and ${count(classes.length - MOST_CLASSES, 'more class', 'more classes')}`;
  }
  return { node: h('section', {}, h('h2', {}, 'Labels'), note, list, more), show, fail: problem => { note.textContent = problem.message; list.replaceChildren(); } };
}

const literal = value => typeof value === 'string' ? `'${value}'` : String(value);

/** The channels' mean and deviation, or the offer to compute them. */
export function channels(detail, array, manages) {
  const section = h('section', {});
  const statistics = one => one.arrays.find(entry => entry.name === array.name)?.statistics;
  let following = null;
  const known = statistics(detail);
  section.append(...known ? table(known, array) : [offer()]);
  return { node: section, left: () => following?.abort() };

  function offer() {
    const text = h('p', { className: 'note' }, `Not computed yet. A profile reads the ${size(array.bytes)} of ${array.name} once, in the background, and also finds repeated rows.`);
    const start = h('button', { type: 'button', className: 'go', onclick: run }, 'Profile this dataset');
    const box = h('div', {}, h('h2', {}, 'Channels'), text, manages ? start : h('p', { className: 'note' }, 'Your key may read; a profile needs one with the scope manage.'));
    return box;

    async function run() {
      const bar = h('i');
      const meter = h('div', { className: 'meter', role: 'progressbar', ariaLabel: 'Profile', ariaValueMin: '0', ariaValueMax: '100', ariaValueNow: '0' }, bar);
      start.replaceWith(meter);
      following = new AbortController();
      try {
        await runJob({ kind: 'profile', dataset: detail.name, arrays: [array.name] }, percent => {
          bar.style.width = `${percent}%`;
          meter.ariaValueNow = String(percent);
        }, following.signal);
        const fresh = statistics(await json(path(['datasets', detail.name])));
        if (fresh) section.replaceChildren(...table(fresh, array));
        say('Profile ready');
      } catch (problem) {
        if (problem.name === 'AbortError') return;
        if (!(problem instanceof Problem)) throw problem;
        text.textContent = problem.message;
        meter.replaceWith(start);
      }
    }
  }
}

function table(statistics, array) {
  const all = Array.isArray(statistics.channels) && statistics.channels.length > 0 ? statistics.channels : [statistics];
  const isByte = array.dtype === '|u1';
  const low = isByte ? 0 : Math.min(statistics.min, ...all.map(one => one.mean - one.std));
  const high = isByte ? 255 : Math.max(statistics.max, ...all.map(one => one.mean + one.std));
  const across = value => 100 * Math.max(0, Math.min(1, (value - low) / (high - low || 1)));
  const name = at => all.length === 1 ? array.name : all.length === 3 && array.shape.length === 4 ? 'RGB'[at] : String(at);
  const rows = all.map((one, at) => {
    const band = h('i');
    const mean = h('em');
    band.style.left = `${across(one.mean - one.std)}%`;
    band.style.right = `${100 - across(one.mean + one.std)}%`;
    mean.style.left = `${across(one.mean)}%`;
    return h('li', {}, h('span', {}, name(at)), h('span', { className: 'range' }, band, mean), h('b', {}, `${figure(one.mean)} ± ${figure(one.std)}`));
  });
  const transform = normalize(array.dtype, all);
  return [h('h2', {}, 'Channels'), h('p', { className: 'note' }, 'Mean and one standard deviation, from the profile.'), h('ul', { className: 'stats' }, rows),
    ...transform ? [h('div', { className: 'norm' }, h('code', {}, transform), h('button', { type: 'button', onclick: event => copy(transform, event.target) }, 'Copy transform'))] : []];
}

/** The transform that brings every channel to mean 0 and deviation 1; null where a channel is constant. */
function normalize(dtype, all) {
  const scale = dtype === '|u1' ? 255 : 1;
  const values = field => all.map(one => +(one[field] / scale).toPrecision(5)).join();
  if (!all.every(one => one.std > 0 && Number.isFinite(one.mean))) return null;
  return `cast(f4)${scale === 255 ? '|div(255)' : ''}|normalize(mean=${values('mean')};std=${values('std')})`;
}

export function arrays(detail) {
  const row = array => h('tr', { className: array.servable ? '' : 'dimmed' },
    h('th', { scope: 'row' }, array.name, array.reason && h('small', {}, array.reason), !array.aligned && array.servable && h('small', {}, 'not aligned with the rows: read by slices'),
      array.aliases.length > 0 && h('small', {}, `also ${array.aliases.join(', ')}`), attributes(array.attributes)),
    h('td', {}, array.dtype), h('td', {}, shapeText(array.shape)), h('td', {}, array.chunks ? shapeText(array.chunks) : 'none'), h('td', {}, array.filters.join(', ') || 'none'),
    h('td', {}, size(array.storedBytes), array.storedBytes < array.bytes && h('small', {}, `${Math.round(100 * array.storedBytes / array.bytes)} % of ${size(array.bytes)}`)));
  return h('section', {}, h('h2', {}, 'Arrays'), attributes(detail.attributes, 'p'), h('div', { className: 'scroll', tabIndex: 0, role: 'region', ariaLabel: 'Arrays' },
    h('table', {}, h('thead', {}, h('tr', {}, ['Array', 'dtype', 'Shape', 'Chunk', 'Filters', 'On disk'].map(name => h('th', { scope: 'col' }, name)))), h('tbody', {}, detail.arrays.map(row)))));
}

function attributes(all, tag = 'small') {
  const entries = Object.entries(all ?? {});
  const text = value => { const said = Array.isArray(value) ? value.join(', ') : value && typeof value === 'object' ? JSON.stringify(value) : String(value); return said.length > 120 ? said.slice(0, 119) + '…' : said; };
  return entries.length > 0 && h(tag, { className: 'attributes' }, entries.slice(0, 12).map(([name, value]) => `${name}: ${text(value)}`).join('; '));
}

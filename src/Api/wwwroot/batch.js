// One batch as its ranks receive it: the samples are drawn from the bytes of the batch itself, asked for as a trainer asks.

import { bytes, json, tensors } from './api.js';
import { batchPath } from './code.js';
import { count, figure, h, num } from './dom.js';
import { paint, ramp } from './draw.js';
import { chunkRows, cut, decode, hasTexts, itemSize, labelName, quoted } from './picture.js';

const MOST_TILES = 64;
const MOST_RANKS = 8;
const MOST_PICTURE_BYTES = 4 << 20;

/** The sheet of samples. `load` fetches a batch and draws it; `open(row, position)` is called with the chosen sample. */
export function batchSheet(detail, state, range, open) {
  const head = h('h3', {});
  const reads = h('p', { className: 'reads' });
  const sheet = h('div', { className: 'sheet', onkeydown: walk });
  let repaint = () => {};
  let read = [];

  /** `rows` is the view's number of rows, `steps` the epoch's of batches. */
  async function load(picture, rows, steps) {
    head.textContent = steps > 0 ? `Batch ${num(state.step)}` : 'No batch';
    if (steps === 0) return none(rows);
    const positions = state.step * state.batch;
    const size = state.tail === 'keep' ? Math.min(state.batch, rows - positions) : state.batch;
    const shown = shownRanks();
    const most = Math.max(1, Math.ceil(MOST_TILES / Math.min(state.ranks, MOST_RANKS)));
    const factor = Math.max(1, Math.floor(state.batch / state.ranks / most));
    const part = cut(picture, edgeFor(picture, most * shown.length));
    const [pieces, all] = await Promise.all([
      Promise.all(shown.map(rank => piece(picture, part, rank, factor))),
      factor === 1 && shown.length === state.ranks ? null : rowNumbers(),
    ]);
    const had = sheet.contains(document.activeElement);
    const ranges = pieces.map(one => range.see(one.values));
    const tiles = [];
    sheet.dataset.ranks = Math.min(4, shown.length);
    sheet.className = `sheet ${picture.kind}`;
    sheet.replaceChildren(...shown.map((rank, at) => section(rank, pieces[at], positions, size, most, picture, part, tiles)),
      ...state.ranks > shown.length ? [h('p', { className: 'more' }, `and ${count(state.ranks - shown.length, 'more rank')}`)] : []);
    repaint = () => {
      for (const { canvas, piece: own, at, row, button } of tiles) {
        paint(canvas, picture, part, own.values, at * part.count, ranges[0].ends);
        button.style.setProperty('--o', ramp(detail.rows > 1 ? row / (detail.rows - 1) : 0.5));
      }
    };
    repaint();
    if (tiles.length > 0) {
      tiles[0].button.tabIndex = 0;
      if (had) tiles[0].button.focus();
    }
    read = all ?? pieces.flatMap(one => one.rows);
  }

  function none(rows) {
    repaint = () => {};
    read = [];
    sheet.replaceChildren(h('p', { className: 'none' }, rows === 0
      ? 'This view holds no rows.'
      : `This view holds ${count(rows, 'row')}, fewer than a batch, and tail drop leaves a short batch out: choose keep or pad, or a smaller batch.`));
  }

  /** The first ranks, and always the chosen one. */
  function shownRanks() {
    const first = Array.from({ length: Math.min(state.ranks, MOST_RANKS) }, (_, rank) => rank);
    return state.rank >= first.length ? [...first.slice(0, -1), state.rank] : first;
  }

  /**
   * What a rank receives, or the beginning of it: rank r·f of W·f is the first f-th of what rank r of W receives, since the slice
   * of rank r is [⌊r·m/W⌋, ⌊(r+1)·m/W⌋) whatever W.
   */
  async function piece(picture, part, rank, factor) {
    const name = quoted(picture.name);
    const isComplex = picture.dtype[1] === 'c';
    const label = detail.labels?.array;
    const isNamed = hasTexts(detail, label);   // Texts come as JSON.
    const arrays = [isComplex ? null : picture.name, isNamed ? null : label, '@rows'].filter((one, at, list) => one && list.indexOf(one) === at).map(quoted).join();
    const ask = more => batchPath(detail, state, { rank: rank * factor, world_size: state.ranks * factor, ...more });
    const select = part.select && `${name}:${part.select}`;
    const [body, complex, named] = await Promise.all([
      tensors(ask({ arrays, select: isComplex ? null : select })),
      isComplex ? bytes(ask({ arrays: name, select, format: 'raw' })) : null,
      isNamed ? json(ask({ arrays: quoted(label), format: 'json' })) : null,
    ]);
    const numbers = one => one && Array.from(new BigInt64Array(one.data), Number);
    const labels = named ? named[label].flat(9) : label && body[label] && decode(detail.arrays.find(array => array.name === label).dtype, body[label].data);
    return {
      rows: numbers(body['@rows']),
      isValid: body['@valid'] && new Uint8Array(body['@valid'].data),
      values: decode(picture.dtype, complex ?? body[picture.name].data),
      labels,
    };
  }

  const rowNumbers = async () => Array.from(new BigInt64Array(await bytes(batchPath(detail, state, { arrays: '@rows', format: 'raw' }))), Number);

  function section(rank, own, positions, size, most, picture, part, tiles) {
    const from = Math.floor(rank * size / state.ranks);
    const all = Math.floor((rank + 1) * size / state.ranks) - from;
    const shown = Math.min(own.rows.length, most);
    const isOff = state.rank >= 0 && state.rank !== rank;
    const buttons = own.rows.slice(0, shown).map((row, at) => {
      const canvas = h('canvas', { ariaHidden: 'true' });
      const isAgain = own.isValid && !own.isValid[at];
      const isNumber = picture.kind === 'number';
      const value = isNumber ? figure(own.values[at]) : null;
      const label = own.labels && own.labels.length === own.rows.length ? labelName(detail, own.labels[at]) : null;
      const button = h('button', { type: 'button', className: `tile${isAgain ? ' again' : ''}`, tabIndex: -1, title: `Row ${num(row)}${label === null ? '' : `, ${label}`}${isAgain ? ', padding' : ''}`, onclick: () => open(row, positions + from + at) },
        isNumber ? h('b', { className: 'value' }, value) : canvas, label !== null && h('span', { className: 'lab' }, label), h('span', { className: 'no' }, row),
        isAgain && h('span', { className: 'sr' }, 'padding'), h('span', { className: 'sr' }, `rank ${rank}`));
      tiles.push({ canvas, button, piece: own, at, row });
      return button;
    });
    return h('section', { className: `rank${isOff ? ' off' : ''}` }, h('h4', {}, h('span', {}, `rank ${rank}`), h('small', {}, all > 0 ? count(all, 'row') : 'no rows')),
      h('div', { className: 'tiles' }, buttons), all > shown && h('p', { className: 'more' }, `and ${num(all - shown)} more`));
  }

  /** Says what the batch costs to read; `plan` is the epoch's forecast. */
  function sayReads(plan) {
    const rows = read;
    if (rows.length === 0) return reads.replaceChildren();
    const chunk = chunkRows(detail);
    const gaps = rows.slice(1).map((row, at) => Math.abs(row - rows[at])).sort((a, b) => a - b);
    const touched = new Set(rows.map(row => Math.floor(row / chunk))).size;
    const facts = [['Median distance', count(gaps[gaps.length >> 1] ?? 0, 'row')]];
    if (chunk > 1) {
      facts.push(['Chunks touched', `${num(touched)} for ${count(rows.length, 'row')}`], ['Amplification, nothing cached', `${(touched * chunk / rows.length).toFixed(1)} ×`]);
      if (plan) facts.push([state.ranks > 1 ? 'Over the epoch, each rank alone' : 'Over the epoch', `${plan.amplification.toFixed(1)} ×`]);
    } else facts.push(['Rows read', num(rows.length)]);
    reads.replaceChildren(...facts.map(([name, value]) => h('span', {}, name, h('b', {}, value))));
    sheet.dataset.touched = touched;
  }

  /** Arrow keys walk over the samples; one of them is in the order of the Tab key. */
  function walk(event) {
    const tiles = [...sheet.querySelectorAll('.tile')];
    const at = tiles.indexOf(document.activeElement);
    if (at < 0) return;
    const top = tiles[at].getBoundingClientRect().top;
    const columns = tiles.filter(tile => Math.abs(tile.getBoundingClientRect().top - top) < 4).length;
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tiles.length - 1, ArrowDown: at + columns, ArrowUp: at - columns }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tiles[Math.max(0, Math.min(tiles.length - 1, to))];
    tiles[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }

  return { load, sayReads, head, reads, sheet, repaint: () => repaint() };
}

/** How many elements an edge may have so that so many pictures stay small. */
function edgeFor(picture, pictures) {
  let edge = picture.kind === 'signal' ? 512 : 128;
  while (edge > 16 && cut(picture, edge).count * itemSize(picture.dtype) * pictures > MOST_PICTURE_BYTES) edge >>= 1;
  return edge;
}

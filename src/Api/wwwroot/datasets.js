// The datasets as glass slides: what each is, how its labels are shared out, and some of its rows.

import { bytes, json, path } from './api.js';
import { $, count, h, num, say, shapeText, size } from './dom.js';
import { paint, ramp } from './draw.js';
import { Range, cut, decode, describe, evaluate, labelName, quoted, rowBytes, showable } from './picture.js';

const SAMPLES = 20;
const SAMPLE_EDGE = 96;

/** Larger columns of labels are not counted for a glance; their dataset's own page does. */
const MOST_COUNTED_ROWS = 2e6;

export async function datasets(parameters) {
  const { datasets: all } = await json(path(['datasets']));
  const slides = all.map(slide);
  const list = h('ul', { className: 'slides' }, slides.map(one => one.item));
  const seen = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      slides.find(one => one.item === target).fill();
    }
  }, { rootMargin: '300px' });
  const total = `${count(all.length, 'dataset')}, ${size(all.reduce((sum, one) => sum + one.bytes, 0))}`;
  return {
    title: 'Datasets',
    nodes: [h('div', { className: 'lead' }, h('h1', {}, 'Datasets'), all.length > 0 && h('p', {}, total), all.length > 1 && filter(slides, parameters)),
      ...all.length > 0 ? [list, h('p', { className: 'none', id: 'none', hidden: true }, 'No dataset has that in its name, arrays or dtypes.')] : [empty()]],
    shown: () => {
      $('#find')?.oninput();
      for (const { item } of slides) seen.observe(item);
    },
    repaint: () => { for (const one of slides) one.repaint(); },
    left: () => seen.disconnect(),
  };
}

const empty = () => h('section', { className: 'empty' },
  h('p', {}, 'Nothing is served yet: start the server with the folder that holds your HDF5 and .npy files.'),
  h('pre', { tabIndex: 0, role: 'region', ariaLabel: 'Command' }, h('code', {}, 'dotnet run --project src/Api -- --data /path/to/arrays')),
  h('p', { className: 'note' }, 'Files that are put there later are noticed within two seconds; this page shows them when it is loaded again.'));

function filter(slides, parameters) {
  const input = h('input', { type: 'search', id: 'find', value: parameters.get('find') ?? '', placeholder: 'Filter by name, array or dtype' });
  input.oninput = event => {
    const wanted = input.value.trim().toLowerCase();
    const shown = slides.filter(one => (one.item.hidden = !one.words.includes(wanted)) === false).length;
    $('#none').hidden = shown > 0;
    if (!event) return;
    history.replaceState(null, '', wanted ? `#/?${new URLSearchParams({ find: input.value.trim() })}` : '#/');
    say(count(shown, 'dataset'));
  };
  return h('label', { className: 'find' }, h('span', { className: 'sr' }, 'Filter datasets'), input);
}

function slide(entry) {
  const main = entry.arrays.filter(array => array.shape[0] === entry.rows).sort((a, b) => rowBytes(b) - rowBytes(a))[0] ?? entry.arrays[0];
  const specimen = h('div', { className: 'specimen', ariaHidden: 'true' }, Array.from({ length: Math.min(SAMPLES, entry.rows) }, () => h('canvas', { width: 1, height: 1 })));
  const balance = h('div', { className: 'shares' });
  let repaint = () => {};
  const item = h('li', {}, h('a', { className: 'slide', href: '#/d/' + encodeURIComponent(entry.name) },
    h('div', { className: 'frost' }, h('h2', {}, entry.name), h('p', { className: 'rows' }, num(entry.rows), h('span', {}, entry.rows === 1 ? ' row' : ' rows')),
      main && h('p', { className: 'spec' }, `${main.dtype} ${shapeText(main.shape.slice(1))}`),
      h('p', { className: 'spec dim' }, `${count(entry.arrayCount, 'array')}, ${size(entry.bytes)}`), balance), specimen));
  const fill = async () => {
    try {
      const detail = await json(path(['datasets', entry.name]));
      const picture = await samples(detail, specimen);
      repaint = picture;
      picture();
      shares(detail, balance).catch(() => { /* A slide without its shares is still a slide. */ });
    } catch (problem) {
      specimen.replaceChildren(h('p', { className: 'note' }, problem.message));
    }
  };
  return { item, fill, repaint: () => repaint(), words: [entry.name, ...entry.arrays.flatMap(array => [array.name, array.dtype])].join(' ').toLowerCase() };
}

/** Reads some rows, spread over the file; from few places where each costs the decoding of a chunk. Returns how to paint them. */
async function samples(detail, specimen) {
  const [array] = showable(detail);
  if (!array) {
    specimen.replaceChildren(h('p', { className: 'note' }, 'Nothing here can be drawn.'));
    return () => {};
  }
  const picture = describe(array);
  const part = cut(picture, picture.kind === 'signal' ? 256 : SAMPLE_EDGE);
  const groups = array.chunks ? 4 : SAMPLES;
  const each = SAMPLES / groups;
  const all = Math.min(SAMPLES, detail.rows);
  const rows = Array.from({ length: all }, (_, at) => detail.rows <= SAMPLES
    ? at
    : Math.min(detail.rows - 1, Math.floor((Math.floor(at / each) + 0.37) * detail.rows / groups) + at % each));
  const values = decode(array.dtype, await bytes(path(['datasets', detail.name, 'rows'], {
    rows: rows.join(), arrays: quoted(array.name), select: part.select && `${quoted(array.name)}:${part.select}`, format: 'raw', version: detail.version,
  })));
  const { ends } = new Range(array.dtype).see(values);
  const canvases = rows.map(() => h('canvas'));
  specimen.classList.add(picture.kind);
  specimen.replaceChildren(...canvases);
  return () => canvases.forEach((canvas, at) => paint(canvas, picture, part, values, at * part.count, ends));
}

/** The shares of the labels, as one thin section. */
async function shares(detail, place) {
  const profiled = detail.arrays.find(array => array.name === detail.labels?.array)?.statistics?.classes;
  if (!detail.labels || (detail.rows > MOST_COUNTED_ROWS && !profiled)) return;
  const classes = profiled?.map(one => ({ ...one, name: labelName(detail, one.value) })) ?? (await evaluate(detail, 'all')).classes;
  const all = classes.reduce((sum, one) => sum + one.rows, 0);
  if (all === 0) return;
  const text = 'Labels: ' + classes.slice(0, 12).map(one => `${one.name} ${Math.round(100 * one.rows / all)} %`).join(', ');
  const parts = classes.map((one, at) => {
    const part = h('i');
    part.style.flexGrow = one.rows / all;
    part.style.background = ramp((at + 0.5) / classes.length);
    return part;
  });
  place.replaceChildren(h('p', { className: 'nl' }, count(classes.length, 'label')), h('div', { className: 'balance', role: 'img', ariaLabel: text }, parts));
}

// One dataset: the bench, where a view, an order and ranks are chosen and seen, and what is known below it.

import { Problem } from './api.js';
import { batchSheet } from './batch.js';
import { code } from './code.js';
import { controls, readState, viewBox, writeState } from './controls.js';
import { copy, h, latest, num, shapeText, size } from './dom.js';
import { epochPlots, readPlan } from './epoch.js';
import { arrays, channels, labels } from './facts.js';
import { Range, chunkRows, describe, evaluate, served, showable } from './picture.js';
import { sampleDialog } from './sample.js';
import { scope } from './server.js';

/** The plan's amplification from which on a window is proposed. Once a sidecar holds the decoded rows it is 1. */
const WORTH_A_WINDOW = 4;

export async function dataset(detail, parameters) {
  const drawn = showable(detail);
  const title = h('div', { className: 'title' }, h('h1', {}, detail.name), h('p', {}, h('b', {}, num(detail.rows)), detail.rows === 1 ? ' row' : ' rows',
    ...drawn.length > 0 ? [' of ', h('b', {}, shapeText(drawn[0].shape.slice(1))), ` ${drawn[0].dtype}, ${size(detail.bytes)}`] : [`, ${size(detail.bytes)}`]),
  h('button', { type: 'button', className: 'chip', title: 'Copy the version', onclick: event => copy(detail.version, event.target) }, `version ${detail.version.slice(0, 8)}`));
  const crumb = h('nav', { className: 'crumb', ariaLabel: 'Breadcrumb' }, h('a', { href: '#/' }, 'Datasets'), h('span', { ariaHidden: 'true' }, '/'), h('span', {}, detail.name));
  const facts = arrays(detail);
  if (drawn.length === 0) {
    const why = served(detail).length > 0 ? 'Its rows are empty: there is nothing to draw.' : 'None of its arrays can be decoded: the reasons stand below.';
    return { title: detail.name, nodes: [crumb, title, h('p', { className: 'empty' }, why), facts] };
  }
  const manages = await scope() === 'manage';
  return bench(detail, drawn, readState(detail, drawn, parameters), { crumb, title, facts, manages });
}

function bench(detail, drawn, state, { crumb, title, facts, manages }) {
  const known = { rows: detail.rows, classes: null, problem: null, plan: null, whole: null };
  const array = () => drawn.find(one => one.name === state.array) ?? drawn[0];
  const ranges = new Map(drawn.map(one => [one.name, new Range(one.dtype)]));
  const range = () => ranges.get(array().name);
  const stage = h('div', { className: 'stage' });
  const stale = h('p', { className: 'stale', role: 'status', hidden: true });
  const snippet = code(detail, state);
  const sample = sampleDialog(detail, state, { array, range, changed: () => write() });
  const plots = epochPlots(detail, state);
  const sheet = batchSheet(detail, state, { see: values => range().see(values) }, sample.open);
  const view = viewBox(detail, state, manages, (...what) => change({ step: 0 }, ...what));
  const rail = controls(detail, state, drawn, change);
  const counts = labels(detail, expression => { view.set(expression); });
  const statistics = channels(detail, drawn[0], manages);
  const hint = h('p', { className: 'hint', hidden: true }, `Every row here decodes a chunk of ${num(chunkRows(detail))} rows. `,
    h('button', { type: 'button', onclick: () => { rail.choose('order', 'window'); } }, `Read through window:${state.window} instead`));

  const steps = () => state.tail === 'drop' ? Math.floor(known.rows / state.batch) : Math.ceil(known.rows / state.batch);
  const need = new Set();
  let isDrawn = false;
  const refresh = latest(async () => {
    const wanted = new Set(need);
    need.clear();
    stage.classList.add('loading');
    try {
      if (wanted.has('view') && !await look()) return;
      const isNew = wanted.has('view') || wanted.has('epoch');
      if (isNew) {
        state.step = Math.max(0, Math.min(state.step, steps() - 1));
      }
      slider.show(steps());
      snippet.show();
      await Promise.all([
        isNew || wanted.has('plan') ? forecast() : null,
        plots.load(known.rows, isNew),
        sheet.load(describe(array()), known.rows, steps()),
      ]);
      sheet.sayReads(known.plan);
      hint.hidden = !(state.order === 'shuffle' && known.plan?.amplification > WORTH_A_WINDOW);
      isDrawn = true;
      if (known.problem) return;
      fail(null);
      write();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      fail(problem);
    } finally {
      stage.classList.remove('loading');
    }
  });

  async function forecast() {
    known.plan = await readPlan(detail, state, known.rows);
    rail.forecast(known.plan, known.rows, steps());
  }

  /**
   * Asks what the view is, but for the whole of a dataset without labels, of which all is known. False where it is none and another
   * one is drawn already; where nothing is drawn yet, the whole is.
   */
  async function look() {
    const expression = view.text();
    try {
      const found = expression || detail.labels ? await evaluate(detail, expression) : { rows: detail.rows, classes: null };
      if (expression && detail.labels) known.whole ??= (await evaluate(detail, '')).classes;
      else known.whole = found.classes;
      Object.assign(known, found, { problem: null });
      state.view = expression;
      const of = new Map((found.classes ?? []).map(one => [one.value, one.rows]));   // Classes that the view leaves out can still be chosen.
      counts.show((known.whole ?? []).map(one => ({ ...one, rows: of.get(one.value) ?? 0 })), found.rows);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (!expression) {   // The whole can be seen, whether its labels were counted or not.
        Object.assign(known, { rows: detail.rows, classes: null, problem: null });
        state.view = '';
        counts.fail(problem);
      } else {
        known.problem = problem;
        if (!isDrawn) state.view = '';
      }
    }
    view.show(known);
    stage.classList.toggle('old', !!known.problem);
    stale.hidden = !known.problem;
    stale.textContent = isDrawn ? 'Still showing the last valid view.' : 'Showing all rows.';
    return !known.problem || !isDrawn;
  }

  /** What else went wrong: the picture stays, greyed. A changed dataset is loaded anew. */
  function fail(problem) {
    stage.classList.toggle('old', !!problem);
    stale.hidden = !problem;
    if (!problem) return;
    stale.replaceChildren(problem.message, ' ', problem.code === 'version_changed' || problem.code === 'dataset_not_found'
      ? h('button', { type: 'button', onclick: () => dispatchEvent(new HashChangeEvent('hashchange')) }, 'Load it anew')
      : h('button', { type: 'button', onclick: () => change({}, 'view') }, 'Try again'));
  }

  function change(changes, ...what) {
    Object.assign(state, changes);
    for (const one of what) need.add(one);
    refresh();
  }

  function write() {
    history.replaceState(null, '', `#/d/${encodeURIComponent(detail.name)}${writeState(detail, state)}`);
  }

  const slider = steppers(state, steps, () => change({}, 'batch'));
  stage.append(stale, ...plots.nodes, slider.range, h('div', { className: 'sheethead' }, sheet.head, slider.moves, sheet.reads), hint, sheet.sheet);
  return {
    title: detail.name,
    nodes: [crumb, title, h('section', { className: 'bench' }, h('h2', { className: 'sr' }, 'An epoch, seen'), view.node, rail.node, stage), snippet.node,
      h('div', { className: 'two' }, counts.node, statistics.node), facts],
    shown: () => {
      change({}, 'view', 'epoch', 'batch');
      if (state.row >= 0) sample.open(state.row);
    },
    repaint: () => { plots.redraw(); sheet.repaint(); sample.repaint(); },
    left: () => { plots.left(); statistics.left(); slider.left(); sample.left(); },
  };
}

/** The slider over the epoch's steps, and the buttons beside the batch. */
function steppers(state, steps, changed) {
  let playing = 0;
  const go = step => {
    state.step = Math.max(0, Math.min(steps() - 1, step));
    changed();
  };
  const range = h('input', { type: 'range', min: 0, value: 0, id: 'step', ariaLabel: 'Step of the epoch', oninput: event => go(+event.target.value) });
  const where = h('output', { htmlFor: 'step' });
  const stop = () => { clearInterval(playing); playing = 0; play.textContent = 'Play'; };
  const play = h('button', {
    type: 'button', className: 'play', onclick: () => {
      if (playing) return stop();
      playing = setInterval(() => go((state.step + 1) % Math.max(1, steps())), 1100);
      play.textContent = 'Pause';
    },
  }, 'Play');
  const back = h('button', { type: 'button', onclick: () => go(state.step - 1) }, 'Previous');
  const on = h('button', { type: 'button', onclick: () => go(state.step + 1) }, 'Next');
  return {
    range: h('div', { className: 'slider' }, range, where),
    moves: h('div', { className: 'moves' }, back, play, on),
    left: stop,
    show: all => {
      range.max = Math.max(0, all - 1);
      range.value = state.step;
      range.disabled = all < 2;
      where.textContent = all > 0 ? `step ${num(state.step)} of ${num(all)}` : 'no steps';
      range.setAttribute('aria-valuetext', where.textContent);
      back.disabled = state.step <= 0;
      on.disabled = state.step >= all - 1;
      play.disabled = all < 2;
    },
  };
}

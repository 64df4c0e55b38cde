// The view expression: tried as it is typed, with the place of an error underlined.

import { json, path } from './api.js';
import { quoted } from './catalogue.js';
import { h, num, say } from './dom.js';

/** `changed(…what)` is called when another view is wanted; `show` says what became of it. */
export function viewBox(detail, state, manages, changed) {
  const message = h('div', { className: 'vmsg', id: 'view-msg', role: 'status' });
  const input = h('input', { type: 'text', id: 'view', value: state.view, spellcheck: false, autocomplete: 'off', autocapitalize: 'off', placeholder: 'all rows', oninput: () => use() });
  input.setAttribute('aria-describedby', 'view-msg');
  const use = () => {
    state.view = input.value;
    changed('view', 'epoch');
  };
  const set = expression => {
    input.value = expression;
    use();
    input.focus();
  };
  const label = detail.labels ? quoted(detail.labels.array) : null;
  const tries = label
    ? [`where(${label} == 1)`, `split(by=${label},parts=0.8:0.1:0.1,seed=7,take=0)`, `kfold(k=5,by=${label},fold=0)`, `sample(n=${sampled(detail)},by=${label})`]
    : [`slice(0:${sampled(detail)})`, 'split(parts=0.8:0.1:0.1,seed=7,take=0)', 'kfold(k=5,fold=0)', `sample(n=${sampled(detail)})`];

  function show({ rows, problem }) {
    input.toggleAttribute('aria-invalid', !!problem);
    if (problem) {
      input.setAttribute('aria-invalid', 'true');
      message.className = 'vmsg bad';
      message.replaceChildren(...complaint(input.value, problem), ...problem.code === 'needs_profile' && manages ? [profiler(problem)] : []);
      return;
    }
    const bar = h('i');
    bar.style.width = `${100 * rows / Math.max(1, detail.rows)}%`;
    message.className = 'vmsg';
    message.replaceChildren(h('span', {}, h('b', {}, num(rows)), ` of ${num(detail.rows)} rows`), h('span', { className: 'frac', ariaHidden: 'true' }, bar));
  }

  /** The job that the expression asks for, to be started here. */
  function profiler(problem) {
    const button = h('button', {
      type: 'button', onclick: async () => {
        button.disabled = true;
        const body = JSON.stringify(problem.job ?? { kind: 'profile', dataset: detail.name });
        await json(path(['jobs']), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
        button.replaceWith(h('a', { href: '#/server' }, 'The job is under way'));
        say('The job is under way');
      },
    }, 'Start that profile');
    return button;
  }

  return {
    set, show,
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

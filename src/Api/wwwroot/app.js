// Places by hash, so that every state is a link; the theme; what is shown while something loads or fails.

import { Problem, askForKey, json, keysAreAsked, path } from './api.js';
import { dataset } from './dataset.js';
import { datasets } from './datasets.js';
import { $, h, isDark } from './dom.js';
import { pulse, server } from './server.js';

let turn = 0;
let current = null;

/** The place of an address: what to load for it, and which entry of the menu it belongs to. */
function placeOf(hash) {
  const [where, query] = hash.slice(1).split('?');
  const parameters = new URLSearchParams(query);
  const named = /^\/d\/([^/]+)$/.exec(where);
  if (named) return { menu: '#/', load: async () => dataset(await json(path(['datasets', unescaped(named[1])])), parameters) };
  if (where === '/server') return { menu: '#/server', load: server };
  if (where === '/' || where === '') return { menu: '#/', load: () => datasets(parameters) };
  return { menu: '', load: async () => { throw new Problem(404, { code: 'not_found', detail: 'There is nothing at this address.' }); } };
}

function unescaped(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;   // There is no such dataset: the server says so.
  }
}

/** A place is `{title, nodes, shown, left}`. The old one stays, dimmed, until the new one can be drawn. */
async function route(isFirst) {
  const mine = ++turn;
  const main = $('#main');
  const { menu, load } = placeOf(location.hash || '#/');
  main.setAttribute('aria-busy', 'true');
  let place;
  try {
    place = await load();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    place = failure(error);
  }
  if (mine !== turn) return place.left?.();
  current?.left?.();
  current = place;
  main.removeAttribute('aria-busy');
  main.replaceChildren(...place.nodes);
  document.title = `${place.title} · Microtome`;
  for (const link of document.querySelectorAll('.top nav a')) {
    if (link.getAttribute('href') === menu) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (isFirst !== true) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  place.shown?.();
}

const failure = problem => ({
  title: 'Not here',
  nodes: [h('div', { className: 'lead' }, h('h1', {}, problem.status === 404 ? 'Not here' : 'That did not work'),
    h('p', {}, problem.message, ' ', h('a', { href: '#/' }, 'See what there is')))],
});

$('.skip').onclick = event => {
  event.preventDefault();   // The hash says the place.
  $('#main').focus();
};
$('#theme').onclick = () => {
  const chosen = document.documentElement.dataset.theme = isDark() ? 'light' : 'dark';
  try { localStorage.theme = chosen; } catch { /* Kept for this page only. */ }
  current?.repaint?.();
};
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => current?.repaint?.());
addEventListener('hashchange', route);
if (keysAreAsked()) await askForKey();
route(true);
pulse($('#pulse'));

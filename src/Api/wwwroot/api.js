// The one module that talks to the server: the key, waiting where it is busy, and bodies as arrays.

import { $, h } from './dom.js';

const BUSY = 503;
const LONGEST_WAIT = 30;

let key = null;      // In memory only: gone with the page.
let asking = null;   // The key dialog that all requests wait for.

/** What the server answered instead: its problem's fields, `code` among them. */
export class Problem extends Error {
  constructor(status, fields) {
    super(fields.detail ?? fields.title ?? `The server answered ${status}.`);
    Object.assign(this, fields, { status });
  }
}

export const keysAreAsked = () => document.documentElement.dataset.keys === 'asked';

/** A path of the API with its parameters; null ones are left out. Commas, colons and brackets stay readable. */
export function path(parts, parameters = {}) {
  const query = Object.entries(parameters).filter(([, value]) => value != null && value !== '')
    .flatMap(([name, value]) => [value].flat().map(one => `${name}=${readable(encodeURIComponent(one))}`)).join('&');
  return ['v1', ...parts.map(part => encodeURIComponent(part))].join('/').replaceAll('%2F', '/') + (query && '?' + query);
}

/** What a query may hold as it is. Brackets and quotes stay escaped: curl and shells read them otherwise. */
const readable = text => text.replace(/%(2C|3A|3D|2F|40)/g, decodeURIComponent).replaceAll("'", '%27');

/** The whole address, for snippets. */
export const address = relative => new URL(relative, document.baseURI).href;

/** Sends a request until it is answered: asks for a key on 401, waits on 503 and while the server is away. */
export async function send(relative, options = {}) {
  const notice = {};
  try {
    for (let attempt = 0; ; attempt++) {
      if (asking) await asking;
      const response = await sendOnce(relative, options, Math.min(2 ** attempt, LONGEST_WAIT), notice);
      if (response) return response;
    }
  } finally {
    notices.delete(notice);
    showNotices();
  }
}

/** One try; undefined where it is to be made again. */
async function sendOnce(relative, options, patience, notice) {
  const sent = key;
  const headers = sent === null ? options.headers : { ...options.headers, Authorization: `Bearer ${sent}` };
  let response;
  try {
    response = await fetch(relative, { ...options, headers, credentials: 'omit' });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return wait(patience, 'The server cannot be reached', notice);
  }
  if (response.ok) return response;
  if (response.status === 401) return sent === key ? askForKey(sent !== null) : undefined;
  const problem = new Problem(response.status, await response.json().catch(() => ({})));
  const after = Number(response.headers.get('Retry-After'));
  if (response.status !== BUSY || !(after > 0)) throw problem;
  return wait(Math.min(after, LONGEST_WAIT), problem.code === 'overloaded' ? 'The server is busy' : problem.message.replace(/\.$/, ''), notice);
}

export const json = async (relative, options) => (await send(relative, options)).json();

export const bytes = async relative => (await send(relative)).arrayBuffer();

export const text = async relative => (await send(relative)).text();

/** A safetensors body as `{name: {dtype, shape, data}}`, the data as it lies in the body. */
export async function tensors(relative) {
  const body = await bytes(relative);
  const length = Number(new DataView(body).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(body, 8, length)));
  delete header.__metadata__;
  return Object.fromEntries(Object.entries(header).map(([name, { dtype, shape, data_offsets: [from, to] }]) =>
    [name, { dtype, shape, data: body.slice(8 + length + from, 8 + length + to) }]));
}

/** Server-sent events over fetch, which can carry the key. Calls `take(event, data)` until the server ends it. */
async function events(relative, take, signal) {
  const reader = (await send(relative, { headers: { Accept: 'text/event-stream' }, signal })).body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split(/\r?\n\r?\n/);
    rest = blocks.pop();
    for (const block of blocks) {
      const field = name => block.split(/\r?\n/).filter(line => line.startsWith(name + ':')).map(line => line.slice(name.length + 1).trim()).join('\n');
      if (field('data')) take(field('event') || 'message', JSON.parse(field('data')));
    }
  }
}

/** Posts a job and follows it to its end: `progress` is called with whole per cents. Throws where it does not succeed. */
export async function runJob(job, progress, signal) {
  let last = await json(path(['jobs']), { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(job) });
  await events(path(['jobs', last.id, 'events']), (_, state) => {
    last = state;
    progress(state.total > 0 ? Math.floor(100 * state.done / state.total) : 0);
  }, signal);
  if (last.state !== 'succeeded') throw new Problem(0, { detail: last.error?.detail ?? `The ${last.kind} is ${last.state}.` });
}

/** Opens the key dialog, once for all requests that wait. */
export function askForKey(isWrong = false) {
  asking ??= new Promise(done => {
    const dialog = $('#key');
    const input = h('input', { type: 'password', id: 'key-input', autocomplete: 'off', required: true, spellcheck: false });
    const wrong = h('p', { className: 'wrong', id: 'key-wrong', hidden: !isWrong }, 'The server does not know that key.');
    input.setAttribute('aria-describedby', 'key-wrong key-note');
    if (isWrong) input.setAttribute('aria-invalid', 'true');
    dialog.replaceChildren(h('form', {
      method: 'dialog',
      onsubmit: event => {
        event.preventDefault();
        key = input.value.trim();
        asking = null;
        dialog.close();
        done();
      },
    }, h('h2', { id: 'key-title' }, 'This server asks for a key'), h('label', { htmlFor: 'key-input' }, 'API key'), input, wrong,
    h('p', { className: 'note', id: 'key-note' }, 'It is kept in this page’s memory only, and forgotten when the page is closed.'),
    h('button', { className: 'go' }, 'Use this key')));
    dialog.oncancel = event => event.preventDefault();   // Without a key there is nothing to see.
    if (!dialog.open) dialog.showModal();
    input.focus();
  });
  return asking;
}

/** Why requests wait; the first is told. It stays until its request is answered, whatever else is meanwhile. */
const notices = new Set();

function showNotices() {
  const [first] = notices;
  const place = $('#notices');
  if (place.firstChild !== (first?.text ?? null)) place.replaceChildren(...first ? [first.text] : []);
}

async function wait(seconds, why, notice) {
  const left = h('span', { ariaHidden: 'true' });   // Counted for eyes only: an alert a second is noise.
  notice.text = h('p', {}, `${why}. Trying again `, left);
  notices.add(notice);
  showNotices();
  for (let second = Math.ceil(seconds); second > 0; second--) {
    left.textContent = `in ${second} s`;
    await new Promise(done => setTimeout(done, 1000));
  }
  left.textContent = 'now';
}

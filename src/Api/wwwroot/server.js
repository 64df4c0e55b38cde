// The server: what it sends, how fast, what it keeps, and its jobs. Its metrics are followed while the page is looked at.

import { Problem, json, path, send, text } from './api.js';
import { count, duration, h, num, size } from './dom.js';

const JOBS_EVERY_MS = 1000;
const GAUGES = [['Sent', 'MB/s', now => now.sent], ['Requests', '/s', now => now.requests], ['p99 latency', 'ms', now => now.latency]];

export async function server() {
  const [info, ready] = await Promise.all([json(path(['server'])), json('healthz/ready').catch(problem => problem)]);
  const gauges = GAUGES.map(([name, unit, read]) => gauge(name, unit, read));
  const meters = h('ul', { className: 'meters' });
  const jobs = h('div', { className: 'jobs' }, h('p', { className: 'note' }, 'Reading …'));
  const stops = [];
  const update = latest => refreshMeters(meters, info, latest);
  return {
    title: 'Server',
    nodes: [h('div', { className: 'lead' }, h('h1', {}, 'Server'), status(info, ready)),
      info.metrics ? h('div', { className: 'gauges' }, gauges.map(one => one.node)) : h('p', { className: 'note' }, 'This key sees some datasets only, so it may not see the server’s metrics.'),
      h('div', { className: 'two' }, h('section', {}, h('h2', {}, 'Memory and queues'), meters), h('section', {}, h('h2', {}, 'Jobs'), jobs))],
    shown: () => {
      update(null);
      stops.push(follow(now => {
        for (const one of gauges) one.show(now);
        update(now);
      }), followJobs(jobs, info.scope === 'manage'));
    },
    repaint: () => {},
    left: () => { for (const stop of stops) stop(); },
  };
}

function status(info, ready) {
  const isReady = ready.status === 'ready';
  const broken = ready.broken ?? [];
  const state = isReady ? 'Ready' : ready.status === 'draining' ? 'Draining' : 'Looking through the data folders';
  const faults = broken.length > 0 ? `, broken: ${broken.map(one => one.name ?? one).join(', ')}` : '';
  const age = duration((Date.now() - Date.parse(info.started)) / 1000);
  return h('p', { className: isReady && broken.length === 0 ? 'ok' : 'wrong' }, `${state}. ${count(info.usage.datasets, 'dataset')}${faults}. Up ${age}, version ${info.version}.`);
}

function gauge(name, unit, read) {
  const value = h('span', {}, '0');
  const fill = h('path', { class: 'fill' });
  const line = h('polyline', { 'vector-effect': 'non-scaling-stroke' });
  const drawing = h('svg', { viewBox: '0 0 300 80', preserveAspectRatio: 'none', role: 'img', 'aria-label': name }, fill, line);
  function show(now) {
    const values = [...read(now)];
    while (values.length < 2) values.unshift(0);
    const latest = values.at(-1);
    const most = Math.max(...values, 1e-9) * 1.1;
    value.textContent = rateText(latest);
    drawing.setAttribute('aria-label', `${name}, last three minutes: now ${rateText(latest)} ${unit}`);
    const points = values.map((one, at) => `${300 - (values.length - 1 - at) / 89 * 300} ${80 - one / most * 76}`);
    line.setAttribute('points', points.join(' '));
    fill.setAttribute('d', `M${points[0].split(' ')[0]} 80 L${points.join(' L')} L300 80Z`);
  }
  return { show, node: h('section', { className: 'gauge' }, h('h2', {}, name), h('p', { className: 'big' }, value, h('small', {}, ` ${unit}`)), drawing) };
}

/** What is used of what there is: from the metrics where they may be seen, else from the server's description. */
function refreshMeters(list, { limits, usage }, now) {
  const value = (name, known) => now?.gauge(name) ?? known;
  const hits = now?.gauge('microtome_chunk_cache_hits_total');
  const misses = now?.gauge('microtome_chunks_decoded_total');
  const rows = [
    ['Chunk cache', value('microtome_chunk_cache_bytes'), limits.memoryBudgetBytes, size],
    hits !== null && hits + misses > 0 ? ['Chunk cache hits', hits / (hits + misses), 1, share => `${Math.round(100 * share)} %`] : [],
    ['Reads running', value('microtome_reads_active', usage.readsActive), limits.maxConcurrentReads, num],
    ['Reads queued', value('microtome_reads_waiting', usage.readsWaiting), limits.maxQueuedReads, num],
    ['Open streams', value('microtome_streams_open', usage.streamsOpen), limits.maxStreams, num],
    ['State directory', value('microtome_state_bytes', usage.stateBytes), limits.stateBytes, size],
    ['Private memory', value('microtome_private_memory_bytes', usage.privateMemoryBytes), null, size],
    ['Resident memory', value('microtome_resident_memory_bytes', usage.residentMemoryBytes), null, size],
  ].filter(([, used]) => used != null);
  list.replaceChildren(...rows.map(([name, used, most, say]) => meter(name, used, most, most === 1 || most == null ? say(used) : `${say(used)} of ${say(most)}`)));
}

function meter(name, used, most, text) {
  if (most == null) return h('li', { className: 'plain' }, h('span', {}, name), h('b', {}, text));
  const bar = h('i');
  bar.style.width = `${Math.min(100, 100 * used / most)}%`;
  return h('li', {}, h('span', {}, name), h('div', { className: 'meter', role: 'meter', ariaLabel: name, ariaValueNow: String(used), ariaValueMin: '0', ariaValueMax: String(most), ariaValueText: text }, bar), h('b', {}, text));
}

/** Asks for the jobs every second while they are looked at; returns how to stop. */
function followJobs(place, manages) {
  let isLeft = false;
  let last = '';
  (async () => {
    while (!isLeft) {
      try {
        const { jobs } = document.hidden ? { jobs: null } : await json(path(['jobs']));
        const text = JSON.stringify(jobs);
        if (jobs && text !== last && !isLeft) {
          last = text;
          showJobs(place, jobs, manages);
        }
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        place.replaceChildren(h('p', { className: 'note' }, problem.message));
        return;
      }
      await new Promise(done => setTimeout(done, JOBS_EVERY_MS));
    }
  })();
  return () => { isLeft = true; };
}

function showJobs(place, jobs, manages) {
  if (jobs.length === 0) return place.replaceChildren(h('p', { className: 'note' }, 'None. A profile is started on a dataset’s page; curl posts any to /v1/jobs.'));
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.job : null;
  place.replaceChildren(h('ul', {}, jobs.toReversed().map(job => item(job, manages))));
  if (focused) place.querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
}

function item(job, manages) {
  const isOpen = job.state === 'running' || job.state === 'queued';
  const percent = job.total > 0 ? Math.floor(100 * job.done / job.total) : 0;
  const bar = h('i');
  bar.style.width = `${percent}%`;
  const what = job.name ? `${job.dataset} → ${job.name}` : `${job.dataset} · ${job.arrays.join(', ')}`;
  const verb = isOpen ? 'Cancel' : 'Forget';
  const fault = h('p', { className: 'wrong', hidden: true });
  const button = h('button', {
    type: 'button', ariaLabel: `${verb} ${job.kind} of ${what}`, onclick: async () => {
      button.disabled = true;
      try { await send(path(['jobs', job.id]), { method: 'DELETE' }); } catch (problem) { fault.hidden = false; fault.textContent = problem.message; }
    },
  }, verb);
  button.dataset.job = job.id;
  const told = [job.kind, job.state === 'running' && `${percent} %`, job.rate > 0 && `${num(Math.round(job.rate))} rows/s`, isOpen && job.eta > 0 && `${duration(job.eta)} left`,
    job.peakMemory > 0 && size(job.peakMemory), job.error?.detail];
  return h('li', { className: job.state }, h('div', {}, h('b', {}, what), h('span', { className: 'state' }, job.state)),
    job.state === 'running' && h('div', { className: 'meter', role: 'progressbar', ariaLabel: what, ariaValueNow: String(percent), ariaValueMin: '0', ariaValueMax: '100' }, bar),
    h('p', {}, told.filter(Boolean).join('; ')), manages && button, fault);
}

const PERIOD_MS = 2000;
const FIRST_MS = 500;
const KEPT = 90;

/** Differences are taken over some samples: a p99 of two seconds jumps about. */
const WINDOW = 5;

/** The page's own questions are not the server's work. */
const OWN_ROUTES = new Set(['/metrics', '/v1/server']);

const listeners = new Set();
const samples = [];
let about = null;

/** The server's description, asked for once. */
const serverInfo = () => about ??= json(path(['server'])).catch(problem => { about = null; throw problem; });

export const scope = async () => (await serverInfo()).scope;

/** Calls `take(history)` after every sample; returns how to stop. */
function follow(take) {
  listeners.add(take);
  if (samples.length > 0) take(history());
  return () => listeners.delete(take);
}

/** Samples for ever, but for hidden pages and keys that may not see metrics; shows the rate in `place`. */
export async function pulse(place) {
  const rate = h('span', {});
  const jobs = h('span', { className: 'jobs1' });
  place.append(h('span', { className: 'dot', ariaHidden: 'true' }), rate, jobs);
  try {
    if (!(await serverInfo()).metrics) return;
    for (;;) {
      if (!document.hidden) {
        samples.push({ at: performance.now(), metrics: parse(await text('metrics')) });
        if (samples.length > KEPT + 1) samples.shift();
        const now = history();
        rate.textContent = `${rateText(now.sent.at(-1) ?? 0)} MB/s`;
        const open = (now.gauge('microtome_jobs_running') ?? 0) + (now.gauge('microtome_jobs_queued') ?? 0);
        jobs.textContent = open > 0 ? count(open, 'job') : '';
        place.ariaLabel = `The server sends ${rate.textContent}${open > 0 ? `, ${jobs.textContent} under way` : ''}`;
        place.hidden = false;
        for (const take of listeners) take(now);
      }
      await new Promise(done => setTimeout(done, samples.length < 2 ? FIRST_MS : PERIOD_MS));
    }
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    place.hidden = true;
  }
}

const rateText = value => value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(value === 0 ? 0 : 2);

/** Prometheus' text format as `{name: [{labels, value}]}`. */
function parse(body) {
  const all = {};
  for (const line of body.split('\n')) {
    const match = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line);
    if (!match) continue;
    const labels = Object.fromEntries([...(match[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]));
    (all[match[1]] ??= []).push({ labels, value: Number(match[3]) });
  }
  return all;
}

const isWork = ({ labels }) => !OWN_ROUTES.has(labels.route);

const total = (metrics, name, keep = () => true) => (metrics[name] ?? []).filter(keep).reduce((sum, { value }) => sum + value, 0);

/** Rates between samples, oldest first, and the latest gauges. */
function history() {
  const between = (take) => samples.slice(1).map((sample, at) => take(samples[at].metrics, sample.metrics, (sample.at - samples[at].at) / 1000));
  const rate = (name, scale) => between((from, to, seconds) => Math.max(0, total(to, name, isWork) - total(from, name, isWork)) / seconds * scale);
  const latest = samples.at(-1).metrics;
  return {
    sent: rate('microtome_response_bytes_total', 1e-6),
    requests: rate('microtome_requests_total', 1),
    latency: samples.slice(1).map((sample, at) => percentile(samples[Math.max(0, at + 1 - WINDOW)].metrics, sample.metrics, 0.99) * 1000),
    gauge: name => latest[name] ? total(latest, name) : null,
  };
}

/** The share of requests between two samples was answered within so many seconds: from the histogram, between its bounds. */
function percentile(from, to, share) {
  const counts = metrics => {
    const sums = new Map();
    for (const entry of metrics.microtome_request_seconds_bucket ?? []) {
      if (isWork(entry) && !entry.labels.route.endsWith('/stream') && !entry.labels.route.endsWith('/events')) sums.set(entry.labels.le, (sums.get(entry.labels.le) ?? 0) + entry.value);
    }
    return sums;
  };
  const old = counts(from);
  const steps = [...counts(to)].map(([le, value]) => [le === '+Inf' ? Infinity : Number(le), value - (old.get(le) ?? 0)]).sort((a, b) => a[0] - b[0]);
  const wanted = share * (steps.at(-1)?.[1] ?? 0);
  if (!(wanted > 0)) return 0;
  let [bound, below] = [0, 0];
  for (const [le, value] of steps) {
    if (value >= wanted) return le === Infinity ? bound : bound + (le - bound) * (wanted - below) / (value - below);
    [bound, below] = [le, value];
  }
  return bound;
}

// The server: what it sends, how fast, what it keeps, and its jobs.

import { Problem, json, path, send } from './api.js';
import { count, duration, h, num, size } from './dom.js';
import { follow, rateText } from './pulse.js';

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
    const values = read(now);
    const latest = values.at(-1) ?? 0;
    const most = Math.max(...values, 1e-9) * 1.1;
    value.textContent = rateText(latest);
    drawing.setAttribute('aria-label', `${name}, last three minutes: now ${rateText(latest)} ${unit}`);
    const points = values.map((one, at) => `${300 - (values.length - 1 - at) / 89 * 300} ${80 - one / most * 76}`);
    line.setAttribute('points', points.join(' '));
    fill.setAttribute('d', points.length > 0 ? `M${points[0].split(' ')[0]} 80 L${points.join(' L')} L300 80Z` : '');
  }
  return { show, node: h('section', { className: 'gauge' }, h('h2', {}, name), h('p', { className: 'big' }, value, h('small', {}, ` ${unit}`)), drawing) };
}

/** What is used of what there is: from the metrics where they may be seen, else from the server's description. */
function refreshMeters(list, { limits, usage }, now) {
  const value = (name, known) => now?.gauge(name) ?? known;
  const hits = now?.gauge('microtome_chunk_cache_hits_total');
  const misses = now?.gauge('microtome_chunk_cache_misses_total');
  const rows = [
    ['Caches and jobs', value('microtome_memory_used_bytes', usage.memoryUsedBytes), limits.memoryBudgetBytes, size],
    ['Chunk cache', value('microtome_chunk_cache_bytes'), limits.memoryBudgetBytes, size],
    hits + misses > 0 ? ['Chunk cache hits', hits / (hits + misses), 1, share => `${Math.round(100 * share)} %`] : [],
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
  if (most == null) return h('li', { className: 'plain' }, h('span', {}, name), h('span', {}), h('b', {}, text));
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
  place.replaceChildren(h('ul', {}, jobs.map(job => item(job, manages))));
  if (focused) place.querySelector(`[data-job="${CSS.escape(focused)}"]`)?.focus();
}

function item(job, manages) {
  const isOpen = job.state === 'running' || job.state === 'queued';
  const percent = job.total > 0 ? Math.floor(100 * job.done / job.total) : 0;
  const bar = h('i');
  bar.style.width = `${percent}%`;
  const what = job.dataset ? [job.dataset, job.name].filter(Boolean).join(' → ') : job.id;
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
    job.peakMemory > 0 && size(job.peakMemory), job.error && (job.error.detail ?? job.error.code ?? String(job.error))];
  return h('li', { className: job.state }, h('div', {}, h('b', {}, what), h('span', { className: 'state' }, job.state)),
    job.state === 'running' && h('div', { className: 'meter', role: 'progressbar', ariaLabel: what, ariaValueNow: String(percent), ariaValueMin: '0', ariaValueMax: '100' }, bar),
    h('p', {}, told.filter(Boolean).join('; ')), manages && button, fault);
}

// What the server does, followed while the page is looked at: a sample of its metrics every two seconds.

import { Problem, json, path, text } from './api.js';
import { h } from './dom.js';

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
export const serverInfo = () => about ??= json(path(['server']));

export const scope = async () => (await serverInfo()).scope;

/** Calls `take(history)` after every sample; returns how to stop. */
export function follow(take) {
  listeners.add(take);
  if (samples.length > 0) take(history());
  return () => listeners.delete(take);
}

/** Samples for ever, but for hidden pages and keys that may not see metrics; shows the rate in `place`. */
export async function pulse(place) {
  const rate = h('span', {});
  place.append(h('span', { className: 'dot', ariaHidden: 'true' }), rate);
  try {
    if (!(await serverInfo()).metrics) return;
    for (;;) {
      if (!document.hidden) {
        samples.push({ at: performance.now(), metrics: parse(await text('metrics')) });
        if (samples.length > KEPT + 1) samples.shift();
        const now = history();
        rate.textContent = `${rateText(now.sent.at(-1) ?? 0)} MB/s`;
        place.ariaLabel = `The server sends ${rate.textContent}`;
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

export const rateText = value => value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(value === 0 ? 0 : 2);

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

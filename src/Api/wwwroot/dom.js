// Elements, numbers as people read them, and what is said to a screen reader.

const SVG = new Set(['svg', 'path', 'polyline']);

export const $ = selector => document.querySelector(selector);

/** An element with properties (`on…` are listeners, null and false are left out) and children. */
export function h(tag, properties = {}, ...children) {
  const isSvg = SVG.has(tag);
  const element = isSvg ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (!isSvg && name in element && name !== 'list') element[name] = value;
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat(9).filter(child => child != null && child !== false));
  return element;
}

export const num = value => value.toLocaleString('en-GB');

/** A count with its noun: "1 row", "5 rows". */
export const count = (value, one, many = one + 's') => `${num(value)} ${value === 1 ? one : many}`;

export function size(bytes) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let at = 0;
  for (; bytes >= 1024 && at < units.length - 1; at++) bytes /= 1024;
  return `${bytes < 10 && at > 0 ? bytes.toFixed(1) : Math.round(bytes)} ${units[at]}`;
}

/** A measured number in about four figures. */
export function figure(value) {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-3)) return value.toExponential(2);
  return String(+value.toPrecision(4));
}

export const shapeText = lengths => lengths.length ? lengths.join(' × ') : 'one number';

/** What a function of time says of a duration: "3 h 12 min". */
export function duration(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${Math.floor(minutes / 1440)} days`;
}

export const say = text => { $('#say').textContent = text; };

/** Copies text, and says so on the button for a moment. */
export async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text);
    button.dataset.was ??= button.textContent;
    button.textContent = 'Copied';
    say('Copied');
  } catch {
    button.dataset.was ??= button.textContent;
    button.textContent = 'Not allowed';
    say('The browser did not allow copying.');
  }
  setTimeout(() => { button.textContent = button.dataset.was; }, 1400);
}

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** A colour of the style sheet, by its variable. */
export const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Runs the latest wanted of many calls, one at a time: a slider asks more often than a server answers. */
export function latest(work) {
  let running = false;
  let waiting = null;
  return async function run(...wanted) {
    waiting = wanted;
    if (running) return;
    running = true;
    try {
      while (waiting) {
        const next = waiting;
        waiting = null;
        await work(...next);
      }
    } finally {
      running = false;
    }
  };
}

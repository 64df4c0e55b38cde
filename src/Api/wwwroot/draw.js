// Ink: where a row lies in the file is a colour, values are grey or stained, signals are lines, an order is a cloud of dots.

import { colour, isDark } from './dom.js';

const LIGHT = ['#2a1a63', '#4f2fa0', '#8f3aa6', '#cb4690', '#ee7f92', '#f7bf9c'];
const DARK = ['#5a45c8', '#8a49c4', '#c24ea8', '#ec6f97', '#ffa893', '#ffe0b8'];
const RGB_LINES = ['#d0405a', '#2f9e6b', '#4a6ee0', '#8a8798'];

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/** From haematoxylin (the file's first row, 0) to eosin (its last, 1). */
export function ramp(position, dark = isDark()) {
  const stops = dark ? DARK : LIGHT;
  const place = Math.max(0, Math.min(0.9999, position)) * (stops.length - 1);
  const at = Math.floor(place);
  const channel = (stop, offset) => parseInt(stops[stop].slice(offset, offset + 2), 16);
  return `rgb(${[1, 3, 5].map(offset => Math.round(channel(at, offset) + (channel(at + 1, offset) - channel(at, offset)) * (place - at))).join(' ')})`;
}

/** Values as stain on dark glass: another scale than places in the file, so that no colour means two things. */
const STAIN = Uint8Array.from({ length: 768 }, (_, at) => {
  const t = Math.floor(at / 3) / 255;
  return 255 * [Math.min(1, t * 1.5) * 0.98, t * t * 0.95, t < 0.5 ? t * 0.9 + 0.12 : 0.57 + (t - 0.5) * 0.7][at % 3];
});

/** How a picture is shown where nothing else is asked for: floats of one channel are stained, the rest is as it is. */
export const usualMode = picture => picture.kind !== 'image' ? 'line' : picture.c === undefined && /[fc]/.test(picture.dtype) ? 'heatmap' : 'image';

/** Paints one row, whose values begin at `offset`. `part` is from `cut`, `ends` the darkest and brightest value. */
export function paint(canvas, picture, part, values, offset, ends, mode = usualMode(picture)) {
  if (picture.kind === 'bars' || picture.kind === 'number') return bars(canvas, values.subarray(offset, offset + part.count), ends);
  if (picture.kind === 'signal') return lines(canvas, lanes(part, values, offset), lineColours(part.lane.length));
  if (mode === 'line') return lines(canvas, middle(part, values, offset), part.c.length > 1 ? RGB_LINES : [colour('--haem')]);
  return pixels(canvas, part, values, offset, ends, mode === 'heatmap');
}

function pixels(canvas, { y, x, c }, values, offset, [low, high], isHeat) {
  canvas.width = x.length;
  canvas.height = y.length;
  const context = canvas.getContext('2d');
  const image = context.createImageData(x.length, y.length);
  const scale = 255 / (high - low);
  const tone = value => Math.max(0, Math.min(255, Math.round((value - low) * scale)));
  for (let row = 0, to = 0; row < y.length; row++) {
    for (let column = 0; column < x.length; column++, to += 4) {
      const from = offset + row * y.stride + column * x.stride;
      const value = values[from];
      if (isHeat || c.length < 3) {
        let sum = value;
        for (let band = 1; band < c.length; band++) sum += values[from + band * c.stride];
        const grey = tone(sum / c.length);
        for (let band = 0; band < 3; band++) image.data[to + band] = isHeat ? STAIN[3 * grey + band] : grey;
        image.data[to + 3] = Number.isNaN(sum) ? 0 : 255;
      } else {
        for (let band = 0; band < 3; band++) image.data[to + band] = tone(values[from + band * c.stride]);
        image.data[to + 3] = c.length === 4 ? tone(values[from + 3 * c.stride]) : 255;
      }
    }
  }
  context.putImageData(image, 0, 0);
}

const lanes = ({ x, lane }, values, offset) => Array.from({ length: lane.length }, (_, at) =>
  Array.from({ length: x.length }, (_, column) => values[offset + at * lane.stride + column * x.stride]));

/** The middle row of an image, a line for each channel. */
const middle = ({ y, x, c }, values, offset) => Array.from({ length: c.length }, (_, band) =>
  Array.from({ length: x.length }, (_, column) => values[offset + (y.length >> 1) * y.stride + column * x.stride + band * c.stride]));

const lineColours = count => count === 1 ? [colour('--haem')] : Array.from({ length: count }, (_, at) => ramp(0.15 + 0.7 * at / (count - 1)));

/** Each lane has its own height where there are several. */
function lines(canvas, all, colours) {
  const width = canvas.width = canvas.dataset.tall ? 720 : 192;
  const height = canvas.height = canvas.dataset.tall ? 480 : 192;
  const context = canvas.getContext('2d');
  const lane = height / (colours === RGB_LINES ? 1 : all.length);
  const finite = all.flat().filter(Number.isFinite);
  const low = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const high = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  context.lineJoin = 'round';
  all.forEach((values, at) => {
    const [bottom, top] = all.length > 1 && colours !== RGB_LINES ? endsOf(values) : [low, high];
    const room = lane * 0.12;
    const base = colours === RGB_LINES ? 0 : at * lane;
    context.strokeStyle = colours[at % colours.length];
    context.lineWidth = Math.max(1.2, width / 60 / Math.sqrt(all.length) / (canvas.dataset.tall ? 4 : 1));
    context.beginPath();
    let isDown = false;
    values.forEach((value, column) => {
      if (!Number.isFinite(value)) { isDown = false; return; }
      const across = values.length > 1 ? column / (values.length - 1) * (width - 8) + 4 : width / 2;
      const up = base + lane - room - (top > bottom ? (value - bottom) / (top - bottom) : 0.5) * (lane - 2 * room);
      context[isDown ? 'lineTo' : 'moveTo'](across, up);
      isDown = true;
    });
    context.stroke();
  });
}

const endsOf = values => values.reduce(([low, high], value) => Number.isFinite(value) ? [Math.min(low, value), Math.max(high, value)] : [low, high], [Infinity, -Infinity]);

function bars(canvas, values, [low, high]) {
  canvas.width = canvas.height = 96;
  const context = canvas.getContext('2d');
  const least = Math.min(0, low);
  const most = Math.max(0, high);
  const height = value => 88 * (value - least) / (most - least || 1);
  const width = 96 / (values.length + 0.4);
  context.fillStyle = colour('--haem');
  values.forEach((value, at) => {
    const zero = 92 - height(0);
    const top = 92 - height(Number.isFinite(value) ? value : 0);
    context.fillRect((at + 0.2) * width, Math.min(zero, top), width * 0.8, Math.max(1, Math.abs(zero - top)));
  });
}

/** An order as dots over a ribbon: across when a row is read, up and in colour where it lies (0 to 1). */
export class Cloud {
  #shown = null;
  #frame = 0;

  constructor(dots, ribbon) {
    this.dots = dots;
    this.ribbon = ribbon;
  }

  /** Moves to other places, at once where motion is unwanted or the number of dots changes. */
  show(places, isCalm = false) {
    cancelAnimationFrame(this.#frame);
    const from = this.#shown?.length === places.length ? this.#shown : null;
    this.#shown = places;
    if (!from || isCalm || calm.matches) return this.#scatter(places);
    let begin;
    const tick = now => {
      begin ??= now;
      const part = Math.min(1, (now - begin) / 520);
      const eased = 1 - (1 - part) ** 3;
      this.#scatter(part < 1 ? places.map((to, at) => from[at] + (to - from[at]) * eased) : places);
      if (part < 1) this.#frame = requestAnimationFrame(tick);
    };
    this.#frame = requestAnimationFrame(tick);
  }

  /** The same again: another size or theme. */
  redraw() {
    if (this.#shown) this.#scatter(this.#shown);
  }

  #scatter(places) {
    const density = devicePixelRatio;
    const box = this.dots.getBoundingClientRect();
    const width = this.ribbon.width = this.dots.width = Math.max(1, Math.round(box.width * density));
    const height = this.dots.height = Math.max(1, Math.round(box.height * density));
    this.ribbon.height = Math.max(1, Math.round(this.ribbon.getBoundingClientRect().height * density));
    const dots = this.dots.getContext('2d');
    const ribbon = this.ribbon.getContext('2d');
    const dark = isDark();
    const each = width / places.length;
    const radius = Math.max(1.7, Math.min(3, each / density / 3)) * density;
    places.forEach((place, at) => {
      dots.fillStyle = ribbon.fillStyle = ramp(place, dark);
      dots.beginPath();
      dots.arc((at + 0.5) * each, height - 4 * density - place * (height - 8 * density), radius, 0, 7);
      dots.fill();
      ribbon.fillRect(Math.floor(at * each), 0, Math.ceil(each) + 1, this.ribbon.height);
    });
  }
}

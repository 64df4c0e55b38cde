// What can be seen of a dataset: its arrays and labels; which axes of a row are a picture, a signal or numbers; bytes as numbers.

import { json, path } from './api.js';

const MOST_LANES = 12;

/** Bytes of one element. */
export const itemSize = dtype => Number(dtype.slice(2));

export const elements = lengths => lengths.reduce((product, length) => product * length, 1);

/**
 * How rows of an array are shown: `kind` is image, signal, bars or number; `y`, `x`, `c` and `lane` are axes of one row, `spare`
 * those that a slider walks along. Axes of length 1 are passed over.
 */
export function describe(array) {
  const lengths = array.shape.slice(1);
  const axes = lengths.map((_, axis) => axis).filter(axis => lengths[axis] !== 1);
  const base = { name: array.name, dtype: array.dtype, lengths, spare: [] };
  if (axes.length === 0) return { ...base, kind: 'number' };
  if (axes.length === 1) return { ...base, kind: lengths[axes[0]] < 8 ? 'bars' : 'signal', x: axes[0] };
  if (axes.length === 2) return ofTwo(base, axes);
  const last = axes.slice(-3);
  const spare = axes.slice(0, -3);
  const [first, middle, end] = last.map(axis => lengths[axis]);
  if (isColour(end) && first > 4 && middle > 4) return { ...base, kind: 'image', y: last[0], x: last[1], c: last[2], spare };
  if (isColour(first) && middle > 4 && end > 4) return { ...base, kind: 'image', c: last[0], y: last[1], x: last[2], spare };
  const bandsLast = end <= 16 && first > 2 * end && middle > 2 * end;
  return bandsLast
    ? { ...base, kind: 'image', y: last[0], x: last[1], spare: [...spare, last[2]] }
    : { ...base, kind: 'image', y: last[1], x: last[2], spare: [...spare, last[0]] };
}

function ofTwo(base, [first, second]) {
  const [long, short] = base.lengths[first] >= base.lengths[second] ? [first, second] : [second, first];
  const isSignal = base.lengths[short] < 4 || (base.lengths[short] <= 16 && base.lengths[long] >= 8 * base.lengths[short]);
  return isSignal ? { ...base, kind: 'signal', x: long, lane: short } : { ...base, kind: 'image', y: first, x: second };
}

const isColour = length => length === 3 || length === 4;

/** Whether the array's rows can be drawn at all. */
const isShowable = array => array.servable && array.aligned && array.shape[0] > 0 && elements(array.shape) > 0;

/**
 * What to ask for of one row so that it is at most `most` elements along an edge: the `select` over the row's axes (null where that
 * is all of it), and how the answer lies in memory. `at` holds a position for each spare axis.
 */
export function cut(picture, most, at = []) {
  const { lengths, spare } = picture;
  const edge = Math.max(lengths[picture.y] ?? 1, lengths[picture.x] ?? 1);
  const step = Math.max(1, Math.ceil(edge / most));
  const parts = [];
  const left = lengths.map((length, axis) => {
    const place = spare.indexOf(axis);
    if (place >= 0) {
      parts.push(String(Math.min(length - 1, at[place] ?? length >> 1)));
      return 1;
    }
    if (axis === picture.y || axis === picture.x) {
      parts.push(step === 1 ? ':' : `::${step}`);
      return Math.ceil(length / step);
    }
    if (axis === picture.lane && length > MOST_LANES) {
      parts.push(`:${MOST_LANES}`);
      return MOST_LANES;
    }
    parts.push(':');
    return length;
  });
  const strides = left.map((_, axis) => elements(left.slice(axis + 1)));
  const of = axis => axis === undefined ? { length: 1, stride: 0 } : { length: left[axis], stride: strides[axis] };
  const isAll = parts.every(part => part === ':');
  return { select: isAll ? null : parts.join(','), step, count: elements(left), y: of(picture.y), x: of(picture.x), c: of(picture.c), lane: of(picture.lane) };
}

const PLAIN = {
  b1: Uint8Array, u1: Uint8Array, i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array, f4: Float32Array, f8: Float64Array,
};

/** Little-endian bytes as numbers; beyond 2^53 to the nearest, complex ones by magnitude. */
export function decode(dtype, buffer) {
  const code = dtype.slice(1);
  if (PLAIN[code]) return new PLAIN[code](buffer);
  if (code === 'i8') return Float64Array.from(new BigInt64Array(buffer), Number);
  if (code === 'u8') return Float64Array.from(new BigUint64Array(buffer), Number);
  if (code === 'f2') return Float32Array.from(new Uint16Array(buffer), half);
  const parts = code === 'c8' ? new Float32Array(buffer) : new Float64Array(buffer);
  return Float64Array.from({ length: parts.length / 2 }, (_, at) => Math.hypot(parts[2 * at], parts[2 * at + 1]));
}

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = bits >> 10 & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent ? 2 ** (exponent - 25) * (1024 + fraction) : 2 ** -24 * fraction);
}

/**
 * The values that are drawn darkest and brightest. Wide enough for all that was seen so far, so that one sample can be compared
 * with the next: bytes from 0 to 255, unless none is above 64; fractions from 0 to 1.
 */
export class Range {
  constructor(dtype) {
    this.code = dtype.slice(1);
    this.low = Infinity;
    this.high = -Infinity;
  }

  see(values) {
    for (const value of values) {
      if (value < this.low && value !== -Infinity) this.low = value;
      if (value > this.high && value !== Infinity) this.high = value;
    }
    return this;
  }

  get ends() {
    const { low, high, code } = this;
    if (!(low <= high)) return [0, 1];
    if (code === 'b1') return [0, 1];
    if (code === 'u1') return [0, high > 64 ? 255 : Math.max(1, high)];
    if (code[0] === 'f' && low >= 0 && high <= 1 && high > 0.2) return [0, 1];
    return low === high ? [low - 0.5, high + 0.5] : [low, high];
  }
}

const SERVED = /^[|<][biufc]\d+$/;

export const rowBytes = array => SERVED.test(array.dtype) ? itemSize(array.dtype) * elements(array.shape.slice(1)) : 0;

/** The arrays that rows consist of, those with the most bytes a row first. */
export const served = detail => detail.arrays.filter(array => array.aligned && array.servable).sort((a, b) => rowBytes(b) - rowBytes(a));

/** The arrays that can be drawn, that by which the dataset is shown first; labels only where there is nothing else. */
export function showable(detail) {
  const all = served(detail).filter(isShowable);
  const others = all.filter(array => array.name !== detail.labels?.array);
  return others.length > 0 ? others : all;
}

/** Rows of a chunk on axis 0, of the array that window orders go by. */
export const chunkRows = detail => served(detail)[0]?.chunks?.[0] ?? 1;

/** A name as parameters take it. */
export const quoted = name => /^[\w./@-]+$/.test(name) ? name : `"${name}"`;

/** Whether an array holds texts, as labels may: they are no part of a binary answer. */
export const hasTexts = (detail, name) => detail.arrays.some(array => array.name === name && !array.servable);

export const labelName = (detail, value) => detail.labels?.names?.[value] ?? String(value);

/** The rows of a view and of each of its classes, with the names that the dataset knows; without labels `classes` is null. */
export async function evaluate(detail, expression) {
  const by = detail.labels ? quoted(detail.labels.array) : null;
  const { rows, classes } = await json(path(['datasets', detail.name, 'views'], { expression: expression || 'all', by, version: detail.version }));
  return { rows, classes: by && classes ? classes.map(one => ({ ...one, name: labelName(detail, one.value) })) : null };
}

// What the page knows of a dataset beyond its description: the array it is shown by, its chunks, its labels.

import { json, path } from './api.js';
import { elements, isShowable, itemSize } from './picture.js';

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

export const labelName = (detail, value) => detail.labels?.names?.[value] ?? String(value);

/** The rows of a view and of each of its classes, with the names that the dataset knows; without labels `classes` is null. */
export async function evaluate(detail, expression) {
  const by = detail.labels ? quoted(detail.labels.array) : null;
  const { rows, classes } = await json(path(['datasets', detail.name, 'views'], { expression: expression || 'all', by }));
  return { rows, classes: by && classes ? classes.map(one => ({ ...one, name: labelName(detail, one.value) })) : null };
}

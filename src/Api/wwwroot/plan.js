// What an epoch will be, as the server forecasts it.

import { json, path } from './api.js';
import { epochParameters } from './code.js';

/** The forecast for the shown rank, or the first; null for an epoch of no rows. */
export const readPlan = async (detail, state, rows) => rows === 0 ? null : json(path(['datasets', detail.name, 'epochs', state.epoch, 'plan'], {
  ...epochParameters(state), rank: Math.max(0, state.rank), world_size: state.ranks, version: detail.version,
}));

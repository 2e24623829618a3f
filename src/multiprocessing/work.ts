/**
 * What a pool does. A program that makes none, and a worker, which only takes jobs, do not need it: the bundle keeps it in a
 * file of its own, which is loaded when one of these functions is called for the first time. So this module exports
 * functions only.
 */

export { apply } from './apply.js';
export { broadcast } from './broadcast.js';
export { adoptCore, createCore } from './create-core.js';
export { imap, iterateSync } from './imap.js';
export { map } from './map.js';

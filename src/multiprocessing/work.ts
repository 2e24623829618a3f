/**
 * What is done with a pool. A program that makes none, and a worker, which only takes jobs, do not need it; who makes one
 * needs it only when the workers are booting. So the bundle keeps it in a file of its own, which is loaded when one of these
 * functions is called for the first time, and this module exports functions only.
 */

export { apply } from './apply.js';
export { broadcast } from './broadcast.js';
export { imap, iterateSync } from './imap.js';
export { map } from './map.js';

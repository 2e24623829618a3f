/** Values and functions that travel to other threads and processes. */

export { checkTransfer, decode, encode, isStable, loadModules, referenceOf } from './codec.js';
export type { PartReader } from './decoder.js';
export type { Encoded, EncodeOptions } from './encoder.js';
export { pickle } from './hooks.js';
export { isMain } from './main.js';
export { publish } from './package.js';
export { ref } from './ref.js';
export {
  type HandleWriter,
  registerShared,
  setSharedBlockPort,
  setSharedBufferPort,
  type SharedBlockPort,
  type SharedBufferPort,
} from './shared.js';

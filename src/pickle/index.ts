/** Values and functions that travel to other threads and processes. */

export { decode, Decoder, type PartReader } from './decoder.js';
export { encode, Encoder, type Encoded, type EncodeOptions } from './encoder.js';
export {
  hasPrivateState,
  isMain,
  isStable,
  loadModules,
  readFunction,
  ref,
  referenceOf,
  resolveReference,
  writeFunction,
} from './functions.js';
export { publish } from './package.js';
export { pickle } from './symbols.js';
export { checkTransfer } from './transfer.js';
export {
  type HandleWriter,
  registerShared,
  setSharedBlockPort,
  setSharedBufferPort,
  type SharedBlockPort,
  type SharedBufferPort,
} from './shared.js';
